"""Each action does on Discord what it says, with its reason in the audit log."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from adapters.discord.client import DiscordClient
from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.model import Author, Message
from tests.adapters.discord.kit import Started, a_discord, a_png
from tests.emulators.discord import Channel, Guild, Member, discord_world
from tests.memory import MemoryBookmarks

PNG = a_png()
REASON = "rule: scam é, 100 %"


@dataclass
class Scene:
    """A post by ann in #general, as it came in."""

    started: Started
    guild: Guild
    general: Channel
    ann: Member
    message: Message

    @property
    def client(self) -> DiscordClient:
        return self.started.platform.client


@asynccontextmanager
async def a_scene(
    text: str = "free nitro",
    *,
    pictures: int = 0,
    before: Callable[[Guild], None] = lambda _: None,
    bookmarks: MemoryBookmarks | None = None,
) -> AsyncIterator[Scene]:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        before(guild)
        async with a_discord(world, bookmarks=bookmarks) as started:
            files = [(f"p{n}.png", PNG) for n in range(pictures)]
            await general.post(ann, text, files=files)
            message = (await started.taken())[0]
            yield Scene(started, guild, general, ann, message)


async def test_a_post_is_removed_with_its_reason() -> None:
    async with a_scene() as scene:
        await scene.client.delete(scene.message.ref, reason=REASON)

    assert scene.general.messages == []
    assert scene.guild.audit_log[-1].reason == REASON


async def test_a_reason_is_cut_to_what_discord_takes() -> None:
    async with a_scene() as scene:
        await scene.client.delete(scene.message.ref, reason="line\n" + "x" * 600)

    reason = scene.guild.audit_log[-1].reason
    assert reason is not None
    assert reason.startswith("line x")
    assert len(reason) == 512


async def test_a_post_in_an_archived_thread_is_removed_and_the_thread_sleeps_on() -> None:
    async with a_scene() as scene:
        thread = await scene.general.thread("talk", scene.ann)
        await thread.post(scene.ann, "scam")
        message = (await scene.started.taken(2))[1]
        await thread.archive()

        await scene.client.delete(message.ref, reason=REASON)

    assert thread.messages == []
    assert thread.is_archived


async def test_a_removed_post_cannot_be_restored_and_that_is_said() -> None:
    async with a_scene() as scene:
        await scene.client.delete(scene.message.ref, reason=REASON)

        why_not = await scene.client.restore(scene.message, reason="overturned")

    assert why_not == "Discord cannot bring a removed message back."


async def test_an_annotation_replies_and_calls_nobody() -> None:
    async with a_scene() as scene:
        await scene.client.annotate(scene.message.ref, "careful @everyone <@1>", nonce="n")

    reply = scene.general.last
    assert reply.reply_to is scene.general.messages[0]
    assert reply.mentions.users == []
    assert not reply.mentions.everyone


async def test_an_annotation_whose_answer_was_lost_is_not_written_twice() -> None:
    bookmarks = MemoryBookmarks()
    async with a_scene(bookmarks=bookmarks) as scene:
        scene.started.world.rest.drop("POST", "/channels/*/messages", after=True)
        with pytest.raises(PlatformUnavailable):
            await scene.client.annotate(scene.message.ref, "careful", nonce="n")

        found = await scene.client.annotation(scene.message.ref, "n")
        again = await scene.client.annotate(scene.message.ref, "careful", nonce="n")

    assert found == again == str(scene.general.last.id)
    assert len(scene.general.messages) == 2


async def test_an_annotation_is_known_by_its_words_where_discord_tells_no_nonce() -> None:
    async with a_scene() as scene:
        scene.started.world.rest.drop("POST", "/channels/*/messages", after=True)
        with pytest.raises(PlatformUnavailable):
            await scene.client.annotate(scene.message.ref, "careful", nonce="n")
        scene.general.last.nonce = None

        found = await scene.client.annotation(scene.message.ref, "n")

    assert found == str(scene.general.last.id)


async def test_what_belongs_to_another_nonce_is_not_taken_for_ours() -> None:
    async with a_scene() as scene:
        await scene.client.annotate(scene.message.ref, "careful", nonce="first")
        scene.general.last.nonce = None
        scene.started.world.rest.fail("POST", "/channels/*/messages", 403, code=50013)
        with pytest.raises(NotPermitted):
            await scene.client.annotate(scene.message.ref, "careful", nonce="second")

        found = await scene.client.annotation(scene.message.ref, "second")

    assert found is None


