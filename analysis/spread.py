"""Many small connection pools instead of a large one.

httpcore goes over all its connections, idle ones twice, with every request that begins or ends:
beyond a few dozen it takes longer than the requests (measured with 96 calls in flight: 20 ms of
processor time each; with pools of eight, under 1 ms).
"""

from collections.abc import AsyncIterator, Callable
from types import TracebackType

import httpx

IN_A_POOL = 8
"""Requests under way in one pool before the next is used; chosen by eye."""
POOLS = 64
"""Beyond pools times requests in each, the least busy pool takes more."""


class SpreadTransport(httpx.AsyncBaseTransport):
    """Sends each request through the first pool that is not full, so that connections stay warm."""

    def __init__(
        self,
        make: Callable[[], httpx.AsyncBaseTransport],
        *,
        pools: int = POOLS,
        in_a_pool: int = IN_A_POOL,
    ) -> None:
        self._make = make
        self._most = pools
        self._in_a_pool = in_a_pool
        self._pools: list[_Pool] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send it; the request counts as under way until its reply is closed."""
        pool = self._chosen()
        pool.busy += 1
        try:
            response = await pool.transport.handle_async_request(request)
        except BaseException:
            pool.busy -= 1
            raise
        assert isinstance(response.stream, httpx.AsyncByteStream)  # noqa: S101 - httpx's contract
        response.stream = _Counted(response.stream, pool)
        return response

    async def aclose(self) -> None:
        """Close every connection; doing it twice changes nothing."""
        pools, self._pools = self._pools, []
        for pool in pools:
            await pool.transport.aclose()

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None = None,
        exc_value: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Close every connection."""
        await self.aclose()

    def _chosen(self) -> "_Pool":
        for pool in self._pools:
            if pool.busy < self._in_a_pool:
                return pool
        if len(self._pools) < self._most:
            self._pools.append(_Pool(self._make()))
            return self._pools[-1]
        return min(self._pools, key=lambda pool: pool.busy)


class _Pool:
    """One pool, and how many requests are under way in it."""

    def __init__(self, transport: httpx.AsyncBaseTransport) -> None:
        self.transport = transport
        self.busy = 0


class _Counted(httpx.AsyncByteStream):
    """A reply's body that says when it is done with."""

    def __init__(self, stream: httpx.AsyncByteStream, pool: _Pool) -> None:
        self._stream = stream
        self._pool: _Pool | None = pool

    def __aiter__(self) -> AsyncIterator[bytes]:
        """The body, piece by piece."""
        return aiter(self._stream)

    async def aclose(self) -> None:
        """Give the connection back, and count the request as done, once."""
        try:
            await self._stream.aclose()
        finally:
            if self._pool is not None:
                self._pool.busy -= 1
                self._pool = None
