"""Buttons, menus, forms and the App Home."""

import asyncio
from dataclasses import replace

import pytest

from bot.chat.sheet import Press
from bot.chat.signed import Signer
from tests.adapters.playground.kit import a_card
from tests.adapters.slack.chat import PICTURE
from tests.adapters.slack.kit import KEY, Started, a_slack
from tests.emulators.slack import Fault, Message, View, World, press_payload


async def a_card_up(started: Started, **more: object) -> Message:
    """A case's card in the moderators' channel."""
    card = replace(a_card(), community_id=started.team.id, **more)  # type: ignore[arg-type]
    await started.slack.client.post_card(card, nonce="c")
    return started.mods.messages[-1]


async def pressed(started: Started) -> tuple[str, str, dict[str, str] | None]:
    """The newest press, once it arrived."""
    await started.world.until(lambda: started.chat.presses)
    (_, press, answers) = started.chat.presses[-1]
    return press.verb, press.subject, answers


async def test_a_button_is_answered_to_who_pressed_it_alone(either: Started) -> None:
    card = await a_card_up(either)

    await card.press(either.mod, "Uphold")
    answer = await either.mod.told(lambda one: "Did uphold" in one.text)

    assert await pressed(either) == ("uphold", "case-1", None)
    assert answer.viewer is either.mod
    assert len(either.mods.messages) == 1


async def test_a_rare_button_stands_in_the_menu_behind(started: Started) -> None:
    card = await a_card_up(started)

    await card.choose(started.mod, "more", "Known bad")

    assert await pressed(started) == ("known_bad", "case-1", None)


async def test_a_press_that_wants_a_reason_opens_a_form(either: Started) -> None:
    card = await a_card_up(either)

    await card.press(either.mod, "Overturn")
    view = await either.mod.opened()
    errors = await view.submit({"reason": "a joke", "length": "1d"})

    assert errors == {}
    assert await pressed(either) == (
        "overturn",
        "case-1",
        {"reason": "a joke", "length": "1d"},
    )
    assert "Did overturn" in either.mod.modal.words


async def test_a_form_whose_answer_takes_long_shows_that_we_are_at_work(started: Started) -> None:
    card = await a_card_up(started)
    await card.press(started.mod, "Overturn")
    view = await started.mod.opened()
    started.chat.gate = asyncio.Event()

    await view.submit({"reason": "a joke"})
    first = started.mod.modal.words
    started.chat.gate.set()
    await started.world.until(lambda: "Did overturn" in started.mod.modal.words)

    assert "looking" in first


async def test_a_link_is_acknowledged_and_nothing_else(started: Started) -> None:
    card = await a_card_up(started, url="https://bifocal.example/desk/cases/1")

    delivery = await card.press(started.mod, "Open on the desk")

    assert delivery.acked
    assert started.chat.presses == []


def audited(started: Started) -> list[tuple[str, str]]:
    """Who brought what, as it came before those who refuse and audit it."""
    return [(asker.id, press.verb) for asker, press, _ in started.chat.presses]


async def test_another_workspaces_button_is_refused(started: Started) -> None:
    other = started.world.team("other")
    card = await a_card_up(started)
    payload = press_payload(card, started.mod, "Uphold")
    payload["actions"][0]["value"] = Signer(KEY).write(Press("uphold", "case-1"), other.id)

    await started.world.interact(payload)
    answer = await started.mod.told()

    assert "not valid here" in str(answer.blocks)
    assert audited(started) == [(started.mod.id, "forged")]


async def test_a_button_nobody_made_is_refused(started: Started) -> None:
    card = await a_card_up(started)
    payload = press_payload(card, started.mod, "Uphold")
    payload["actions"][0]["value"] = "uphold|case-1||AAAAAAAAAAAA"

    await started.world.interact(payload)
    answer = await started.mod.told()

    assert "not valid here" in str(answer.blocks)
    assert audited(started) == [(started.mod.id, "forged")]


async def test_a_person_of_another_workspace_is_refused(started: Started) -> None:
    card = await a_card_up(started)
    payload = press_payload(card, started.mod, "Uphold")
    payload["user"]["team_id"] = started.world.team("other").id

    await started.world.interact(payload)
    answer = await started.mod.told()

    assert "another workspace" in str(answer.blocks)
    assert audited(started) == [(started.mod.id, "stranger")]


async def test_a_workspace_without_the_app_presses_nothing(started: Started) -> None:
    card = await a_card_up(started)
    payload = press_payload(card, started.mod, "Uphold")
    payload["team"] = {"id": "T0FORGED", "domain": "forged"}

    delivery = await started.world.interact(payload)

    assert delivery.acked
    assert started.chat.presses == []


async def test_an_address_for_answers_that_is_not_slacks_is_not_written_to(
    started: Started,
) -> None:
    card = await a_card_up(started)
    payload = press_payload(card, started.mod, "Uphold")
    payload["response_url"] = f"{started.world.elsewhere.url}/steal"

    await started.world.interact(payload)
    await started.slack._parts.background.drain()

    assert started.world.elsewhere.visits == []


async def test_pressing_twice_is_two_presses_and_the_same_one_brought_twice_is_one(
    started: Started,
) -> None:
    card = await a_card_up(started)
    delivery = await card.press(started.mod, "Uphold")
    await pressed(started)

    for number in range(1, 4):
        await started.world.office.redeliver(delivery, number)
    again = len(started.chat.presses)
    await card.press(started.mod, "Uphold")
    await started.world.until(lambda: len(started.chat.presses) == 2)

    assert again == 1


