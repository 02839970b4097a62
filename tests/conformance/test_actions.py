"""What every action keeps, whoever wrote it. A new entry in ``ACTIONS`` is tested by itself."""

from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta

import pytest

from bot.actions import ACTIONS
from bot.actions.spec import parse
from bot.model import Attachment
from bot.ports import Action, Presence, Target
from tests.builders import NOON, a_message, a_target, an_author
from tests.fakes import FakeClient, Killed

EXAMPLES = {
    "annotate": ("annotate 'A moderator will look.'", r"annotate 'it\'s here'"),
    "ban": ("ban", "ban deleting 1h"),
    "delete": ("delete",),
    "flag": ("flag",),
    "kick": ("kick",),
    "label author": ("label author raider for 7d",),
    "log": ("log",),
    "notify author": ("notify author",),
    "react": ("react 👀", "react 👩‍💻"),
    "role": ("role add on probation", "role remove verified"),
    "spoiler": ("spoiler",),
    "strike": ("strike for 30d", "strike for 1d12h"),
    "timeout": ("timeout 1h", "timeout 1d30m", "timeout 28d"),
    "webhook": ("webhook ops",),
}
"""How each action is written in a policy; an action without an example fails the suite."""
EFFECTS = {
    "annotate": "annotate",
    "ban": "ban",
    "delete": "delete",
    "kick": "kick",
    "label author": "label",
    "notify author": "send_dm",
    "react": "react",
    "role": "add_role",
    "spoiler": "spoiler",
    "strike": "strike",
    "timeout": "time_out",
    "webhook": "put",
}
"""The client's method that carries an action's effect; none for those that touch nothing."""
STAYS = {"kick", "notify author", "webhook"}
"""Actions whose effect outlives an undo, or that an undo only answers."""
CANNOT = {"kick"}
"""Actions that no bot can take back; their undo says so."""
LOST = {"ban", *STAYS}
"""What an undo leaves after a crash that lost the receipt: it may be somebody else's."""


def every_example() -> Iterator[object]:
    for name in ACTIONS:
        for text in EXAMPLES[name]:
            yield pytest.param(parse(text), id=text)


def every_effect() -> Iterator[object]:
    for name, method in EFFECTS.items():
        yield pytest.param(parse(EXAMPLES[name][0]), method, id=name)


every = pytest.mark.parametrize("action", list(every_example()))
effects = pytest.mark.parametrize(("action", "method"), list(every_effect()))
acting = pytest.mark.parametrize("action", [parse(EXAMPLES[name][0]) for name in EFFECTS], ids=str)


POST = a_message(
    attachments=(Attachment("https://files.test/a.png"),), author=an_author(roles=("verified",))
)


def a_client() -> FakeClient:
    client = FakeClient.holding(POST)
    client.roles = {("u1", "verified")}
    return client


def at(client: FakeClient, now: datetime = NOON) -> Target:
    return a_target(POST, now=now, house=client.house())


def test_every_action_is_exemplified() -> None:
    assert set(EXAMPLES) == set(ACTIONS)


def test_every_action_that_touches_the_platform_names_its_effect() -> None:
    harmless = {name for name in ACTIONS if parse(EXAMPLES[name][0]).harshness == 0}

    assert set(EFFECTS) == set(ACTIONS) - harmless


def test_the_registry_is_alphabetical() -> None:
    assert list(ACTIONS) == sorted(ACTIONS)


@every
def test_what_is_written_reads_back_equal(action: Action) -> None:
    assert parse(str(action)) == action


@every
def test_its_name_is_its_place_in_the_registry(action: Action) -> None:
    assert action.name in ACTIONS


@every
def test_its_harshness_is_within_bounds(action: Action) -> None:
    assert 0 <= action.harshness <= 100


@every
def test_merged_with_itself_it_stays_itself(action: Action) -> None:
    assert action | action == action


@every
async def test_applying_twice_is_applying_once(action: Action) -> None:
    once, twice = a_client(), a_client()

    await action.apply(once, at(once))
    await action.apply(twice, at(twice))
    await action.apply(twice, at(twice))

    assert twice == once


@every
async def test_undone_the_platform_is_as_it_was(action: Action) -> None:
    client = a_client()
    receipt = await action.apply(client, at(client))

    said = await action.undo(client, at(client), receipt)

    assert (said is None) is (action.name not in CANNOT)
    assert action.name in STAYS or client == a_client()


@every
async def test_undoing_twice_is_undoing_once(action: Action) -> None:
    client = a_client()
    receipt = await action.apply(client, at(client))
    await action.undo(client, at(client), receipt)
    before = deepcopy(client)

    await action.undo(client, at(client), receipt)

    assert client == before


@acting
async def test_before_it_is_applied_a_probe_says_absent(action: Action) -> None:
    client = a_client()

    assert await action.probe(client, at(client)) is Presence.ABSENT


@effects
async def test_after_a_crash_between_effect_and_receipt_a_probe_says_applied(
    action: Action, method: str
) -> None:
    client = a_client()
    client.die_after = method

    with pytest.raises(Killed):
        await action.apply(client, at(client))

    assert await action.probe(client, at(client)) is Presence.APPLIED


@effects
async def test_after_a_crash_it_can_be_applied_again_and_then_undone(
    action: Action, method: str
) -> None:
    client = a_client()
    client.die_after = method
    with pytest.raises(Killed):
        await action.apply(client, at(client))

    receipt = await action.apply(client, at(client))
    await action.undo(client, at(client), receipt)

    left_by_others = action.name in LOST or "gone" in receipt.values
    assert left_by_others or client == a_client()


@acting
async def test_while_the_platform_is_out_a_probe_says_unknown(action: Action) -> None:
    client = a_client()
    client.unavailable()

    assert await action.probe(client, at(client)) is Presence.UNKNOWN


@acting
async def test_a_probe_changes_nothing(action: Action) -> None:
    client = a_client()

    await action.probe(client, at(client))

    assert client == a_client()


@acting
async def test_refused_by_the_platform_it_changes_nothing(action: Action) -> None:
    client = a_client()
    client.forbidden()

    with pytest.raises(Exception, match="missing permission"):
        await action.apply(client, at(client))

    assert client == a_client()


@every
async def test_a_later_redelivery_is_never_told_absent_once_it_was_done(action: Action) -> None:
    client = a_client()
    await action.apply(client, at(client))

    later = at(client, NOON + timedelta(minutes=5))

    assert await action.probe(client, later) is not Presence.ABSENT
