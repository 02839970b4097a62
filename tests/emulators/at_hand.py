"""An emulator without a socket: the same handler behind httpx's own test transport.

For tests of what is said. Hanging, cut bodies and other trouble of sockets need the real server.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx

from tests.emulators.server import Answer, Received


@dataclass
class AtHand:
    """``faults`` are given out first, one a request; then ``handle`` answers."""

    handle: Callable[[Received], Answer]
    faults: deque[Answer] = field(default_factory=deque)
    received: list[Received] = field(default_factory=list)
    url: str = "http://vendor.test"

    @property
    def transport(self) -> httpx.MockTransport:
        return httpx.MockTransport(self._answer)

    def _answer(self, request: httpx.Request) -> httpx.Response:
        query, headers = dict(request.url.params), dict(request.headers)
        arrived = Received(request.method, request.url.path, query, headers, request.content)
        self.received.append(arrived)
        answer = self.faults.popleft() if self.faults else self.handle(arrived)
        if answer.silent or answer.hang or answer.cut_at is not None:
            raise AssertionError("trouble of sockets needs the real server")
        return httpx.Response(answer.status, headers=dict(answer.headers), content=answer.body)
