"""How many posts a second go the whole way, from intake to a record on disk.

The application as ``bifocal run`` builds it (SQLite inbox and database, both durable, sandbox,
pipeline, standard policy, enforcer) before a platform in memory, so that no HTTP is measured.
Three kinds of post: a picture never seen, the same picture again, words alone. Each kind is
posted at once and waited for to the last.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from itertools import count

from PIL import Image, ImageDraw

from analysis.sandbox import prepare
from bench.figures import Figure
from bot import log
from bot.app import App
from bot.config.tables import Analysis, Settings, Storage
from bot.core import opened_core
from bot.counters import MemoryCounters
from bot.enforce import Enforcer
from bot.house import House, Voice
from bot.journey.act import Act
from bot.journey.burst import Burst, Recent
from bot.journey.encoded import Encodings
from bot.journey.gather import Gatherer
from bot.journey.giving_up import GivenUp
from bot.journey.judge import Judge
from bot.journey.keep import Keeper
from bot.journey.late import Late
from bot.journey.look import Look
from bot.journey.reported import Reports
from bot.journey.telling import Telling
from bot.limits import ActionLimits
from bot.metrics import Metrics
from bot.model import Attachment, Message, Ref
from bot.policy.file import PolicyFile
from bot.queue import Queue, open_queue
from bot.storage.store import Store, opened
from bot.webhooks import Webhooks
from tests.builders import a_message, a_ref
from tests.fakes import FakePlatform

POSTS = 200
READ = 12
"""Posts of each kind without OCR, and new pictures with it."""
PICTURE = "same.png"
_numbers = count()
Make = Callable[[FakePlatform], Message]


@dataclass
class Room(FakePlatform):
    """Says when so many posts were settled."""

    awaited: int = 0
    quiet: asyncio.Event = field(default_factory=asyncio.Event)

    async def settled(self, message: Message, case_id: str | None) -> None:
        await super().settled(message, case_id)
        if len(self.done) >= self.awaited:
            self.quiet.set()

    async def rate(self, make: Make, number: int) -> float:
        """Posts per second, from the first accept to the last settled."""
        self.awaited = len(self.done) + number
        self.quiet.clear()
        posts = [make(self) for _ in range(number)]
        began = time.perf_counter()
        await self.post(*posts)
        await self.quiet.wait()
        return number / (time.perf_counter() - began)


async def run() -> list[Figure]:
    """Measure without OCR and with it; takes about a minute. Files lie on this directory's disk."""
    log.configure("error")
    async with _serving(ocr=False) as room:
        new = await room.rate(_new, POSTS)
        await room.rate(_again, 1)
        again = await room.rate(_again, POSTS)
        text = await room.rate(_words, POSTS)
    async with _serving(ocr=True) as room:
        await room.rate(_new, 1)  # the models are loaded
        read = await room.rate(_new, READ)
        await room.rate(_again, 1)
        read_again = await room.rate(_again, POSTS)
    return [
        Figure("new pictures", new, "1/s", note=f"without OCR, {POSTS} posts"),
        Figure("identical repeats", again, "1/s", note="without OCR"),
        Figure("words alone", text, "1/s"),
        Figure("new pictures, with OCR", read, "1/s", note=f"{READ} posts, one OCR worker"),
        Figure("identical repeats, with OCR", read_again, "1/s"),
        Figure("repeats : new", again / new, "x", 1.0, higher_is_better=True, note="without OCR"),
        Figure("repeats : new, with OCR", read_again / read, "x", 5.0, higher_is_better=True),
    ]


@asynccontextmanager
async def _serving(*, ocr: bool) -> AsyncIterator[Room]:
    async with AsyncExitStack() as stack:
        made = tempfile.TemporaryDirectory(prefix=".bench-", dir=os.getcwd())  # noqa: PTH109 - as a string
        folder = stack.enter_context(made)
        settings = Settings(
            storage=Storage(
                url=f"sqlite+aiosqlite:///{folder}/bifocal.db",
                evidence_url=f"file://{folder}/evidence",
            ),
            analysis=Analysis(ocr=ocr),
        )
        store = await stack.enter_async_context(opened(settings.storage, _now))
        queue = await open_queue(f"sqlite:///{folder}/inbox.db")
        stack.push_async_callback(queue.close)
        room = Room()
        app = await _app(stack, settings, store, queue, room)
        await room.start(app.accept)
        stop = asyncio.Event()
        working = asyncio.create_task(queue.serve(app.handle, settings.queue.concurrency, stop))
        try:
            yield room
        finally:
            stop.set()
            await working


async def _app(
    stack: AsyncExitStack, settings: Settings, store: Store, queue: Queue, room: Room
) -> App:
    core = await stack.enter_async_context(opened_core(settings, prepare()))
    platforms = {room.name: room}
    rules = PolicyFile(None)
    judge = Judge(core.pipeline, rules, store.banks.view, "never")
    look = Look(
        Gatherer(core.decode, settings.media.max_bytes),
        judge,
        MemoryCounters(),
        store.authors,
        Keeper(store.evidence, Encodings(core.encode).of),
        _now,
    )
    given_up = GivenUp(store.journal, platforms, _now)
    limits = ActionLimits(10**6, 10**6)

    async def paused(_ref: Ref) -> bool:
        return await store.switch.paused()

    enforcer = Enforcer(store.journal, limits, paused, _now)
    house = House(store.authors, Webhooks({}, store.outbox, _now), Voice())
    act = Act(store.journal, enforcer, given_up, _now, house)
    return App(
        platforms=platforms,
        intake=queue,
        look=look,
        journal=store.journal,
        act=act,
        late=Late(look, act, store.journal, given_up, _now),
        given_up=given_up,
        telling=Telling(Metrics()),
        burst=Burst(Recent(), rules.of, queue, look, act, store.journal, given_up),
        reports=Reports(store.reports, queue, look, act, store.journal, given_up, _now),
    )


def _new(room: FakePlatform) -> Message:
    number = next(_numbers)
    name = f"{number}.png"
    room.files[name] = _picture(number)
    return _with(number, name)


def _again(room: FakePlatform) -> Message:
    room.files.setdefault(PICTURE, _picture(10_000))
    return _with(next(_numbers), PICTURE)


def _words(_: FakePlatform) -> Message:
    number = next(_numbers)
    return a_message(f"nothing happens in sentence {number}", ref=a_ref(f"m{number}"))


def _with(number: int, name: str) -> Message:
    attachment = Attachment(name, name, "image/png")
    return a_message("look at this", ref=a_ref(f"m{number}"), attachments=(attachment,))


def _picture(number: int) -> bytes:
    picture = Image.new("RGB", (800, 600), (number % 251, 60, 120))
    pen = ImageDraw.Draw(picture)
    for line in range(4):
        pen.text((40, 40 + 110 * line), f"Meeting {number} in room {line}", "white", font_size=44)
    written = BytesIO()
    picture.save(written, "PNG", compress_level=1)
    return written.getvalue()


def _now() -> datetime:
    return datetime.now(UTC)
