"""The stream of changes: live, bounded, and without gaps after a pause."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from adapters.playground import Playground
from adapters.playground.feed import Change, Feed
from tests.adapters.playground.kit import API, NOON, Clock, Queue, Started, a_card, a_playground


@dataclass
class Stream:
    """A reader of server-sent events over a real socket."""

    response: httpx.Response

    async def events(self) -> AsyncIterator[dict[str, str]]:
        event: dict[str, str] = {}
        async for line in self.response.aiter_lines():
            if not line:
                yield event
                event = {}
            name, _, value = line.partition(":")
            if line:
                event[name or "comment"] = value.strip()


@asynccontextmanager
async def a_server(folder: Path, heartbeat: float = 15) -> AsyncIterator[tuple[Started, str]]:
    """The playground behind a real server on a free port."""
    queue, clock = Queue(), Clock()
    playground = Playground(folder / "playground.db", now=clock, heartbeat=heartbeat)
    await playground.start(queue.accept)
    app = FastAPI()
    app.include_router(playground.routes())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
        await asyncio.sleep(0.005)
    port = server.servers[0].sockets[0].getsockname()[1]
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as http:
        try:
            yield Started(playground, queue, clock, http), f"http://127.0.0.1:{port}"
        finally:
            await playground.stop()
            server.should_exit = True
            await serving


@asynccontextmanager
async def watching(
    started: Started, *, after: int | None = None, last: str | None = None
) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
    """Events from the stream, its greeting already read."""
    headers = {"Last-Event-ID": last} if last is not None else {}
    params = {"after": after} if after is not None else {}
    async with (
        asyncio.timeout(10),
        started.http.stream("GET", f"{API}/events", headers=headers, params=params) as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        events = Stream(response).events()
        await anext(events)
        yield events


async def test_a_post_is_told_to_those_who_watch(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _), watching(started) as events:
        ref = (await started.post("hello"))["ref"]

        event = await anext(events)

    assert event["event"] == "message"
    assert json.loads(event["data"])["ref"] == ref


async def test_every_kind_of_change_is_told(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _), watching(started) as events:
        message, client = await started.posted(), started.playground.client
        await client.annotate(message.ref, "note", nonce="n")
        await client.time_out(message.ref, message.author, NOON + timedelta(hours=1), reason="r")
        await client.post_card(a_card(), nonce="c")
        await client.delete(message.ref, reason="r")
        await started.playground.settled(message, "case-1")

        kinds = [(await anext(events))["event"] for _ in range(6)]

    assert kinds == ["message", "message", "timeout", "card", "message", "message"]


async def test_a_reader_who_comes_back_misses_nothing(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _):
        async with watching(started) as events:
            await started.post("one")
            last = (await anext(events))["id"]
        for text in ("two", "three"):
            await started.post(text)

        async with watching(started, last=last) as events:
            texts = [json.loads((await anext(events))["data"])["text"] for _ in range(2)]

    assert texts == ["two", "three"]


async def test_a_reader_can_start_from_a_known_change(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _):
        seq = (await started.http.get(f"{API}/room")).json()["seq"]
        await started.post("one")

        async with watching(started, after=seq) as events:
            event = await anext(events)

    assert json.loads(event["data"])["text"] == "one"


@pytest.mark.parametrize("last", ["nonsense", "-1", "9" * 40, "x1"])
async def test_an_id_nobody_gave_starts_from_now(tmp_path: Path, last: str) -> None:
    async with a_server(tmp_path) as (started, _):
        await started.post("before")
        async with watching(started, last=last) as events:
            await started.post("after")

            event = await anext(events)

    assert json.loads(event["data"])["text"] == "after"


async def test_a_reader_of_a_room_that_is_no_more_starts_over(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _), watching(started, last="999") as events:
        event = await anext(events)

    assert event["event"] == "reset"


async def test_a_quiet_stream_shows_that_it_lives(tmp_path: Path) -> None:
    async with a_server(tmp_path, heartbeat=0.01) as (started, _), watching(started) as events:
        assert "comment" in await anext(events)


async def test_stopping_ends_every_stream(tmp_path: Path) -> None:
    async with a_server(tmp_path) as (started, _), watching(started) as events:
        await started.playground.stop()

        rest = [event async for event in events]

    assert rest == []


async def test_no_markup_breaks_out_of_an_event(tmp_path: Path) -> None:
    text = "a\n\ndata: {}\r\n\rid: 7\u2028</script>"
    async with a_server(tmp_path) as (started, _), watching(started) as events:
        await started.post(text)

        event = await anext(events)

    assert json.loads(event["data"])["text"] == text


async def test_a_slow_reader_is_dropped_and_others_are_not() -> None:
    feed = Feed(depth=2)
    with feed.follow() as slow, feed.follow() as quick:
        for seq in range(3):
            feed.publish([Change(seq, "message", "{}")])
            await quick.next(1)

        assert (slow.ended, quick.ended) == (True, False)


async def test_a_feed_takes_so_many_readers_and_no_more() -> None:
    feed = Feed(at_most=1)
    with feed.follow():
        assert feed.full
    assert not feed.full


async def test_one_reader_too_many_is_told_to_come_back(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as started:
        started.playground._room.feed = Feed(at_most=0)

        reply = await started.http.get(f"{API}/events")

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "10")
