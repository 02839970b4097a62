"""Files come from allowed hosts, whole, in time, or not at all."""

import gzip
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import httpx
import pytest

from analysis.errors import UnreadableMedia
from bot.download import Downloader, Hosts, LinkExpired, WrongPage
from bot.errors import Gone, PlatformUnavailable
from tests.emulators.server import Answer, Emulator, Received

FILE = b"\x89PNG picture"


@dataclass
class Served:
    """A host that is allowed, and what fetches from it."""

    emulator: Emulator
    downloader: Downloader

    async def fetch(self, path: str = "/a.png", at_most: int = 1000, **more: object) -> bytes:
        return await self.downloader.fetch(self.emulator.url + path, at_most, **more)  # type: ignore[arg-type] # keywords of fetch


@asynccontextmanager
async def a_host(answer: Answer, *, seconds: float = 5) -> AsyncIterator[Served]:
    def handle(_request: Received) -> Answer:
        return answer

    async with Emulator(handle).serving() as emulator, httpx.AsyncClient() as http:
        hosts = Hosts(frozenset(), frozenset({urlsplit(emulator.url).netloc}))
        yield Served(emulator, Downloader(http, hosts, timedelta(seconds=seconds)))


async def test_a_file_arrives_as_it_is() -> None:
    async with a_host(Answer(body=FILE)) as host:
        assert await host.fetch(declared=len(FILE)) == FILE


async def test_nothing_compressed_is_asked_for() -> None:
    async with a_host(Answer(body=FILE)) as host:
        await host.fetch()

        assert host.emulator.received[0].headers["accept-encoding"] == "identity"


async def test_what_is_compressed_all_the_same_is_refused() -> None:
    bomb = gzip.compress(bytes(10_000_000))
    async with a_host(Answer(body=bomb, headers={"content-encoding": "gzip"})) as host:
        with pytest.raises(UnreadableMedia, match="compressed"):
            await host.fetch(at_most=100_000)


async def test_a_file_that_grows_beyond_the_cap_is_refused() -> None:
    async with a_host(Answer(body=bytes(2000))) as host:
        with pytest.raises(UnreadableMedia, match="larger than 1000"):
            await host.fetch()


async def test_a_file_declared_larger_is_not_asked_for() -> None:
    async with a_host(Answer(body=FILE)) as host:
        with pytest.raises(UnreadableMedia):
            await host.fetch(declared=1001)

        assert host.emulator.received == []


async def test_a_file_cut_short_is_fetched_again_later() -> None:
    async with a_host(Answer(body=FILE, cut_at=4, headers={"content-length": "4"})) as host:
        with pytest.raises(PlatformUnavailable, match="of 12 bytes"):
            await host.fetch(declared=len(FILE))


async def test_a_host_that_never_answers_ends_in_time() -> None:
    async with a_host(Answer(silent=True), seconds=0.2) as host:
        with pytest.raises(PlatformUnavailable):
            await host.fetch()


async def test_a_redirect_is_not_followed() -> None:
    async with a_host(Answer(302, headers={"location": "http://127.0.0.1:1/"})) as host:
        with pytest.raises(UnreadableMedia, match="302"):
            await host.fetch()

        assert len(host.emulator.received) == 1


async def test_a_page_where_a_file_should_be_says_what_is_missing() -> None:
    page = Answer(body=b"<html>sign in", headers={"content-type": "text/html; charset=utf-8"})
    async with a_host(page) as host:
        with pytest.raises(WrongPage, match="files:read"):
            await host.fetch(page_means="needs files:read")


@pytest.mark.parametrize(
    ("status", "error"),
    [
        (404, Gone),
        (410, Gone),
        (403, LinkExpired),
        (401, LinkExpired),
        (429, PlatformUnavailable),
        (503, PlatformUnavailable),
        (418, UnreadableMedia),
    ],
)
async def test_every_status_is_what_it_means(status: int, error: type[Exception]) -> None:
    async with a_host(Answer(status)) as host:
        with pytest.raises(error):
            await host.fetch()


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.example/a.png",
        "https://cdn.example:8443/a.png",
        "https://cdn.example.evil/a.png",
        "https://evilcdn.example/a.png",
        "https://cdn.example@127.0.0.1/a.png",
        "https://u:p@cdn.example/a.png",
        "https://127.0.0.1/",
        "https://0/",
        "https://[::1]/",
        "https://[::ffff:127.0.0.1]/",
        "https://2130706433/",
        "https://0x7f.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://extra.example:9001/",
        "https://extra.example/",
        "file:///etc/passwd",
        "gopher://cdn.example/",
        "//cdn.example/a.png",
        "https://[",
        "https://cdn.example:99999/",
        "",
    ],
)
def test_no_other_host_is_asked(url: str) -> None:
    hosts = Hosts(frozenset({"cdn.example"}), frozenset({"extra.example:9000"}))

    assert not hosts.allow(url)


@pytest.mark.parametrize(
    "url",
    [
        "https://cdn.example/a.png?ex=1",
        "https://CDN.example:443/a.png",
        "http://extra.example:9000/a",
        "https://extra.example:9000/a",
    ],
)
def test_the_allowed_hosts_are(url: str) -> None:
    hosts = Hosts(frozenset({"cdn.example"}), frozenset({"extra.example:9000"}))

    assert hosts.allow(url)
