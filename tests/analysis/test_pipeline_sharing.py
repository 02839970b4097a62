"""What may be shared between pictures, and what known pictures are spared."""

from dataclasses import replace

import pytest

from analysis.detector import Needs, Tier
from analysis.errors import UnreadableMedia
from analysis.types import (
    BankKind,
    Content,
    FactKind,
    Origin,
    Passage,
    Scope,
)
from tests.analysis.builders import a_judge, a_pipeline, an_eye
from tests.analysis.fakes import (
    SCAM,
    FakeBanks,
    FakeDetector,
    FakeReader,
    a_match,
    a_post,
    a_reader,
    an_image,
)


async def test_equal_pixels_are_read_once() -> None:
    reader = a_reader("free nitro")
    pipeline = a_pipeline(reader)
    await pipeline.analyse(a_post(an_image("aa"), text="one"), Scope())

    await pipeline.analyse(a_post(an_image("aa"), text="two"), Scope())

    assert len(reader.seen) == 1


async def test_what_was_kept_is_as_good_as_what_was_read() -> None:
    pipeline = a_pipeline(a_reader("free nitro"))
    fresh = await pipeline.analyse(a_post(an_image("aa")), Scope())

    assert (await pipeline.analyse(a_post(an_image("aa")), Scope())).facts == fresh.facts


async def test_a_kept_reading_names_the_file_it_is_read_for() -> None:
    pipeline = a_pipeline(a_reader("free nitro"))
    await pipeline.analyse(a_post(an_image("aa")), Scope())

    found = await pipeline.analyse(a_post(an_image("bb"), an_image("aa", media=1)), Scope())

    assert [fact.media for fact in found.facts if fact.kind is FactKind.OCR] == [1]


async def test_pictures_that_only_look_alike_are_read_each() -> None:
    reader = a_reader("free nitro")
    pipeline = a_pipeline(reader)
    await pipeline.analyse(a_post(an_image("aa")), Scope())

    await pipeline.analyse(a_post(replace(an_image("bb"), pdq="aa" * 32)), Scope())

    assert len(reader.seen) == 2


async def test_a_newer_reader_reads_anew() -> None:
    reader = a_reader("free nitro")
    pipeline = a_pipeline(reader)
    await pipeline.analyse(a_post(an_image("aa")), Scope())
    reader.version = "2"

    await pipeline.analyse(a_post(an_image("aa")), Scope())

    assert len(reader.seen) == 2


async def test_a_failed_reading_is_not_kept() -> None:
    reader = FakeReader(error=UnreadableMedia("no letters"))
    pipeline = a_pipeline(reader)
    await pipeline.analyse(a_post(an_image("aa")), Scope())
    reader.error = None

    assert (await pipeline.analyse(a_post(an_image("aa")), Scope())).complete


async def test_one_text_on_many_frames_is_judged_once() -> None:
    frames = [an_image(f"{n:02x}", frame=n) for n in range(3)]
    reader = FakeReader({f.sha256: (Passage("free nitro", Origin.OCR),) for f in frames})

    found = await a_pipeline(reader, FakeDetector()).analyse(a_post(*frames), Scope())

    assert len(found.signals) == 1


async def test_a_line_that_stands_twice_in_one_picture_is_read_twice() -> None:
    reader = FakeReader({"aa" * 32: (Passage("free", Origin.OCR), Passage("free", Origin.OCR))})
    words = FakeDetector()

    await a_pipeline(reader, words).analyse(a_post(an_image("aa"), text=""), Scope())

    assert [len(content.passages) for content in words.seen] == [2]


async def test_known_good_pixels_are_spared_detectors_of_pictures() -> None:
    eye = an_eye()
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD)]})

    await a_pipeline(eye).analyse(
        a_post(an_image("aa"), an_image("bb", media=1)), Scope("x", banks)
    )

    assert [[image.sha256[:2] for image in c.images] for c in eye.seen] == [["bb"]]


async def test_known_good_pixels_are_still_looked_up_by_what_costs_nothing() -> None:
    bank = an_eye(tier=Tier.INSTANT)
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD)]})

    found = await a_pipeline(bank).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] == 0.45


async def test_known_good_pixels_are_still_read() -> None:
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD)]})

    found = await a_pipeline(a_reader("free nitro"), FakeDetector()).analyse(
        a_post(an_image("aa")), Scope("x", banks)
    )

    assert found.scores[SCAM] == 0.45


async def test_known_good_pixels_are_still_judged_with_their_words() -> None:
    judge = a_judge(needs=Needs.BOTH, digest="aa")
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD)]})

    found = await a_pipeline(judge).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] == 0.45


async def test_known_good_does_not_say_that_a_picture_was_judged() -> None:
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD)]})

    found = await a_pipeline(an_eye()).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] is None
    assert SCAM in found.unasked


@pytest.mark.parametrize(
    "match",
    [
        pytest.param(a_match(BankKind.GOOD, exact=False, distance=0), id="alike"),
        pytest.param(a_match(BankKind.BAD), id="bad"),
    ],
)
async def test_nothing_but_good_and_equal_pixels_spares_a_picture(match: object) -> None:
    banks = FakeBanks({"aa": [match]})  # type: ignore[list-item]  # pytest hands it over untyped

    found = await a_pipeline(an_eye()).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] == 0.45


async def test_pixels_known_as_good_and_as_bad_are_not_spared() -> None:
    banks = FakeBanks({"aa": [a_match(BankKind.GOOD), a_match(BankKind.BAD)]})

    found = await a_pipeline(an_eye()).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] == 0.45


async def test_banks_in_trouble_clear_nothing() -> None:
    banks = FakeBanks({}, error=OSError("gone"))

    found = await a_pipeline(an_eye()).analyse(a_post(an_image("aa")), Scope("x", banks))

    assert found.scores[SCAM] == 0.45


async def test_a_picture_is_looked_up_once_however_many_ask() -> None:
    banks = FakeBanks({})

    class Asking(FakeDetector):
        async def detect(self, content: Content, scope: Scope) -> "object":  # type: ignore[override]  # as the fake's
            for image in content.images:
                scope.banks.match(image)
            return await super().detect(content, scope)

    await a_pipeline(Asking(needs=Needs.IMAGES)).analyse(a_post(an_image()), Scope("x", banks))

    assert banks.lookups == 1
