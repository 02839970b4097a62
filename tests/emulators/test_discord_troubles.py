"""Trouble ordered for the REST API comes as ordered, and is counted as Discord counts it."""

import asyncio
from collections.abc import AsyncIterator
from time import monotonic

import aiohttp
import discord
import pytest

from tests.emulators.discord import Bucket, Channel, World, discord_world
from tests.emulators.discord_bots import Listener

SENDING = "/channels/*/messages"


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with discord_world() as world:
        yield world


@pytest.fixture
def general(world: World) -> Channel:
    return world.guild("Home").channel("general")


@pytest.fixture
async def place(world: World, general: Channel) -> AsyncIterator[discord.PartialMessageable]:
    """The channel as a client has it."""
    async with world.visited_by(Listener()) as client:
        yield client.get_partial_messageable(general.id)


@pytest.mark.parametrize(("scope", "counted"), [("user", 1), ("global", 1), ("shared", 0)])
async def test_a_rate_limit_is_waited_for(
    world: World, general: Channel, place: discord.PartialMessageable, scope: str, counted: int
) -> None:
    world.rest.limit("POST", SENDING, retry_after=0.15, scope=scope)
    began = monotonic()
    await place.send("hi")

    assert monotonic() - began >= 0.15
    assert [request.status for request in world.requests("POST", "/messages")] == [429, 200]
    assert [message.content for message in general.messages] == ["hi"]
    assert world.invalid_requests == counted


async def test_a_limit_without_via_is_an_error_at_once(
    world: World, place: discord.PartialMessageable
) -> None:
    world.rest.limit("POST", SENDING, via=False)
    with pytest.raises(discord.HTTPException) as refused:
        await place.send("hi")

    assert refused.value.status == 429
    assert len(world.requests("POST", "/messages")) == 1


async def test_a_kept_limit_is_told_and_never_broken_by_the_client(
    world: World, general: Channel, place: discord.PartialMessageable
) -> None:
    world.rest.bucket = Bucket(2, 0.2)
    await asyncio.gather(*(place.send(str(n)) for n in range(5)))

    assert len(general.messages) == 5
    assert world.invalid_requests == 0


async def test_a_kept_limit_is_enforced(world: World) -> None:
    world.rest.bucket = Bucket(2, 60.0)
    settings = world.settings()
    headers = {"Authorization": f"Bot {settings.token}"}
    async with aiohttp.ClientSession(headers=headers) as browser:
        got = [await browser.get(f"{settings.api_base}/users/@me") for _ in range(3)]

    assert [reply.status for reply in got] == [200, 200, 429]
    assert [reply.headers["X-RateLimit-Remaining"] for reply in got] == ["1", "0", "0"]
    assert got[2].headers["Via"]
    assert world.invalid_requests == 1


async def test_a_server_error_is_tried_again(
    world: World, general: Channel, place: discord.PartialMessageable
) -> None:
    world.rest.fail("POST", SENDING, 502)
    await place.send("hi")

    assert [request.status for request in world.requests("POST", "/messages")] == [502, 200]
    assert len(general.messages) == 1


async def test_an_answer_can_be_lost_after_the_deed(
    world: World, general: Channel, place: discord.PartialMessageable
) -> None:
    world.rest.drop("POST", SENDING, after=True)
    with pytest.raises(aiohttp.ClientError):
        await place.send("hi")

    assert [message.content for message in general.messages] == ["hi"]


async def test_a_connection_cut_before_the_deed_leaves_it_undone(
    world: World, general: Channel, place: discord.PartialMessageable
) -> None:
    world.rest.drop("POST", SENDING)
    with pytest.raises(aiohttp.ClientError):
        await place.send("hi")

    assert general.messages == []


async def test_an_answer_can_be_late_or_never_come(
    world: World, general: Channel, place: discord.PartialMessageable
) -> None:
    world.rest.delay("POST", SENDING, 0.1)
    began = monotonic()
    await place.send("late")
    took = monotonic() - began
    world.rest.hang("POST", SENDING)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.1):
            await place.send("never")

    assert took >= 0.1
    assert [message.content for message in general.messages] == ["late"]


async def test_lasting_trouble_lasts_until_it_is_stopped(
    world: World, place: discord.PartialMessageable
) -> None:
    trouble = world.rest.fail("POST", SENDING, 403, times=None, code=50013, message="Missing")
    for _ in range(3):
        with pytest.raises(discord.Forbidden):
            await place.send("hi")
    world.rest.stop(trouble)
    await place.send("hi")

    assert world.invalid_requests == 3


async def test_what_there_is_no_handler_for_is_said(world: World) -> None:
    async with world.visited_by(Listener()) as client:
        with pytest.raises(discord.NotFound):
            await client.http.get_soundboard_default_sounds()

    assert world.unanswered == ["GET /soundboard-default-sounds"]


async def test_a_fault_of_the_emulators_own_is_not_hidden() -> None:
    with pytest.raises(KeyError):
        async with discord_world() as world:
            await _asks_without_a_body(world)


async def _asks_without_a_body(world: World) -> None:
    settings = world.settings()
    headers = {"Authorization": f"Bot {settings.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as browser,
        browser.post(f"{settings.api_base}/users/@me/channels", json={}) as got,
    ):
        assert got.status == 400
