"""What goes over the wire, held against the vendors' own packages."""

import copy
import json
from typing import Any

import pytest
from google.ai.generativelanguage_v1beta import GenerateContentRequest, GenerateContentResponse
from google.cloud.vision_v1 import BatchAnnotateImagesRequest, BatchAnnotateImagesResponse
from google.genai.decisions import CreateDecisionRequest, CreateDecisionResponse
from google.protobuf import json_format
from openai.types import Decision, DecisionCreateParams, ModerationCreateParams
from openai.types.chat import ChatCompletion
from openai.types.chat.completion_create_params import CompletionCreateParamsNonStreaming
from openai.types.moderation_create_response import ModerationCreateResponse
from pydantic import BaseModel, SecretStr, ValidationError

from analysis.providers.google_vision import GoogleVision, GoogleVisionOptions
from analysis.providers.openai_moderation import OpenAiModeration, OpenAiModerationOptions
from analysis.types import Scope
from tests.analysis.providers.asking import asking, everything
from tests.analysis.providers.deciding import deciding
from tests.analysis.providers.joint_kit import a_chat, a_gemini, a_post, a_square
from tests.analysis.providers.official import strict
from tests.emulators import google_vision, openai_moderation
from tests.emulators.at_hand import AtHand
from tests.emulators.gemini import GeminiVendor
from tests.emulators.openai_chat import ChatVendor
from tests.emulators.server import Received

NEWER = ("thinkingConfig", "mediaResolution")
"""Fields that generativelanguage 0.12.1 does not know yet; google-genai does (``test_sdks.py``)."""
POST = a_post("hello", a_square())


def answered(vendor: AtHand) -> tuple[dict[str, Any], dict[str, Any]]:
    """The one request of a run and what the emulator answers to it."""
    request: Received = vendor.received[-1]
    answer = vendor.handle(request)
    return request.json(), json.loads(answer.body)


async def gemini() -> tuple[dict[str, Any], dict[str, Any]]:
    vendor = AtHand(GeminiVendor().handle)
    async with a_gemini(vendor) as provider:
        await provider.detect(POST, Scope())
    return answered(vendor)


async def chat() -> tuple[dict[str, Any], dict[str, Any]]:
    vendor = AtHand(ChatVendor().handle)
    async with a_chat(vendor) as provider:
        await provider.detect(POST, Scope())
    return answered(vendor)


def as_gemini(body: dict[str, Any]) -> None:
    known = copy.deepcopy(body)
    for field in NEWER:
        known["generationConfig"].pop(field, None)
    message = GenerateContentRequest.pb(GenerateContentRequest())
    json_format.ParseDict({"model": "models/x", **known}, message)


async def test_gemini_is_asked_as_its_own_package_would() -> None:
    body, answer = await gemini()
    as_gemini(body)

    response = GenerateContentResponse.pb(GenerateContentResponse())
    json_format.ParseDict(answer, response, ignore_unknown_fields=True)
    assert response.candidates[0].finish_reason == 1


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("generationConfig", "topKay"), 1),
        (("safetySettings", 0, "threshold"), "NEVER"),
        (("contentz",), []),
    ],
)
async def test_geminis_package_refuses_what_it_does_not_know(
    path: tuple[str | int, ...], value: object
) -> None:
    body, _ = await gemini()
    inner: Any = body
    for step in path[:-1]:
        inner = inner[step]
    inner[path[-1]] = value

    with pytest.raises(json_format.ParseError):
        as_gemini(body)


async def test_a_chat_server_is_asked_as_openais_package_would() -> None:
    body, answer = await chat()

    strict(CompletionCreateParamsNonStreaming).model_validate(body)
    assert ChatCompletion.model_validate(answer).choices[0].finish_reason == "stop"


async def test_openais_package_refuses_what_it_does_not_know() -> None:
    body, _ = await chat()
    kind: type[BaseModel] = strict(CompletionCreateParamsNonStreaming)

    with pytest.raises(ValidationError):
        kind.model_validate({**body, "frobnicate": 1})
    part = next(p for p in body["messages"][-1]["content"] if p["type"] == "image_url")
    part["image_url"] = "data:image/png;base64,AAAA"
    with pytest.raises(ValidationError):
        kind.model_validate(body)


async def test_moderation_is_asked_as_openais_package_would() -> None:
    moderator = openai_moderation.Moderator()
    async with asking(moderator.handle) as asked:
        options = OpenAiModerationOptions(
            api_key=SecretStr(openai_moderation.KEY), base_url=f"{asked.vendor.url}/v1"
        )
        await OpenAiModeration(options, asked.tools).detect(everything(), Scope())
        request = asked.vendor.received[-1]

    strict(ModerationCreateParams).model_validate(request.json())
    answer = moderator.handle(request)
    assert ModerationCreateResponse.model_validate_json(answer.body).results


async def test_geminis_decisions_are_asked_as_its_own_package_would() -> None:
    async with deciding("gemini") as (provider, asked):
        await provider.detect(everything(), Scope())
        request = asked.vendor.received[-1]
        handled = asked.vendor.handle(request)
    answer = handled if not hasattr(handled, "__await__") else await handled

    assert CreateDecisionRequest.model_validate(request.json()).questions
    assert CreateDecisionResponse.model_validate_json(answer.body).answers


async def test_openais_decisions_are_asked_as_its_own_package_would() -> None:
    async with deciding("openai") as (provider, asked):
        await provider.detect(everything(), Scope())
        request = asked.vendor.received[-1]
        handled = asked.vendor.handle(request)
    answer = handled if not hasattr(handled, "__await__") else await handled

    strict(DecisionCreateParams).model_validate(request.json())
    assert Decision.model_validate_json(answer.body).answers


async def test_vision_is_asked_as_its_own_package_would() -> None:
    viewer = google_vision.Viewer()
    async with asking(viewer.handle) as asked:
        options = GoogleVisionOptions(
            api_key=SecretStr(google_vision.KEY), base_url=asked.vendor.url
        )
        await GoogleVision(options, asked.tools).detect(everything(), Scope())
        request = asked.vendor.received[-1]
    answer = viewer.handle(request)

    sent = BatchAnnotateImagesRequest.pb(BatchAnnotateImagesRequest())
    json_format.ParseDict(request.json(), sent)
    got = BatchAnnotateImagesResponse.pb(BatchAnnotateImagesResponse())
    json_format.ParseDict(json.loads(answer.body), got)
    assert len(got.responses) == len(sent.requests)
