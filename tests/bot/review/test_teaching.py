"""What decisions teach the banks, and when an entry is put out of force."""

import dataclasses
import random
from dataclasses import dataclass
from datetime import timedelta

import pytest

from analysis.bank import BankIndex
from analysis.known import nearness
from analysis.taxonomy import Category
from analysis.types import BankKind, Fact, FactKind, Image, Media, Modality
from bot.model import EventKind
from bot.ports import Client
from bot.review.desk import Desk
from bot.review.floods import AT_LEAST, WINDOW, Sighting, distance, is_flood, unlike
from bot.review.teaching import NoPicture, Teacher
from bot.review.worth import Decided, Worth, of_detectors, of_rules
from bot.storage.bank_file import Known
from bot.storage.banks import SHARED, BankStore
from bot.storage.decisions import NoSuchCase
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from tests.bot.storage.builders import Clock, a_key, a_new_case, a_record, parse

BAD = "decided-bad"


def pdq(seed: int, flipped: int = 0) -> str:
    """A hash far from every other seed's, ``flipped`` bits away from its own."""
    bits = random.Random(seed).getrandbits(256)  # noqa: S311 - pictures, not secrets
    for place in random.Random(-seed - 1 - flipped).sample(range(256), flipped):  # noqa: S311
        bits ^= 1 << place
    return f"{bits:064x}"


def a_picture(hash_: str) -> Media:
    return Media(
        f"{int(hash_, 16) % 2**256:064x}", hash_, 100, "image/png", 64, 64, 1, animated=False
    )


@dataclass
class School:
    """A teacher, a desk, and cases to learn from."""

    journal: Journal
    banks: BankStore
    teacher: Teacher
    desk: Desk
    clock: Clock

    async def a_case(self, number: int, hash_: str, *, bank: str = "", author: str = "u1") -> str:
        """A case of one picture, which a bank may have found to be bad."""
        record = a_record(a_key(number), actions=(), judged_at=self.clock())
        known = Fact(FactKind.KNOWN_BAD, bank, nearness(0), Modality.IMAGE, 0)
        assessment = dataclasses.replace(
            record.assessment, media=(a_picture(hash_),), facts=(known,) if bank else ()
        )
        record = dataclasses.replace(record, assessment=assessment, author_id=author)
        case = await self.journal.write(record, a_new_case(number))
        assert case is not None
        return case

    async def known(self, case: str, *, sure: bool = False, kind: BankKind = BankKind.BAD) -> str:
        return await self.teacher.known(case, kind, Category.SCAM, by="ada", confirmed=sure)

    async def entries(self) -> list[bool]:
        """Whether each entry of decided-bad is confirmed, oldest first."""
        return [held.entry.confirmed for held in await self.banks.held("home")]


@pytest.fixture
def school(journal: Journal) -> School:
    clock = Clock()
    banks = BankStore(journal.database, clock, BankIndex)
    teacher = Teacher(journal, banks, clock)
    nowhere: dict[str, Client] = {}
    evidence = EvidenceStore.open("memory://", journal.seal)
    desk = Desk(
        journal,
        evidence,
        lambda ref: nowhere.get(ref.platform),
        parse,
        clock,
        learn=teacher.overturned,
    )
    return School(journal, banks, teacher, desk, clock)


async def test_what_one_moderator_calls_bad_only_flags(school: School) -> None:
    said = await school.known(await school.a_case(1, pdq(1)))

    assert await school.entries() == [False]
    assert "flag from now on" in said


async def test_an_administrators_click_confirms(school: School) -> None:
    await school.known(await school.a_case(1, pdq(1)), sure=True)

    assert await school.entries() == [True]


@pytest.mark.parametrize(("bits", "confirmed"), [(0, True), (10, True), (11, False)])
async def test_a_second_case_confirms_within_ten_bits(
    school: School, bits: int, *, confirmed: bool
) -> None:
    await school.known(await school.a_case(1, pdq(1)))
    await school.known(await school.a_case(2, pdq(1, bits)))

    assert (await school.entries())[0] is confirmed


async def test_the_same_case_twice_confirms_nothing(school: School) -> None:
    case = await school.a_case(1, pdq(1))
    await school.known(case)
    await school.known(case)

    assert await school.entries() == [False]


async def test_what_was_taught_stands_in_the_history(school: School) -> None:
    name = await school.a_case(1, pdq(1))
    await school.known(name)

    last = (await school.desk.case(name)).events[-1]
    assert (last.kind, last.by) == (EventKind.TAUGHT, "ada")


async def test_known_harmless_goes_to_a_bank_of_its_own(school: School) -> None:
    await school.known(await school.a_case(1, pdq(1)), kind=BankKind.GOOD)

    (entry,) = await school.banks.entries("home")
    assert (entry.kind, entry.bank) == (BankKind.GOOD, "decided-harmless")


async def test_a_case_without_pictures_teaches_nothing(school: School) -> None:
    record = a_record(a_key(1), actions=())
    bare = dataclasses.replace(record.assessment, media=(None,), facts=())
    case = await school.journal.write(dataclasses.replace(record, assessment=bare), a_new_case(1))
    assert case is not None

    with pytest.raises(NoPicture):
        await school.known(case)


async def test_a_case_that_is_not_there_teaches_nothing(school: School) -> None:
    with pytest.raises(NoSuchCase):
        await school.known("nothing")


async def test_an_overturn_takes_out_what_nobody_confirmed(school: School) -> None:
    await school.known(await school.a_case(1, pdq(1)))
    await school.desk.overturn(await school.a_case(2, pdq(1, 5), bank=BAD), "bob", 1)

    assert await school.entries() == []


