"""How many files of posts are held decoded at the same time, so that a burst waits on disk.

A decoded picture is up to 3 MiB, an animation eight times that. Posts wait for room in the
queue's hands, where they are a few hundred bytes each, and not as pictures.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

FILES = 16
"""With eight frames each they are 400 MiB; on both grounds they are as many jobs as may wait for
a sandbox's worker."""


class Room:
    """Lets posts in, in their order, while their files fit beside those inside."""

    def __init__(self, files: int = FILES) -> None:
        self._files = files
        self._free = files
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    @asynccontextmanager
    async def held(self, files: int) -> AsyncIterator[None]:
        """Wait for room and keep it. A post of more files than there is room for has it alone."""
        needed = min(files, self._files)
        if needed:
            await self._enter(needed)
        try:
            yield
        finally:
            self._leave(needed)

    async def _enter(self, needed: int) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((needed, turn))
        self._let_in()
        try:
            await turn
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._leave(needed)
            else:
                self._waiting.remove((needed, turn))
                self._let_in()
            raise

    def _leave(self, needed: int) -> None:
        self._free += needed
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._waiting[0][0] <= self._free:
            needed, turn = self._waiting.popleft()
            self._free -= needed
            turn.set_result(None)
