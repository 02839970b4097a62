"""What is done again and again goes on through trouble of ours, and ends when told to."""

import asyncio

import pytest

from bot.errors import EnvironmentFailed
from bot.every import every


async def test_trouble_of_ours_ends_nothing() -> None:
    stop, turns = asyncio.Event(), 0

    async def turn() -> None:
        nonlocal turns
        turns += 1
        if turns == 2:
            stop.set()
        raise EnvironmentFailed("the disk is full")

    await every(0.0, turn, stop, "test.failed")

    assert turns == 2


async def test_a_fault_is_not_hidden() -> None:
    async def turn() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await every(0.0, turn, asyncio.Event(), "test.failed")


async def test_what_was_told_to_stop_takes_no_turn() -> None:
    stop, turns = asyncio.Event(), 0
    stop.set()

    async def turn() -> None:
        nonlocal turns
        turns += 1

    await every(0.0, turn, stop, "test.failed")

    assert turns == 0


async def test_it_stops_at_once_and_not_after_its_pause() -> None:
    stop = asyncio.Event()

    async def turn() -> None:
        stop.set()

    async with asyncio.timeout(5):
        await every(3600, turn, stop, "test.failed")
