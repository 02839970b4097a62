"""A vendor whose name cannot be looked up, or whose address swallows everything.

The settings, the providers with all that stands around them, and the journey are the real ones;
what is not real is the answer to "where is that name".
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, contextmanager
from pathlib import Path

import pytest

from analysis.dialling import Names
from analysis.remote.prepare import Pictures
from analysis.types import FailureKind
from bot.config.load import load
from bot.model import Record
from bot.providers import opened_remote
from tests.analysis.test_dialling import GOOD, Resolver, a_black_hole
from tests.bot.journey import World, a_world
from tests.builders import a_message
from tests.emulators import gemini, openai_chat
from tests.emulators.gemini import GeminiVendor
from tests.emulators.judged import Mind
from tests.emulators.openai_chat import ChatVendor

DEADLINE_S = 1.0
ALLOWANCE_S = 1.5
"""For writing down and for what else this machine does."""
STALL_S = 0.1


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIFOCAL_ANALYSIS__DEADLINE_S", str(DEADLINE_S))


class Pulse:
    """Beats a hundred times a second, and knows the longest it had to wait for the event loop."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._beat()

    def _beat(self) -> None:
        now = self._loop.time()
        self.longest = max(self.longest, now - self._due)
        self._due = now + 0.01
        self._next = self._loop.call_at(self._due, self._beat)

    def stop(self) -> None:
        self._next.cancel()


@contextmanager
def nobody_knows_it() -> Iterator[tuple[Resolver, str]]:
    yield Resolver(), "http://vendor.test:9"


@contextmanager
def nobody_says() -> Iterator[tuple[Resolver, str]]:
    """As a resolver that takes half a minute, and longer."""
    resolver = Resolver(vendor_test=[GOOD])
    with resolver.silent():
        yield resolver, "http://vendor.test:9"


@contextmanager
def it_swallows_everything() -> Iterator[tuple[Resolver, str]]:
    with socket.socket() as free:
        free.bind((GOOD, 0))
        port = free.getsockname()[1]
    with a_black_hole(port) as hole:
        yield Resolver(vendor_test=[hole]), f"http://vendor.test:{port}"


Trouble = Callable[[], AbstractContextManager[tuple[Resolver, str]]]


@asynccontextmanager
async def asking(
    folder: Path, resolver: Resolver, monkeypatch: pytest.MonkeyPatch, **urls: str
) -> AsyncIterator[World]:
    """An application that asks these providers, in this order."""
    monkeypatch.setenv("BIFOCAL_ANALYSIS__PROVIDERS", ",".join(urls))
    keys = {"gemini": gemini.KEY, "openai_chat": openai_chat.KEY}
    for name, url in urls.items():
        monkeypatch.setenv(f"BIFOCAL_PROVIDERS__{name.upper()}__API_KEY", keys[name])
        monkeypatch.setenv(f"BIFOCAL_PROVIDERS__{name.upper()}__BASE_URL", url)
    async with (
        opened_remote(load(), Pictures(), names=Names(resolver)) as remote,
        a_world(folder, remote=remote.detectors) as world,
    ):
        yield world


async def posted(world: World, number: int) -> Sequence[Record]:
    """That many posts at once, to their records."""
    ref = a_message().ref
    messages = [
        world.stands(a_message(f"good morning {n}", ref=ref._replace(message_id=f"m{n}")))
        for n in range(number)
    ]
    await asyncio.gather(*(world.handle(message) for message in messages))
    return [await world.record(message) for message in messages]


@pytest.mark.parametrize(
    ("trouble", "kind"),
    [
        (nobody_knows_it, FailureKind.UNAVAILABLE),
        (nobody_says, FailureKind.TIMEOUT),
        (it_swallows_everything, FailureKind.TIMEOUT),
    ],
)
async def test_posts_are_held_in_time_and_the_loop_goes_on(
    trouble: Trouble, kind: FailureKind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with trouble() as (resolver, url):
        async with asking(tmp_path, resolver, monkeypatch, gemini=url) as world:
            pulse, began = Pulse(), time.monotonic()
            records = await posted(world, 20)
            took = time.monotonic() - began
            pulse.stop()
            async with asyncio.timeout(1):
                await asyncio.to_thread(int)
            cases = [await world.journal.case_of(record.key.ref) for record in records]

    assert took < DEADLINE_S + ALLOWANCE_S
    assert pulse.longest <= STALL_S
    assert {(f.detector, f.kind) for r in records for f in r.assessment.failures} == {
        ("gemini", kind)
    }
    assert not any(record.assessment.complete for record in records)
    assert all(case is not None and case.waiting == f"gemini:{kind.value}" for case in cases)


@pytest.mark.parametrize("trouble", [nobody_knows_it, nobody_says, it_swallows_everything])
async def test_a_stand_in_that_can_be_reached_judges_in_time(
    trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = ChatVendor(mind=Mind(scores={"scam": 0.9})).emulator()
    with trouble() as (resolver, url):
        async with (
            vendor.serving(),
            asking(
                tmp_path, resolver, monkeypatch, gemini=url, openai_chat=f"{vendor.url}/v1"
            ) as world,
        ):
            began = time.monotonic()
            records = await posted(world, 5)
            took = time.monotonic() - began

    assert took < DEADLINE_S + ALLOWANCE_S
    assert [record.verdict.matched[0].rule for record in records] == ["scam"] * 5


async def test_a_black_hole_on_ipv6_is_passed_by_on_ipv4(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with GeminiVendor(Mind(scores={"scam": 0.9})).emulator().serving() as vendor:
        port = int(vendor.url.rpartition(":")[2])
        with a_black_hole(port) as hole:
            resolver = Resolver(vendor_test=[hole, GOOD])
            url = f"http://vendor.test:{port}"
            async with asking(tmp_path, resolver, monkeypatch, gemini=url) as world:
                (record,) = await posted(world, 1)

    assert record.assessment.complete
    assert record.verdict.matched[0].rule == "scam"
