"""Cloud Vision: SafeSearch by table, facts with boxes, faces counted, trouble by the picture."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from hashlib import shake_128
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from analysis.encode import encode_png
from analysis.errors import ProviderGarbled, ProviderRejected, ProviderUnavailable
from analysis.providers import PROVIDERS
from analysis.providers.google_vision import GoogleVision, GoogleVisionOptions
from analysis.providers.vision_reading import LIKELIHOOD
from analysis.registry import load
from analysis.taxonomy import Category
from analysis.types import Box, Content, Fact, FactKind, FailureKind, Findings, Image, Scope, Usage
from tests.analysis.providers.asking import (
    FILE_NAME,
    UNREADABLE,
    Asking,
    Spoil,
    a_picture,
    a_post,
    asking,
    bad_scores,
    everything,
    raw,
    without,
)
from tests.emulators.encoded import google_error
from tests.emulators.google_vision import KEY, Viewer, nothing, safe_search
from tests.emulators.server import Answer

FACES = {
    "boundingPoly": {"vertices": [{}, {"x": 2}, {"x": 2, "y": 1}, {"y": 1}]},
    "detectionConfidence": 0.9,
    "joyLikelihood": "VERY_LIKELY",
    "rollAngle": -3.5,
}
NORMAL = {"normalizedVertices": [{"x": 0.25}, {"x": 0.75, "y": 0.5}]}
RICH: dict[str, Any] = {
    **nothing(),
    "faceAnnotations": [FACES],
    "labelAnnotations": [{"mid": "/m/1", "description": "Cat", "score": 0.97, "topicality": 0.9}],
    "logoAnnotations": [{"description": "Acme", "score": 0.6, "boundingPoly": NORMAL}],
    "textAnnotations": [
        {"locale": "en", "description": "FREE\nNITRO\n", "boundingPoly": NORMAL},
        {"description": "FREE", "boundingPoly": NORMAL},
    ],
    "localizedObjectAnnotations": [{"name": "Chair", "score": 0.7, "boundingPoly": NORMAL}],
}


@asynccontextmanager
async def viewing(
    viewer: Viewer | None = None, *, loopback: bool = False, **more: Any
) -> AsyncIterator[tuple[GoogleVision, Asking]]:
    async with asking((viewer or Viewer()).handle, loopback=loopback) as asked:
        options = {"api_key": SecretStr(KEY), "base_url": asked.vendor.url, **more}
        yield GoogleVision(GoogleVisionOptions(**options), asked.tools), asked


def pictures(*images: Image) -> Content:
    return a_post("", *images)


async def seen(answer: dict[str, Any], *images: Image) -> Findings:
    """What is found where every picture gets this answer."""
    shown = images or (a_picture(),)
    viewer = Viewer(sees={encode_png(image): answer for image in shown})
    async with viewing(viewer) as (provider, _):
        return await provider.detect(pictures(*shown), Scope())


def scores(findings: Findings) -> dict[Category, float]:
    return {signal.category: signal.score for signal in findings.signals}


def facts(findings: Findings, kind: FactKind) -> list[Fact]:
    return [fact for fact in findings.facts if fact.kind is kind]


def test_the_registry_names_it() -> None:
    assert load(PROVIDERS, "google_vision") is GoogleVision


@pytest.mark.parametrize(
    ("likelihood", "score"),
    [
        ("VERY_UNLIKELY", 0.02),
        ("UNLIKELY", 0.15),
        ("POSSIBLE", 0.5),
        ("LIKELY", 0.8),
        ("VERY_LIKELY", 0.95),
    ],
)
async def test_a_likelihood_is_a_score(likelihood: str, score: float) -> None:
    findings = await seen(safe_search(violence=likelihood))

    assert scores(findings)[Category.VIOLENCE] == score


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("adult", {Category.SEXUAL_EXPLICIT, Category.NUDITY}),
        ("racy", {Category.SUGGESTIVE}),
        ("violence", {Category.VIOLENCE}),
        ("spoof", set()),
        ("medical", set()),
    ],
)
async def test_safe_search_becomes_our_categories(name: str, meant: set[Category]) -> None:
    findings = await seen(safe_search(**{name: "VERY_LIKELY"}))

    assert {c for c, score in scores(findings).items() if score == 0.95} == meant


@pytest.mark.parametrize("name", ["spoof", "medical"])
async def test_spoof_and_medical_are_labels(name: str) -> None:
    findings = await seen(safe_search(**{name: "LIKELY"}))

    assert [(f.value, f.score) for f in facts(findings, FactKind.LABEL)] == [(name, 0.8)]


async def test_unknown_is_no_score_and_a_failure() -> None:
    findings = await seen(safe_search(adult="UNKNOWN"))

    assert LIKELIHOOD["UNKNOWN"] is None
    assert findings.judged == frozenset({Category.SUGGESTIVE, Category.VIOLENCE})
    assert [(f.kind, f.media) for f in findings.failures] == [(FailureKind.UNREADABLE, 0)]


async def test_the_highest_score_of_all_pictures_counts() -> None:
    bad = a_picture(1, 9)
    viewer = Viewer(sees={encode_png(bad): safe_search(racy="LIKELY")})
    async with viewing(viewer) as (provider, _):
        findings = await provider.detect(pictures(a_picture(), bad), Scope())

    (found,) = [s for s in findings.signals if s.category is Category.SUGGESTIVE]
    assert (found.score, found.evidence and found.evidence.media) == (0.8, 1)


async def test_a_face_is_counted_and_boxed_and_nothing_else() -> None:
    findings = await seen(RICH)

    assert [(f.value, f.score, f.box) for f in facts(findings, FactKind.FACE)] == [
        ("1", 0.9, Box(0.0, 0.0, 0.5, 0.5))
    ]
    assert "joy" not in repr(findings)


@pytest.mark.parametrize(
    ("kind", "value", "box"),
    [
        (FactKind.LABEL, "Cat", None),
        (FactKind.LOGO, "Acme", Box(0.25, 0.0, 0.75, 0.5)),
        (FactKind.OBJECT, "Chair", Box(0.25, 0.0, 0.75, 0.5)),
        (FactKind.OCR, "FREE\nNITRO", Box(0.25, 0.0, 0.75, 0.5)),
    ],
)
async def test_what_is_seen_is_a_fact(kind: FactKind, value: str, box: Box | None) -> None:
    findings = await seen(RICH)

    assert [(f.value, f.box, f.media) for f in facts(findings, kind)] == [(value, box, 0)]


@pytest.mark.parametrize(
    "corners",
    [
        pytest.param([], id="none"),
        pytest.param([{"x": 1, "y": 1}] * 4, id="a-point"),
    ],
)
async def test_a_box_around_nothing_is_none(corners: list[dict[str, int]]) -> None:
    face = {**FACES, "boundingPoly": {"vertices": corners}}
    findings = await seen({**nothing(), "faceAnnotations": [face]})

    assert [fact.box for fact in facts(findings, FactKind.FACE)] == [None]


async def test_a_box_beyond_the_picture_ends_at_its_edge() -> None:
    corners = [{"x": -5, "y": -1}, {"x": 99, "y": 1}]
    face = {**FACES, "boundingPoly": {"vertices": corners}}
    findings = await seen({**nothing(), "faceAnnotations": [face]})

    assert [fact.box for fact in facts(findings, FactKind.FACE)] == [Box(0.0, 0.0, 1.0, 0.5)]


async def test_text_that_cannot_be_encoded_is_mended() -> None:
    async with viewing() as (provider, asked):
        spoil = raw(("responses", 0, "textAnnotations", 0, "description"), '"a\\ud800\\u0000b"')
        asked.vendor.faults.append(spoil({"responses": [RICH]}))
        findings = await provider.detect(pictures(a_picture()), Scope())

    assert [fact.value for fact in facts(findings, FactKind.OCR)] == [
        "a\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}b"
    ]


async def test_all_six_features_are_asked_of_all_pictures_in_one_call() -> None:
    viewer = Viewer()
    async with viewing(viewer, loopback=True) as (provider, _):
        await provider.detect(everything(), Scope())

    assert [len(call) for call in viewer.seen] == [2]
    assert len(viewer.features) == 6


async def test_more_pictures_than_a_call_takes_go_in_several() -> None:
    viewer = Viewer()
    async with viewing(viewer) as (provider, _):
        findings = await provider.detect(pictures(*map(a_picture, range(18))), Scope())

    assert sorted(len(call) for call in viewer.seen) == [2, 16]
    assert findings.usage == (
        Usage("images:annotate", images=16),
        Usage("images:annotate", images=2),
    )


async def test_a_request_stays_below_the_limit_of_bytes() -> None:
    viewer = Viewer()
    async with viewing(viewer, max_json_bytes=100_000) as (provider, asked):
        noisy = [
            replace(a_picture(n, size=(100, 100)), data=shake_128(bytes([n])).digest(30_000))
            for n in range(6)
        ]
        await provider.detect(pictures(*noisy), Scope())

    assert len(viewer.seen) > 1
    assert all(len(request.body) <= 100_000 for request in asked.vendor.received)


async def test_nothing_private_and_no_words_are_on_the_wire() -> None:
    async with viewing() as (provider, asked):
        await provider.detect(everything(), Scope(purse="canary-purse"))

    (sent,) = asked.vendor.received
    everywhere = sent.body.decode() + json.dumps(dict(sent.headers))
    assert not any(each in everywhere for each in (FILE_NAME, "canary-purse", "words of"))


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (3, FailureKind.REJECTED),
        (7, FailureKind.REJECTED),
        (8, FailureKind.UNAVAILABLE),
        (14, FailureKind.UNAVAILABLE),
    ],
)
async def test_an_error_within_a_good_answer_is_that_pictures_failure(
    code: int, kind: FailureKind
) -> None:
    broken = a_picture(1, 9)
    error = {"error": {"code": code, "message": "Bad image data: canary-message"}}
    async with viewing(Viewer(sees={encode_png(broken): error})) as (provider, _):
        findings = await provider.detect(pictures(a_picture(), broken), Scope())

    assert [(f.kind, f.media) for f in findings.failures] == [(kind, 1)]
    assert "canary" not in findings.failures[0].reason


async def test_when_no_picture_was_judged_it_is_an_error() -> None:
    with pytest.raises(ProviderRejected, match="code 3"):
        await seen({"error": {"code": 3, "message": "x"}})


async def test_one_garbled_picture_leaves_the_others_judged() -> None:
    broken = a_picture(1, 9)
    async with viewing(Viewer(sees={encode_png(broken): {}})) as (provider, _):
        findings = await provider.detect(pictures(a_picture(), broken), Scope())

    assert [(f.kind, f.media) for f in findings.failures] == [(FailureKind.GARBLED, 1)]
    assert findings.judged == GoogleVision.categories


ITEM = ("responses", 0)
SPOILT: dict[str, Spoil] = {
    **UNREADABLE,
    **bad_scores(
        (*ITEM, "labelAnnotations", 0, "score"),
        (*ITEM, "faceAnnotations", 0, "detectionConfidence"),
        (*ITEM, "localizedObjectAnnotations", 0, "score"),
    ),
    "no-safe-search": without((*ITEM, "safeSearchAnnotation")),
    "no-adult": without((*ITEM, "safeSearchAnnotation", "adult")),
    "wrong-enum": raw((*ITEM, "safeSearchAnnotation", "adult"), '"MAYBE"'),
    "number-for-enum": raw((*ITEM, "safeSearchAnnotation", "adult"), "5"),
    "no-response": without(ITEM),
    "two-responses": lambda good: Answer.of({"responses": good["responses"] * 2}),
    "error-without-code": raw(ITEM, '{"error": {"message": "x"}}'),
    "far-corner": raw((*ITEM, "faceAnnotations", 0, "boundingPoly"), '{"vertices":[{"x":1e300}]}'),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
async def test_an_answer_not_as_documented_is_garbled(spoil: Spoil) -> None:
    async with viewing() as (provider, asked):
        asked.vendor.faults.append(spoil({"responses": [RICH]}))

        with pytest.raises(ProviderGarbled):
            await provider.detect(pictures(a_picture()), Scope())


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer(429, b"{}", {"retry-after": "7"}), id="seconds"),
        pytest.param(Answer(429, b"{}", {"retry-after-ms": "7000"}), id="milliseconds"),
        pytest.param(
            Answer(429, b"{}", {"retry-after": "Mon, 23 Nov 2026 07:00:07 GMT"}), id="date"
        ),
        pytest.param(
            google_error(429, "slow", "RESOURCE_EXHAUSTED", {"retryDelay": "7s"}), id="google"
        ),
    ],
)
async def test_it_waits_as_it_is_told(answer: Answer) -> None:
    async with viewing() as (provider, asked):
        asked.vendor.faults.append(answer)
        await provider.detect(pictures(a_picture()), Scope())

    assert asked.slept == [7.0]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(silent=True), id="no-answer"),
        pytest.param(Answer(body=b"{}", hang=True), id="headers-only"),
        pytest.param(Answer(body=b'{"responses"', cut_at=4), id="broken-body"),
    ],
)
async def test_a_server_that_does_not_finish_is_given_up(fault: Answer) -> None:
    async with viewing(loopback=True, timeout_s=0.1) as (provider, asked):
        asked.vendor.faults.extend([fault] * 3)

        with pytest.raises(ProviderUnavailable):
            await provider.detect(pictures(a_picture()), Scope())
    assert len(asked.vendor.received) == 3


async def test_a_check_is_one_pixel() -> None:
    async with viewing() as (provider, asked):
        said = await provider.check()

    assert (said, len(asked.vendor.received)) == ("Google Cloud Vision answers with v1.", 1)


async def test_a_wrong_key_is_explained() -> None:
    async with viewing(api_key=SecretStr("other")) as (provider, _):
        with pytest.raises(ProviderRejected, match="BIFOCAL_PROVIDERS__GOOGLE_VISION__API_KEY"):
            await provider.check()


async def test_an_api_that_is_not_enabled_is_explained() -> None:
    async with viewing() as (provider, asked):
        asked.vendor.faults.append(google_error(403, "x", "PERMISSION_DENIED"))

        with pytest.raises(ProviderRejected, match="enable it there"):
            await provider.check()


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError):
        GoogleVisionOptions.model_validate({"features": []})
