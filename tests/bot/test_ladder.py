"""The escalation ladder over whole judgements: strikes are counted, run out, and are refunded."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.spec import parse
from bot.jobs import Done
from bot.model import Case, Message
from bot.review.desk import Desk
from bot.storage.evidence import EvidenceStore
from tests.bot.journey import World, a_world
from tests.builders import a_message, a_ref

RULES = """
extends = "strict"

[[rule]]
id = "advert"
when = "scores.scam >= 0.8"
then = ["punish", "strike for 30d", "notify author"]
because = "It advertises."

# What the preset itself does about scams would hide which step was taken.
[[rule]]
id = "scam"
mode = "off"

[[rule]]
id = "scam-words"
mode = "off"

[[rule]]
id = "scam-warning"
mode = "off"

[[rule]]
id = "scam-likely"
mode = "off"
"""
LATER = timedelta(days=2)
"""Between posts; every timeout of the ladder has ended by then."""


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, rules=RULES) as made:
        yield made


async def offend(world: World, number: int, *, after: timedelta = LATER) -> Message:
    """The same author offends again, after a while."""
    world.time += after
    world.platform.client.now = world.time
    world.platform.client.timeouts.clear()
    message = world.stands(a_message(f"advert {number} 0.9", ref=a_ref(f"m{number}")))
    assert await world.handle(message) == Done()
    return message


async def done(world: World, message: Message) -> dict[str, str]:
    """What became of each action about a post."""
    return {one.action: one.status.value for one in (await world.record(message)).outcomes}


def away(world: World) -> timedelta | None:
    """For how long the author cannot post."""
    ends = list(world.platform.client.timeouts.values())
    return ends[0] - world.time if ends else None


def a_desk(world: World) -> Desk:
    journal, platform = world.journal, world.platform
    return Desk(
        journal,
        EvidenceStore.open("memory://", journal.seal),
        lambda _ref: platform.client,
        parse,
        lambda: world.time,
        house=world.app.act.house,
    )


async def a_case(world: World, message: Message) -> Case:
    case = await world.case(message)
    assert case is not None
    return case


async def test_the_ladder_leads_from_a_warning_to_a_person(world: World) -> None:
    steps = []
    for number in range(5):
        message = await offend(world, number)
        steps.append((away(world), (await world.record(message)).verdict.needs_review))

    assert steps == [
        (None, False),
        (timedelta(minutes=10), False),
        (timedelta(hours=1), False),
        (timedelta(days=1), False),
        (timedelta(days=1), True),
    ]


async def test_the_warning_says_which_rule_and_that_it_counts(world: World) -> None:
    message = await offend(world, 0)

    ((author, note),) = world.platform.client.dms.values()
    assert author == message.author.id
    assert "It advertises." in note
    assert "It counts as a strike for 30d." in note


async def test_strikes_run_out_and_the_ladder_begins_anew(world: World) -> None:
    for number in range(3):
        await offend(world, number)
    message = await offend(world, 3, after=timedelta(days=31))

    assert away(world) is None
    assert set(await done(world, message)) == {"strike for 30d", "notify author"}


async def test_an_overturn_takes_the_author_a_step_back(world: World) -> None:
    for number in range(4):
        await offend(world, number)
    case = await a_case(world, await offend(world, 4))
    await a_desk(world).overturn(case.id, "ada", case.version)
    last = await offend(world, 5)

    assert (await world.record(last)).context.author.strikes == 4
    assert any("we are sorry" in text for _, text in world.platform.client.dms.values())
