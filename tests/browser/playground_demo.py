"""A playground on the real frame and under the real headers, with a moderator who acts by rote."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.staticfiles import StaticFiles

from adapters.playground import TEMPLATES, Playground
from bot.model import Message
from bot.web.pages import STATIC, NavLink, Pages
from bot.web.services import Limits
from bot.web.shield import Shield
from tests.adapters.playground.kit import a_card

DELETED = "Rule scam: it looks like a scam, with a picture or a link to lure people away."
NOTED = "A moderator will look at this post. Until then, better not follow its links or codes."


class Rote:
    """Judges by single words of the text, each through the same client as the real journey."""

    def __init__(self, playground: Playground, thinks: float) -> None:
        self._playground = playground
        self._thinks = thinks
        self._tasks: set[asyncio.Task[None]] = set()

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        for message in messages:
            if "wait" not in message.text:
                task = asyncio.create_task(self._judge(message))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        return {message.key for message in messages}

    async def _judge(self, message: Message) -> None:
        await asyncio.sleep(self._thinks)
        client, text, case = self._playground.client, message.text, None
        if "scam" in text or "Claim" in text or message.author.id.startswith("guest-"):
            case = "case-1"
            await client.delete(message.ref, reason=DELETED)
            until = datetime.now(UTC) + timedelta(minutes=10)
            await client.time_out(message.ref, message.author, until, reason="Rule scam")
            await client.post_card(a_card(), nonce=message.key)
        elif "careful" in text:
            case = "case-2"
            await client.annotate(message.ref, NOTED, nonce=message.key)
        await self._playground.settled(message, case)


@contextmanager
def a_site(folder: Path, thinks: float = 0.4) -> Iterator[str]:
    """The page's address; the site runs in a thread until the block ends."""
    pages = Pages(TEMPLATES)
    playground = Playground(folder / "playground.db", render=pages.render)
    rote = Rote(playground, thinks)
    app = FastAPI()
    app.state.nav = (
        NavLink("Playground", "/playground", "playground"),
        NavLink("Analyse", "/analyze", "analyse"),
        NavLink("Desk", "/desk", "desk"),
    )
    app.include_router(playground.routes())
    app.mount("/static", StaticFiles(directory=STATIC))
    app.add_middleware(Shield, limits=Limits())
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="critical", lifespan="off"))
    up = threading.Event()

    async def serve() -> None:
        await playground.start(rote.accept)
        serving = asyncio.create_task(server.serve())
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event to wait for
            await asyncio.sleep(0.01)
        up.set()
        while not server.should_exit:  # noqa: ASYNC110 - set from the test's thread
            await asyncio.sleep(0.05)
        await playground.stop()
        await serving

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    up.wait(10)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}/playground"
    finally:
        server.should_exit = True
        thread.join(20)
