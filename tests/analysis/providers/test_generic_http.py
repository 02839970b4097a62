"""Your own endpoint: what it is sent, how it is signed, and what becomes of its answer."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr, ValidationError

from analysis.detector import Needs
from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.http import MAX_REPLY, Reply
from analysis.providers import PROVIDERS
from analysis.providers.generic_http import GenericHttp, GenericHttpOptions
from analysis.providers.generic_wire import read, signature
from analysis.registry import load
from analysis.taxonomy import Category
from analysis.types import (
    Box,
    Content,
    Fact,
    FactKind,
    Findings,
    Modality,
    Origin,
    Passage,
    Scope,
    Usage,
)
from tests.analysis.providers.loopback import CANARY, Time, a_photo, a_post, tools
from tests.emulators.generic_http import SECRET, Endpoint, Json
from tests.emulators.server import Answer

VECTOR = "v1=0bc443d50171f164295d5893e579e8e03d2816b33199513e44ef99252e7af959"
ASKED = (Category.SCAM, Category.HATE)


def options(**more: object) -> GenericHttpOptions:
    given: dict[str, object] = {
        "api_key": SecretStr(SECRET),
        "base_url": "https://judge.test/v1?tenant=a",
        "categories": ASKED,
    }
    return GenericHttpOptions.model_validate(given | more)


@asynccontextmanager
async def an_endpoint(
    time: Time | None = None, /, **more: object
) -> AsyncIterator[tuple[Endpoint, GenericHttp]]:
    """Without a socket."""
    time = time or Time()
    endpoint = Endpoint(now=time.now)
    async with tools(time, transport=httpx.ASGITransport(endpoint.emulator)) as given:
        yield endpoint, GenericHttp(options(**more), given)


async def asked(*faults: Answer, time: Time | None = None, **answer: object) -> Findings:
    async with an_endpoint(time) as (endpoint, provider):
        endpoint.emulator.faults.extend(faults)
        endpoint.more = answer
        return await provider.detect(a_post("hello", a_photo()), Scope())


def test_the_registry_names_it() -> None:
    assert load(PROVIDERS, "generic_http") is GenericHttp


async def test_words_and_pictures_are_judged_together() -> None:
    async with an_endpoint() as (endpoint, provider):
        endpoint.by_word["nitro"] = ("scam", 0.93)
        found = await provider.detect(a_post("free nitro", a_photo()), Scope())

    assert [(s.category, s.score, s.modality, s.source) for s in found.signals] == [
        (Category.SCAM, 0.93, Modality.JOINT, "generic_http/house-model@7")
    ]


@pytest.mark.parametrize(
    ("content", "modality"),
    [(a_post("nitro"), Modality.TEXT), (a_post("", a_photo()), Modality.IMAGE)],
)
async def test_one_kind_alone_is_judged_alone(content: Content, modality: Modality) -> None:
    async with an_endpoint() as (endpoint, provider):
        endpoint.more = {"scores": {"scam": 0.5, "hate": 0}}
        found = await provider.detect(content, Scope())

    assert [s.modality for s in found.signals] == [modality]


async def test_it_is_asked_in_the_documented_words() -> None:
    content = Content(
        passages=(Passage("look", Origin.CAPTION), Passage("NITRO", Origin.OCR, media=1)),
        images=(a_photo(media=1, frame=3),),
    )
    async with an_endpoint() as (endpoint, provider):
        await provider.detect(content, Scope())

    (body,) = endpoint.asked
    assert body["categories"] == ["scam", "hate"]
    assert body["passages"] == [
        {"text": "look", "origin": "caption", "file": None},
        {"text": "NITRO", "origin": "ocr", "file": 1},
    ]
    assert [(p["file"], p["frame"], p["media_type"]) for p in body["pictures"]] == [
        (1, 3, "image/jpeg")
    ]


async def test_the_address_is_used_as_it_was_given() -> None:
    async with an_endpoint() as (endpoint, provider):
        await provider.check()

    (request,) = endpoint.emulator.received
    assert (request.method, request.path, request.query) == ("POST", "/v1", {"tenant": "a"})


async def test_nothing_private_is_sent() -> None:
    async with an_endpoint() as (endpoint, provider):
        await provider.detect(a_post("hello", a_photo()), Scope(purse=CANARY))

    (request,) = endpoint.emulator.received
    assert CANARY not in repr(request)
    assert SECRET not in repr(request)


async def test_pictures_can_be_kept_here() -> None:
    async with an_endpoint(pictures=False) as (endpoint, provider):
        await provider.detect(a_post("hello", a_photo()), Scope())

    assert (endpoint.asked[0]["pictures"], provider.needs) == ([], Needs.PASSAGES)


async def test_a_file_name_alone_is_sent_to_nobody() -> None:
    async with an_endpoint() as (endpoint, provider):
        found = await provider.detect(a_post(""), Scope())

    assert (found, endpoint.emulator.received) == (Findings(), [])


async def test_a_lone_surrogate_can_be_sent() -> None:
    async with an_endpoint() as (endpoint, provider):
        await provider.detect(a_post("a\ud800"), Scope())

    assert endpoint.asked[0]["passages"][0]["text"] == "a\N{REPLACEMENT CHARACTER}"


async def test_all_that_is_answered_becomes_signals_facts_and_usage() -> None:
    found = await asked(
        scores={"scam": 0.2, "hate": 0},
        modality="image",
        explanation="A gift.",
        labels=[{"label": "gift box", "score": 0.8, "file": 0}],
        facts=[
            {"kind": "logo", "value": "acme", "file": 0, "box": [0.1, 0.2, 0.6, 0.3]},
            {"kind": "face", "value": CANARY, "score": 0.5},
        ],
        usage={"input_tokens": 8, "output_tokens": 4, "images": 1},
    )

    assert [(s.category, s.modality) for s in found.signals] == [(Category.SCAM, Modality.IMAGE)]
    assert found.facts == (
        Fact(FactKind.LABEL, "gift box", 0.8, Modality.IMAGE, 0),
        Fact(FactKind.LOGO, "acme", 1.0, Modality.IMAGE, 0, Box(0.1, 0.2, 0.6, 0.3)),
        Fact(FactKind.FACE, "face", 0.5, Modality.IMAGE),
        Fact(FactKind.EXPLANATION, "A gift.", 1.0, Modality.IMAGE),
    )
    assert found.usage == (Usage("house-model@7", input_tokens=8, output_tokens=4, images=1),)


async def test_a_block_is_a_signal() -> None:
    found = await asked(blocked=True, scores={})

    assert [(s.category, s.score) for s in found.signals] == [(Category.PROVIDER_BLOCK, 1.0)]
    assert found.judged == frozenset({Category.PROVIDER_BLOCK})


async def test_what_a_block_scored_all_the_same_is_judged_and_the_rest_is_open() -> None:
    found = await asked(blocked=True, scores={"scam": 0.0})

    assert found.judged == frozenset({Category.PROVIDER_BLOCK, Category.SCAM})
    assert found.asked is not None
    assert Category.HATE in found.asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"scores": {"scam": 0.5}},
        {"scores": {"scam": 0.5, "hate": None}},
        {"scores": {"scam": 0.5, "hate": 1.01}},
        {"scores": {"scam": 0.5, "hate": -0.1}},
        {"scores": {"scam": 0.5, "hate": "0.5"}},
        {"scores": {"scam": 0.5, "hate": True}},
        {"scores": {"scam": 0.5, "hate": 0.5, "gore": 0.5}},
        {"scores": {"scam": 0.5, "hate": 0.5, "spam": 0.5}},
        {"scores": []},
        {"id": "another"},
        {"schema": "bifocal.answer/2"},
        {"blocked": "no"},
        {"model": "a/b"},
        {"model": ""},
        {"modality": "smell"},
        {"verdict": "safe"},
        {"explanation": "x" * 2001},
        {"labels": [{"label": "x"}] * 201},
        {"labels": [{"label": "x", "score": 2}]},
        {"labels": [{"label": "x", "file": 5}]},
        {"facts": [{"kind": "known_good", "value": "x"}]},
        {"facts": [{"kind": "caption", "value": "x"}]},
        {"facts": [{"kind": "object", "value": "x", "box": [0.6, 0, 0.1, 1]}]},
        {"facts": [{"kind": "object", "value": "x", "box": [0, 0, 1]}]},
        {"usage": {"input_tokens": -1}},
    ],
)
async def test_an_answer_that_is_not_as_documented_is_garbled(wrong: Json) -> None:
    with pytest.raises(ProviderGarbled):
        await asked(**wrong)


def test_a_key_that_stands_twice_is_refused() -> None:
    body = b"""{"schema": "bifocal.answer/1", "id": "x", "model": "m",
                "blocked": true, "blocked": false, "scores": {"scam": 0}}"""

    with pytest.raises(ProviderGarbled):
        read(Reply(200, httpx.Headers(), body), sent="x", asked=(Category.SCAM,), files=())


@pytest.mark.parametrize("key", ["schema", "id", "model", "blocked", "scores"])
async def test_what_must_be_there_must_be_there(key: str) -> None:
    async with an_endpoint() as (endpoint, provider):
        endpoint.without = (key,)
        with pytest.raises(ProviderGarbled, match=key):
            await provider.detect(a_post("hello"), Scope())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Answer(302, headers={"location": "http://e.test"}), ProviderRejected, id="to"),
        pytest.param(Answer(401), ProviderRejected, id="401"),
        pytest.param(Answer(422), ProviderRejected, id="422"),
        pytest.param(Answer(body=b""), ProviderGarbled, id="empty"),
        pytest.param(Answer(body=b"<html>"), ProviderGarbled, id="html"),
        pytest.param(Answer(body=b"[]"), ProviderGarbled, id="list"),
        pytest.param(Answer(body=b'{"schema": "bifocal.an'), ProviderGarbled, id="truncated"),
        pytest.param(Answer(body=b'{"id": 1, "id": 2}'), ProviderGarbled, id="twice"),
        pytest.param(Answer(body=b'{"scores": {"scam": NaN}}'), ProviderGarbled, id="nan"),
        pytest.param(Answer(body=b'{"scores": {"scam": 1e9999}}'), ProviderGarbled, id="infinite"),
        pytest.param(Answer(body=b'{"explanation": "\\ud800"}'), ProviderGarbled, id="surrogate"),
        pytest.param(Answer(body=b" " * (MAX_REPLY + 1)), ProviderGarbled, id="10-MB"),
    ],
)
async def test_a_bad_reply_is_never_clean(answer: Answer, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        await asked(answer)


@pytest.mark.parametrize(
    ("headers", "waited"),
    [
        ({"retry-after": "3"}, 3.0),
        ({"retry-after-ms": "1500"}, 1.5),
        ({"retry-after": "Mon, 23 Nov 2026 12:00:09 GMT"}, 9.0),
    ],
)
async def test_it_waits_as_long_as_it_is_told(headers: dict[str, str], waited: float) -> None:
    time = Time()
    await asked(Answer(429, headers=headers), time=time)

    assert time.slept == [waited]


async def test_it_does_not_wait_longer_than_two_minutes() -> None:
    time = Time()
    with pytest.raises(ProviderUnavailable) as caught:
        await asked(Answer(429, headers={"retry-after": "1000000000"}), time=time)

    assert (time.slept, caught.value.retry_after) == ([], 1e9)


async def test_trying_again_is_the_same_request_signed_anew() -> None:
    async with an_endpoint() as (endpoint, provider):
        endpoint.emulator.faults.append(Answer(503))
        await provider.detect(a_post("hello"), Scope())

    first, second = endpoint.emulator.received
    assert first.body == second.body
    assert first.headers["x-bifocal-nonce"] != second.headers["x-bifocal-nonce"]
    assert endpoint.nonces == {second.headers["x-bifocal-nonce"]}


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(silent=True), id="hang"),
        pytest.param(Answer(hang=True, body=b"xx"), id="headers-only"),
        pytest.param(Answer(body=b"0123456789", cut_at=4), id="cut"),
    ],
)
async def test_a_lost_answer_is_asked_for_again(fault: Answer) -> None:
    time = Time()
    endpoint = Endpoint(now=time.now)
    async with endpoint.emulator.serving() as server, tools(time) as given:
        endpoint.emulator.faults.append(fault)
        provider = GenericHttp(options(base_url=server.url, timeout_s=0.3), given)
        found = await provider.detect(a_post("hello"), Scope())

    assert (found.failures, len(server.received), len(time.slept)) == ((), 2, 1)


@pytest.mark.parametrize(
    ("wrong", "error"),
    [({"secret": "another"}, "401"), ({"now": lambda: Time().at + timedelta(seconds=301)}, "401")],
)
async def test_a_check_says_what_is_wrong(wrong: Json, error: str) -> None:
    async with an_endpoint() as (endpoint, provider):
        vars(endpoint).update(wrong)
        with pytest.raises(ProviderRejected, match=error):
            await provider.check()


async def test_a_check_names_the_host_and_the_model() -> None:
    async with an_endpoint() as (_, provider):
        assert await provider.check() == "generic_http answers at judge.test as house-model@7"


def test_the_signature_is_over_version_time_nonce_and_body() -> None:
    """Made by OpenSSL: ``printf 'v1\\n1\\nn\\n%s' $(sha256 of {}) | openssl dgst -hmac key``."""
    assert signature("key", timestamp="1", nonce="n", body=b"{}") == VECTOR


@pytest.mark.parametrize(
    "url",
    [
        "https://judge.test/x",
        "http://127.0.0.1:9000/x",
        "http://localhost/x",
        "http://[::1]/x",
    ],
)
def test_a_safe_address_is_taken(url: str) -> None:
    assert options(base_url=url).ready


@pytest.mark.parametrize(
    "url",
    [
        "http://judge.test/x",
        "http://10.0.0.7/x",
        "http://localhost.evil.test/x",
        "http://127.0.0.1@evil.test/x",
        "https://user:secret@judge.test/x",
        "https://judge.test/x#y",
        "ftp://judge.test/x",
        "judge.test/x",
        "https://",
    ],
)
def test_an_unsafe_address_is_refused(url: str) -> None:
    with pytest.raises(ValidationError):
        options(base_url=url)


def test_plain_http_is_the_operator_s_decision() -> None:
    assert options(base_url="http://judge.svc/x", allow_http=True).ready


@pytest.mark.parametrize(
    "wrong",
    [{"api_key": "short"}, {"categories": ["provider_block"]}, {"categories": []}, {"url": "x"}],
)
def test_a_wrong_option_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        options(**wrong)


def test_without_an_address_or_a_secret_it_is_off() -> None:
    assert not options(base_url="").ready
    assert not options(api_key=None).ready
