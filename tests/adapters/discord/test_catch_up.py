"""What was posted while nobody listened is read from the histories: bounded, and behind."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from bot.errors import QueueFull
from bot.model import Message
from tests.adapters.discord.kit import Queue, a_discord
from tests.emulators.discord import Guild, Permission, World, discord_world
from tests.memory import MemoryBookmarks


async def heard(guild: Guild, bookmarks: MemoryBookmarks, queue: Queue) -> None:
    """A first life, which heard one message; its session cannot be resumed."""
    world = guild.world
    async with a_discord(world, bookmarks=bookmarks, queue=queue) as started:
        await guild.channel("general").post(guild.member("ann"), "heard")
        await started.taken()
    world.gateway.forget_sessions()


async def caught_up(
    world: World, bookmarks: MemoryBookmarks, queue: Queue, count: int, **settings: Any
) -> None:
    """A second life, until so many messages in all are taken and nothing is left."""
    async with a_discord(world, bookmarks=bookmarks, queue=queue, **settings) as started:
        await world.until(lambda: len(queue.taken) >= count, 60)
        await world.until(lambda: not any("gap" in name for name in bookmarks.notes), 60)
        assert started.platform.ready() is None


async def test_ten_thousand_missed_posts_come_behind_live_ones_and_once() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), _Sets()
        general, ann = guild.channel("general"), guild.member("ann")
        await heard(guild, bookmarks, queue)
        await general.backlog(10_000, ann, over=timedelta(milliseconds=1))
        async with a_discord(world, bookmarks=bookmarks, queue=queue):
            await world.until(lambda: len(queue.lane("backlog")) >= 200, 60)
            await general.post(ann, "live")
            await world.until(lambda: "live" in queue.texts, 5)
            behind = len(queue.lane("backlog"))
            await world.until(lambda: len(queue.taken) >= 10_002, 100)

    assert behind < 5_000
    assert len({message.key for message in queue.taken}) == len(queue.taken) == 10_002


class _Sets(Queue):
    """The same with a set of keys, for long lists."""

    def __init__(self) -> None:
        super().__init__()
        self.keys: set[str] = set()

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        await self.gate.wait()
        new = [message for message in messages if message.key not in self.keys]
        self.keys |= {message.key for message in new}
        self.taken += new
        self.lanes += [(lane, message) for message in new]
        return {message.key for message in new}


async def test_every_channel_and_thread_is_caught_up_with() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        other, voice = guild.channel("other"), guild.channel("hall", "voice")
        stage = guild.channel("podium", "stage")
        thread = await other.thread("talk", ann)
        await heard(guild, bookmarks, queue)
        for n, room in enumerate((other, voice, thread, stage)):
            await room.post(ann, f"missed {n}", quietly=True)
        await caught_up(world, bookmarks, queue, 5)

    assert sorted(message.text for message in queue.lane("backlog")) == [
        "missed 0",
        "missed 1",
        "missed 2",
        "missed 3",
    ]


async def test_a_missed_post_comes_with_its_authors_roles() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        mia = guild.moderator("mia")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").post(mia, "missed", quietly=True)
        await caught_up(world, bookmarks, queue, 2)

    author = queue.taken[-1].author
    assert author.is_moderator
    assert author.joined_at == mia.joined_at


async def test_authors_are_asked_for_once() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").backlog(150, ann, over=timedelta(milliseconds=1))
        await caught_up(world, bookmarks, queue, 151)

        assert len(world.requests("GET", f"/members/{ann.id}")) == 1


async def test_older_posts_than_the_bound_are_left() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        general, ann = guild.channel("general"), guild.member("ann")
        await heard(guild, bookmarks, queue)
        now = world.now()
        note = bookmarks.notes["discord/session/0"]
        note["newest"] = str(world.ids.next(now - timedelta(days=3)))
        await general.post(ann, "old", at=now - timedelta(days=2), quietly=True)
        await general.post(ann, "new", at=now - timedelta(hours=2), quietly=True)
        await caught_up(world, bookmarks, queue, 2)

    assert [message.text for message in queue.lane("backlog")] == ["new"]


async def test_more_posts_than_the_bound_are_left_the_oldest_ones() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        general, ann = guild.channel("general"), guild.member("ann")
        await heard(guild, bookmarks, queue)
        await general.backlog(300, ann, over=timedelta(milliseconds=1))
        await caught_up(world, bookmarks, queue, 121, catch_up_messages=120)

    texts = {message.text for message in queue.lane("backlog")}
    assert texts == {f"message {n}" for n in range(180, 300)}


async def test_more_channels_than_the_bound_are_left() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        rooms = [guild.channel(f"room-{n}") for n in range(5)]
        await heard(guild, bookmarks, queue)
        for room in rooms:
            await room.post(ann, room.name, quietly=True)
        await caught_up(world, bookmarks, queue, 3, catch_up_channels=2)

    assert [message.text for message in queue.lane("backlog")] == ["room-4", "room-3"]


async def test_a_channel_that_cannot_be_read_keeps_no_other_waiting() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann, hidden = guild.member("ann"), guild.channel("hidden")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").post(ann, "missed", quietly=True)
        await hidden.post(ann, "unread", quietly=True)
        hidden.deny(guild.bot_role, Permission.READ_MESSAGE_HISTORY)
        await caught_up(world, bookmarks, queue, 2)

    assert [message.text for message in queue.lane("backlog")] == ["missed"]


async def test_a_full_queue_keeps_the_backlog_waiting_and_loses_nothing() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").backlog(50, ann, over=timedelta(milliseconds=1))
        queue.fails += [QueueFull("full")] * 3
        await caught_up(world, bookmarks, queue, 51)

    assert len(queue.lane("backlog")) == 50


async def test_a_crash_while_catching_up_loses_nothing() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").backlog(250, ann, over=timedelta(milliseconds=1))
        queue.gate.clear()
        async with a_discord(world, bookmarks=bookmarks, queue=queue):
            await world.until(lambda: queue.offers >= 2)
        left = [name for name in bookmarks.notes if "gap" in name]
        queue.gate.set()
        await caught_up(world, bookmarks, queue, 251)

    assert left == [f"discord/gap/{guild.id}"]
    assert len({message.key for message in queue.taken}) == 251


class _NoBacklog(Queue):
    """Takes live posts, and no others."""

    async def accept(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        if lane == "backlog":
            raise QueueFull("full")
        return await super().accept(messages, lane=lane)


async def test_what_one_life_could_not_catch_up_with_the_next_but_one_does() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        general, ann = guild.channel("general"), guild.member("ann")
        await heard(guild, bookmarks, queue)
        ago = world.now() - timedelta(hours=2)
        bookmarks.notes["discord/session/0"]["newest"] = str(world.ids.next(ago))
        await general.post(ann, "missed first", at=ago + timedelta(hours=1), quietly=True)
        async with a_discord(world, bookmarks=bookmarks, queue=_NoBacklog()) as busy:
            await general.post(ann, "live")
            await world.until(lambda: busy.queue.taken)
        world.gateway.forget_sessions()
        await general.post(ann, "missed second", quietly=True)
        await caught_up(world, bookmarks, queue, 3)

    texts = {message.text for message in queue.lane("backlog")}
    assert {"missed first", "missed second"} <= texts


async def test_while_discord_does_not_answer_the_backlog_waits() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        ann = guild.member("ann")
        await heard(guild, bookmarks, queue)
        await guild.channel("general").post(ann, "missed", quietly=True)
        world.rest.drop("GET", "/channels/*/messages", times=3)
        await caught_up(world, bookmarks, queue, 2)

    assert queue.texts == ["heard", "missed"]


async def test_a_first_start_catches_up_with_nothing() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        await general.post(ann, "long ago", quietly=True)
        async with a_discord(world) as started:
            await general.post(ann, "now")
            await started.taken()

    assert started.queue.texts == ["now"]


async def test_what_was_missed_before_anything_was_heard_is_caught_up_with() -> None:
    async with discord_world() as world:
        guild, bookmarks, queue = world.guild("Home"), MemoryBookmarks(), Queue()
        async with a_discord(world, bookmarks=bookmarks):
            pass
        world.gateway.forget_sessions()
        await guild.channel("general").post(guild.member("ann"), "missed", quietly=True)
        await caught_up(world, bookmarks, queue, 1)

    assert queue.texts == ["missed"]


async def test_an_outage_of_one_server_is_caught_up_with() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world) as started:
            await general.post(ann, "before")
            await started.taken()
            await guild.go_down()
            await general.post(ann, "missed", quietly=True)
            await guild.come_back()
            await started.taken(2)

    assert started.queue.texts == ["before", "missed"]
