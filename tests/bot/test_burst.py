"""A flood is stopped, and its earlier copies go too, each by its own judgement."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.actions.spec import parse
from bot.counters import MemoryCounters, Picture
from bot.jobs import Done
from bot.journey.burst import Burst, Recent
from bot.model import Attachment, Cause, EventKind, Message, Status
from bot.remember import remember
from bot.review.desk import Desk
from bot.review.states import Command
from bot.storage.decisions import Step, take
from bot.storage.evidence import EvidenceStore
from tests.bot.journey import World, a_picture, a_world
from tests.builders import NOON, a_message, a_ref

PICTURE, OTHER = "https://files.test/a.png", "https://files.test/b.png"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        made.platform.files = {PICTURE: b"picture", OTHER: b"another"}
        yield made


def a_copy(n: int, url: str = PICTURE) -> Message:
    ref = a_ref(f"m{n}", channel_id=f"c{n}")
    message = a_message(f"look {n}", ref=ref, attachments=(Attachment(url),))
    return replace(message, sent_at=NOON + timedelta(seconds=n))


async def after(world: World, posts: Sequence[Message]) -> None:
    """All of them judged, and whatever that put in the queue."""
    for post in posts:
        await world.handle(world.stands(post))
    for job in world.intake.jobs:
        assert await world.app.handle(job) == Done()


async def test_a_flood_is_removed_with_its_earlier_copies(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    await after(world, posts)

    assert world.platform.client.messages == {}


async def test_each_copy_goes_by_a_judgement_of_its_own(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    await after(world, posts)
    case = await world.case(posts[0])

    assert case is not None
    assert case.message == posts[0]
    assert [j.key.cause for j in case.judgements] == [Cause.POSTED, Cause.BURST]
    assert {o.status for o in case.judgements[1].outcomes} == {Status.APPLIED}


async def test_a_post_with_another_picture_stays(world: World) -> None:
    other = a_copy(9, OTHER)
    await after(world, [other, *(a_copy(n) for n in range(4))])

    assert world.platform.client.messages == {other.ref: other}


async def test_three_channels_are_no_flood(world: World) -> None:
    posts = [a_copy(n) for n in range(3)]
    await after(world, posts)

    assert len(world.platform.client.messages) == 3
    assert world.intake.jobs == []


async def test_a_redelivered_copy_is_acted_upon_once(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    await after(world, posts)
    before = list(world.platform.client.calls)
    await after(world, [])

    assert world.platform.client.calls.count("delete") == before.count("delete") == 4


async def test_copies_judged_out_of_order_are_all_found(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    for post in posts:
        world.app.burst.recent.note(post)
    await after(world, posts[::-1])

    assert world.platform.client.messages == {}


async def test_after_a_restart_copies_are_found_by_their_records(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    await after(world, posts[:3])
    counters = MemoryCounters()
    await remember(counters, world.journal, NOON)
    restarted = a_restarted(world, counters)
    await after(restarted, posts[3:])

    assert world.platform.client.messages == {}


async def test_what_was_posted_before_a_restart_counts_after_it(world: World) -> None:
    await after(world, [a_copy(n) for n in range(3)])
    counters = MemoryCounters()
    number = await remember(counters, world.journal, NOON)
    shown = a_picture(b"picture")
    seen = await counters.images("g1", [Picture(shown.sha256)], NOON + timedelta(seconds=5))

    assert number == 3
    assert (seen.image_times_10m, seen.image_channels_10m) == (3, 3)


async def test_what_a_person_upheld_of_a_copy_is_not_touched(world: World) -> None:
    first = a_copy(0)
    first = replace(first, text="scam 0.6")
    await after(world, [first])
    case = await world.case(first)
    assert case is not None
    await take(world.journal, case.id, Step(Command.UPHOLD, "ada", NOON, case.version, "fine"))
    await after(world, [a_copy(n) for n in range(1, 4)])
    case = await world.case(first)

    assert world.platform.client.messages == {first.ref: first}
    assert case is not None
    assert EventKind.UPHELD in {event.kind for event in case.events}


async def test_a_strike_counts_at_the_next_judgement(world: World) -> None:
    await after(world, [a_copy(n) for n in range(4)])
    later = world.stands(a_message("hello", ref=a_ref("later")))
    await world.handle(later)

    assert (await world.record(later)).context.author.strikes == 4


async def test_the_author_is_told_why(world: World) -> None:
    await after(world, [a_copy(n) for n in range(4)])

    texts = {text for _, text in world.platform.client.dms.values()}

    assert all("The same picture in many channels." in text for text in texts)


async def test_an_overturn_refunds_the_strike_and_apologises(world: World) -> None:
    posts = [a_copy(n) for n in range(4)]
    await after(world, posts)
    case = await world.case(posts[0])
    assert case is not None
    platform, journal = world.platform, world.journal
    desk = Desk(
        journal,
        EvidenceStore.open("memory://", journal.seal),
        lambda ref: {platform.name: platform.client}.get(ref.platform),
        parse,
        lambda: NOON,
        house=world.app.act.house,
    )
    overturned = await desk.overturn(case.id, "ada", case.version)
    later = world.stands(a_message("hello", ref=a_ref("later")))
    await world.handle(later)

    assert overturned.left == ()
    assert posts[0].ref in platform.client.messages
    assert (await world.record(later)).context.author.strikes == 3
    assert sum("we are sorry" in text for _, text in platform.client.dms.values()) == 1


def a_restarted(world: World, counters: MemoryCounters) -> World:
    """The same disk and platform under a process that remembers nothing."""
    app = world.app
    look = replace(app.look, counters=counters)
    burst: Burst = replace(app.burst, recent=Recent(), look=look)
    world.intake.jobs.clear()
    return replace(world, app=replace(app, look=look, burst=burst))
