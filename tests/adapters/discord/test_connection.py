"""However the connection breaks, nothing accepted is lost, nothing is judged twice, and the bot
goes on."""

import asyncio
import logging

import pytest

from bot.errors import QueueFull
from bot.log import configure
from tests.adapters.discord.kit import QUICK, Queue, a_discord
from tests.emulators.discord import Channel, Intent, Member, World, discord_world
from tests.memory import MemoryBookmarks


def home(world: World) -> tuple[Channel, Member]:
    guild = world.guild("Home")
    return guild.channel("general"), guild.member("ann")


async def test_a_dropped_connection_is_resumed_and_what_was_missed_comes() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            await general.post(ann, "before")
            await started.taken()
            await world.drop()
            await general.post(ann, "in between")
            await started.taken(2)

        assert started.queue.texts == ["before", "in between"]
        assert len(world.gateway.identifies) == 1
        assert len(world.gateway.resumes) == 1


async def test_a_restart_resumes_the_session_and_what_was_missed_comes() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        bookmarks, queue = MemoryBookmarks(), Queue()
        async with a_discord(world, bookmarks=bookmarks, queue=queue) as started:
            await general.post(ann, "before")
            await started.taken()
        await general.post(ann, "while it was away")
        async with a_discord(world, bookmarks=bookmarks, queue=queue) as again:
            await again.taken(2)

        assert queue.texts == ["before", "while it was away"]
        assert len(world.gateway.identifies) == 1
        assert len(world.gateway.resumes) == 1


async def test_a_session_is_written_down_as_soon_as_it_begins() -> None:
    slow = type(QUICK)(retry=0.02, identify=0.0, offer=0.02, write=3600.0)
    async with discord_world() as world:
        home(world)
        async with a_discord(world, paces=slow) as started:
            await world.until(lambda: "discord/session/0" in started.bookmarks.notes)


async def test_after_a_resumed_restart_a_post_comes_with_all_that_is_known_of_it() -> None:
    async with discord_world() as world:
        general, _ = home(world)
        mia = world.guild("Home").moderator("mia")
        bookmarks = MemoryBookmarks()
        async with a_discord(world, bookmarks=bookmarks):
            pass
        async with a_discord(world, bookmarks=bookmarks) as again:
            await general.post(mia, "hi")
            message = (await again.taken())[0]

    assert (message.channel.name, message.author.is_moderator) == ("general", True)
    assert "Moderators" in message.author.roles


async def test_what_was_not_committed_comes_again_after_a_restart() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        bookmarks, stuck = MemoryBookmarks(), Queue()
        async with a_discord(world, bookmarks=bookmarks, queue=stuck) as started:
            await general.post(ann, "first")
            await started.taken()
            stuck.gate.clear()
            await general.post(ann, "never committed")
            await world.until(lambda: stuck.offers == 2)
        fresh = Queue()
        async with a_discord(world, bookmarks=bookmarks, queue=fresh) as again:
            await again.taken()

    assert stuck.texts == ["first"]
    assert fresh.texts == ["never committed"]


async def test_a_full_queue_is_offered_the_same_again() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        queue = Queue(fails=[QueueFull("full"), QueueFull("full"), RuntimeError("broken")])
        async with a_discord(world, queue=queue) as started:
            await general.post(ann, "hi")
            await started.taken()

    assert queue.texts == ["hi"]
    assert queue.offers == 4


async def test_while_too_much_waits_the_socket_is_not_read() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        queue = Queue()
        queue.gate.clear()
        async with a_discord(world, queue=queue) as started:
            for n in range(2500):
                await general.post(ann, f"{n}")
            await world.until(lambda: started.platform._intake.waiting >= 1000)
            for _ in range(50):
                await asyncio.sleep(0)
            waiting = started.platform._intake.waiting
            queue.gate.set()
            await started.taken(2500)

    assert waiting <= 1000
    assert queue.texts == [str(n) for n in range(2500)]