@pytest.mark.parametrize(
    ("control", "choice", "verb", "chosen"),
    [
        ("log_channel", "C0000TEST", "log_channel", "C0000TEST"),
        ("moderators", ["U0000TEST", "U0001TEST"], "moderators", "U0000TEST,U0001TEST"),
        ("preset", "strict", "preset", "strict"),
    ],
)
async def test_what_is_chosen_arrives(
    started: Started, control: str, choice: str, verb: str, chosen: str
) -> None:
    await started.mod.slash("/bifocal", "setup")

    await started.mod.ephemerals[-1].choose(started.mod, control, choice)

    assert await pressed(started) == (verb, "", {"chosen": chosen})


async def test_an_answer_only_one_person_sees_is_replaced_by_the_next(started: Started) -> None:
    await started.mod.slash("/bifocal", "queue")
    shown = started.mod.ephemerals[-1]

    await shown.press(started.mod, "Older")
    await started.world.until(lambda: "page older" in str(shown.blocks))

    assert len(started.mod.ephemerals) == 1


async def test_a_kept_picture_is_shown_to_who_asks_alone_and_taken_away(started: Started) -> None:
    card = await a_card_up(started, pictures=(PICTURE,))

    await card.press(started.mod, "Show the picture")
    answer = await started.mod.told(lambda one: "image" in str(one.blocks))

    file = started.world.files[answer.blocks[0]["slack_file"]["id"]]
    assert file.content.startswith(b"\x89PNG")
    assert file.shared_in == []
    assert list(started.bookmarks.notes) == [
        *[name for name in started.bookmarks.notes if name.startswith("slack/sent/")],
        f"slack/shown/{file.id}",
    ]


async def test_a_picture_slack_does_not_know_yet_is_tried_again(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.slack.pictures.PAUSES", (0.0, 0.0))
    card = await a_card_up(started, pictures=(PICTURE,))
    started.world.fail("chat.postEphemeral", Fault("invalid_blocks"), Fault("invalid_blocks"))

    await card.press(started.mod, "Show the picture")
    answer = await started.mod.told(lambda one: "image" in str(one.blocks))

    assert answer.viewer is started.mod


async def test_a_shown_picture_is_taken_away_after_a_restart(world: World) -> None:
    async with a_slack(world) as started:
        card = await a_card_up(started, pictures=(PICTURE,))
        await card.press(started.mod, "Show the picture")
        answer = await started.mod.told(lambda one: "image" in str(one.blocks))
        file = world.files[answer.blocks[0]["slack_file"]["id"]]
        bookmarks = started.bookmarks
    name = f"slack/shown/{file.id}"
    bookmarks.notes[name] = {**bookmarks.notes[name], "at": "2026-01-01T00:00:00+00:00"}

    async with a_slack(world, bookmarks=bookmarks):
        await world.until(lambda: file.deleted)

    assert name not in bookmarks.notes


async def test_a_kept_picture_is_shown_to_moderators_only(started: Started) -> None:
    card = await a_card_up(started, pictures=(PICTURE,))
    started.mods.members.append(started.ann)
    guest = started.team.user("guest", guest=True)
    started.mods.members.append(guest)

    await card.press(guest, "Show the picture")
    answer = await guest.told()

    assert "Only moderators" in str(answer.blocks)
    assert started.world.files == {}


async def test_a_picture_that_is_not_kept_any_more_is_said(started: Started) -> None:
    card = await a_card_up(started, pictures=("0" * 64,))

    await card.press(started.mod, "Show the picture")
    answer = await started.mod.told()

    assert "not kept any more" in str(answer.blocks)


async def home_of(started: Started, words: str) -> View:
    await started.world.until(
        lambda: started.mod.home is not None and words in started.mod.home.words
    )
    assert started.mod.home is not None
    return started.mod.home


async def test_the_app_home_is_the_moderators_queue(either: Started) -> None:
    await either.mod.open_home()

    assert "Scam in #general" in (await either.mod.home_published()).words


async def test_the_app_home_shows_authors_their_own_cases(started: Started) -> None:
    await started.ann.open_home()

    assert "Your own cases" in (await started.ann.home_published()).words


async def test_a_page_is_turned_within_the_app_home(started: Started) -> None:
    await started.mod.open_home()
    home = await started.mod.home_published()

    await home.press("Older")

    assert "page older" in (await home_of(started, "page older")).words
    assert started.mod.views == []


async def test_a_case_opens_in_a_modal_on_the_app_home(started: Started) -> None:
    await started.mod.open_home()
    home = await started.mod.home_published()

    await home.press("Open")
    await started.world.until(
        lambda: started.mod.views and "Did case" in started.mod.views[-1].words
    )

    assert await pressed(started) == ("case", "case-1", None)


async def test_a_press_in_a_modal_is_answered_in_it(started: Started) -> None:
    await started.mod.open_home()
    await (await started.mod.home_published()).press("Open")
    await started.world.until(
        lambda: started.mod.views and "Did case" in started.mod.views[-1].words
    )

    assert len(started.mod.views) == 1


async def test_the_messages_tab_publishes_nothing(started: Started) -> None:
    await started.mod.open_home("messages")
    await started.world.quiet()

    assert started.mod.home is None
