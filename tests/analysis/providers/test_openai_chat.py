"""Chat completions: what each kind of server is sent, and what its answers and trouble mean."""

import json
from collections.abc import AsyncIterator, Callable

import pytest
from pydantic import ValidationError

from analysis import registry
from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.providers import PROVIDERS
from analysis.providers.openai_chat import OpenAIChat, OpenAIChatOptions
from analysis.providers.openai_presets import PRESETS, PresetName
from analysis.taxonomy import Category
from analysis.types import Content, Modality, Origin, Passage, Scope, Usage
from tests.analysis.providers.joint_kit import (
    BAD_JUDGEMENTS,
    BAD_TEXTS,
    FENCED,
    WIRE_FAULTS,
    Slept,
    a_caption,
    a_chat,
    a_post,
    a_square,
)
from tests.emulators.at_hand import AtHand
from tests.emulators.judged import Asked, Mind
from tests.emulators.openai_chat import ChatVendor, Flavour, answered, failed, flat
from tests.emulators.server import Answer, Emulator, Received

TROUBLE: dict[str, type[ProviderError]] = {
    "garbled": ProviderGarbled,
    "unavailable": ProviderUnavailable,
    "rejected": ProviderRejected,
}
LOCAL: tuple[PresetName, ...] = ("vllm", "ollama", "lmstudio", "llamacpp", "litellm")


@pytest.fixture
def vendor() -> AtHand:
    return AtHand(ChatVendor().handle)


@pytest.fixture
async def served() -> AsyncIterator[Emulator]:
    async with ChatVendor().emulator().serving() as emulator:
        yield emulator


def flavoured(flavour: Flavour, **options: object) -> tuple[ChatVendor, AtHand]:
    chat = ChatVendor(flavour, **options)  # type: ignore[arg-type]  # any field, by name
    return chat, AtHand(chat.handle)


async def test_openai_is_sent_a_strict_schema_and_a_data_uri(vendor: AtHand) -> None:
    async with a_chat(vendor) as chat:
        await chat.detect(a_post("hello", a_square()), Scope())

    body = vendor.received[0].json()
    (image,) = [p for p in body["messages"][1]["content"] if p["type"] == "image_url"]
    assert body["response_format"]["json_schema"]["strict"] is True
    assert (body["max_completion_tokens"], body["reasoning_effort"]) == (2048, "none")
    assert image["image_url"]["url"].startswith("data:image/png;base64,iVBOR")
    assert image["image_url"]["detail"] == "auto"


async def test_scores_become_joint_signals_with_the_served_model() -> None:
    vendor = AtHand(ChatVendor(mind=Mind({"hate": 0.7})).handle)
    async with a_chat(vendor) as chat:
        found = await chat.detect(a_post("hello", a_square()), Scope())

    (signal,) = found.signals
    assert (signal.category, signal.score, signal.modality) == (Category.HATE, 0.7, Modality.JOINT)
    assert signal.source == "openai_chat/gpt-5.6-luna-2026-11-01@1"
    assert found.usage == (Usage("gpt-5.6-luna-2026-11-01", 1, 900, 40, 1),)


async def test_a_file_name_is_never_sent(vendor: AtHand) -> None:
    name = Passage("canary-name.png", Origin.FILENAME, media=0)
    async with a_chat(vendor) as chat:
        await chat.detect(Content((a_caption(), name), (a_square(),)), Scope("canary-purse"))

    assert b"canary" not in vendor.received[0].body


@pytest.mark.parametrize("preset", LOCAL)
async def test_a_server_of_ones_own_needs_no_key(preset: PresetName) -> None:
    chat_vendor, vendor = flavoured("plain", key=None)
    options = OpenAIChatOptions(preset=preset, model="qwen")
    async with a_chat(vendor, preset=preset, model="qwen", api_key=None) as chat:
        await chat.detect(a_post(), Scope())

    assert options.ready
    assert "authorization" not in vendor.received[0].headers
    assert vendor.received[0].json()["max_tokens"] == 2048
    assert chat_vendor.formats[-1] == "none"


@pytest.mark.parametrize("preset", ["openai", "dashscope"])
def test_a_vendor_without_a_key_is_off(preset: PresetName) -> None:
    assert not OpenAIChatOptions(preset=preset).ready


@pytest.mark.parametrize("preset", ["vllm", "lmstudio", "litellm"])
def test_a_server_of_many_models_needs_a_name(preset: PresetName) -> None:
    with pytest.raises(ValidationError, match="set model"):
        OpenAIChatOptions(preset=preset)


@pytest.mark.parametrize("preset", PRESETS)
async def test_every_preset_has_its_own_address(preset: PresetName, vendor: AtHand) -> None:
    async with a_chat(vendor, preset=preset, model="m", base_url="") as chat:
        assert chat._url == f"{PRESETS[preset].base_url}/chat/completions"


async def test_qwen_is_sent_a_json_object_without_thinking() -> None:
    chat_vendor, vendor = flavoured("dashscope")
    async with a_chat(vendor, preset="dashscope") as chat:
        await chat.detect(a_post("hello", a_square()), Scope())

    assert chat_vendor.formats == ["json_object"]
    assert "JSON" in vendor.received[0].json()["messages"][0]["content"]


