"""Gemini: what is on the wire, and what its answers mean."""

from datetime import UTC, datetime

import pytest
from pydantic import ValidationError

from analysis import registry
from analysis.errors import (
    UnreadableMedia,
)
from analysis.providers import PROVIDERS
from analysis.providers.gemini import LEVELS, Gemini, GeminiOptions
from analysis.providers.provider import Fit, Picture, Tools
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    FailureKind,
    Image,
    Modality,
    Origin,
    Passage,
    Scope,
    Usage,
)
from tests.analysis.providers.joint_kit import (
    a_caption,
    a_gemini,
    a_post,
    a_square,
    tools,
)
from tests.emulators.at_hand import AtHand
from tests.emulators.gemini import GeminiVendor, sent_text
from tests.emulators.judged import Mind


@pytest.fixture
def vendor() -> AtHand:
    return AtHand(GeminiVendor().handle)


async def test_words_and_pictures_go_in_one_call(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        await gemini.detect(a_post("hello", a_square("red"), a_square("blue", media=1)), Scope())

    (request,) = vendor.received
    parts = request.json()["contents"][0]["parts"]
    assert request.path == "/v1beta/models/gemini-3.5-flash-lite:generateContent"
    assert ["inlineData" in part for part in parts] == [False, False, True, False, True, False]


async def test_nothing_deprecated_or_secret_stands_where_it_is_logged(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        await gemini.detect(a_post(), Scope())

    (request,) = vendor.received
    config = request.json()["generationConfig"]
    assert request.query == {}
    assert not {"temperature", "topP", "topK"} & set(config)
    assert config["thinkingConfig"] == {"thinkingLevel": "MINIMAL"}


@pytest.mark.parametrize(
    ("model", "wished", "sent"),
    [
        ("gemini-3.5-flash-lite", "MINIMAL", "MINIMAL"),
        ("gemini-3.8-flash", "MINIMAL", "LOW"),
        ("gemini-3.8-flash", "HIGH", "HIGH"),
        ("gemini-4-argon", "MINIMAL", "LOW"),
        ("gemini-9-unknown", "MINIMAL", None),
        ("gemini-3.8-flash", None, None),
    ],
)
async def test_a_model_is_sent_only_a_level_it_takes(
    vendor: AtHand, model: str, wished: str | None, sent: str | None
) -> None:
    async with a_gemini(vendor, model=model, thinking_level=wished) as gemini:
        level = gemini._level()

    assert level == sent


def test_levels_are_a_setting() -> None:
    options = GeminiOptions(thinking_levels={"gemini-5": ("LOW",)})

    assert (options.thinking_levels, "gemini-5" in LEVELS) == ({"gemini-5": ("LOW",)}, False)


async def test_scores_become_joint_signals_with_the_served_model() -> None:
    vendor = AtHand(GeminiVendor(Mind({"scam": 0.8})).handle)
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post("hello", a_square()), Scope())

    (signal,) = found.signals
    assert (signal.category, signal.score, signal.modality) == (Category.SCAM, 0.8, Modality.JOINT)
    assert signal.source == "gemini/gemini-3.5-flash-lite-001@1"


async def test_usage_is_the_vendors_own_thoughts_included(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post("hello", a_square()), Scope())

    assert found.usage == (Usage("gemini-3.5-flash-lite-001", 1, 1402, 40, 1),)


async def test_a_file_name_is_never_sent(vendor: AtHand) -> None:
    content = Content(
        (a_caption("the words"), Passage("canary-name.png", Origin.FILENAME, media=0)),
        (a_square(),),
    )
    async with a_gemini(vendor) as gemini:
        await gemini.detect(content, Scope("canary-purse"))

    said = sent_text(vendor.received[0])
    assert "the words" in said
    assert b"canary-name" not in vendor.received[0].body
    assert b"canary-purse" not in vendor.received[0].body


async def test_a_name_alone_is_not_worth_a_call(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        await gemini.detect(Content((Passage("a.png", Origin.FILENAME),)), Scope())

    assert vendor.received == []


async def test_what_was_read_in_the_picture_is_context(vendor: AtHand) -> None:
    read = Passage("FREE NITRO", Origin.OCR, media=0)
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(Content((read,), (a_square(),)), Scope())

    assert '"origin": "ocr", "text": "FREE NITRO"' in sent_text(vendor.received[0])
    assert {fact.modality for fact in found.facts} == {Modality.IMAGE}


async def test_equal_pixels_are_sent_once(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        await gemini.detect(a_post("x", a_square("red"), a_square("red", media=1)), Scope())

    assert vendor.received[0].body.count(b"inlineData") == 1


async def test_a_picture_that_was_not_shown_is_a_failure(vendor: AtHand) -> None:
    frames = [a_square(colour, frame=n) for n, colour in enumerate(("red", "blue", "green"))]
    async with a_gemini(vendor, max_pictures=2) as gemini:
        found = await gemini.detect(a_post("x", *frames, a_square("black", media=1)), Scope())

    assert vendor.received[0].body.count(b"inlineData") == 2
    assert [(f.kind, f.media) for f in found.failures] == [(FailureKind.NOT_SUPPORTED, 0)]


async def test_words_that_were_not_sent_are_a_failure(vendor: AtHand) -> None:
    async with a_gemini(vendor, max_characters=100) as gemini:
        found = await gemini.detect(a_post("x" * 150), Scope())

    assert "50 characters" in found.failures[0].reason


async def test_a_picture_that_cannot_be_made_ready_is_a_failure(vendor: AtHand) -> None:
    async def broken(_image: Image, _fit: Fit) -> Picture:
        raise UnreadableMedia("no pixels")

    async with a_gemini(vendor) as whole:
        gemini = Gemini(whole._options, Tools(whole._tools.client, broken))
        found = await gemini.detect(a_post("x", a_square(media=2)), Scope())

    assert [(f.kind, f.media) for f in found.failures] == [(FailureKind.UNREADABLE, 2)]


def test_a_block_is_no_category_to_ask_about() -> None:
    with pytest.raises(ValidationError, match="provider_block"):
        GeminiOptions(categories=(Category.PROVIDER_BLOCK,))


def test_without_a_key_it_is_off() -> None:
    assert not GeminiOptions().ready


async def test_the_registry_makes_it() -> None:
    made = registry.load(PROVIDERS, "gemini")

    assert made is Gemini
    async with tools() as held:
        assert held.now() == datetime(2026, 11, 23, 12, tzinfo=UTC)
