"""Gemini: blocks, answers that are none, and trouble on the wire."""

import json
from collections.abc import AsyncIterator, Callable
from datetime import time

import pytest

from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.taxonomy import Category
from analysis.types import (
    Scope,
)
from tests.analysis.providers.joint_kit import (
    BAD_JUDGEMENTS,
    BAD_TEXTS,
    FENCED,
    WIRE_FAULTS,
    Slept,
    a_gemini,
    a_post,
    a_square,
)
from tests.emulators.at_hand import AtHand
from tests.emulators.gemini import GeminiVendor, answered, failed, quota, sent_text
from tests.emulators.judged import Asked, Mind
from tests.emulators.server import Answer, Emulator

TROUBLE: dict[str, type[ProviderError]] = {
    "garbled": ProviderGarbled,
    "unavailable": ProviderUnavailable,
    "rejected": ProviderRejected,
}


@pytest.fixture
def vendor() -> AtHand:
    return AtHand(GeminiVendor().handle)


@pytest.fixture
async def served() -> AsyncIterator[Emulator]:
    async with GeminiVendor().emulator().serving() as emulator:
        yield emulator


@pytest.mark.parametrize(
    ("reason", "score"),
    [
        ("SAFETY", 0.9),
        ("PROHIBITED_CONTENT", 1.0),
        ("IMAGE_SAFETY", 0.9),
        ("BLOCKLIST", 0.9),
        ("OTHER", 0.4),
        ("JAILBREAK", 0.9),
        ("A_REASON_OF_NEXT_YEAR", 0.4),
    ],
)
async def test_a_blocked_prompt_is_a_signal(vendor: AtHand, reason: str, score: float) -> None:
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post(f"blocked:{reason}"), Scope())

    blocks = [s.score for s in found.signals if s.category is Category.PROVIDER_BLOCK]
    assert (blocks, len(vendor.received)) == ([score], 1)


@pytest.mark.parametrize(
    "reason", ["SAFETY", "PROHIBITED_CONTENT", "SPII", "RECITATION", "LANGUAGE", "OTHER"]
)
async def test_a_withheld_answer_is_a_signal(vendor: AtHand, reason: str) -> None:
    vendor.faults.append(answered("", finish=reason))
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post(), Scope())

    assert found.signals[0].category is Category.PROVIDER_BLOCK
    assert found.signals[0].score > 0


async def test_prohibited_content_is_a_suspicion_that_removes_nothing(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post("blocked:PROHIBITED_CONTENT"), Scope())

    assert {s.category: s.score for s in found.signals}[Category.CSAE] == 0.3


@pytest.mark.parametrize("reason", ["NO_IMAGE", "UNEXPECTED_TOOL_CALL", "A_NEW_ONE", ""])
async def test_another_end_is_garbled(vendor: AtHand, reason: str) -> None:
    vendor.faults.append(answered("{}", finish=reason))
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderGarbled) as caught:
            await gemini.detect(a_post(), Scope())

    assert caught.value.usage[0].input_tokens == 1402


async def test_an_answer_cut_off_is_asked_for_once_more_with_room(vendor: AtHand) -> None:
    vendor.faults.append(answered('{"check', finish="MAX_TOKENS"))
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post(), Scope())

    budgets = [r.json()["generationConfig"]["maxOutputTokens"] for r in vendor.received]
    assert (budgets, len(found.usage)) == ([2048, 8192], 2)


async def test_an_answer_cut_off_twice_is_garbled(vendor: AtHand) -> None:
    vendor.faults.extend([answered("{", finish="MAX_TOKENS")] * 2)
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderGarbled, match="cut off") as caught:
            await gemini.detect(a_post(), Scope())

    assert (len(vendor.received), len(caught.value.usage)) == (2, 2)


@pytest.mark.parametrize("change", BAD_JUDGEMENTS)
async def test_a_bad_judgement_is_asked_for_once_more_then_garbled(
    change: Callable[[dict[str, object]], dict[str, object]],
) -> None:
    def speak(asked: Asked) -> str:
        return json.dumps(change(Mind().judgement(asked)))

    vendor = AtHand(GeminiVendor(speak=speak).handle)
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderGarbled, match="asked twice"):
            await gemini.detect(a_post("hello", a_square()), Scope())

    assert len(vendor.received) == 2


@pytest.mark.parametrize("change", [*BAD_TEXTS, *FENCED])
async def test_a_bad_text_is_asked_for_once_more_then_garbled(change: Callable[[str], str]) -> None:
    def speak(asked: Asked) -> str:
        return change(Mind().answer(asked))

    vendor = AtHand(GeminiVendor(speak=speak).handle)
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderGarbled, match="asked twice"):
            await gemini.detect(a_post(), Scope())

    assert len(vendor.received) == 2


