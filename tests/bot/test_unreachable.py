"""A vendor whose name cannot be looked up, or whose address swallows everything.

The settings, the providers with all that stands around them, and the journey are the real ones;
what is not real is the answer to "where is that name".
"""

import asyncio
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest

from analysis.dialling import Names
from analysis.types import FailureKind
from tests.analysis.test_dialling import GOOD, Resolver, a_black_hole
from tests.bot.vendors import asking, posted
from tests.emulators.gemini import GeminiVendor
from tests.emulators.judged import Mind
from tests.emulators.openai_chat import ChatVendor

DEADLINE_S = 4.0
ALLOWANCE_S = 3.0
"""For writing down and for what else this machine does."""
STALL_S = 0.1
AT_ONCE = 8
"""As many posts as a worker judges at the same time, unless told otherwise."""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BIFOCAL_ANALYSIS__DEADLINE_S", str(DEADLINE_S))


class Pulse:
    """Beats a hundred times a second, and knows the longest it had to wait for the event loop.

    Without the time that others had the processor meanwhile, where Linux tells it.
    """

    def __init__(self) -> None:
        self.longest = 0.0
        self._loop = asyncio.get_running_loop()
        self._due = self._loop.time()
        self._queued = _queued_s()
        self._beat()

    def _beat(self) -> None:
        now, queued = self._loop.time(), _queued_s()
        self.longest = max(self.longest, now - self._due - (queued - self._queued))
        self._due, self._queued = now + 0.01, queued
        self._next = self._loop.call_at(self._due, self._beat)

    def stop(self) -> None:
        self._next.cancel()


def _queued_s() -> float:
    """How long this thread was ready to run and another ran."""
    told = Path("/proc/thread-self/schedstat")
    return int(told.read_text().split()[1]) / 1e9 if told.exists() else 0.0


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
        async with asking(tmp_path, monkeypatch, {"gemini": url}, Names(resolver)) as world:
            pulse, began = Pulse(), time.monotonic()
            records = await posted(world, *range(AT_ONCE))
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
    assert all(case is not None and case.waiting == "gemini:unavailable" for case in cases)


@pytest.mark.parametrize("trouble", [nobody_knows_it, nobody_says, it_swallows_everything])
async def test_a_stand_in_that_can_be_reached_judges_in_time(
    trouble: Trouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor = ChatVendor(mind=Mind(scores={"scam": 0.9})).emulator()
    with trouble() as (resolver, url):
        async with (
            vendor.serving(),
            asking(
                tmp_path,
                monkeypatch,
                {"gemini": url, "openai_chat": f"{vendor.url}/v1"},
                Names(resolver),
            ) as world,
        ):
            began = time.monotonic()
            records = await posted(world, *range(5))
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
            async with asking(tmp_path, monkeypatch, {"gemini": url}, Names(resolver)) as world:
                (record,) = await posted(world, 1)

    assert record.assessment.complete
    assert record.verdict.matched[0].rule == "scam"
