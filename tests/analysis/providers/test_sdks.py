"""Our requests beside those of the vendors' own packages, both as they arrive over loopback.

Each package is given by its typed arguments what we sent, and both requests are compared: method,
path, query, key and body. What may differ, and why:

- ``user-agent``, ``x-stainless-*``, ``x-goog-api-client``: a package names itself; we do not pose
  as one. ``accept-encoding``: we ask for none, so that a reply cannot swell.
- google-genai writes some names of ``generateContent`` in snake_case and base64 with ``-`` and
  ``_``. Google's parser takes either; we write both as the REST reference has them.
- google-cloud-vision asks by ``$alt`` for enums as numbers and writes them so; we write and read
  their names, which the REST reference has. Compared as the messages they are parsed to.
"""

import asyncio
import base64
import re
from typing import Any

import openai
import pytest
from google import genai
from google.auth.api_key import Credentials
from google.cloud import vision
from google.cloud.vision_v1.services.image_annotator.transports import ImageAnnotatorRestTransport
from google.genai import types
from google.protobuf import json_format
from pydantic import SecretStr

from analysis.providers.google_vision import GoogleVision, GoogleVisionOptions
from analysis.providers.openai_moderation import OpenAiModeration, OpenAiModerationOptions
from analysis.types import Scope
from tests.analysis.providers.asking import asking, everything
from tests.analysis.providers.deciding import deciding
from tests.analysis.providers.joint_kit import a_chat, a_gemini, a_post, a_square
from tests.emulators import decisions, gemini, google_vision, openai_chat, openai_moderation
from tests.emulators.server import Answer, Emulator, Received

POST = a_post("hello there", a_square(), a_square("blue", media=1))
KEYS = ("authorization", "x-goog-api-key", "content-type")
SNAKE = re.compile(r"_([a-z])")


def replayed(vendor: Emulator) -> Received:
    """What we sent; whoever asks next is given the same answer, however they ask."""
    ours = vendor.received[-1]
    answer = vendor.handle(ours)
    assert isinstance(answer, Answer)
    vendor.handle = lambda _: answer
    return ours


def addressed(request: Received) -> tuple[object, ...]:
    """Where it went and by whose right."""
    right = {name: request.headers.get(name) for name in KEYS}
    return request.method, request.path, request.query, right


def as_the_reference(value: Any, key: str = "") -> Any:
    """Names in camelCase and base64 in its first alphabet; a JSON schema is left as it is."""
    if isinstance(value, dict) and key != "responseJsonSchema":
        named = {SNAKE.sub(lambda found: found[1].upper(), name): value[name] for name in value}
        return {name: as_the_reference(inner, name) for name, inner in named.items()}
    if isinstance(value, list):
        return [as_the_reference(inner, key) for inner in value]
    if key == "data" and isinstance(value, str):
        return base64.b64encode(
            base64.urlsafe_b64decode(value.translate({43: 45, 47: 95}))
        ).decode()
    return value


async def test_gemini_is_asked_as_google_genai_asks() -> None:
    async with gemini.GeminiVendor().emulator().serving() as vendor:
        async with a_gemini(vendor) as provider:
            await provider.detect(POST, Scope())
        ours = replayed(vendor)
        await asyncio.to_thread(_by_google_genai, vendor.url, ours.json())
        theirs = vendor.received[-1]

    assert len(vendor.received) == 2
    assert addressed(ours) == addressed(theirs)
    assert ours.json() == as_the_reference(theirs.json())


def _by_google_genai(url: str, body: dict[str, Any]) -> None:
    config = body["generationConfig"]
    with _genai(url, gemini.KEY) as client:
        client.models.generate_content(
            model="gemini-3.5-flash-lite",
            contents=[types.Content(role="user", parts=_parts(body["contents"][0]["parts"]))],
            config=types.GenerateContentConfig(
                system_instruction=types.Content(parts=_parts(body["systemInstruction"]["parts"])),
                safety_settings=[types.SafetySetting(**each) for each in body["safetySettings"]],
                max_output_tokens=config["maxOutputTokens"],
                response_mime_type=config["responseMimeType"],
                response_json_schema=config["responseJsonSchema"],
                thinking_config=types.ThinkingConfig(**config["thinkingConfig"]),
                media_resolution=types.MediaResolution(config["mediaResolution"]),
            ),
        )


def _genai(url: str, key: str) -> genai.Client:
    options = types.HttpOptions(base_url=url, api_version="v1beta")
    return genai.Client(api_key=key, http_options=options)


def _parts(sent: list[dict[str, Any]]) -> list[types.Part]:
    return [
        types.Part.from_text(text=part["text"])
        if "text" in part
        else types.Part.from_bytes(
            data=base64.b64decode(part["inlineData"]["data"]),
            mime_type=part["inlineData"]["mimeType"],
        )
        for part in sent
    ]


