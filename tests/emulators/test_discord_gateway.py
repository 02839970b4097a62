"""The gateway goes wrong in every way Discord's does, and an unmodified client takes it."""

import asyncio

import aiohttp
import discord
import pytest

from tests.emulators.discord import Guild, Intent, World, discord_world
from tests.emulators.discord_bots import Listener


async def posted(guild: Guild, *texts: str) -> None:
    for text in texts:
        await guild.channel("general").post(guild.member("ann"), text)


async def heard(world: World, client: Listener, *texts: str) -> None:
    await world.until(lambda: client.texts[-len(texts) :] == list(texts))


async def test_a_dropped_socket_is_resumed_and_the_gap_replayed_in_order() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await posted(guild, "1")
            await heard(world, client, "1")
            await world.drop()
            await posted(guild, "2", "3")
            await world.until(lambda: client.of("resumed") or client.texts == ["1", "2", "3"])
            await posted(guild, "4")
            await heard(world, client, "1", "2", "3", "4")

    assert client.texts == ["1", "2", "3", "4"]
    assert len(world.gateway.identifies) == 1
    assert len(world.gateway.resumes) == 1


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4008])
async def test_a_close_that_allows_it_is_resumed(code: int) -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await world.gateway.close(code)
            await world.until(lambda: world.gateway.resumes)
            await posted(guild, "after")
            await heard(world, client, "after")

    assert len(world.gateway.identifies) == 1


@pytest.mark.parametrize("code", [4007, 4009])
async def test_a_close_that_ends_the_session_leads_to_a_new_one(code: int) -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await world.gateway.close(code)
            await world.until(lambda: len(world.gateway.identifies) == 2)
            await world.connected()
            await posted(guild, "after")
            await heard(world, client, "after")

    assert len(world.gateway.resumes) == 1


@pytest.mark.parametrize("code", [4004, 4014])
async def test_a_fatal_close_ends_the_client(code: int) -> None:
    async with discord_world() as world:
        world.gateway.refuse_with = code
        with pytest.raises(discord.DiscordException) as ended:
            async with world.visited_by(Listener()):
                pass

    closed = ended.value
    privileged = isinstance(closed, discord.PrivilegedIntentsRequired)
    assert privileged or isinstance(closed, discord.ConnectionClosed)
    assert privileged == (code == 4014)


async def test_an_unapproved_privileged_intent_is_refused() -> None:
    async with discord_world() as world:
        world.gateway.allowed = Intent.NONE
        with pytest.raises(discord.PrivilegedIntentsRequired):
            async with world.visited_by(Listener()):
                pass

    assert Intent.MESSAGE_CONTENT in world.gateway.intents


async def test_a_wrong_token_is_refused() -> None:
    async with discord_world() as world:
        with world.pointed_at():
            client = Listener()
            with pytest.raises(discord.LoginFailure):
                await client.start("another")
            await client.close()

    assert world.invalid_requests == 1


async def test_being_asked_to_reconnect_is_resumed() -> None:
    async with discord_world() as world, world.visited_by(Listener()):
        await world.gateway.ask_to_reconnect()
        await world.until(lambda: world.gateway.resumes)
        await world.connected()

    assert len(world.gateway.identifies) == 1


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalidated_session_is_resumed_only_if_it_may_be(*, resumable: bool) -> None:
    async with discord_world() as world, world.visited_by(Listener()):
        await world.gateway.invalidate(resumable=resumable)
        await world.until(lambda: world.gateway.connections == 2 and world.gateway.listening)

    assert (len(world.gateway.resumes), len(world.gateway.identifies)) == (
        (1, 1) if resumable else (0, 2)
    )


async def test_a_session_that_was_forgotten_is_begun_anew() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await posted(guild, "1")
            await heard(world, client, "1")
            world.gateway.forget_sessions()
            await world.drop()
            await posted(guild, "lost")
            await world.until(lambda: len(world.gateway.identifies) == 2 and client.is_ready())
            await world.connected()
            await posted(guild, "2")
            await heard(world, client, "1", "2")

    assert client.texts == ["1", "2"]


async def test_heartbeats_without_an_answer_end_the_connection() -> None:
    async with discord_world() as world:
        world.gateway.heartbeat_s, world.gateway.acks = 0.05, False
        async with world.visited_by(Listener(heartbeat_timeout=0.2)):
            await world.until(lambda: world.gateway.resumes)

    assert world.gateway.heartbeats >= 2


@pytest.mark.parametrize("compress", [False, True])
async def test_frames_are_read_compressed_or_not(*, compress: bool) -> None:
    async with discord_world() as world:
        world.gateway.compress = compress
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await posted(guild, "1", "2")
            await heard(world, client, "1", "2")