@pytest.mark.parametrize("code", [1000, 1001, 4000, 4007, 4008, 4009])
async def test_after_a_close_that_can_be_mended_it_goes_on(code: int) -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            await general.post(ann, "before")
            await started.taken()
            await world.gateway.close(code)
            await general.post(ann, "after")
            await started.taken(2)

    assert started.queue.texts == ["before", "after"]


async def test_op_7_is_followed_by_a_resume() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            await world.gateway.ask_to_reconnect()
            await world.until(lambda: world.gateway.resumes)
            await general.post(ann, "after")
            await started.taken()

    assert len(world.gateway.identifies) == 1


async def test_an_invalid_session_is_begun_anew_and_what_was_missed_is_caught_up_with() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            await general.post(ann, "before")
            await started.taken()
            world.gateway.forget_sessions()
            await general.post(ann, "missed", quietly=True)
            await world.drop()
            await started.taken(2)

        assert started.queue.texts == ["before", "missed"]
        assert [message.text for message in started.queue.lane("backlog")] == ["missed"]
        assert len(world.gateway.identifies) == 2


async def test_a_session_that_can_be_resumed_is_resumed() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            await world.gateway.invalidate(resumable=True)
            await world.until(lambda: world.gateway.resumes)
            await general.post(ann, "after")
            await started.taken()

        assert len(world.gateway.identifies) == 1


@pytest.mark.parametrize(
    ("code", "fix"),
    [
        pytest.param(4004, "BIFOCAL_DISCORD__TOKEN", id="token"),
        pytest.param(4010, "shard_ids", id="shard"),
        pytest.param(4011, "shard_count", id="sharding"),
        pytest.param(4012, "update Bifocal", id="version"),
        pytest.param(4013, "update Bifocal", id="intents"),
        pytest.param(4014, "Message Content Intent", id="privileged"),
    ],
)
async def test_a_close_that_cannot_be_mended_names_the_fix_and_is_not_retried(
    code: int, fix: str
) -> None:
    async with discord_world() as world:
        home(world)
        world.gateway.refuse_with = code
        async with a_discord(world, waiting=False) as started:
            await world.until(lambda: fix in (started.platform.ready() or ""))
            connections = world.gateway.connections
            with pytest.raises(TimeoutError):
                await world.until(lambda: world.gateway.connections > connections, 0.2)


async def test_intents_that_were_not_granted_are_named() -> None:
    async with discord_world() as world:
        home(world)
        world.gateway.allowed = Intent.NONE
        async with a_discord(world, waiting=False) as started:
            await world.until(lambda: "Content Intent" in (started.platform.ready() or ""))


async def test_a_wrong_token_is_named_and_the_rest_goes_on() -> None:
    async with discord_world() as world:
        home(world)
        async with a_discord(world, waiting=False, token="wrong") as started:
            await world.until(lambda: "token" in (started.platform.ready() or ""))

            assert "BIFOCAL_DISCORD__TOKEN" in (started.platform.ready() or "")


async def test_while_discord_does_not_answer_it_is_tried_again() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        world.rest.fail("GET", "/users/@me", 503, times=2)
        async with a_discord(world, waiting=False) as started:
            await started.ready()
            await general.post(ann, "hi")
            await started.taken()

    assert started.queue.texts == ["hi"]


MALFORMED = [
    pytest.param("MESSAGE_CREATE", {}, id="empty"),
    pytest.param("MESSAGE_CREATE", [], id="list"),
    pytest.param("MESSAGE_CREATE", "words", id="text"),
    pytest.param("MESSAGE_CREATE", None, id="null"),
    pytest.param("MESSAGE_CREATE", {"guild_id": "1", "author": 7, "id": "x"}, id="wrong-types"),
    pytest.param("MESSAGE_UPDATE", {"id": "1", "channel_id": "2", "guild_id": "3"}, id="partial"),
    pytest.param("GUILD_CREATE", {}, id="guild-empty"),
    pytest.param("GUILD_CREATE", {"id": "x"}, id="guild-odd"),
    pytest.param("GUILD_DELETE", [], id="guild-list"),
    pytest.param("CHANNEL_UPDATE", {"id": "1"}, id="channel"),
    pytest.param("THREAD_UPDATE", {"id": None}, id="thread"),
    pytest.param("INTERACTION_CREATE", {"type": 3}, id="interaction"),
    pytest.param("READY", {}, id="ready"),
    pytest.param("NEVER_HEARD_OF", {"a": 1}, id="unknown"),
]


