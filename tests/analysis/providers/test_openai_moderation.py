"""OpenAI moderation: one picture a call, merged by the highest, and unasked where it cannot see."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from analysis.encode import encode_png
from analysis.errors import ProviderError, ProviderGarbled, ProviderRejected, ProviderUnavailable
from analysis.providers import PROVIDERS
from analysis.providers.moderation_reading import IN_PICTURES, LABELS
from analysis.providers.openai_moderation import OpenAiModeration, OpenAiModerationOptions
from analysis.registry import load
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    FactKind,
    FailureKind,
    Findings,
    Modality,
    Origin,
    Passage,
    Scope,
    Usage,
)
from tests.analysis.providers.asking import (
    FILE_NAME,
    OWN_WORDS,
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
from tests.emulators import openai_moderation as emulated
from tests.emulators.encoded import openai_error
from tests.emulators.openai_moderation import KEY, Moderator
from tests.emulators.server import Answer

HATE, VIOLENCE = Category.HATE, Category.VIOLENCE
SEEN = {Category.SELF_HARM, Category.SEXUAL_EXPLICIT, VIOLENCE, Category.GORE}
MODEL = "omni-moderation-2024-09-26"


@asynccontextmanager
async def moderating(
    moderator: Moderator | None = None, *, loopback: bool = False, **more: Any
) -> AsyncIterator[tuple[OpenAiModeration, Asking]]:
    async with asking((moderator or Moderator()).handle, loopback=loopback) as asked:
        url = f"{asked.vendor.url}/v1"
        options = {"api_key": SecretStr(KEY), "base_url": url, **more}
        yield OpenAiModeration(OpenAiModerationOptions(**options), asked.tools), asked


async def judged(content: Content, moderator: Moderator | None = None) -> Findings:
    async with moderating(moderator) as (provider, _):
        return await provider.detect(content, Scope())


def signal_of(findings: Findings, category: Category) -> tuple[float, Modality, int | None]:
    (found,) = [signal for signal in findings.signals if signal.category is category]
    return found.score, found.modality, found.evidence.media if found.evidence else None


def test_the_registry_names_it() -> None:
    assert load(PROVIDERS, "openai_moderation") is OpenAiModeration


def test_the_table_has_their_thirteen_labels() -> None:
    assert set(LABELS) == set(emulated.LABELS)
    assert set(IN_PICTURES) == set(emulated.PICTURES)


@pytest.mark.parametrize(("label", "meant"), LABELS.items())
async def test_a_label_becomes_our_categories(label: str, meant: tuple[Category, ...]) -> None:
    findings = await judged(a_post("BAD"), Moderator(words={"BAD": {label: 0.9}}))

    assert {s.category for s in findings.signals if s.score == 0.9} == set(meant)


async def test_each_picture_has_a_call_and_the_words_go_with_the_first() -> None:
    moderator = Moderator()
    async with moderating(moderator, loopback=True) as (provider, asked):
        await provider.detect(everything(), Scope(purse="canary-purse"))

    assert (len(asked.vendor.received), len(moderator.seen), len(moderator.heard)) == (2, 2, 1)
    assert moderator.heard[0].splitlines() == [f"words of {o.value}" for o in OWN_WORDS]


async def test_calls_of_one_post_run_at_the_same_time() -> None:
    pictures = [a_picture(n, n) for n in range(4)]
    async with moderating(loopback=True, at_once=3) as (provider, asked):
        asked.vendor.latency_s = 0.05
        await provider.detect(a_post("x", *pictures), Scope())

    assert asked.vendor.most_at_once == 3


async def test_nothing_private_is_on_the_wire() -> None:
    async with moderating() as (provider, asked):
        await provider.detect(everything(), Scope(purse="canary-purse"))

    sent = [r.body.decode() + json.dumps(dict(r.headers)) for r in asked.vendor.received]
    assert not any(FILE_NAME in each or "canary-purse" in each for each in sent)


async def test_the_highest_score_of_all_calls_counts() -> None:
    second = a_picture(1, 9)
    moderator = Moderator(
        words={"BAD": {"violence": 0.3}}, pictures={encode_png(second): {"violence": 0.8}}
    )
    findings = await judged(a_post("BAD", a_picture(), second), moderator)

    assert signal_of(findings, VIOLENCE) == (0.8, Modality.IMAGE, 1)


@pytest.mark.parametrize(
    ("content", "category", "modality"),
    [
        pytest.param(a_post("x", a_picture()), VIOLENCE, Modality.JOINT, id="both"),
        pytest.param(a_post("x", a_picture()), HATE, Modality.TEXT, id="words-of-both"),
        pytest.param(a_post("x"), VIOLENCE, Modality.TEXT, id="words"),
        pytest.param(a_post("", a_picture()), VIOLENCE, Modality.IMAGE, id="picture"),
        pytest.param(a_post("x", origin=Origin.OCR), HATE, Modality.IMAGE, id="read"),
    ],
)
async def test_the_modality_is_what_the_score_applies_to(
    content: Content, category: Category, modality: Modality
) -> None:
    assert signal_of(await judged(content), category)[1] is modality


async def test_what_a_picture_alone_is_not_judged_for_is_unasked() -> None:
    findings = await judged(a_post("", a_picture()))

    assert findings.asked == findings.judged == frozenset(SEEN)
    assert {signal.category for signal in findings.signals} == SEEN


async def test_with_words_every_category_is_asked() -> None:
    findings = await judged(a_post("x", a_picture()))

    assert findings.asked == findings.judged == OpenAiModeration.categories


async def test_a_label_it_lets_lie_is_a_failure_and_no_score() -> None:
    moderator = Moderator(leaves_out=frozenset({"hate", "hate/threatening"}))
    findings = await judged(a_post("x"), moderator)

    assert HATE in (findings.asked or ())
    assert HATE not in (findings.judged or ())
    assert [(f.kind, f.reason) for f in findings.failures] == [
        (FailureKind.GARBLED, "OpenAI did not judge hate, hate/threatening")
    ]


async def test_a_picture_it_lets_lie_is_a_failure() -> None:
    def blind(good: Any) -> Answer:
        applied = good["results"][0]["category_applied_input_types"]
        applied |= {label: ["text"] for label in applied}
        return Answer.of(good)

    async with moderating() as (provider, asked):
        good = json.loads((await _answer_to(provider, asked, a_post("x", a_picture()))).body)
        asked.vendor.faults.append(blind(good))
        findings = await provider.detect(a_post("x", a_picture()), Scope())

    assert [(f.reason, f.media) for f in findings.failures] == [("OpenAI did not judge image", 0)]


async def _answer_to(provider: OpenAiModeration, asked: Asking, content: Content) -> Answer:
    await provider.detect(content, Scope())
    answer = asked.vendor.handle(asked.vendor.received[-1])
    assert isinstance(answer, Answer)
    return answer


async def test_a_label_added_since_is_a_fact() -> None:
    findings = await judged(a_post("x"), Moderator(more={"spam": 0.7}))

    assert [(f.kind, f.value, f.score) for f in findings.facts] == [(FactKind.LABEL, "spam", 0.7)]
    assert not findings.failures


async def test_one_picture_refused_is_a_failure_of_its_own() -> None:
    second = a_picture(1, 9)
    moderator = Moderator(refuses=frozenset({encode_png(second)}))
    findings = await judged(a_post("x", a_picture(), second), moderator)

    assert [(f.kind, f.media) for f in findings.failures] == [(FailureKind.REJECTED, 1)]
    assert "image_parse_error" in findings.failures[0].reason
    assert findings.judged == OpenAiModeration.categories


async def test_words_whose_call_failed_are_asked_and_not_judged() -> None:
    first, second = a_picture(), a_picture(1, 9)
    moderator = Moderator(refuses=frozenset({encode_png(first)}))
    findings = await judged(a_post("x", first, second), moderator)

    assert findings.asked == OpenAiModeration.categories
    assert findings.judged == frozenset(SEEN)


async def test_the_error_that_may_pass_is_told_when_all_calls_failed() -> None:
    async with moderating() as (provider, asked):
        asked.vendor.faults.append(openai_error(400, "x", "invalid_request_error", None))
        asked.vendor.faults.extend([Answer(503)] * 3)

        with pytest.raises(ProviderUnavailable, match="503"):
            await provider.detect(a_post("x", a_picture(), a_picture(1)), Scope())


async def test_it_costs_nothing_and_says_what_it_used() -> None:
    findings = await judged(a_post("x", a_picture(), a_picture(1)))

    assert findings.cost_usd == 0.0
    assert findings.usage == (Usage(MODEL, images=1),) * 2
    assert {signal.source for signal in findings.signals} == {f"openai_moderation/{MODEL}@1"}


async def test_a_post_without_anything_to_send_is_not_sent() -> None:
    nameless = Content((Passage(FILE_NAME, Origin.FILENAME),))
    async with moderating() as (provider, asked):
        findings = await provider.detect(nameless, Scope())

    assert (findings, asked.vendor.received) == (
        Findings(asked=frozenset(), judged=frozenset()),
        [],
    )


RESULT = ("results", 0)
SPOILT: dict[str, Spoil] = {
    **UNREADABLE,
    **bad_scores((*RESULT, "category_scores", "hate"), (*RESULT, "category_scores", "violence")),
    "no-results": raw(("results",), "[]"),
    "two-results": lambda good: Answer.of({**good, "results": good["results"] * 2}),
    "no-model": without(("model",)),
    "no-flag": without((*RESULT, "categories", "hate")),
    "null-flag": raw((*RESULT, "categories", "hate"), "null"),
    "no-flagged": without((*RESULT, "flagged")),
    "no-input-types": without((*RESULT, "category_applied_input_types")),
    "no-input-type": without((*RESULT, "category_applied_input_types", "hate")),
    "unknown-input": raw((*RESULT, "category_applied_input_types", "hate"), '["audio"]'),
    "unsent-input": raw((*RESULT, "category_applied_input_types", "sexual"), '["image"]'),
    "lone-surrogate": raw(("model",), '"\\ud800"'),
}


@pytest.mark.parametrize("spoil", SPOILT.values(), ids=SPOILT)
async def test_an_answer_not_as_documented_is_garbled(spoil: Spoil) -> None:
    async with moderating() as (provider, asked):
        good = json.loads((await _answer_to(provider, asked, a_post())).body)
        asked.vendor.faults.append(spoil(good))

        with pytest.raises(ProviderGarbled):
            await provider.detect(a_post(), Scope())


@pytest.mark.parametrize("label", ["illicit", "illicit/violent"])
async def test_only_illicits_verdict_may_be_null(label: str) -> None:
    findings = await judged(a_post("BAD"), Moderator(words={"BAD": {label: 0.9}}))

    assert signal_of(findings, Category.ILLICIT)[0] == 0.9


@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after-ms": "1500"}, 1.5, id="milliseconds"),
        pytest.param({"retry-after": "Mon, 23 Nov 2026 07:00:09 GMT"}, 9.0, id="date"),
    ],
)
async def test_it_waits_as_it_is_told(headers: dict[str, str], slept: float) -> None:
    async with moderating() as (provider, asked):
        asked.vendor.faults.append(Answer(429, b"{}", headers))
        await provider.detect(a_post(), Scope())

    assert asked.slept == [slept]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(silent=True), id="no-answer"),
        pytest.param(Answer(body=b"{}", hang=True), id="headers-only"),
        pytest.param(Answer(body=b'{"results"', cut_at=4), id="broken-body"),
    ],
)
async def test_a_server_that_does_not_finish_is_given_up(fault: Answer) -> None:
    async with moderating(loopback=True, timeout_s=0.1) as (provider, asked):
        asked.vendor.faults.extend([fault] * 3)

        with pytest.raises(ProviderUnavailable):
            await provider.detect(a_post(), Scope())
    assert len(asked.vendor.received) == 3


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (openai_error(401, "x", "invalid_request_error", "invalid_api_key"), "__API_KEY"),
        (openai_error(403, "x", "invalid_request_error", None), "enable it"),
        (openai_error(404, "x", "invalid_request_error", "model_not_found"), f"no model {MODEL}"),
        (openai_error(429, "x", "insufficient_quota", "insufficient_quota"), "no money"),
        (openai_error(400, "canary-text", "invalid_request_error", None), "HTTP 400"),
    ],
)
async def test_a_check_says_what_is_wrong(answer: Answer, says: str) -> None:
    async with moderating() as (provider, asked):
        asked.vendor.faults.append(answer)

        with pytest.raises(ProviderRejected, match=says) as caught:
            await provider.check()
    assert "canary" not in str(caught.value)


async def test_a_check_that_works_names_the_model() -> None:
    async with moderating() as (provider, asked):
        said = await provider.check()

    assert (said, len(asked.vendor.received)) == (f"OpenAI answers with {MODEL}.", 1)


async def test_an_unreachable_vendor_is_explained() -> None:
    url = "http://127.0.0.1:9/v1"
    async with moderating(loopback=True, base_url=url) as (provider, _):
        with pytest.raises(ProviderError, match="check the network and base_url"):
            await provider.check()


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(ValidationError):
        OpenAiModerationOptions.model_validate({"at_onec": 3})
