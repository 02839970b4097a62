"""What every provider of the registry keeps: ``doctor`` learns what is wrong and what to do."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Protocol, cast

import httpx
import pytest

from analysis import registry
from analysis.errors import ProviderRejected
from analysis.providers import PROVIDERS
from analysis.providers.provider import Options, Provider, Tools
from bot import examine
from bot.ports import Examined
from tests.analysis.providers.asking import as_png

KEY = "canary-0123456789abcdef"
NEEDED: Mapping[str, Mapping[str, object]] = {
    "alibaba": {"access_key_id": "LTAI-test", "access_key_secret": KEY},
    "openai_chat": {"model": "m", "api_key": KEY},
}
"""What a provider needs besides, or instead of, a key and an address."""
TO_DO = re.compile(
    r"\b(activate|add|check|choose|create|enable|grant|put|raise|set|top|wait)\b", re.IGNORECASE
)


class Make(Protocol):
    options_type: type[Options]

    def __call__(self, options: Options, tools: Tools) -> Provider: ...


async def at_once(_seconds: float) -> None:
    pass


@asynccontextmanager
async def a_provider(name: str, answer: httpx.Response | Exception) -> AsyncIterator[Provider]:
    def handle(_request: httpx.Request) -> httpx.Response:
        if isinstance(answer, Exception):
            raise answer
        return answer

    make = cast("Make", registry.load(PROVIDERS, name))
    given = {"base_url": "https://vendor.test/v1", **NEEDED.get(name, {"api_key": KEY})}
    async with httpx.AsyncClient(transport=httpx.MockTransport(handle)) as client:
        yield make(make.options_type.model_validate(given), Tools(client, as_png, at_once))


async def found(name: str, answer: httpx.Response | Exception) -> Examined:
    async with a_provider(name, answer) as provider:
        (finding,) = await examine.providers([provider])
        return finding


ANSWERS = [
    pytest.param(httpx.ConnectError("Name or service not known"), id="no-such-name"),
    pytest.param(httpx.ConnectTimeout("late"), id="not-reached"),
    pytest.param(httpx.ReadError(KEY), id="broken-off"),
    pytest.param(httpx.LocalProtocolError(KEY), id="a-header-that-cannot-be-sent"),
    *(
        pytest.param(httpx.Response(status), id=str(status))
        for status in (302, 400, 401, 402, 403, 404, 413, 422, 429, 500, 503)
    ),
    pytest.param(httpx.Response(200, text="<html>sign in</html>"), id="a-page"),
    pytest.param(httpx.Response(200, json={}), id="an-empty-answer"),
]


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize("answer", ANSWERS)
async def test_doctor_says_in_a_sentence_what_is_wrong_and_what_to_do(
    name: str, answer: httpx.Response | Exception
) -> None:
    finding = await found(name, answer)

    assert not finding.well
    assert TO_DO.search(finding.sentence)
    assert "\n" not in finding.sentence
    assert KEY not in finding.sentence
    assert "fault of ours" not in finding.sentence


@pytest.mark.parametrize("name", PROVIDERS)
@pytest.mark.parametrize(
    ("status", "lasting"), [(401, True), (402, True), (403, True), (404, True), (413, False)]
)
async def test_what_is_true_of_every_post_closes_the_vendor_at_once(
    name: str, status: int, *, lasting: bool
) -> None:
    """A wrong key is told once, and not found out anew with every post."""
    async with a_provider(name, httpx.Response(status)) as provider:
        with pytest.raises(ProviderRejected) as caught:
            await provider.check()

    assert caught.value.lasting is lasting


@pytest.mark.parametrize("name", PROVIDERS)
async def test_a_name_that_nobody_knows_is_told_as_such(name: str) -> None:
    finding = await found(name, httpx.ConnectError("Name or service not known"))

    assert "Name or service not known" in finding.sentence
    assert finding.sentence.count("base_url") == 1


@pytest.mark.parametrize("name", PROVIDERS)
def test_without_what_it_needs_it_is_off_and_says_what_is_missing(name: str) -> None:
    make = cast("Make", registry.load(PROVIDERS, name))
    bare = make.options_type.model_validate({})

    assert bare.ready == (bare.lacks == ())
    assert not bare.ready