async def test_an_overturn_leaves_a_confirmed_entry_to_flag(school: School) -> None:
    await school.known(await school.a_case(1, pdq(1)), sure=True)
    await school.desk.overturn(await school.a_case(2, pdq(1, 5), bank=BAD), "bob", 1)

    assert await school.entries() == [False]


async def test_overturning_the_case_that_taught_it_takes_it_out(school: School) -> None:
    name = await school.a_case(1, pdq(1))
    await school.known(name, sure=True)
    await school.desk.overturn(name, "bob", (await school.desk.case(name)).version)

    assert await school.entries() == []


async def test_an_overturn_leaves_other_entries_alone(school: School) -> None:
    await school.known(await school.a_case(1, pdq(1)), sure=True)
    await school.desk.overturn(await school.a_case(2, pdq(2), bank=BAD), "bob", 1)

    assert await school.entries() == [True]


async def test_an_overturn_changes_no_shared_bank(school: School) -> None:
    entry = Known(Category.SCAM, pdq(1), "", 100, confirmed=True)
    await school.banks.add(SHARED, "list", BankKind.BAD, [entry], by="cli")
    await school.desk.overturn(await school.a_case(2, pdq(1), bank="list"), "bob", 1)

    (held,) = await school.banks.held(SHARED)
    assert held.entry.confirmed


async def a_flood(school: School, *, posts: int, spread: int = 30, authors: int = 99) -> None:
    """Pictures within 31 bits of seed 1 and, with a wide spread, unlike each other."""
    await school.known(await school.a_case(100, pdq(1)), sure=True)
    for number in range(posts):
        near = int(pdq(1), 16)
        for place in range(spread):
            near ^= 1 << ((number * spread + place) % 256)
        await school.a_case(number, f"{near:064x}", bank=BAD, author=f"a{number % authors}")


async def test_an_entry_that_matches_a_flood_is_put_out_of_force(school: School) -> None:
    await a_flood(school, posts=AT_LEAST)
    caught = await school.teacher.watch()

    (held,) = await school.teacher.quarantined()
    assert [one.entry.id for one in caught] == [held.entry.id]
    assert not held.entry.confirmed


async def test_an_entry_out_of_force_flags_exact_copies_only(school: School) -> None:
    await a_flood(school, posts=AT_LEAST)
    await school.teacher.watch()
    view = await school.banks.view("home")

    def image(hash_: str) -> Image:
        return Image(b"", 1, 1, a_picture(hash_).sha256, hash_, 100, 0)

    assert view.match(image(pdq(1, 4))) == []
    (match,) = view.match(image(pdq(1)))
    assert not match.confirmed


async def test_what_was_put_back_is_in_force_again(school: School) -> None:
    await a_flood(school, posts=AT_LEAST)
    (caught,) = await school.teacher.watch()
    await school.teacher.put_back(caught.entry.id, by="ada")

    assert await school.entries() == [True]
    assert await school.teacher.watch() == ()


@pytest.mark.parametrize(
    ("posts", "spread", "authors"),
    [
        pytest.param(AT_LEAST - 1, 30, 99, id="too few"),
        pytest.param(40, 5, 99, id="a campaign with one picture"),
        pytest.param(40, 30, 1, id="one author with many"),
    ],
)
async def test_what_is_no_flood_of_unlike_pictures_keeps_the_entry(
    school: School, posts: int, spread: int, authors: int
) -> None:
    await a_flood(school, posts=posts, spread=spread, authors=authors)

    assert await school.teacher.watch() == ()


async def test_a_flood_of_yesterday_counts_no_more(school: School) -> None:
    await a_flood(school, posts=AT_LEAST)
    school.clock.passes(WINDOW + timedelta(seconds=1))

    assert await school.teacher.watch() == ()


def test_distance_counts_bits() -> None:
    assert distance(pdq(1), pdq(1, 7)) == 7


def test_copies_of_the_entry_are_not_counted() -> None:
    copies = [Sighting(pdq(1, bits), f"a{bits}") for bits in range(10)]

    assert unlike(pdq(1), copies) == 0
    assert not is_flood(pdq(1), copies)


def test_precision_counts_what_was_decided() -> None:
    cases = [
        Decided(frozenset({"scam"}), frozenset({"links", "ocr"}), upheld=True),
        Decided(frozenset({"scam", "mild"}), frozenset({"links"}), upheld=False),
        Decided(frozenset({"scam"}), frozenset(), upheld=None),
    ]

    assert of_rules(cases) == (Worth("scam", 3, 1, 1), Worth("mild", 1, 0, 1))
    assert of_detectors(cases) == (Worth("links", 2, 1, 1), Worth("ocr", 1, 1, 0))
    assert [one.precision for one in of_rules(cases)] == [0.5, 0.0]


def test_precision_without_a_decision_is_unknown() -> None:
    assert Worth("new", 3, 0, 0).precision is None


async def test_worth_is_read_from_what_moderators_decided(school: School) -> None:
    for number in range(3):
        await school.a_case(number, pdq(number))
    for number, decide in ((0, school.desk.uphold), (1, school.desk.overturn)):
        case = await school.journal.case_of(a_key(number).ref)
        assert case is not None
        await decide(case.id, "ada", 1)

    rules, detectors = await school.teacher.worth()

    assert rules == (Worth("scam-screenshot", 3, 1, 1),)
    assert detectors == (Worth("scam_phrases", 3, 1, 1),)