async def test_a_field_can_be_added_and_left_out(vendor: AtHand) -> None:
    extra = {"reasoning_effort": None, "seed": 7}
    async with a_chat(vendor, extra_body=extra) as chat:
        await chat.detect(a_post(), Scope())

    body = vendor.received[0].json()
    assert (body["seed"], "reasoning_effort" in body) == (7, False)


async def test_llama_cpp_is_sent_the_shape_it_constrains_by() -> None:
    chat_vendor, vendor = flavoured("llamacpp", key=None)
    async with a_chat(vendor, preset="llamacpp") as chat:
        found = await chat.detect(a_post(), Scope())

    assert not flat(vendor.received[0].json()["response_format"])
    assert (chat_vendor.formats, len(found.usage)) == (["json_schema"], 1)


async def test_the_shape_of_llama_cpps_manual_is_not_constrained() -> None:
    chat_vendor, _ = flavoured("llamacpp", key=None)
    form = {"type": "json_schema", "schema": {"type": "object"}}
    body = json.dumps({"model": "m", "response_format": form}).encode()
    answer = chat_vendor.handle(Received("POST", "/v1/chat/completions", {}, {}, body))

    assert (answer.status, b"looks fine" in answer.body) == (200, True)


@pytest.mark.parametrize(
    ("flavour", "steps"),
    [
        ("object_only", ["json_schema", "json_object", "json_object"]),
        ("plain", ["json_schema", "json_object", "none", "none"]),
    ],
)
async def test_how_far_down_was_needed_is_remembered(flavour: Flavour, steps: list[str]) -> None:
    chat_vendor, vendor = flavoured(flavour, key=None)
    async with a_chat(vendor, preset="litellm", model="m") as chat:
        await chat.detect(a_post(), Scope())
        await chat.detect(a_post("again"), Scope())

    assert chat_vendor.formats == steps


async def test_a_server_that_plainly_does_not_constrain_is_asked_a_rung_lower() -> None:
    def speak(asked: Asked) -> str:
        return f"```json\n{Mind({'scam': 0.9}).answer(asked)}\n```"

    chat_vendor, vendor = flavoured("llamacpp", key=None, speak=speak)
    async with a_chat(vendor, preset="lmstudio", model="m") as chat:
        with pytest.raises(ProviderGarbled):
            await chat.detect(a_post(), Scope())
        found = await chat.detect(a_post(), Scope())

    assert chat_vendor.formats == ["json_schema", "json_object", "none"]
    assert [signal.score for signal in found.signals] == [0.9]


async def test_a_filtered_answer_is_a_signal(vendor: AtHand) -> None:
    async with a_chat(vendor) as chat:
        found = await chat.detect(a_post("blockme"), Scope())

    assert [(s.category, s.score) for s in found.signals] == [(Category.PROVIDER_BLOCK, 0.9)]


@pytest.mark.parametrize(
    "code",
    [
        "data_inspection_failed",
        "DataInspectionFailed",
        "content_policy_violation",
        "content_filter",
    ],
)
async def test_a_question_that_was_withheld_is_a_signal(vendor: AtHand, code: str) -> None:
    vendor.faults.append(failed(400, code))
    async with a_chat(vendor) as chat:
        found = await chat.detect(a_post("hello", a_square()), Scope())

    assert [s.category for s in found.signals] == [Category.PROVIDER_BLOCK]
    assert len(vendor.received) == 1


@pytest.mark.parametrize(
    "answer",
    [
        answered(None, refusal="I can't help with that"),
        answered("I'm sorry, I can't help with that."),
    ],
    ids=["field", "prose"],
)
async def test_a_refusal_is_a_signal(vendor: AtHand, answer: Answer) -> None:
    vendor.faults.append(answer)
    async with a_chat(vendor) as chat:
        found = await chat.detect(a_post(), Scope())

    assert [(s.category, s.score) for s in found.signals] == [(Category.PROVIDER_BLOCK, 0.6)]


@pytest.mark.parametrize("finish", ["tool_calls", "function_call", "a_new_one"])
async def test_another_end_is_garbled(vendor: AtHand, finish: str) -> None:
    vendor.faults.append(answered("{}", finish=finish))
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderGarbled):
            await chat.detect(a_post(), Scope())


async def test_an_answer_without_content_is_garbled(vendor: AtHand) -> None:
    vendor.faults.append(answered(None))
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderGarbled, match="without an answer"):
            await chat.detect(a_post(), Scope())


async def test_an_answer_cut_off_is_asked_for_once_more_with_room(vendor: AtHand) -> None:
    vendor.faults.append(answered('{"check', finish="length"))
    async with a_chat(vendor) as chat:
        await chat.detect(a_post(), Scope())

    assert [r.json()["max_completion_tokens"] for r in vendor.received] == [2048, 8192]