async def test_a_repaired_answer_counts_and_shows_what_was_wrong(vendor: AtHand) -> None:
    vendor.faults.append(answered('{"scores": {}}'))
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post(), Scope())

    assert "was refused: check: missing" in sent_text(vendor.received[1])
    assert len(found.usage) == 2


async def test_a_refusal_in_prose_is_a_signal(vendor: AtHand) -> None:
    vendor.faults.append(answered("I'm sorry, I can't help with that."))
    async with a_gemini(vendor) as gemini:
        found = await gemini.detect(a_post(), Scope())

    assert [s.category for s in found.signals] == [Category.PROVIDER_BLOCK]


@pytest.mark.parametrize(("fault", "trouble"), WIRE_FAULTS)
async def test_trouble_on_the_wire_is_never_a_clean_post(
    served: Emulator, fault: Answer, trouble: str
) -> None:
    served.faults.extend([fault] * 3)
    async with a_gemini(served) as gemini:
        with pytest.raises(TROUBLE[trouble]):
            await gemini.detect(a_post(), Scope())


@pytest.mark.parametrize("fault", [Answer(silent=True), Answer(hang=True, body=b"{}")])
async def test_a_vendor_that_hangs_is_given_up_on(served: Emulator, fault: Answer) -> None:
    served.faults.extend([fault] * 3)
    async with a_gemini(served, timeout_s=0.05) as gemini:
        with pytest.raises(ProviderUnavailable, match=r"no answer within 0\.05 s"):
            await gemini.detect(a_post(), Scope())


@pytest.mark.parametrize(
    ("busy", "waited"),
    [
        (quota("GenerateRequestsPerMinutePerProject", "34s"), 34.0),
        (quota("GenerateRequestsPerMinutePerProject", "1.5s"), 1.5),
        (Answer(429, headers={"retry-after": "7"}), 7.0),
        (Answer(429, headers={"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT"}), 9.0),
        (Answer(503, headers={"retry-after-ms": "250"}), 0.25),
    ],
    ids=["google", "google-fraction", "seconds", "date", "milliseconds"],
)
async def test_it_waits_as_it_is_told(vendor: AtHand, busy: Answer, waited: float) -> None:
    vendor.faults.append(busy)
    slept = Slept()
    async with a_gemini(vendor, slept) as gemini:
        await gemini.detect(a_post(), Scope())

    assert slept.seconds == [waited]


@pytest.mark.parametrize(
    ("reset", "zone", "hours"),
    [
        (time(0, 0), "America/Los_Angeles", 20),
        (time(0, 0), "UTC", 12),
        (time(13, 0), "UTC", 1),
        (time(0, 0), "No/Such_Zone", 20),
    ],
)
async def test_a_days_quota_is_not_asked_for_again_before_it_is_back(
    vendor: AtHand, reset: time, zone: str, hours: int
) -> None:
    vendor.faults.append(quota("GenerateRequestsPerDayPerProjectPerModel-FreeTier"))
    async with a_gemini(vendor, daily_reset=reset, daily_reset_zone=zone) as gemini:
        with pytest.raises(ProviderUnavailable) as caught:
            await gemini.detect(a_post(), Scope())

    assert (caught.value.retry_after, len(vendor.received)) == (hours * 3600.0, 1)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (failed(400, "INVALID_ARGUMENT", {"reason": "API_KEY_INVALID"}), "key is not valid"),
        (failed(400, "FAILED_PRECONDITION"), "billing"),
        (failed(402, "RESOURCE_EXHAUSTED"), "credit"),
        (failed(403, "PERMISSION_DENIED"), "key may not"),
        (failed(404, "NOT_FOUND"), "no model 'gemini-3.5-flash-lite'"),
    ],
    ids=["key", "region", "credit", "permission", "model"],
)
async def test_a_check_says_what_to_mend(vendor: AtHand, refusal: Answer, said: str) -> None:
    vendor.faults.append(refusal)
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderRejected, match=said):
            await gemini.check()


async def test_an_error_quotes_nothing_that_was_said(vendor: AtHand) -> None:
    vendor.faults.append(failed(400, "INVALID_ARGUMENT", message="canary: the post's words"))
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderRejected) as caught:
            await gemini.detect(a_post(), Scope())

    assert "canary" not in str(caught.value)


async def test_a_check_that_works_names_the_model(vendor: AtHand) -> None:
    async with a_gemini(vendor) as gemini:
        assert await gemini.check() == (
            "gemini works: gemini-3.5-flash-lite-001 judged a greeting."
        )


async def test_a_model_that_refuses_a_greeting_does_not_pass_the_check(vendor: AtHand) -> None:
    vendor.faults.append(answered("", finish="SAFETY"))
    async with a_gemini(vendor) as gemini:
        with pytest.raises(ProviderRejected, match="another model"):
            await gemini.check()
