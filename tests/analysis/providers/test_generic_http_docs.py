"""docs/generic-http.md is true: its JSON is read, and its receiver runs as it stands."""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from analysis.errors import ProviderRejected
from analysis.http import Reply
from analysis.providers.generic_http import GenericHttp, GenericHttpOptions
from analysis.providers.generic_wire import Request, read
from analysis.taxonomy import Category
from analysis.types import Scope
from tests.analysis.providers.loopback import Time, a_photo, a_post, tools
from tests.emulators.generic_http import SECRET

PAGE = Path(__file__).parents[3] / "docs" / "generic-http.md"
SCAM, HATE, NUDITY = Category.SCAM, Category.HATE, Category.NUDITY


def blocks(language: str) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE.read_text(), re.MULTILINE | re.DOTALL)


def clock(at: datetime) -> Time:
    return Time(at=at)


@pytest.fixture
async def receiver(tmp_path: Path) -> AsyncIterator[str]:
    """The documented program's address, while it runs."""
    program = tmp_path / "receiver.py"
    program.write_text(blocks("python")[0])
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(program),
        env={**os.environ, "SECRET": SECRET, "PORT": "0"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    port = int(await process.stdout.readline())
    yield f"http://127.0.0.1:{port}/judge"
    process.kill()
    await process.communicate()


@asynccontextmanager
async def asking(url: str, time: Time) -> AsyncIterator[GenericHttp]:
    options = GenericHttpOptions.model_validate({"api_key": SECRET, "base_url": url})
    async with tools(time) as given:
        yield GenericHttp(options, given)


async def test_the_receiver_judges_what_it_is_sent(receiver: str) -> None:
    async with asking(receiver, clock(datetime.now(UTC))) as provider:
        found = await provider.detect(a_post("Claim your FREE NITRO", a_photo()), Scope())

    assert [(s.category, s.score, s.source) for s in found.signals] == [
        (SCAM, 0.9, "generic_http/example@1")
    ]


@pytest.mark.parametrize("seconds", [-400, 400])
async def test_the_receiver_refuses_a_stamp_outside_the_window(receiver: str, seconds: int) -> None:
    async with asking(receiver, clock(datetime.now(UTC) + timedelta(seconds=seconds))) as provider:
        with pytest.raises(ProviderRejected, match="401"):
            await provider.check()


async def test_the_receiver_refuses_a_replay(receiver: str) -> None:
    async with asking(receiver, clock(datetime.now(UTC))) as provider, httpx.AsyncClient() as thief:
        stolen = provider._signed(provider._with((), ()).model_dump_json(by_alias=True).encode())
        statuses = [
            (await thief.post(receiver, content=stolen.content, headers=stolen.headers)).status_code
            for _ in range(2)
        ]

    assert statuses == [200, 401]


async def test_the_receiver_refuses_a_changed_body(receiver: str) -> None:
    async with asking(receiver, clock(datetime.now(UTC))) as provider, httpx.AsyncClient() as thief:
        stolen = provider._signed(b"{}")
        del stolen.headers["content-length"]
        answer = await thief.post(receiver, content=b'{"a": 1}', headers=stolen.headers)

    assert answer.status_code == 401


def test_the_documented_request_is_one() -> None:
    request = Request.model_validate_json(blocks("json")[0], strict=True)

    assert request.categories == (SCAM, HATE, NUDITY)


def test_the_documented_answer_is_read() -> None:
    request = Request.model_validate_json(blocks("json")[0])
    reply = Reply(200, httpx.Headers(), blocks("json")[1].encode())

    answer = read(reply, sent=request.id, asked=request.categories, files={0})
    assert answer.scores == {SCAM: 0.93, HATE: 0.01, NUDITY: 0.0}