async def test_a_reaction_stands_and_can_be_taken_away() -> None:
    async with a_scene() as scene:
        ref = scene.message.ref
        await scene.client.react(ref, "👀")
        stood = await scene.client.reacted(ref, "👀")
        await scene.client.unreact(ref, "👀")
        stands = await scene.client.reacted(ref, "👀")

    assert (stood, stands) == (True, False)


async def test_a_timeout_is_at_most_28_days() -> None:
    async with a_scene() as scene:
        now = scene.started.world.now()
        await scene.client.time_out(
            scene.message.ref, scene.message.author, now + timedelta(days=60), reason=REASON
        )

    assert scene.ann.timed_out_until is not None
    assert scene.ann.timed_out_until - now < timedelta(days=28, minutes=1)
    assert scene.guild.audit_log[-1].reason == REASON


async def test_who_left_cannot_be_timed_out() -> None:
    async with a_scene() as scene:
        await scene.ann.leave()

        with pytest.raises(Gone):
            await scene.client.time_out(
                scene.message.ref,
                scene.message.author,
                scene.started.world.now() + timedelta(hours=1),
                reason=REASON,
            )


async def test_a_kick_puts_them_out() -> None:
    async with a_scene() as scene:
        ref, author = scene.message.ref, scene.message.author
        was = await scene.client.is_member(ref, author)
        await scene.client.kick(ref, author, reason=REASON)
        still = await scene.client.is_member(ref, author)

    assert (was, still) == (True, False)
    assert scene.guild.audit_log[-1].reason == REASON


async def test_a_ban_removes_what_they_posted_in_that_time() -> None:
    async with a_scene() as scene:
        ref, author = scene.message.ref, scene.message.author
        await scene.client.ban(ref, author, delete_since=timedelta(hours=2), reason=REASON)
        banned = await scene.client.is_banned(ref, author)

    assert banned
    assert scene.guild.ban_windows[scene.ann.id] == 7200
    assert scene.guild.audit_log[-1].reason == REASON


async def test_a_ban_removes_a_week_at_most() -> None:
    async with a_scene() as scene:
        await scene.client.ban(
            scene.message.ref, scene.message.author, delete_since=timedelta(days=30), reason=REASON
        )

    assert scene.guild.ban_windows[scene.ann.id] == 7 * 86400


async def test_an_unban_lets_them_back_and_can_be_repeated() -> None:
    async with a_scene() as scene:
        ref, author = scene.message.ref, scene.message.author
        await scene.client.ban(ref, author, delete_since=timedelta(), reason=REASON)
        await scene.client.unban(ref, author, reason="overturned")
        await scene.client.unban(ref, author, reason="overturned")
        banned = await scene.client.is_banned(ref, author)

    assert not banned


@pytest.mark.parametrize("by", ["name", "id"])
async def test_a_role_is_given_and_taken_by_name_and_by_id(by: str) -> None:
    async with a_scene() as scene:
        ref, author = scene.message.ref, scene.message.author
        muted = scene.guild.role("Muted")
        role = muted.name if by == "name" else str(muted.id)
        await scene.client.add_role(ref, author, role, reason=REASON)
        had = await scene.client.has_role(ref, author, role)
        await scene.client.remove_role(ref, author, role, reason=REASON)
        has = await scene.client.has_role(ref, author, role)

    assert (had, has) == (True, False)
    assert scene.guild.audit_log[-1].reason == REASON


async def test_a_role_nobody_knows_is_named() -> None:
    async with a_scene() as scene:
        with pytest.raises(NotPermitted, match="'Jailed'"):
            await scene.client.add_role(
                scene.message.ref, scene.message.author, "Jailed", reason=REASON
            )


async def test_a_note_is_written_once() -> None:
    async with a_scene() as scene:
        ref, author = scene.message.ref, scene.message.author
        first = await scene.client.send_dm(ref, author, "your post was removed", nonce="n")
        again = await scene.client.send_dm(ref, author, "your post was removed", nonce="n")
        found = await scene.client.dm(ref, author, "n")

    assert first == again == found
    assert [note.content for note in scene.ann.dms] == ["your post was removed"]


