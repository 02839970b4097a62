"""Decision endpoints: no answer taken on trust, and trouble said in words that help."""

import json

import pytest
from pydantic import SecretStr

from analysis.errors import ProviderGarbled, ProviderRejected, ProviderUnavailable
from analysis.providers.decisions import ENDPOINTS
from analysis.providers.questions import CATEGORIES, questions
from analysis.types import Scope
from tests.analysis.providers.asking import (
    UNREADABLE,
    Spoil,
    a_picture,
    a_post,
    bad_scores,
    raw,
    without,
)
from tests.analysis.providers.deciding import (
    HATE,
    VENDORS,
    Vendor,
    deciding,
    handler,
)
from tests.emulators.decisions import Decider
from tests.emulators.encoded import google_error, openai_error
from tests.emulators.server import Answer

GEMINI_SPOILT: dict[str, Spoil] = {
    **UNREADABLE,
    **bad_scores(
        ("answers", "hate", "noul"),
        ("answers", "hate", "confidence"),
        ("answers", "scene", "probabilities", "other"),
    ),
    "noul-0": raw(("answers", "hate", "noul"), "0.0"),
    "noul-1": raw(("answers", "hate", "noul"), "1.0"),
    "no-answer": without(("answers", "hate")),
    "no-answers": without(("answers",)),
    "no-usage": without(("usage",)),
    "negative-usage": raw(("usage", "total_input_tokens"), "-1"),
    "wrong-type": raw(("answers", "hate", "type"), '"score"'),
    "unknown-type": raw(("answers", "hate", "type"), '"verdict"'),
    "off-scale": raw(("answers", "sentiment", "score"), "4.5"),
    "short-scale": without(("answers", "sentiment", "probabilities", "4")),
    "foreign-choice": raw(("answers", "scene", "choice"), '"beach"'),
    "lone-surrogate": raw(("answers", "scene", "choice"), '"\\ud800"'),
    "foreign-question": raw(("answers", "extra"), '{"type":"noul","noul":0.5,"confidence":1}'),
    "empty-block": lambda _: Answer.of({"prompt_feedback": {}}),
    "block-beside-answers": lambda _: Answer.of(
        {"prompt_feedback": {"block_reason": "safety"}, "answers": {}}
    ),
}
HATE_AT = list(CATEGORIES).index(HATE)
SCENE_AT = len(CATEGORIES) + 1
OPENAI_SPOILT: dict[str, Spoil] = {
    **UNREADABLE,
    **bad_scores(
        ("answers", HATE_AT, "probability"),
        ("answers", SCENE_AT, "probabilities", 0, "probability"),
    ),
    "no-answer": without(("answers", HATE_AT)),
    "another-name": raw(("answers", HATE_AT, "name"), '"love"'),
    "another-order": lambda good: Answer.of({**good, "answers": good["answers"][::-1]}),
    "unknown-type": raw(("answers", HATE_AT, "type"), '"noul"'),
    "off-scale": raw(("answers", SCENE_AT - 1, "score"), "4.5"),
    "foreign-level": raw(("answers", SCENE_AT - 1, "probabilities", 0, "label"), '"ecstatic"'),
    "foreign-choice": raw(("answers", SCENE_AT, "choice"), '"beach"'),
    "bool-choice": raw(("answers", SCENE_AT, "choice"), "true"),
    "lone-surrogate": raw(("answers", SCENE_AT, "choice"), '"\\ud800"'),
    "no-model": without(("model",)),
    "model-of-many-lines": raw(("model",), '"gpt\\nlevel=fatal"'),
    "no-usage": without(("usage",)),
}
SPOILT = [
    pytest.param(vendor, spoil, id=f"{vendor}-{name}")
    for vendor, table in (("gemini", GEMINI_SPOILT), ("openai", OPENAI_SPOILT))
    for name, spoil in table.items()
]


@pytest.mark.parametrize(("vendor", "spoil"), SPOILT)
async def test_an_answer_not_as_documented_is_garbled(vendor: Vendor, spoil: Spoil) -> None:
    async with deciding(vendor) as (provider, asked):
        await provider.detect(a_post("x", a_picture()), Scope())
        good = json.loads(handler(Decider(), vendor)(asked.vendor.received[0]).body)
        asked.vendor.faults.append(spoil(good))

        with pytest.raises(ProviderGarbled) as caught:
            await provider.detect(a_post("x", a_picture()), Scope())
    assert "\n" not in str(caught.value)
    assert "beach" not in str(caught.value)


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize(
    ("headers", "slept"),
    [
        pytest.param({"retry-after": "7"}, 7.0, id="seconds"),
        pytest.param({"retry-after-ms": "1500"}, 1.5, id="milliseconds"),
        pytest.param({"retry-after": "Mon, 23 Nov 2026 07:00:09 GMT"}, 9.0, id="date"),
    ],
)
async def test_it_waits_as_it_is_told(
    vendor: Vendor, headers: dict[str, str], slept: float
) -> None:
    async with deciding(vendor) as (provider, asked):
        asked.vendor.faults.append(Answer(429, b"{}", headers))
        await provider.detect(a_post(), Scope())

    assert asked.slept == [slept]