async def test_geminis_decisions_are_asked_as_google_genai_asks() -> None:
    async with deciding("gemini", loopback=True) as (provider, asked):
        await provider.detect(everything(), Scope())
        ours = replayed(asked.vendor)
        await asyncio.to_thread(_decided_by_google_genai, asked.vendor.url, ours.json())
        theirs = asked.vendor.received[-1]

    assert addressed(ours) == addressed(theirs)
    assert ours.json() == theirs.json()


def _decided_by_google_genai(url: str, body: dict[str, Any]) -> None:
    with _genai(url, decisions.KEY) as client:
        client.decisions.create(**body)


async def test_openais_decisions_are_asked_as_openai_asks() -> None:
    async with deciding("openai", loopback=True) as (provider, asked):
        await provider.detect(everything(), Scope())
        ours = replayed(asked.vendor)
        async with _openai(asked.vendor, decisions.KEY) as client:
            await client.decisions.create(**ours.json())
        theirs = asked.vendor.received[-1]

    assert addressed(ours) == addressed(theirs)
    assert ours.json() == theirs.json()


@pytest.mark.parametrize(
    ("preset", "rung"), [("openai", "json_schema"), ("dashscope", "json_object")]
)
async def test_a_chat_server_is_asked_as_openai_asks(
    preset: openai_chat.Flavour, rung: str
) -> None:
    async with openai_chat.ChatVendor(preset).emulator().serving() as vendor:
        async with a_chat(vendor, preset=preset) as provider:
            await provider.detect(POST, Scope())
        ours = replayed(vendor)
        body = ours.json()
        # Of DashScope's own: the package has no argument for it, and a way to send it all the same.
        extra = {name: body.pop(name) for name in ("enable_thinking",) if name in body}
        async with _openai(vendor, openai_chat.KEY) as client:
            await client.chat.completions.create(**body, extra_body=extra)
        theirs = vendor.received[-1]

    assert ours.json()["response_format"]["type"] == rung
    assert addressed(ours) == addressed(theirs)
    assert ours.json() == theirs.json()


async def test_moderation_is_asked_as_openai_asks() -> None:
    async with asking(openai_moderation.Moderator().handle, loopback=True) as asked:
        options = OpenAiModerationOptions(
            api_key=SecretStr(openai_moderation.KEY), base_url=f"{asked.vendor.url}/v1"
        )
        await OpenAiModeration(options, asked.tools).detect(everything(), Scope())
        ours = replayed(asked.vendor)
        async with _openai(asked.vendor, openai_moderation.KEY) as client:
            await client.moderations.create(**ours.json())
        theirs = asked.vendor.received[-1]

    assert addressed(ours) == addressed(theirs)
    assert ours.json() == theirs.json()


def _openai(vendor: Emulator, key: str) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(api_key=key, base_url=f"{vendor.url}/v1", max_retries=0)


async def test_vision_is_asked_as_google_cloud_vision_asks() -> None:
    async with asking(google_vision.Viewer().handle, loopback=True) as asked:
        options = GoogleVisionOptions(
            api_key=SecretStr(google_vision.KEY), base_url=asked.vendor.url
        )
        await GoogleVision(options, asked.tools).detect(everything(), Scope())
        ours = replayed(asked.vendor)
        await asyncio.to_thread(_by_google_cloud_vision, asked.vendor.url, ours.json())
        theirs = asked.vendor.received[-1]

    assert theirs.query == {"$alt": "json;enum-encoding=int"}
    method, path, _, right = addressed(theirs)
    assert addressed(ours) == (method, path, {}, right)
    assert _message(ours) == _message(theirs)
    assert len(_message(ours).requests) == 2


def _by_google_cloud_vision(url: str, body: dict[str, Any]) -> None:
    transport = ImageAnnotatorRestTransport(
        host=url.removeprefix("http://"),
        url_scheme="http",
        credentials=Credentials(google_vision.KEY),  # type: ignore[no-untyped-call] # theirs
    )
    requests = [
        vision.AnnotateImageRequest(
            image=vision.Image(content=base64.b64decode(each["image"]["content"])),
            features=[
                vision.Feature(
                    type_=getattr(vision.Feature.Type, feature["type"]),
                    max_results=feature.get("maxResults", 0),
                )
                for feature in each["features"]
            ],
        )
        for each in body["requests"]
    ]
    with vision.ImageAnnotatorClient(transport=transport) as client:
        client.batch_annotate_images(requests=requests)


def _message(request: Received) -> Any:
    empty = vision.BatchAnnotateImagesRequest.pb(vision.BatchAnnotateImagesRequest())
    return json_format.ParseDict(request.json(), empty)
