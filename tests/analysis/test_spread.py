"""Requests spread over small pools."""

import asyncio

import httpx
import pytest

from analysis.spread import SpreadTransport


class FakeTransport(httpx.AsyncBaseTransport):
    """Answers at once, or breaks; knows whether it was closed."""

    def __init__(self) -> None:
        self.requests = 0
        self.closed = 0
        self.error: Exception | None = None

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        if self.error is not None:
            raise self.error
        return httpx.Response(200, stream=httpx.ByteStream(b"hello"))

    async def aclose(self) -> None:
        self.closed += 1


class Made:
    """The pools that were made."""

    def __init__(self, pools: int = 4, in_a_pool: int = 2) -> None:
        self.pools: list[FakeTransport] = []
        self.client = httpx.AsyncClient(
            transport=SpreadTransport(self.make, pools=pools, in_a_pool=in_a_pool)
        )

    def make(self) -> FakeTransport:
        self.pools.append(FakeTransport())
        return self.pools[-1]

    async def open(self, number: int) -> list[httpx.Response]:
        request = self.client.build_request("GET", "http://vendor.test/")
        return [await self.client.send(request, stream=True) for _ in range(number)]

    @property
    def requests(self) -> list[int]:
        return [pool.requests for pool in self.pools]


async def test_one_after_the_other_share_a_pool() -> None:
    made = Made()
    for _ in range(5):
        assert (await made.client.get("http://vendor.test/")).text == "hello"

    assert made.requests == [5]


async def test_a_full_pool_is_followed_by_the_next() -> None:
    made = Made(in_a_pool=2)
    await made.open(5)

    assert made.requests == [2, 2, 1]


async def test_when_all_are_full_the_least_busy_takes_more() -> None:
    made = Made(pools=2, in_a_pool=1)
    await made.open(4)

    assert made.requests == [2, 2]


async def test_a_closed_reply_makes_room_once() -> None:
    made = Made(in_a_pool=1)
    first, *_ = await made.open(2)
    await first.aclose()
    await first.aclose()
    await made.open(2)

    assert made.requests == [2, 1, 1]


async def test_a_request_that_breaks_makes_room() -> None:
    made = Made(in_a_pool=1)
    await made.client.get("http://vendor.test/")
    made.pools[0].error = httpx.ConnectError("no route")
    with pytest.raises(httpx.ConnectError):
        await made.open(1)
    made.pools[0].error = None
    await made.open(1)

    assert made.requests == [3]


async def test_closing_closes_every_pool_once() -> None:
    made = Made(in_a_pool=1)
    replies = await made.open(3)
    await asyncio.gather(*(reply.aclose() for reply in replies))
    await made.client.aclose()

    assert [pool.closed for pool in made.pools] == [1, 1, 1]
