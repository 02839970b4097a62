"""Names that nobody knows, resolvers that are silent, addresses behind which nothing answers."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from threading import Event

import httpx
import pytest

from analysis.dialling import STAGGER_S, Dialled, Names, dialled, system
from tests.emulators.server import Answer, Emulator

GOOD = "127.0.0.1"


class Resolver:
    """Answers from a table; silent until released where told to be."""

    def __init__(self, **table: Sequence[str]) -> None:
        self._table = {name.replace("_", "."): found for name, found in table.items()}
        self.asked: list[str] = []
        self.released = Event()
        self.released.set()

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        self.released.wait()
        if host not in self._table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return self._table[host]

    @contextmanager
    def silent(self) -> Iterator[None]:
        self.released.clear()
        try:
            yield
        finally:
            self.released.set()


@asynccontextmanager
async def a_client(resolver: Resolver, timeout_s: float = 5.0) -> AsyncIterator[httpx.AsyncClient]:
    transport = dialled(Names(resolver))()
    async with httpx.AsyncClient(transport=transport, timeout=timeout_s) as client:
        yield client


@asynccontextmanager
async def a_vendor() -> AsyncIterator[tuple[Emulator, int]]:
    async with Emulator(lambda _: Answer.of({})).serving() as vendor:
        yield vendor, httpx.URL(vendor.url).port or 0


@contextmanager
def a_black_hole(port: int) -> Iterator[str]:
    """An address at which connecting neither succeeds nor fails: IPv6 where this machine has it.

    Its queue of connections is full and never emptied, so further ones are not answered at all.
    """
    family, host = (socket.AF_INET6, "::1") if socket.has_ipv6 else (socket.AF_INET, "127.0.0.2")
    with socket.socket(family, socket.SOCK_STREAM) as hole:
        hole.bind((host, port))
        hole.listen(0)
        waiting = [socket.socket(family, socket.SOCK_STREAM) for _ in range(4)]
        try:
            for one in waiting:
                one.settimeout(0)
                one.connect_ex((host, port))
            yield host
        finally:
            for one in waiting:
                one.close()


async def test_a_name_is_reached_at_its_address() -> None:
    async with a_vendor() as (vendor, port), a_client(Resolver(vendor_test=[GOOD])) as client:
        reply = await client.get(f"http://vendor.test:{port}/")

    assert reply.status_code == 200
    assert vendor.received[0].headers["host"] == f"vendor.test:{port}"


async def test_an_address_is_not_looked_up() -> None:
    resolver = Resolver()
    async with a_vendor() as (vendor, _), a_client(resolver) as client:
        assert (await client.get(vendor.url)).status_code == 200

    assert resolver.asked == []


async def test_a_name_that_nobody_knows_is_a_connection_that_failed() -> None:
    async with a_client(Resolver()) as client:
        with pytest.raises(httpx.ConnectError, match="not known"):
            await client.get("http://vendor.test/")


@pytest.mark.parametrize("found", [[], [""]], ids=["none", "an-empty-one"])
async def test_a_name_without_an_address_is_a_connection_that_failed(found: list[str]) -> None:
    async with a_client(Resolver(vendor_test=found)) as client:
        with pytest.raises(httpx.ConnectError):
            await client.get("http://vendor.test/")


async def test_a_resolver_that_breaks_is_a_connection_that_failed() -> None:
    def broken(host: str, port: int) -> Sequence[str]:
        raise ZeroDivisionError(host, port)

    async with httpx.AsyncClient(transport=dialled(Names(broken))()) as client:
        with pytest.raises(httpx.ConnectError, match="ZeroDivisionError"):
            await client.get("http://vendor.test/")


async def test_a_silent_resolver_ends_with_the_time_for_connecting() -> None:
    resolver = Resolver(vendor_test=[GOOD])
    async with a_client(resolver, timeout_s=0.2) as client:
        with resolver.silent():
            began = time.monotonic()
            with pytest.raises(httpx.ConnectTimeout):
                await client.get("http://vendor.test/")
            took = time.monotonic() - began

    assert took < 4


async def test_a_silent_resolver_takes_no_thread_of_the_others() -> None:
    """asyncio's own look-ups would fill its shared threads, and nothing else could run in them."""
    resolver = Resolver(vendor_test=[GOOD])
    async with a_client(resolver) as client:
        with resolver.silent():
            asking = [client.get("http://vendor.test/") for _ in range(50)]
            trouble = asyncio.gather(*asking, return_exceptions=True)
            while not resolver.asked:  # noqa: ASYNC110 - a thread asks
                await asyncio.sleep(0)
            async with asyncio.timeout(2):
                await asyncio.to_thread(int)
            trouble.cancel()
            with pytest.raises(asyncio.CancelledError):
                await trouble


