"""What is done to posts: within limits, live or simulated, once."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import pytest

from bot.actions import ACTIONS
from bot.actions.spec import parse
from bot.enforce import Enforcer, Orders
from bot.errors import NotPermitted, PlatformUnavailable
from bot.limits import ActionLimits
from bot.model import Attachment, JudgementKey, Message, Outcome, Ref, Status
from tests.builders import NOON, a_message, a_target, an_author
from tests.conformance.test_actions import EXAMPLES
from tests.fakes import FakeClient, FakePlatform, Killed

EVERY_ACTION = [EXAMPLES[name][0] for name in ACTIONS if parse(EXAMPLES[name][0]).harshness > 0]


@dataclass
class FakeLedger:
    """Keeps what was settled."""

    settled: dict[str, Outcome] = field(default_factory=dict)

    async def settle(self, key: JudgementKey, outcome: Outcome) -> None:
        self.settled[outcome.action] = outcome


@dataclass
class Scene:
    """One message on a platform, and an enforcer to act upon it."""

    message: Message = field(default_factory=a_message)
    limits: ActionLimits = field(default_factory=lambda: ActionLimits(10, 10))
    ledger: FakeLedger = field(default_factory=FakeLedger)
    paused: bool = False

    def __post_init__(self) -> None:
        self.platform = FakePlatform(client=FakeClient.holding(self.message))

    async def act(self, *actions: str, again: bool = False) -> dict[str, Outcome]:
        async def is_paused(_ref: Ref) -> bool:
            return self.paused

        enforcer = Enforcer(self.ledger, self.limits, is_paused, lambda: NOON)
        orders = Orders(
            platform=self.platform,
            key=JudgementKey(self.message.ref, self.message.revision),
            actions=tuple(parse(action) for action in actions),
            target=a_target(self.message, house=self.platform.client.house()),
            again=again,
            earlier=dict(self.ledger.settled),
        )
        return {outcome.action: outcome for outcome in await enforcer.carry_out(orders)}


async def test_what_is_ordered_is_done_and_settled() -> None:
    scene = Scene()
    outcomes = await scene.act("delete", "timeout 1h")

    assert scene.message.ref not in scene.platform.client.messages
    assert scene.platform.client.timeouts == {("g1", "u1"): NOON + timedelta(hours=1)}
    assert {o.status for o in outcomes.values()} == {Status.APPLIED}
    assert scene.ledger.settled == outcomes


async def test_simulated_mode_touches_nothing() -> None:
    scene = Scene()
    scene.platform.simulate = True
    outcomes = await scene.act("delete", "timeout 1h", "annotate 'hello'")

    assert scene.platform.client == FakeClient.holding(scene.message)
    assert {o.status for o in outcomes.values()} == {Status.SIMULATED}


async def test_while_paused_everything_is_withheld_but_the_flag() -> None:
    scene = Scene(paused=True)
    outcomes = await scene.act("delete", "flag")

    assert scene.platform.client == FakeClient.holding(scene.message)
    assert (outcomes["delete"].status, outcomes["flag"].status) == (
        Status.WITHHELD,
        Status.APPLIED,
    )


async def test_a_moderator_is_never_acted_upon() -> None:
    scene = Scene(a_message(author=an_author(is_moderator=True)))
    outcomes = await scene.act("delete", "timeout 1h")

    assert scene.platform.client == FakeClient.holding(scene.message)
    assert {o.status for o in outcomes.values()} == {Status.WITHHELD}


async def test_an_edited_message_is_left_to_the_judgement_of_its_newer_revision() -> None:
    scene = Scene()
    edited = replace(scene.message, revision="1")
    scene.platform.client.messages[edited.ref] = edited
    outcomes = await scene.act("delete")

    assert scene.platform.client == FakeClient.holding(edited)
    assert "edited" in outcomes["delete"].detail


async def test_what_the_platform_does_not_allow_is_withheld_with_its_reason() -> None:
    scene = Scene()
    scene.platform.forbids["delete"] = "the bot may not manage messages here"
    outcomes = await scene.act("delete")

    assert outcomes["delete"].status is Status.WITHHELD
    assert outcomes["delete"].detail == "the bot may not manage messages here"


async def test_beyond_the_limit_actions_are_withheld() -> None:
    scene = Scene(limits=ActionLimits(1, 10))
    outcomes = await scene.act("delete", "timeout 1h")

    assert outcomes["delete"].status is Status.APPLIED
    assert outcomes["timeout 1h"].status is Status.WITHHELD
    assert "1 actions an hour" in outcomes["timeout 1h"].detail


async def test_moderators_are_told_of_the_limit_once() -> None:
    scene = Scene(limits=ActionLimits(1, 10))

    await scene.act("delete", "timeout 1h", "spoiler")

    (card,) = scene.platform.client.cards.values()
    assert "1 actions an hour" in card.explanation


async def test_that_moderators_cannot_be_told_of_the_limit_stops_nothing() -> None:
    scene = Scene(limits=ActionLimits(0, 10))
    scene.platform.client.breaks = {"post_card": PlatformUnavailable("503")}
    outcomes = await scene.act("delete")

    assert outcomes["delete"].status is Status.WITHHELD


@pytest.mark.parametrize("action", EVERY_ACTION)
async def test_while_paused_no_action_touches_anything(action: str) -> None:
    scene = Scene(paused=True)
    outcomes = await scene.act(action)

    assert scene.platform.client == FakeClient.holding(scene.message)
    assert [o.detail for o in outcomes.values()] == ["acting is paused"]


@pytest.mark.parametrize("action", EVERY_ACTION)
async def test_simulated_no_action_touches_anything_but_the_card(action: str) -> None:
    scene = Scene(a_message(attachments=(Attachment("https://files.test/a.png"),)))
    scene.platform.simulate = True
    outcomes = await scene.act(action)
    scene.platform.client.cards.clear()

    assert scene.platform.client == FakeClient.holding(scene.message)
    assert [o.status for o in outcomes.values()] == [Status.SIMULATED]


@pytest.mark.parametrize("action", ["strike", "label author raider for 1d", "role add x"])
async def test_nothing_is_held_against_a_moderator(action: str) -> None:
    scene = Scene(a_message(author=an_author(is_moderator=True)))
    await scene.act(action)

    assert scene.platform.client == FakeClient.holding(scene.message)


async def test_the_author_is_told_of_nothing_that_was_withheld() -> None:
    scene = Scene()
    scene.platform.forbids["delete"] = "the bot may not manage messages here"
    await scene.act("delete", "timeout 1h", "notify author")

    ((_author, text),) = scene.platform.client.dms.values()
    assert "cannot post for 1h" in text
    assert "removed" not in text


@pytest.mark.parametrize(
    ("died_in", "action"), [("delete", "delete"), ("annotate", "annotate 'x'")]
)
async def test_what_was_done_before_a_crash_is_found_and_not_done_again(
    died_in: str, action: str
) -> None:
    scene = Scene()
    scene.platform.client.die_after = died_in
    with pytest.raises(Killed):
        await scene.act(action)
    outcomes = await scene.act(action, again=True)

    assert outcomes[action].status is Status.APPLIED
    assert scene.platform.client.calls.count(died_in) == 1


async def test_a_platform_that_is_not_up_yet_is_asked_later_what_was_done() -> None:
    scene = Scene()
    await scene.act("notify author")
    scene.ledger.settled.clear()
    scene.platform.missing = "it has not started"
    scene.platform.client.unavailable()
    with pytest.raises(PlatformUnavailable, match="not started"):
        await scene.act("notify author", again=True)
    scene.platform.missing = None
    outcomes = await scene.act("notify author", again=True)

    assert outcomes["notify author"].status is Status.APPLIED


async def test_what_is_settled_is_not_touched_again() -> None:
    scene = Scene()
    await scene.act("delete")
    before = list(scene.platform.client.calls)
    await scene.act("delete", again=True)

    assert scene.platform.client.calls == before


async def test_an_outage_leaves_the_action_intended_for_another_day() -> None:
    scene = Scene()
    scene.platform.client.unavailable()

    with pytest.raises(PlatformUnavailable):
        await scene.act("delete")
    assert scene.ledger.settled == {}


async def test_what_can_no_longer_be_seen_is_not_acted_upon() -> None:
    scene = Scene()
    scene.platform.client.breaks["revision"] = NotPermitted("View Channel is missing")
    outcomes = await scene.act("delete")

    assert outcomes["delete"].status is Status.WITHHELD
    assert "View Channel is missing" in outcomes["delete"].detail


async def test_a_missing_permission_is_withheld_not_lost() -> None:
    scene = Scene()
    scene.platform.client.breaks = {"annotate": NotPermitted("may not send here")}
    outcomes = await scene.act("annotate 'x'")

    assert outcomes["annotate 'x'"].status is Status.WITHHELD


async def test_a_message_that_is_gone_needs_no_reply() -> None:
    scene = Scene()
    scene.platform.client.messages.clear()
    outcomes = await scene.act("annotate 'x'")

    assert outcomes["annotate 'x'"].status is Status.WITHHELD
    assert "gone" in outcomes["annotate 'x'"].detail


async def test_an_author_whose_post_was_taken_back_is_not_punished() -> None:
    scene = Scene()
    scene.platform.client.messages.clear()
    outcomes = await scene.act("timeout 1h", "strike for 1d", "flag")

    statuses = {name: one.status for name, one in outcomes.items()}
    assert statuses["timeout 1h"] is statuses["strike for 1d"] is Status.WITHHELD
    assert statuses["flag"] is Status.APPLIED
    assert scene.platform.client.timeouts == {}


async def test_what_follows_our_own_removal_is_done() -> None:
    scene = Scene()
    outcomes = await scene.act("delete", "timeout 1h", "strike for 1d")

    assert {one.status for one in outcomes.values()} == {Status.APPLIED}


async def test_what_follows_our_own_removal_is_done_after_a_kill() -> None:
    scene = Scene()
    scene.platform.client.die_after = "delete"
    with pytest.raises(Killed):
        await scene.act("delete", "timeout 1h")

    outcomes = await scene.act("delete", "timeout 1h", again=True)

    assert outcomes["timeout 1h"].status is Status.APPLIED


async def test_an_action_that_breaks_goes_to_a_person_without_its_words() -> None:
    scene = Scene()
    scene.platform.client.breaks = {"delete": RuntimeError("canary")}
    outcomes = await scene.act("delete")

    assert outcomes["delete"].status is Status.UNKNOWN
    assert "RuntimeError" in outcomes["delete"].detail
    assert "canary" not in outcomes["delete"].detail


def test_the_limits_forget_after_an_hour_and_a_day() -> None:
    limits = ActionLimits(1, 2)
    limits.restore([("g1", NOON), ("g1", NOON + timedelta(hours=1))])

    assert limits.exceeded("g1", NOON + timedelta(hours=1, minutes=30)) is not None
    assert "a day" in str(limits.exceeded("g1", NOON + timedelta(hours=3)))
    assert limits.exceeded("g1", NOON + timedelta(days=1, hours=2)) is None
    assert limits.exceeded("g2", NOON) is None


@pytest.mark.parametrize(
    ("limits", "span"),
    [
        pytest.param(ActionLimits(0, 10), timedelta(hours=1), id="hour"),
        pytest.param(ActionLimits(10, 0), timedelta(days=1), id="day"),
    ],
)
def test_a_limit_is_told_once_within_its_own_span(limits: ActionLimits, span: timedelta) -> None:
    assert limits.trip("g1", NOON)
    assert not limits.trip("g1", NOON + span - timedelta(seconds=1))
    assert limits.trip("g1", NOON + span)


def test_a_trip_has_the_same_name_after_a_restart() -> None:
    names = set()
    for _ in range(2):
        limits = ActionLimits(1, 10)
        limits.restore([("g1", NOON)])
        names.add(limits.trip("g1", NOON + timedelta(minutes=59)))

    assert len(names - {None}) == 1


def test_nothing_is_told_while_there_is_room() -> None:
    assert ActionLimits(1, 10).trip("g1", NOON) is None
