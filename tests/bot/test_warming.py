"""Warming up is said while it lasts, and outlasts neither the stop nor its own end."""

import asyncio

import pytest

from bot.warming import Warming


async def test_it_lacks_something_until_it_is_done() -> None:
    warmed, stop = asyncio.Event(), asyncio.Event()

    async def warm() -> None:
        await warmed.wait()

    warming = Warming(warm)
    running = asyncio.create_task(warming.run(stop))
    await asyncio.sleep(0)
    before = warming.lacks()
    warmed.set()
    for _ in range(5):
        await asyncio.sleep(0)

    assert (before, warming.lacks()) == ("warming up", "")
    assert not running.done()
    stop.set()
    await running


async def test_a_stop_does_not_wait_for_it() -> None:
    stop = asyncio.Event()
    stop.set()
    warming = Warming(asyncio.Event().wait)

    await warming.run(stop)

    assert warming.lacks() == "warming up"


async def test_a_fault_in_it_is_not_hidden() -> None:
    async def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await Warming(broken).run(asyncio.Event())
