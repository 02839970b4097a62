"""Pictures that moderators ignore in a channel are left out there, and nowhere else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import select

from analysis.detector import Needs, Tier
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Grounds, Image, Modality, Scope, Signal
from bot.model import Attachment, Case, EventKind, Message, Ref
from bot.storage.database import Database
from bot.storage.ignored import MOST, Ignored
from bot.storage.journal import Journal
from bot.storage.tables import audit
from tests.bot.journey import World, a_world
from tests.builders import a_message, a_ref

PICTURE, OTHER = b"the daily joke", b"something else"
DIGEST = sha256(PICTURE).hexdigest()


@dataclass
class Dislikes:
    """Calls every picture a scam."""

    name: str = "dislikes"
    needs: Needs = Needs.IMAGES
    tier: Tier = Tier.INSTANT
    categories: frozenset[Category] = frozenset({Category.SCAM})
    seen: list[int] = field(default_factory=list)

    async def detect(self, content: Content, scope: Scope) -> Findings:
        self.seen.append(len(content.images))
        signal = Signal(Category.SCAM, 0.9, Modality.IMAGE, Grounds.MODEL, "dislikes@1")
        return Findings((signal,) if content.images else ())


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path, remote=[Dislikes()]) as made:
        made.platform.files = {"https://f.test/a": PICTURE, "https://f.test/b": OTHER}
        yield made


def a_post(number: int, *files: str, channel: str = "c1", text: str = "look") -> Message:
    attachments = tuple(Attachment(f"https://f.test/{name}") for name in files)
    ref = a_ref(f"m{number}", channel_id=channel)
    return a_message(text, ref=ref, attachments=attachments)


async def judged(world: World, message: Message) -> tuple[str, ...]:
    """The rules that matched."""
    await world.handle(world.stands(message))
    record = await world.record(message)
    return tuple(one.rule for one in record.verdict.matched)


async def ignoring(world: World, *, number: int = 99, file: str = "a") -> Case:
    """A moderator ignores the picture in c1, where it made a case."""
    await judged(world, a_post(number, file))
    case = await world.case(a_post(number, file))
    assert case is not None
    assert await world.ignored.add(case, "ada") == 1
    return case


async def test_an_ignored_picture_is_left_out_of_the_judgement(world: World) -> None:
    await ignoring(world)

    assert await judged(world, a_post(1, "a")) == ()
    assert await world.case(a_post(1, "a")) is None


async def test_the_record_keeps_its_digest_and_says_so(world: World) -> None:
    await ignoring(world)
    await judged(world, a_post(1, "a"))
    record = await world.record(a_post(1, "a"))

    assert [one.sha256 for one in record.assessment.media if one] == [DIGEST]
    assert "moderators ignore it in this channel" in record.verdict.explanation


async def test_the_words_beside_it_are_judged_as_ever(world: World) -> None:
    await ignoring(world)

    assert "scam" in await judged(world, a_post(1, "a", text="scam 0.9"))
    case = await world.case(a_post(1, "a", text="scam 0.9"))
    assert case is not None
    assert [one.sha256 for one in case.evidence] == [DIGEST]


async def test_the_pictures_beside_it_are_judged_as_ever(world: World) -> None:
    await ignoring(world)

    assert "scam" in await judged(world, a_post(1, "a", "b"))


async def test_in_another_channel_it_is_judged(world: World) -> None:
    await ignoring(world)

    assert "scam" in await judged(world, a_post(1, "a", channel="c2"))


async def test_what_is_ignored_no_more_is_judged_again(world: World) -> None:
    await ignoring(world)

    assert await world.ignored.remove("fake", "g1", "c1", DIGEST, "bob")
    assert "scam" in await judged(world, a_post(1, "a"))
    assert not await world.ignored.remove("fake", "g1", "c1", DIGEST, "bob")


async def test_who_ignored_it_stands_in_the_history_and_the_audit(world: World) -> None:
    case = await ignoring(world)
    (kept,) = world.ignored.of("fake", "g1", "c1")
    after = await world.journal.case(case.id)
    async with world.journal.database.reading() as conn:
        lines = (await conn.execute(select(audit.c.by, audit.c.what, audit.c.subject))).all()

    assert (kept.sha256, kept.by, kept.from_case) == (DIGEST, "ada", case.id)
    assert after is not None
    assert (after.events[-1].kind, after.events[-1].by) == (EventKind.TAUGHT, "ada")
    assert ("ada", "ignored.add", "fake:g1:c1") in [tuple(line) for line in lines]


async def test_a_case_that_kept_no_picture_ignores_nothing(world: World) -> None:
    await judged(world, a_post(1, text="scam 0.9"))
    case = await world.case(a_post(1, text="scam 0.9"))
    assert case is not None

    assert await world.ignored.add(case, "ada") == 0
    assert world.ignored.of("fake", "g1", "c1") == ()


def an_image(bits: int, *, quality: int = 100, digest: str = "ee" * 32) -> Image:
    """One whose PDQ lies so many bits from the ignored picture's."""
    pdq = f"{int(DIGEST, 16) ^ ((1 << bits) - 1):064x}"
    return Image(b"", 1, 1, digest, pdq, quality, 0)


@pytest.mark.parametrize(
    ("image", "covered"),
    [
        pytest.param(an_image(10), True, id="within 10 bits"),
        pytest.param(an_image(11), False, id="beyond"),
        pytest.param(an_image(0, quality=49), False, id="a hash that says little"),
        pytest.param(an_image(200, quality=0, digest=DIGEST), True, id="equal pixels"),
    ],
)
async def test_what_looks_like_it_is_ignored_too(
    world: World, image: Image, *, covered: bool
) -> None:
    await ignoring(world)

    assert world.ignored.covers(Ref("fake", "g1", "c1", "m1"), image) is covered


async def test_an_animation_that_begins_with_it_is_judged_from_its_second_frame_on(
    world: World,
) -> None:
    """Or whoever puts an ignored picture first could post anything behind it."""
    await ignoring(world)
    ref = Ref("fake", "g1", "c1", "m1")
    first, second = an_image(0, digest=DIGEST), an_image(128)

    left = [image for image in (first, second) if not world.ignored.covers(ref, image)]
    assert left == [second]


async def test_another_process_sees_it(world: World) -> None:
    other_database = await Database.open(f"sqlite+aiosqlite:///{world.policy.parent}/test.db")
    journal = Journal(other_database, world.journal.seal, world.journal.parse)
    other = Ignored(journal, lambda: world.time)
    await other.load()
    await ignoring(world)
    await other.load()
    found = other.of("fake", "g1", "c1")
    await other_database.close()

    assert [one.sha256 for one in found] == [DIGEST]


async def test_beyond_the_most_the_oldest_are_judged_again(world: World) -> None:
    for number in range(MOST + 1):
        world.platform.files[f"https://f.test/{number}"] = f"picture {number}".encode()
    attachments = [str(number) for number in range(MOST + 1)]
    for start in range(0, MOST + 1, 67):
        post = a_post(start, *attachments[start : start + 67])
        await judged(world, post)
        case = await world.case(post)
        assert case is not None
        await world.ignored.add(case, "ada")

    kept = world.ignored.of("fake", "g1", "c1")
    assert len(kept) == MOST
    assert sha256(b"picture 0").hexdigest() not in {one.sha256 for one in kept}