@pytest.mark.parametrize(("event", "payload"), MALFORMED)
async def test_a_malformed_event_ends_nothing(event: str, payload: object) -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            world.gateway.malformed(event, payload)
            await general.post(ann, "after")
            await started.taken()

            assert started.queue.texts == ["after"]
            assert await started.platform.client.revision(started.queue.taken[0].ref)


@pytest.mark.parametrize(
    "frame", ["not json", "[]", "7", "null", '{"op": 0}', '{"op": 99}', '{"op": 10, "d": null}']
)
async def test_garbage_on_the_wire_ends_nothing(frame: str) -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            world.gateway.raw(frame)
            await general.post(ann, "after")
            await started.taken()

    assert started.queue.texts == ["after"]


async def test_an_update_that_is_not_whole_is_asked_for() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        async with a_discord(world) as started:
            post = await general.post(ann, "before")
            await started.taken()
            post.content = "after"
            whole = post.drawn(live=True)
            del whole["author"]
            world.gateway.malformed("MESSAGE_UPDATE", whole)
            await started.taken(2)

    assert started.queue.texts == ["before", "after"]


async def test_a_guild_whose_change_cannot_be_read_is_asked_for_anew() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        guild = world.guild("Home")
        async with a_discord(world) as started:
            world.gateway.malformed("GUILD_ROLE_CREATE", {"guild_id": str(guild.id), "role": {}})
            await general.post(ann, "after")
            message = (await started.taken())[0]

    assert message.channel.name == "general"
    assert len(world.requests("GET", f"/guilds/{guild.id}")) >= 1


async def test_compressed_frames_are_read() -> None:
    async with discord_world() as world:
        general, ann = home(world)
        world.gateway.compress = True
        async with a_discord(world) as started:
            await general.post(ann, "hi" * 100)
            await started.taken()

    assert started.queue.texts == ["hi" * 100]


async def test_shards_split_the_guilds_between_them() -> None:
    async with discord_world(shards=2) as world:
        guilds = [world.guild(f"G{n}") for n in range(6)]
        async with a_discord(world) as started:
            for guild in guilds:
                await guild.channel("general").post(guild.member("ann"), guild.name)
            await started.taken(6)

        shards = sorted(each["shard"] for each in world.gateway.identifies)
        assert shards == [[0, 2], [1, 2]]
        assert sorted(started.queue.texts) == [guild.name for guild in guilds]


async def test_only_the_chosen_shards_are_run() -> None:
    async with discord_world() as world:
        async with a_discord(world, shard_count=4, shard_ids=(1, 3)):
            pass

        assert sorted(each["shard"][0] for each in world.gateway.identifies) == [1, 3]


async def test_sessions_begin_at_discords_pace() -> None:
    async with discord_world(shards=3) as world:
        paces = type(QUICK)(retry=0.02, identify=0.1, offer=0.02, write=0.02)
        began = asyncio.get_running_loop().time()
        async with a_discord(world, paces=paces):
            took = asyncio.get_running_loop().time() - began

    assert took >= 0.2


async def test_another_bots_session_is_not_resumed() -> None:
    bookmarks = MemoryBookmarks()
    for _ in range(2):
        async with discord_world() as world:
            home(world)
            world.bot.id = world.ids.next()
            async with a_discord(world, bookmarks=bookmarks):
                pass

        assert world.gateway.resumes == []


def test_the_library_says_nothing_of_what_it_sends_and_hears() -> None:
    configure("debug")

    for part in ("discord", "discord.gateway", "discord.http", "discord.webhook.async_"):
        assert logging.getLogger(part).getEffectiveLevel() >= logging.WARNING


async def test_the_token_is_in_no_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with discord_world() as world:
        home(world)
        async with a_discord(world):
            world.gateway.raw("not json")
            await world.until(lambda: world.gateway.resumes)

    told = capsys.readouterr()
    assert world.token not in told.out + told.err
