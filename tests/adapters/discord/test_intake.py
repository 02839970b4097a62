"""Nothing that comes is lost on its way to the queue, and nothing odd holds up the rest."""

import asyncio
from collections.abc import Sequence

import pytest

from adapters.discord.api import Payload
from adapters.discord.events import Malformed
from adapters.discord.intake import Event, Intake
from adapters.discord.session import Heard
from bot.errors import Gone, PlatformUnavailable
from bot.model import Message
from tests.adapters.discord.kit import Queue
from tests.builders import a_message, a_ref


class Reader:
    """Reads each event as a message of that id, but for those that fail so many times."""

    def __init__(self, **failing: list[Exception]) -> None:
        self.failing = failing

    async def __call__(self, payload: Payload) -> Message | None:
        if failures := self.failing.get(f"m{payload['id']}"):
            raise failures.pop(0)
        return a_message(str(payload["id"]), ref=a_ref(str(payload["id"])))


async def taken(reader: Reader, *ids: str, count: int) -> tuple[list[str], Heard]:
    """What was accepted of these events, and how far the session counts as heard."""
    queue, heard = Queue(), Heard(session="s", gateway="g")
    intake = Intake(reader, 0.001)
    for number, each in enumerate(ids, start=1):
        heard.received = number
        intake.put(Event({"id": each}, heard, heard.take(number)))
    serving = asyncio.create_task(intake.serve(queue.accept))
    async with asyncio.timeout(5):
        while len(queue.taken) < count or intake.waiting:  # noqa: ASYNC110 - the intake tells nobody
            await asyncio.sleep(0)
    await intake.stop(1)
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)
    return queue.texts, heard


async def test_events_are_taken_in_their_order() -> None:
    texts, heard = await taken(Reader(), "1", "2", "3", count=3)

    assert texts == ["1", "2", "3"]
    assert (heard.committed, heard.newest) == (3, 3)


@pytest.mark.parametrize(
    "odd", [Malformed("odd"), Gone("gone"), RuntimeError("a fault of ours"), KeyError("type")]
)
async def test_an_odd_event_holds_up_no_other(odd: Exception) -> None:
    texts, heard = await taken(Reader(m1=[odd]), "1", "2", count=1)

    assert texts == ["2"]
    assert heard.committed == 2


async def test_what_cannot_be_read_yet_is_read_later_and_holds_up_no_other() -> None:
    later: list[Exception] = [PlatformUnavailable("later") for _ in range(5)]
    texts, heard = await taken(Reader(m1=later), "1", "2", count=2)

    assert sorted(texts) == ["1", "2"]
    assert heard.committed == 2


class _Choosy(Queue):
    """Never takes the message of one text, nor any batch with it."""

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        if any(message.text == "2" for message in messages):
            raise ValueError("not well formed")
        return await super().accept(messages, lane=lane)


async def test_a_message_that_is_never_taken_keeps_no_other_out() -> None:
    queue = _Choosy()
    messages = [a_message(text, ref=a_ref(text)) for text in ("1", "2", "3")]
    new = await Intake(Reader(), 0.001).offered(messages, queue.accept)

    assert queue.texts == ["1", "3"]
    assert len(new) == 2


async def test_what_waits_is_not_counted_as_heard() -> None:
    heard = Heard(session="s", gateway="g")
    heard.received = 7
    first, second = heard.take(6), heard.take(7)
    heard.done(second, 2)

    assert heard.committed == 5
    heard.done(first, 1)
    assert heard.committed == 7


async def test_a_new_session_is_not_written_down_while_an_older_ones_event_waits() -> None:
    heard = Heard(session="s", gateway="g")
    heard.received = 7
    waiting = heard.take(7)
    heard.begin("t", "g")

    assert heard.as_note(1, 1) is None
    heard.done(waiting)
    assert heard.as_note(1, 1) is not None
