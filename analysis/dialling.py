"""Reaching a vendor by name without the name holding anybody up.

asyncio looks names up in a handful of threads that everything else shares, and a look-up cannot
be called back: a resolver that is silent for half a minute takes them all, and pictures wait that
have nothing to do with it. Here a name that is being looked up has one thread of its own, however
many ask, and no thread outlives the process. Its addresses are then tried in turn without waiting
for the one before to fail, so that a black hole on IPv6 costs a quarter of a second.
"""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable, Collection, Coroutine, Iterable, Sequence
from contextlib import suppress
from functools import partial
from ipaddress import ip_address
from itertools import chain, zip_longest
from threading import Thread

import httpcore
import httpx

STAGGER_S = 0.25
"""How long an address is tried alone: RFC 8305, section 5."""
MOST_ADDRESSES = 8
"""Of one name; beyond them none is tried. Chosen by eye."""

LookUp = Callable[[str, int], Sequence[str]]
"""Addresses of a name, the best first. Blocks for as long as it takes; raises OSError."""


def system(host: str, port: int) -> Sequence[str]:
    """What this machine's resolver says.

    Raises:
        OSError: there is no such name, or nobody who would know.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as exc:
        raise OSError("it is not a host's name") from exc
    return [str(address[0]) for *_, address in found]


class Names:
    """Looks names up, each in one thread at a time."""

    def __init__(self, look_up: LookUp = system) -> None:
        self._look_up = look_up
        self._under_way: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The name's addresses, IPv6 and IPv4 by turns; an address is itself.

        Raises:
            OSError: it has none.
        """
        with suppress(ValueError):
            return (str(ip_address(host)),)
        answer = self._under_way.get((host, port)) or self._begin(host, port)
        # Unlike awaiting it, this lets nobody who gives up take it from the others.
        await asyncio.wait({answer})
        return answer.result()

    def _begin(self, host: str, port: int) -> "asyncio.Future[Sequence[str]]":
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Sequence[str]] = loop.create_future()

        def settle(found: Sequence[str] | OSError) -> None:
            del self._under_way[host, port]
            if isinstance(found, OSError):
                answer.set_exception(found)
                answer.exception()  # looked at, for everyone may have left
            else:
                answer.set_result(found)

        def ask() -> None:
            found = _asked(self._look_up, host, port)
            with suppress(RuntimeError):  # the loop is closed: nobody waits
                loop.call_soon_threadsafe(settle, found)

        self._under_way[host, port] = answer
        Thread(target=ask, name="bifocal-name", daemon=True).start()
        return answer


def _asked(look_up: LookUp, host: str, port: int) -> Sequence[str] | OSError:
    try:
        found = look_up(host, port)
    except OSError as exc:
        return exc
    except Exception as exc:  # noqa: BLE001 - whatever it was, who waits must be told
        return OSError(f"{type(exc).__name__} while looking it up")
    return _by_turns(found) or OSError("the name has no address")


def _by_turns(found: Iterable[str]) -> Sequence[str]:
    """One of IPv6, one of IPv4, and so on, each in the order in which it was found."""
    distinct = dict.fromkeys(found)
    six = [address for address in distinct if ":" in address]
    four = [address for address in distinct if ":" not in address]
    turns = chain.from_iterable(zip_longest(six, four))
    return [address for address in turns if address is not None][:MOST_ADDRESSES]


class Dialler(httpcore.AsyncNetworkBackend):
    """Opens connections by name; everything after that is httpcore's own."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's shape
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """The first connection that stands; ``timeout`` bounds the look-up and all attempts.

        Raises:
            httpcore.ConnectTimeout, httpcore.ConnectError: there is none.
        """
        options = None if socket_options is None else tuple(socket_options)
        try:
            async with asyncio.timeout(timeout):
                addresses = await self._names.addresses(host, port)
                return await _first(
                    [
                        partial(self._inner.connect_tcp, to, port, None, local_address, options)
                        for to in addresses
                    ]
                )
        except TimeoutError as exc:
            raise httpcore.ConnectTimeout("no connection in time") from exc
        except OSError as exc:
            raise httpcore.ConnectError(exc.strerror or str(exc)) from exc

    async def connect_unix_socket(
        self,
        path: str,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's shape
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """As httpcore does it."""
        return await self._inner.connect_unix_socket(path, timeout, socket_options)

    async def sleep(self, seconds: float) -> None:
        """As httpcore does it."""
        await self._inner.sleep(seconds)


Dial = Callable[[], Coroutine[object, object, httpcore.AsyncNetworkStream]]


async def _first(dials: Sequence[Dial]) -> httpcore.AsyncNetworkStream:
    """The first that stands. The next one begins when one failed or ``STAGGER_S`` have passed."""
    waiting = deque(dials)
    trying: set[asyncio.Task[httpcore.AsyncNetworkStream]] = set()
    trouble: BaseException | None = None
    try:
        while waiting or trying:
            if waiting:
                trying.add(asyncio.create_task(waiting.popleft()()))
            pause = STAGGER_S if waiting else None
            done, _ = await asyncio.wait(trying, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for attempt in done:
                trying.remove(attempt)
                trouble = attempt.exception()
                if trouble is None:
                    return attempt.result()
    finally:
        await _hang_up(trying)
    raise trouble or OSError("the name has no address")


async def _hang_up(trying: Collection[asyncio.Task[httpcore.AsyncNetworkStream]]) -> None:
    """Nobody needs these any more, whether they stand by now or not."""
    for attempt in trying:
        attempt.cancel()
    if trying:
        await asyncio.wait(trying)
    for attempt in trying:
        if not attempt.cancelled() and attempt.exception() is None:
            await attempt.result().aclose()


class Dialled(httpx.AsyncHTTPTransport):
    """httpx's transport over a ``Dialler``."""

    def __init__(self, names: Names, trust: ssl.SSLContext) -> None:
        super().__init__(verify=trust)
        # httpcore takes another backend, but httpx has no argument to hand it on.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=trust,
            max_connections=100,  # these three are httpx's own
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=Dialler(names),
        )


def dialled(names: Names | None = None) -> Callable[[], Dialled]:
    """What makes transports; all of them share their look-ups and the certificates they trust."""
    shared, trust = names or Names(), httpx.create_ssl_context()
    return lambda: Dialled(shared, trust)