async def test_it_waits_as_google_tells_it_in_the_body() -> None:
    delay = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "34s"}
    async with deciding("gemini") as (provider, asked):
        asked.vendor.faults.append(google_error(429, "slow", "RESOURCE_EXHAUSTED", delay))
        await provider.detect(a_post(), Scope())

    assert asked.slept == [34.0]


async def test_a_wish_beyond_reason_is_passed_on_instead_of_waited_for() -> None:
    async with deciding("gemini") as (provider, asked):
        asked.vendor.faults.append(Answer(429, b"{}", {"retry-after": "1000000000"}))

        with pytest.raises(ProviderUnavailable) as caught:
            await provider.detect(a_post(), Scope())
    assert (caught.value.retry_after, asked.slept) == (1e9, [])


async def test_a_used_up_day_is_not_tried_again_before_it_ends() -> None:
    quota = {"violations": [{"quotaId": "GenerateRequestsPerDayPerProjectPerModel-FreeTier"}]}
    async with deciding("gemini") as (provider, asked):
        asked.vendor.faults.append(google_error(429, "quota", "RESOURCE_EXHAUSTED", quota))

        with pytest.raises(ProviderUnavailable, match="today") as caught:
            await provider.detect(a_post(), Scope())
    assert (caught.value.retry_after, asked.slept) == (3600.0, [])


async def test_an_empty_account_is_not_tried_again() -> None:
    async with deciding("openai") as (provider, asked):
        asked.vendor.faults.append(openai_error(429, "x", "insufficient_quota", None))

        with pytest.raises(ProviderRejected, match="no money"):
            await provider.detect(a_post(), Scope())
    assert len(asked.vendor.received) == 1


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_a_failing_server_is_tried_three_times(status: int) -> None:
    async with deciding("gemini") as (provider, asked):
        asked.vendor.faults.extend([Answer(status, b"<html>")] * 3)

        with pytest.raises(ProviderUnavailable, match=str(status)):
            await provider.detect(a_post(), Scope())
    assert len(asked.vendor.received) == 3


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(silent=True), id="no-answer"),
        pytest.param(Answer(body=b"{}", hang=True), id="headers-only"),
    ],
)
async def test_a_hanging_server_is_given_up(fault: Answer) -> None:
    async with deciding("gemini", loopback=True, timeout_s=0.1) as (provider, asked):
        asked.vendor.faults.extend([fault] * 3)

        with pytest.raises(ProviderUnavailable, match=r"no answer within 0\.1 s"):
            await provider.detect(a_post(), Scope())


async def test_a_broken_body_is_asked_for_again() -> None:
    async with deciding("gemini", loopback=True) as (provider, asked):
        asked.vendor.faults.append(Answer(body=b'{"answers": {', cut_at=5))
        findings = await provider.detect(a_post(), Scope())

    assert findings.judged
    assert len(asked.vendor.received) == 2


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_wrong_key_is_explained(vendor: Vendor) -> None:
    async with deciding(vendor, api_key=SecretStr("other")) as (provider, _):
        with pytest.raises(ProviderRejected, match="BIFOCAL_PROVIDERS__DECISIONS__API_KEY"):
            await provider.check()


@pytest.mark.parametrize("key", [None, SecretStr(""), SecretStr("a\nb"), SecretStr("ключ")])
async def test_a_key_that_is_none_is_explained(key: SecretStr | None) -> None:
    async with deciding("gemini", api_key=key) as (provider, asked):
        with pytest.raises(ProviderRejected, match="API_KEY"):
            await provider.check()
    assert asked.vendor.received == []


async def test_an_unknown_model_is_explained() -> None:
    async with deciding("gemini") as (provider, asked):
        asked.vendor.faults.append(google_error(404, "no", "NOT_FOUND"))

        with pytest.raises(ProviderRejected, match="no model gemini-decision-1"):
            await provider.check()


async def test_an_unreachable_vendor_is_explained() -> None:
    async with deciding("gemini", loopback=True, base_url="http://127.0.0.1:9") as (provider, _):
        with pytest.raises(ProviderUnavailable, match="check the network and base_url"):
            await provider.check()


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_check_is_one_small_call(vendor: Vendor) -> None:
    async with deciding(vendor) as (provider, asked):
        said = await provider.check()

    assert said.startswith(("Google answers with gemini-d", "OpenAI answers with gpt-6-luna"))
    assert len(asked.vendor.received) == 1
    assert len(asked.vendor.received[0].json()["questions"]) == 1


@pytest.mark.parametrize("name", ENDPOINTS)
def test_an_empty_reply_of_any_json_kind_is_garbled(name: str) -> None:
    asked = questions((HATE,), words=True, pictures=False)

    replies: tuple[object, ...] = (None, [], {}, "", 0)
    for reply in replies:
        with pytest.raises(ProviderGarbled):
            ENDPOINTS[name].read(reply, asked)
