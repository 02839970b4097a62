"""Known pictures: what a match may say, and what it never says."""

import pytest

from analysis.detector import Detector
from analysis.detectors.known_images import KnownImages
from analysis.known import distance_of, nearness
from analysis.taxonomy import Category
from analysis.types import BankKind, BankMatch, FactKind, Findings, Grounds, Modality, Scope
from tests.analysis.fakes import FakeBanks, a_match, a_post, an_image


async def looked_up(*matches: BankMatch) -> Findings:
    detector: Detector = KnownImages()
    return await detector.detect(a_post(an_image("aa")), Scope("x", FakeBanks({"aa": matches})))


@pytest.mark.parametrize(
    ("match", "score"),
    [
        pytest.param(a_match(), 0.97, id="exact"),
        pytest.param(a_match(exact=False, distance=10), 0.9, id="near"),
        pytest.param(a_match(exact=False, distance=11), 0.65, id="alike"),
        pytest.param(a_match(exact=False, distance=31), 0.65, id="barely-alike"),
        pytest.param(a_match(confirmed=False), 0.65, id="exact-unconfirmed"),
        pytest.param(a_match(exact=False, distance=3, confirmed=False), 0.65, id="unconfirmed"),
    ],
)
async def test_a_bad_match_is_as_suspicious_as_it_is_near_and_confirmed(
    match: BankMatch, score: float
) -> None:
    found = await looked_up(match)

    assert [signal.score for signal in found.signals] == [score]


async def test_a_bad_match_speaks_of_the_entrys_category_on_known_grounds() -> None:
    (signal,) = (await looked_up(a_match(category=Category.GORE))).signals

    assert (signal.category, signal.grounds, signal.modality) == (
        Category.GORE,
        Grounds.KNOWN,
        Modality.IMAGE,
    )


@pytest.mark.parametrize(
    ("match", "kind"),
    [
        pytest.param(a_match(), FactKind.KNOWN_BAD, id="confirmed"),
        pytest.param(a_match(confirmed=False), FactKind.SUSPECTED_BAD, id="unconfirmed"),
        pytest.param(a_match(BankKind.GOOD), FactKind.KNOWN_GOOD, id="good"),
    ],
)
async def test_the_policy_can_tell_matches_by_their_facts(match: BankMatch, kind: FactKind) -> None:
    found = await looked_up(match)

    assert [(fact.kind, fact.value) for fact in found.facts] == [(kind, "ours")]


def test_a_fact_carries_the_distance() -> None:
    distances = range(257)

    assert [distance_of(nearness(distance)) for distance in distances] == list(distances)


async def test_a_good_match_that_only_looks_alike_says_nothing() -> None:
    assert await looked_up(a_match(BankKind.GOOD, exact=False)) == Findings()


async def test_a_good_match_gives_no_signal() -> None:
    assert (await looked_up(a_match(BankKind.GOOD))).signals == ()


async def test_pixels_found_harmless_are_not_suspected_for_their_looks() -> None:
    found = await looked_up(a_match(BankKind.GOOD), a_match(exact=False, distance=4, bank="other"))

    assert found.signals == ()


async def test_pixels_found_harmless_and_bad_are_bad() -> None:
    found = await looked_up(a_match(BankKind.GOOD), a_match(bank="other"))

    assert [signal.score for signal in found.signals] == [0.97]


async def test_the_frames_of_a_file_speak_once() -> None:
    banks = FakeBanks({"aa": [a_match(exact=False, distance=20)], "bb": [a_match()]})
    post = a_post(an_image("aa", frame=0), an_image("bb", frame=1))

    found = await KnownImages().detect(post, Scope("x", banks))

    assert [signal.score for signal in found.signals] == [0.97]
    assert [distance_of(fact.score) for fact in found.facts] == [0]


async def test_a_picture_no_bank_knows_is_not_judged() -> None:
    assert await looked_up() == Findings()
    assert KnownImages.categories == frozenset()