async def test_a_silent_resolver_is_asked_once_at_a_time_however_many_ask_and_give_up() -> None:
    resolver = Resolver(vendor_test=[GOOD])
    async with a_client(resolver, timeout_s=0.1) as client:
        with resolver.silent():
            for _ in range(3):
                asking = [client.get("http://vendor.test/") for _ in range(20)]
                found = await asyncio.gather(*asking, return_exceptions=True)
                assert {type(each) for each in found} == {httpx.ConnectTimeout}

    assert resolver.asked == ["vendor.test"]


async def test_who_gives_up_does_not_take_the_answer_from_the_others() -> None:
    resolver = Resolver(vendor_test=[GOOD])
    names = Names(resolver)
    with resolver.silent():
        impatient = asyncio.create_task(names.addresses("vendor.test", 80))
        patient = asyncio.create_task(names.addresses("vendor.test", 80))
        await asyncio.sleep(0)
        impatient.cancel()
        await asyncio.wait({impatient})

    assert list(await patient) == [GOOD]


async def test_a_name_is_looked_up_anew_when_the_look_up_has_ended() -> None:
    resolver = Resolver(vendor_test=[GOOD])
    names = Names(resolver)
    for _ in range(2):
        await names.addresses("vendor.test", 80)

    assert resolver.asked == ["vendor.test"] * 2


async def test_a_black_hole_is_left_for_the_next_address() -> None:
    async with a_vendor() as (_, port):
        with a_black_hole(port) as hole:
            async with a_client(Resolver(vendor_test=[hole, GOOD])) as client:
                began = time.monotonic()
                reply = await client.get(f"http://vendor.test:{port}/")
                took = time.monotonic() - began

    assert reply.status_code == 200
    assert STAGGER_S <= took < 4


async def test_a_refused_address_is_left_at_once() -> None:
    refused = [f"127.0.0.{number}" for number in range(2, 9)]
    async with a_vendor() as (_, port), a_client(Resolver(vendor_test=[*refused, GOOD])) as client:
        began = time.monotonic()
        assert (await client.get(f"http://vendor.test:{port}/")).status_code == 200
        took = time.monotonic() - began

    assert took < len(refused) * STAGGER_S


async def test_nothing_but_black_holes_ends_with_the_time_for_connecting() -> None:
    with socket.socket() as free:
        free.bind((GOOD, 0))
        port = free.getsockname()[1]
    with a_black_hole(port) as hole:
        async with a_client(Resolver(vendor_test=[hole]), timeout_s=0.3) as client:
            with pytest.raises(httpx.ConnectTimeout):
                await client.get(f"http://vendor.test:{port}/")


async def test_ipv6_and_ipv4_take_turns() -> None:
    found = ["10.0.0.1", "10.0.0.2", "fd00::1", "10.0.0.1"]
    names = Names(Resolver(vendor_test=found))

    assert list(await names.addresses("vendor.test", 80)) == ["fd00::1", "10.0.0.1", "10.0.0.2"]


async def test_a_name_with_very_many_addresses_is_tried_at_eight() -> None:
    names = Names(Resolver(vendor_test=[f"10.0.0.{n}" for n in range(100)]))

    assert len(await names.addresses("vendor.test", 80)) == 8


def test_this_machine_knows_itself() -> None:
    assert set(system("localhost", 80)) & {"127.0.0.1", "::1"}


@pytest.mark.parametrize("name", ["a" * 64 + ".test", "a..test"])
def test_what_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(OSError, match=r"."):
        system(name, 80)


async def test_transports_of_one_maker_share_their_look_ups() -> None:
    resolver = Resolver(vendor_test=[GOOD])
    make = dialled(Names(resolver))
    async with (
        httpx.AsyncClient(transport=make(), timeout=0.2) as one,
        httpx.AsyncClient(transport=make(), timeout=0.2) as other,
    ):
        with resolver.silent():
            asking = [client.get("http://vendor.test/") for client in (one, other)]
            await asyncio.gather(*asking, return_exceptions=True)

    assert resolver.asked == ["vendor.test"]
    assert isinstance(make(), Dialled)