async def test_closed_direct_messages_are_told_in_words() -> None:
    def closed(guild: Guild) -> None:
        guild.member("ann").user.takes_dms = False

    async with a_scene(before=closed) as scene:
        with pytest.raises(NotPermitted, match="they take no direct messages"):
            await scene.client.send_dm(scene.message.ref, scene.message.author, "hi", nonce="n")


async def test_covering_reposts_with_the_authors_name_and_removes_the_original() -> None:
    async with a_scene("look at this", pictures=2) as scene:
        stands = await scene.client.spoiler(scene.message, nonce="n", reason=REASON)

    (repost,) = scene.general.messages
    assert str(repost.id) == stands
    assert repost.by_bot
    assert "Reposted for Ann, picture covered." in repost.content
    assert "look at this" in repost.content
    assert [file.filename for file in repost.attachments] == ["SPOILER_0.png", "SPOILER_1.png"]
    assert [file.data for file in repost.attachments] == [PNG, PNG]
    assert scene.guild.audit_log[-1].reason == REASON


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd.png", "a\n@everyone.png", "gnp.\u202eexe.png", "\0.png", "x" * 999 + ".png"],
)
async def test_what_its_author_called_a_file_is_not_repeated(name: str) -> None:
    async with a_scene(pictures=1) as scene:
        named = replace(scene.message.attachments[0], filename=name)
        message = replace(scene.message, attachments=(named,))
        await scene.client.spoiler(message, nonce="n", reason=REASON)

    assert [file.filename for file in scene.general.last.attachments] == ["SPOILER_0.png"]


async def test_covering_twice_under_one_nonce_is_one_repost() -> None:
    async with a_scene(pictures=1) as scene:
        first = await scene.client.spoiler(scene.message, nonce="n", reason=REASON)
        again = await scene.client.spoiler(scene.message, nonce="n", reason=REASON)
        found = await scene.client.spoilered(scene.message.ref, "n")

    assert first == again == found
    assert len(scene.general.messages) == 1


async def test_a_repost_calls_nobody_and_its_attribution_is_no_markup() -> None:
    def named(guild: Guild) -> None:
        guild.member("ann").nick = "**@everyone**"

    async with a_scene("@everyone look", pictures=1, before=named) as scene:
        await scene.client.spoiler(scene.message, nonce="n", reason=REASON)

    repost = scene.general.last
    assert not repost.mentions.everyone
    assert "\\*\\*" in repost.content


async def test_an_uncovered_repost_shows_the_same_pictures() -> None:
    async with a_scene(pictures=1) as scene:
        await scene.client.spoiler(scene.message, nonce="n", reason=REASON)
        why_not = await scene.client.unspoiler(scene.message, "n", reason="overturned")

    (file,) = scene.general.last.attachments
    assert why_not is None
    assert (file.filename, file.data, file.is_spoiler) == ("0.png", PNG, False)


async def test_pictures_of_links_cannot_be_covered_and_that_is_said() -> None:
    async with a_scene() as scene:
        embed = scene.started.world.embed(image=PNG)
        await scene.general.post(scene.ann, "https://x.example", embeds=[embed])
        message = (await scene.started.taken(2))[1]

        with pytest.raises(NotPermitted, match="previews of links"):
            await scene.client.spoiler(message, nonce="n", reason=REASON)

    assert len(scene.general.messages) == 2


async def test_what_its_author_covered_is_covered_already() -> None:
    async with a_scene() as scene:
        await scene.general.post(scene.ann, "", files=[("SPOILER_a.png", PNG)])
        message = (await scene.started.taken(2))[1]

        stands = await scene.client.spoiler(message, nonce="n", reason=REASON)

    assert stands == message.ref.message_id
    assert len(scene.general.messages) == 2


async def test_nobody_by_an_id_that_is_none_is_gone() -> None:
    async with a_scene() as scene:
        with pytest.raises(Gone):
            await scene.client.kick(scene.message.ref, Author("nobody", "nobody"), reason=REASON)


async def test_an_emoji_nobody_knows_is_told_in_words() -> None:
    async with a_scene() as scene:
        scene.started.world.rest.fail("PUT", "/channels/*", 404, code=10014)

        with pytest.raises(NotPermitted, match="does not know this emoji"):
            await scene.client.react(scene.message.ref, "nope:1")