async def test_the_same_event_can_come_again() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await posted(guild, "once")
            world.gateway.again(times=3)
            await heard(world, client, "once", "once", "once", "once")

    assert len({message.id for message in client.of("message")}) == 1


async def test_an_update_without_an_author_ends_a_plain_client() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            post = await guild.channel("general").post(guild.member("ann"), "hi")
            said = post.drawn(live=True)
            del said["author"], said["member"]
            world.gateway.malformed("MESSAGE_UPDATE", said)
            ended = await world.end_of(client)

    assert isinstance(ended, AttributeError)


@pytest.mark.parametrize("frame", ["[]", '"text"', "{", '{"op": 0, "t": "MESSAGE_CREATE", "d": 7}'])
async def test_garbage_ends_a_plain_client(frame: str) -> None:
    async with discord_world() as world, world.visited_by(Listener()) as client:
        world.gateway.raw(frame)
        ended = await world.end_of(client)

    assert isinstance(ended, AttributeError | TypeError | ValueError)


async def test_unknown_fields_and_events_are_passed_over() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            post = await guild.channel("general").post(guild.member("ann"), "1", quietly=True)
            world.gateway.malformed("SOMETHING_NEW", {"a": [1]})
            new = {"flags": 1 << 60, "novelty": {"b": None}, "type": 99}
            world.gateway.malformed("MESSAGE_CREATE", post.drawn(live=True) | new)
            await heard(world, client, "1")


async def test_a_gateway_that_says_nothing_is_waited_for() -> None:
    async with discord_world() as world:
        world.gateway.silent = True
        client = Listener()
        with world.pointed_at():
            running = asyncio.create_task(client.start(world.token))
            await world.until(lambda: world.gateway.wires)
            assert not client.is_ready()
            running.cancel()
            await asyncio.gather(running, client.close(), return_exceptions=True)

    assert world.gateway.identifies == []


async def test_an_edit_can_come_before_its_message() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            post = await guild.channel("general").post(guild.member("ann"), "1", quietly=True)
            first = post.drawn(live=True)
            await post.edit("2")
            world.gateway.malformed("MESSAGE_CREATE", first)
            await heard(world, client, "1")

    names = [name for name, _ in client.heard if name in {"message", "raw_message_edit"}]
    assert names == ["raw_message_edit", "message"]


@pytest.mark.parametrize(("code", "resumed"), [(1000, False), (1001, False), (4000, True)])
async def test_only_an_improper_goodbye_leaves_a_session_to_resume(
    code: int, *, resumed: bool
) -> None:
    async with discord_world() as world, aiohttp.ClientSession() as browser:
        async with browser.ws_connect(world.gateway_url) as ws:
            await ws.receive_json()
            await ws.send_json({"op": 2, "d": {"token": world.token, "intents": 1}})
            ready = (await ws.receive_json())["d"]
            await ws.close(code=code)
        await world.until(lambda: world.gateway.client_closes)
        async with browser.ws_connect(world.gateway_url) as ws:
            await ws.receive_json()
            said = {"token": world.token, "session_id": ready["session_id"], "seq": 1}
            await ws.send_json({"op": 6, "d": said})
            answer = await ws.receive_json()

    assert world.gateway.client_closes[0] == code
    assert answer["t" if resumed else "d"] == ("RESUMED" if resumed else False)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"op": 8, "d": {}}, 4003),
        ({"op": 77}, 4003),
        ({"op": 6, "d": {"token": "x", "session_id": "x", "seq": 1}}, 4004),
        ({"op": 2, "d": {"token": "x", "intents": 1}}, 4004),
    ],
)
async def test_what_a_client_may_not_say_closes_its_connection(
    said: dict[str, object], code: int
) -> None:
    async with (
        discord_world() as world,
        aiohttp.ClientSession() as browser,
        browser.ws_connect(world.gateway_url) as ws,
    ):
        await ws.receive_json()
        await ws.send_json(said)
        await ws.receive()

        assert ws.close_code == code


async def test_a_client_that_says_too_much_is_closed() -> None:
    async with (
        discord_world() as world,
        aiohttp.ClientSession() as browser,
        browser.ws_connect(world.gateway_url) as ws,
    ):
        await ws.receive_json()
        await ws.send_json({"op": 2, "d": {"token": world.token, "intents": 1}})
        for _ in range(120):
            await ws.send_json({"op": 3, "d": {}})
        while not ws.closed:
            await ws.receive()

        assert ws.close_code == 4008
