"""What Slack brings, late, twice or over a broken line, is done once and not lost."""

import asyncio
from datetime import timedelta

import pytest

from adapters.slack.background import Background
from adapters.slack.entrance import REMEMBERED_S, Answer, Entrance
from bot.actions.spec import parse
from bot.errors import Gone, NotPermitted
from tests.adapters.playground.kit import a_card
from tests.adapters.slack.kit import Intake, Started, a_slack
from tests.emulators.slack import Fault, World


async def test_four_deliveries_at_once_do_one_thing(either: Started) -> None:
    message, _ = await either.posted("hello")
    delivery = message.delivery
    assert delivery is not None

    attempts = await asyncio.gather(
        *(either.world.office.redeliver(delivery, number) for number in range(1, 4))
    )

    assert [one.missed for one in attempts] == ["", "", ""]
    assert either.intake.offered == 1


async def test_deliveries_that_come_while_the_first_is_worked_on_share_its_work(
    world: World,
) -> None:
    gate = asyncio.Event()
    async with a_slack(world, intake=Intake(gate=gate)) as started:
        message = await started.general.post(started.ann, "hello")
        await world.until(lambda: started.intake.offered == 1)
        assert message.delivery is not None
        again = [
            asyncio.create_task(world.office.redeliver(message.delivery, number))
            for number in range(1, 4)
        ]
        await asyncio.sleep(0)
        gate.set()
        attempts = await asyncio.gather(*again)
        await message.acked()

    assert [one.missed for one in attempts] == ["", "", ""]
    assert started.intake.offered == 1


async def test_work_that_takes_too_long_goes_unacknowledged_and_is_found_done() -> None:
    gate, works = asyncio.Event(), 0

    async def dispatch(_body: object, _headers: object) -> Answer:
        nonlocal works
        works += 1
        await gate.wait()
        return Answer(taken=True)

    entrance = Entrance(dispatch, Background(), patience=0.01)
    entrance.open = True
    event = {"event_id": "Ev1"}

    late = await entrance.take(event, {})
    gate.set()
    again = await entrance.take(event, {})

    assert (late.taken, again.taken, works) == (False, True, 1)


async def test_what_failed_is_tried_again_when_it_is_brought_again() -> None:
    fails = [ZeroDivisionError()]

    async def dispatch(_body: object, _headers: object) -> Answer:
        if fails:
            raise fails.pop()
        return Answer(taken=True)

    entrance = Entrance(dispatch, Background())
    entrance.open = True

    first = await entrance.take({"event_id": "Ev1"}, {})
    again = await entrance.take({"event_id": "Ev1"}, {})

    assert (first.taken, again.taken) == (False, True)


async def test_what_was_done_is_forgotten_after_slack_brings_it_no_more() -> None:
    now = 0.0

    async def dispatch(_body: object, _headers: object) -> Answer:
        return Answer(taken=True)

    entrance = Entrance(dispatch, Background(), clock=lambda: now)
    entrance.open = True
    await entrance.take({"event_id": "Ev1"}, {})
    now = REMEMBERED_S + 1
    await entrance.take({"event_id": "Ev2"}, {})

    assert not entrance.knows({"event_id": "Ev1"})
    assert entrance.knows({"event_id": "Ev2"})


async def test_a_cut_line_is_opened_again_and_nothing_is_lost(started: Started) -> None:
    await started.world.drop()
    message = await started.general.post(started.ann, "hello")

    await started.world.connected()
    taken = await started.taken(message)

    assert taken.text == "hello"
    assert started.slack.ready() is None


async def test_while_the_line_is_down_it_is_said(started: Started) -> None:
    started.world.sockets.drop()

    why = await started.world.until(started.slack.ready)

    assert "down" in str(why)


async def test_slack_may_ask_to_come_again(started: Started) -> None:
    await started.world.sockets.ask_to_reconnect()
    await started.world.connected()

    _, taken = await started.posted("hello")

    assert taken.text == "hello"


async def test_a_broken_envelope_does_not_end_the_connection(started: Started) -> None:
    for odd in ("not json", "{", "[]", "5", '{"type": "events_api"}', '{"type": 5}'):
        await started.world.sockets.lines[0].socket.send_str(odd)

    _, taken = await started.posted("hello")

    assert taken.text == "hello"