async def test_an_answer_cut_off_twice_is_garbled(vendor: AtHand) -> None:
    vendor.faults.extend([answered("{", finish="length")] * 2)
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderGarbled, match="cut off"):
            await chat.detect(a_post(), Scope())


@pytest.mark.parametrize("change", BAD_JUDGEMENTS)
@pytest.mark.parametrize("flavour", ["openai", "dashscope"])
async def test_a_bad_judgement_is_asked_for_once_more_then_garbled(
    change: Callable[[dict[str, object]], dict[str, object]], flavour: Flavour
) -> None:
    def speak(asked: Asked) -> str:
        return json.dumps(change(Mind().judgement(asked)))

    _, vendor = flavoured(flavour, speak=speak)
    async with a_chat(vendor, preset=flavour) as chat:
        with pytest.raises(ProviderGarbled, match="asked twice"):
            await chat.detect(a_post("hello", a_square()), Scope())

    assert len(vendor.received) == 2


@pytest.mark.parametrize("change", BAD_TEXTS)
async def test_a_bad_text_is_asked_for_once_more_then_garbled(change: Callable[[str], str]) -> None:
    def speak(asked: Asked) -> str:
        return change(Mind().answer(asked))

    _, vendor = flavoured("plain", speak=speak, key=None)
    async with a_chat(vendor, preset="vllm", model="m") as chat:
        with pytest.raises(ProviderGarbled, match="asked twice"):
            await chat.detect(a_post(), Scope())

    assert len(vendor.received) == 4, "two rungs down, then the answer and its repair"


@pytest.mark.parametrize("change", FENCED)
async def test_a_fence_is_forgiven_on_the_lowest_rung_only(change: Callable[[str], str]) -> None:
    def speak(asked: Asked) -> str:
        return change(Mind({"scam": 0.4}).answer(asked))

    _, vendor = flavoured("plain", speak=speak, key=None)
    async with a_chat(vendor, preset="vllm", model="m") as chat:
        found = await chat.detect(a_post(), Scope())

    assert [signal.score for signal in found.signals] == [0.4]


@pytest.mark.parametrize(("fault", "trouble"), WIRE_FAULTS)
async def test_trouble_on_the_wire_is_never_a_clean_post(
    served: Emulator, fault: Answer, trouble: str
) -> None:
    served.faults.extend([fault] * 3)
    async with a_chat(served) as chat:
        with pytest.raises(TROUBLE[trouble]):
            await chat.detect(a_post(), Scope())


@pytest.mark.parametrize("fault", [Answer(silent=True), Answer(hang=True, body=b"{}")])
async def test_a_vendor_that_hangs_is_given_up_on(served: Emulator, fault: Answer) -> None:
    served.faults.extend([fault] * 3)
    async with a_chat(served, timeout_s=0.05) as chat:
        with pytest.raises(ProviderUnavailable, match=r"no answer within 0\.05 s"):
            await chat.detect(a_post(), Scope())


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT"}, 9.0),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
    ],
    ids=["seconds", "date", "milliseconds"],
)
async def test_it_waits_as_it_is_told(
    vendor: AtHand, headers: dict[str, str], waited: float
) -> None:
    vendor.faults.append(Answer(429, headers=headers))
    slept = Slept()
    async with a_chat(vendor, slept) as chat:
        await chat.detect(a_post(), Scope())

    assert slept.seconds == [waited]


@pytest.mark.parametrize("code", ["insufficient_quota", "credit_balance_exhausted"])
async def test_an_empty_purse_is_not_asked_again(vendor: AtHand, code: str) -> None:
    vendor.faults.append(failed(429, code))
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderRejected, match="credit"):
            await chat.detect(a_post(), Scope())

    assert len(vendor.received) == 1


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (failed(401, "invalid_api_key"), "key is not valid"),
        (failed(400, "Arrearage"), "credit"),
        (failed(403, "unsupported_country_region_territory"), "key may not"),
        (failed(404, "model_not_found"), "no model 'gpt-5.6-luna'"),
        (Answer.of({"error": "no model loaded"}, 400), "was refused"),
        (Answer.of({"object": "error", "message": "x"}, 400), "was refused"),
    ],
    ids=["key", "credit", "region", "model", "error-as-text", "error-flat"],
)
async def test_a_check_says_what_to_mend(vendor: AtHand, refusal: Answer, said: str) -> None:
    vendor.faults.append(refusal)
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderRejected, match=said):
            await chat.check()


async def test_an_error_quotes_nothing_that_was_said(vendor: AtHand) -> None:
    vendor.faults.append(failed(400, "bad_request", message="canary: the post's words"))
    async with a_chat(vendor) as chat:
        with pytest.raises(ProviderRejected) as caught:
            await chat.detect(a_post(), Scope())

    assert "canary" not in str(caught.value)


async def test_a_check_that_works_names_the_model(vendor: AtHand) -> None:
    async with a_chat(vendor) as chat:
        assert "gpt-5.6-luna-2026-11-01" in await chat.check()


def test_the_registry_makes_it() -> None:
    assert registry.load(PROVIDERS, "openai_chat") is OpenAIChat
