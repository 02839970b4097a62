"""Nothing that was posted is lost, and nothing that was not is kept."""

import asyncio
import shutil
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.playground import Playground
from bot.errors import EnvironmentFailed, PlatformUnavailable, QueueFull
from tests.adapters.playground.kit import (
    API,
    NOON,
    Queue,
    Started,
    a_card,
    a_playground,
    a_png,
)


async def test_everything_is_as_it_was_after_a_restart(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as first:
        kept, removed = await first.posted("one"), await first.posted("two")
        await first.playground.client.annotate(kept.ref, "note", nonce="n")
        await first.playground.client.delete(removed.ref, reason="r")
        await first.playground.settled(kept, "case-1")
        before = await first.listed()

    async with a_playground(tmp_path) as second:
        assert await second.listed() == before


async def test_timeouts_and_cards_outlive_a_restart(tmp_path: Path) -> None:
    until = NOON + timedelta(hours=1)
    async with a_playground(tmp_path) as first:
        message = await first.posted()
        await first.playground.client.time_out(message.ref, message.author, until, reason="r")
        card = await first.playground.client.post_card(a_card(), nonce="c")

    async with a_playground(tmp_path) as second:
        client = second.playground.client
        assert await client.timed_out_until(message.ref, message.author) == until
        assert await client.card("c") == card


async def test_uploads_outlive_a_restart(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as first:
        message = await first.posted("look", images=[("a.png", a_png())])

    async with a_playground(tmp_path) as second:
        fetched = await second.playground.fetch(message.attachments[0], message, 10_000)

    assert fetched == a_png()


async def test_a_post_is_answered_only_after_the_queue_has_it(tmp_path: Path) -> None:
    queue = Queue(gate=asyncio.Event())
    async with a_playground(tmp_path, queue=queue) as started:
        posting = asyncio.create_task(started.post())
        await queue.arrived.wait()
        seen_before = await started.listed()
        done_before = posting.done()
        queue.gate.set()  # type: ignore[union-attr] # given above
        await posting

        assert (done_before, seen_before) == (False, [])
        assert len(await started.listed()) == 1


async def what_a_crash_left(folder: Path, text: str) -> Path:
    """The disk as it was when a post stood in the room and not yet in the queue."""
    queue = Queue(gate=asyncio.Event())
    async with a_playground(folder / "before", queue=queue) as started:
        posting = asyncio.create_task(started.post(text))
        await queue.arrived.wait()
        shutil.copytree(folder / "before", folder / "after")
        queue.gate.set()  # type: ignore[union-attr] # given above
        await posting
    return folder / "after"


async def test_a_crash_between_room_and_queue_loses_nothing(tmp_path: Path) -> None:
    left = await what_a_crash_left(tmp_path, "almost lost")

    async with a_playground(left) as started:
        await started.until_accepted()

        assert [message.text for message in started.queue.taken] == ["almost lost"]
        assert [post["text"] for post in await started.listed()] == ["almost lost"]


async def test_a_full_queue_at_the_start_is_offered_again(tmp_path: Path) -> None:
    left = await what_a_crash_left(tmp_path, "patient")

    queue = Queue(fails=[QueueFull("full"), QueueFull("still full")])
    async with a_playground(left, queue=queue) as started:
        await started.until_accepted()

    assert [message.text for message in queue.taken] == ["patient"]


async def test_what_was_accepted_is_not_offered_again(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as first:
        await first.post()

    after = Queue()
    async with a_playground(tmp_path, queue=after) as second:
        await second.post("new")

    assert [message.text for message in after.taken] == ["new"]


async def test_a_post_the_queue_cannot_take_is_not_kept(started: Started) -> None:
    started.queue.fails.append(QueueFull("the queue is full"))

    reply = await started.send("hello")

    assert (reply.status_code, await started.listed()) == (503, [])
    assert "retry-after" in reply.headers


async def test_a_post_the_queue_could_not_take_is_not_offered_later(tmp_path: Path) -> None:
    async with a_playground(tmp_path, queue=Queue(fails=[QueueFull("full")])) as first:
        await first.send("refused")

    async with a_playground(tmp_path) as second:
        await second.post("after")

    assert [message.text for message in second.queue.offered] == ["after"]


async def test_an_edit_the_queue_cannot_take_is_undone(started: Started) -> None:
    message = await started.posted("before")
    started.queue.fails.append(QueueFull("the queue is full"))

    reply = await started.http.put(f"{API}/messages/{message.ref}", json={"text": "after"})

    post = await started.look(message.ref)
    assert (reply.status_code, post["text"], post["revision"]) == (503, "before", message.revision)


async def test_a_revision_that_failed_is_never_used_again(started: Started) -> None:
    message = await started.posted("before")
    started.queue.fails.append(PlatformUnavailable("later"))
    await started.http.put(f"{API}/messages/{message.ref}", json={"text": "lost"})
    await started.http.put(f"{API}/messages/{message.ref}", json={"text": "kept"})

    offered = [message.key for message in started.queue.offered]

    assert len(offered) == len(set(offered)) == 3
    assert started.queue.taken[-1].text == "kept"


async def test_a_visitor_who_hangs_up_still_posts(tmp_path: Path) -> None:
    queue = Queue(gate=asyncio.Event())
    async with a_playground(tmp_path, queue=queue) as started:
        posting = asyncio.create_task(started.post())
        await queue.arrived.wait()
        posting.cancel()
        queue.gate.set()  # type: ignore[union-attr] # given above
        await started.until_accepted()

        assert len(await started.listed()) == 1


async def test_nothing_is_accepted_after_stop(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as started:
        await started.playground.stop()

        assert (await started.send()).status_code == 503
        assert started.playground.ready() is not None


async def test_a_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    (tmp_path / "playground.db").write_text("not a database, but long enough to be told apart")

    with pytest.raises(EnvironmentFailed, match=r"playground\.db"):
        await Playground(tmp_path / "playground.db").start(Queue().accept)


async def test_a_database_of_a_newer_version_is_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "playground.db") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(EnvironmentFailed, match="newer"):
        await Playground(tmp_path / "playground.db").start(Queue().accept)


async def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EnvironmentFailed):
        await Playground(tmp_path / "file" / "playground.db").start(Queue().accept)
