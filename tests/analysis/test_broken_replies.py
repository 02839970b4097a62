"""Replies that break off, run over, never end or are none: read off a real socket."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from analysis.errors import ProviderError, ProviderGarbled, ProviderUnavailable
from analysis.http import Http

OK = b"HTTP/1.1 200 OK\r\n"
WHOLE = b'{"score": 0.25}'
HALF = WHOLE[:7]
Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Vendor:
    """A server that writes raw bytes."""

    write: Write
    requests: int = 0
    url: str = ""
    slept: list[float] = field(default_factory=list)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Vendor"]:
        server = await asyncio.start_server(self._talk, "127.0.0.1", 0)
        async with server:
            self.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
            yield self

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        self.requests += 1
        try:
            await self.write(writer)
        except ConnectionError:
            pass  # whoever asked has heard enough
        finally:
            writer.close()

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def asked(self, timeout_s: float = 5.0) -> object:
        async with httpx.AsyncClient(timeout=60) as client:
            http = Http(client, "acme", timeout_s=timeout_s, sleep=self.sleep)
            reply = await http.send(client.build_request("GET", self.url))
            return reply.json("acme")


def says(*pieces: bytes, reset: bool = False) -> Write:
    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(b"".join(pieces))
        await writer.drain()
        if reset:
            writer.transport.abort()

    return write


def drips(piece: bytes, head: bytes = OK + b"\r\n") -> Write:
    """The head, and then without end a piece a hundred times a second."""

    async def write(writer: asyncio.StreamWriter) -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.01)

    return write


def announcing(size: int) -> bytes:
    return OK + b"content-length: %d\r\n\r\n" % size


CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n7\r\n" + HALF + b"\r\n"

BROKEN_OFF = [
    pytest.param(says(announcing(len(WHOLE)), HALF), id="less-than-announced"),
    pytest.param(says(CHUNKED), id="chunks-without-an-end"),
    pytest.param(says(announcing(len(WHOLE)), HALF, reset=True), id="reset-in-the-body"),
    pytest.param(says(OK, b"content-le", reset=True), id="reset-in-the-head"),
    pytest.param(says(reset=True), id="reset-at-once"),
    pytest.param(says(), id="closed-at-once"),
    pytest.param(says(b"220 mail.test ESMTP\r\n"), id="another-protocol"),
    pytest.param(
        says(OK, b"content-length: 2\r\ncontent-length: 15\r\n\r\n", WHOLE), id="two-lengths"
    ),
    pytest.param(says(OK, b"".join(b"x-%d: y\r\n" % n for n in range(100_000))), id="many-headers"),
]


@pytest.mark.parametrize("write", BROKEN_OFF)
async def test_what_broke_off_is_asked_for_three_times_and_never_half_read(write: Write) -> None:
    async with Vendor(write).serving() as vendor:
        with pytest.raises(ProviderUnavailable):
            await vendor.asked()

    assert (vendor.requests, len(vendor.slept)) == (3, 2)


GARBLED = [
    pytest.param(says(OK, b"\r\n", HALF), id="cut-where-no-length-tells"),
    pytest.param(says(announcing(len(HALF)), WHOLE), id="more-than-announced"),
    pytest.param(says(announcing(0)), id="nothing"),
]


@pytest.mark.parametrize("write", GARBLED)
async def test_what_came_whole_and_is_not_json_is_garbled_and_asked_for_once(write: Write) -> None:
    async with Vendor(write).serving() as vendor:
        with pytest.raises(ProviderGarbled):
            await vendor.asked()

    assert vendor.requests == 1


async def test_a_whole_answer_without_a_length_is_read() -> None:
    async with Vendor(says(OK, b"\r\n", WHOLE)).serving() as vendor:
        assert await vendor.asked() == {"score": 0.25}


ENDLESS = [
    pytest.param(drips(b" "), id="a-byte-at-a-time"),
    pytest.param(drips(b"x-y: z\r\n", OK), id="headers"),
    pytest.param(drips(b"1\r\n \r\n", OK + b"transfer-encoding: chunked\r\n\r\n"), id="chunks"),
    pytest.param(drips(b"", b""), id="nothing-at-all"),
]


@pytest.mark.parametrize("write", ENDLESS)
async def test_no_reply_outlasts_its_time_however_it_trickles(write: Write) -> None:
    """A limit on each read would start anew with every byte."""
    loop = asyncio.get_running_loop()
    async with Vendor(write).serving() as vendor:
        began = loop.time()
        with pytest.raises(ProviderUnavailable, match="no answer within"):
            await vendor.asked(timeout_s=0.1)

    assert loop.time() - began < 2.0
    assert vendor.requests == 3


async def test_what_never_stops_is_cut_off_at_ten_megabytes() -> None:
    async with Vendor(drips(b" " * (4 << 20))).serving() as vendor:
        with pytest.raises(ProviderError, match="more than 10485760 bytes"):
            await vendor.asked()