async def test_slack_being_away_at_the_start_is_waited_out(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.AGAIN_S", 0.01)
    world.team()
    world.fail("auth.test", Fault("internal_error"), Fault(status=503, text="busy"))

    async with a_slack(world) as started:
        _, taken = await started.posted("hello")

    assert taken.text == "hello"


async def test_whatever_slack_refuses_at_the_start_is_said_and_kills_nothing(world: World) -> None:
    world.fail("auth.test", Fault("team_access_not_granted"))
    async with a_slack(world, connects=False) as started:
        assert "team_access_not_granted" in str(started.slack.ready())


async def test_a_token_that_was_never_good_is_said_and_kills_nothing(world: World) -> None:
    async with a_slack(world, http=True, bot_token="xoxb-wrong") as started:
        why = started.slack.ready()

    assert why is not None
    assert "BIFOCAL_SLACK__BOT_TOKEN" in why


async def test_an_app_token_that_is_no_good_is_said_in_the_log(
    world: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("adapters.slack.CONNECTS_WITHIN_S", 0.05)
    world.app_token.error = "invalid_auth"
    async with a_slack(world, connects=False) as started:
        why = started.slack.ready()

    assert "down" in str(why)
    assert "slack.not_ready" in "".join(capsys.readouterr())


async def test_being_removed_from_the_workspace_is_noted_and_said(either: Started) -> None:
    delivery = await either.team.uninstall()
    await delivery.settled()
    await either.world.until(lambda: either.slack.ready() is not None)

    community = either.communities.of("slack", either.team.id)
    assert community.left_at is not None
    assert "removed" in str(either.slack.ready()) or "revoked" in str(either.slack.ready())


async def test_a_token_that_was_revoked_without_a_word_is_noted_and_said(
    started: Started,
) -> None:
    _, taken = await started.posted("hello")
    started.team.app.token.error = "token_revoked"

    with pytest.raises(NotPermitted):
        await started.slack.client.annotate(taken.ref, "careful", nonce="n")
    said = started.slack.ready()
    with pytest.raises(Gone):
        await started.slack.client.annotate(taken.ref, "careful", nonce="n")

    assert "token_revoked" in str(said)
    assert started.communities.of("slack", started.team.id).left_at is not None


async def test_a_token_that_slack_refused_by_mistake_is_tried_again(started: Started) -> None:
    _, taken = await started.posted("hello")
    started.world.fail("chat.postMessage", Fault("invalid_auth"))

    with pytest.raises(NotPermitted):
        await started.slack.client.annotate(taken.ref, "careful", nonce="n")
    await started.slack.client.annotate(taken.ref, "careful", nonce="n")

    assert started.slack.ready() is None
    assert started.communities.of("slack", started.team.id).left_at is None


async def test_an_administrators_token_that_was_revoked_without_a_word_ends_deleting(
    started: Started,
) -> None:
    message, taken = await started.posted("hello")
    assert started.team.app.user_token is not None
    started.team.app.user_token.error = "token_revoked"

    with pytest.raises(NotPermitted) as refused:
        await started.slack.client.delete(taken.ref, reason="rule-a")

    assert message.permalink in str(refused.value)
    assert "revoked" in str(started.slack.can(parse("delete"), taken))
    assert started.slack.ready() is None


async def test_a_revoked_administrators_token_ends_deleting_and_nothing_else(
    started: Started,
) -> None:
    message, taken = await started.posted("hello")
    user_token = started.team.app.user_token
    assert user_token is not None

    await (await started.team.revoke(user_token)).settled()

    assert started.slack.ready() is None
    assert started.slack.asks_too_much([]) == ()
    workspace = started.slack._parts.workspaces.own
    assert workspace is not None
    assert "revoked" in workspace.cannot_delete()
    assert not message.deleted
    assert taken.text == "hello"


async def test_where_it_was_first_installed_is_noted(started: Started) -> None:
    community = started.communities.of("slack", started.team.id)

    assert community.name == "acme"
    assert community.joined_at is not None
    assert community.left_at is None


async def test_a_stop_finishes_what_is_under_way(world: World) -> None:
    gate = asyncio.Event()
    async with a_slack(world, intake=Intake(gate=gate)) as started:
        message = await started.general.post(started.ann, "hello")
        await world.until(lambda: started.intake.offered == 1)
        stopping = asyncio.create_task(started.slack.stop())
        await asyncio.sleep(0)
        gate.set()
        await stopping
        delivery = await message.acked()

    assert started.intake.texts == ["hello"]
    assert delivery.attempts[0].missed == ""


async def test_after_a_stop_nothing_is_taken(started: Started) -> None:
    await started.slack.stop()
    answer = await started.slack._parts.entrance.take({"event_id": "Ev1"}, {})

    assert not answer.taken
    assert started.slack.ready() == "Slack has not started"


async def test_slacks_warning_of_too_many_events_is_acknowledged(started: Started) -> None:
    delivery = await (await started.team.too_many_events()).settled()

    assert delivery.acked


async def test_a_burst_of_cards_is_paced_and_all_come(world: World) -> None:
    async with a_slack(world, gap=timedelta(milliseconds=20)) as started:
        await asyncio.gather(
            *(started.slack.client.post_card(a_card(), nonce=str(one)) for one in range(10))
        )

    assert len(started.mods.messages) == 10
