"""Files to ``Content`` through the real sandbox: a bad file costs itself and nothing else."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from analysis.content import build
from analysis.encode import encode_webp
from analysis.media import Limits
from analysis.sandbox import DECODE, Sandbox
from analysis.sniff import WEBP, sniff
from analysis.types import (
    Content,
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Modality,
    Origin,
    Passage,
)
from tests import pictures
from tests.pictures import a_picture, an_animation, encoded

PNG = encoded(a_picture())
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"/>'


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as running:
        yield running


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_words_alone_need_no_worker(sandbox: Sandbox) -> None:
    said = Passage("hello", Origin.CAPTION)

    assert await build([said], [], sandbox) == Content(passages=(said,))


async def test_files_keep_their_order_and_point_back(sandbox: Sandbox) -> None:
    content = await build([], [an_animation("GIF", 3), PNG], sandbox)

    kinds = [media and media.media_type for media in content.media]
    assert kinds == ["image/gif", "image/png"]
    assert [(image.frame_of, image.frame) for image in content.images] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 0),
    ]


async def test_a_broken_file_is_a_failure_and_hides_no_other(sandbox: Sandbox) -> None:
    content = await build([], [PNG[:60], PNG], sandbox)

    assert content.media[0] is None
    assert content.media[1] is not None
    (failure,) = content.failures
    assert (failure.detector, failure.kind, failure.media) == ("media", FailureKind.UNREADABLE, 0)


async def test_what_could_not_be_fetched_stays_a_failure(sandbox: Sandbox) -> None:
    gone = Failure("fetch", FailureKind.GONE, "deleted", media=0)

    content = await build([], [gone, PNG], sandbox)

    assert content.failures == (gone,)
    assert content.media[0] is None


async def test_an_unsupported_kind_may_be_a_note(sandbox: Sandbox) -> None:
    content = await build([], [SVG], sandbox, unsupported="note")

    assert content.failures == ()
    assert content.media == (None,)
    assert content.facts == (
        Fact(
            FactKind.UNSUPPORTED,
            "an SVG drawing is not looked into",
            modality=Modality.IMAGE,
            media=0,
        ),
    )


async def test_an_unsupported_kind_may_go_to_review(sandbox: Sandbox) -> None:
    content = await build([], [SVG], sandbox, unsupported="review")

    assert content.facts == ()
    assert [failure.kind for failure in content.failures] == [FailureKind.NOT_SUPPORTED]


async def test_what_was_seen_of_a_slow_animation_is_kept_with_its_failure(
    sandbox: Sandbox,
) -> None:
    content = await build([], [an_animation("GIF", 30)], sandbox, Limits(seconds=0.0))

    assert len(content.images) == 1
    assert [failure.reason for failure in content.failures] == [
        "only the first 1 of 30 frames were seen"
    ]


async def test_an_oversized_file_is_refused(sandbox: Sandbox) -> None:
    content = await build([], [PNG], sandbox, Limits(max_bytes=8))

    assert "more than 8" in content.failures[0].reason


async def test_a_decoder_that_overruns_costs_one_unreadable_file() -> None:
    options = replace(DECODE, wall=timedelta(seconds=1), workers=1)
    limits = Limits(max_scans=10**6, max_scanned=10**12)
    async with Sandbox(decode=options) as sandbox:
        content = await build([], [pictures.scan_bomb(), PNG], sandbox, limits)

    assert [failure.kind for failure in content.failures] == [FailureKind.UNREADABLE]
    assert content.media[0] is None
    assert content.media[1] is not None


async def test_evidence_is_written_in_a_worker(sandbox: Sandbox) -> None:
    content = await build([], [PNG], sandbox)

    written = await sandbox.decode(encode_webp, content.images[0])

    assert sniff(written) is WEBP


async def test_the_largest_pictures_fit_the_workers_memory(sandbox: Sandbox) -> None:
    content = await build([], [pictures.a_large_png(7000, 7000, "RGBA")], sandbox)

    assert content.failures == ()
    assert content.media[0] is not None
    assert content.media[0].width == 7000
