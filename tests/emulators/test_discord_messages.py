"""Messages reach an unmodified client whole, and what it does about them is done."""

from datetime import timedelta

import discord
import pytest

from tests.emulators.discord import Permission, discord_world
from tests.emulators.discord_bots import Listener

PICTURE = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR\x00\x00\x00\x02\x00\x00\x00\x03" + b"x" * 50


async def test_a_message_arrives_with_its_attachment() -> None:
    async with discord_world() as world:
        general, ann = world.guild("Home").channel("general"), world.guild("Home").member("ann")
        async with world.visited_by(Listener()) as client:
            await general.post(ann, "hi", files=[("a.png", PICTURE)])
            await world.until(lambda: client.of("message"))
            (message,) = client.of("message")
            (file,) = message.attachments
            data = await file.read()

    assert (message.content, message.author.name, message.guild.name) == ("hi", "ann", "Home")
    assert (file.filename, file.content_type, file.size) == ("a.png", "image/png", len(PICTURE))
    assert (file.width, file.height) == (2, 3)
    assert data == PICTURE


async def test_a_reply_and_a_reaction_stand_afterwards() -> None:
    async with discord_world() as world:
        general, ann = world.guild("Home").channel("general"), world.guild("Home").member("ann")
        async with world.visited_by(Listener()) as client:
            post = await general.post(ann, "hi")
            await world.until(lambda: client.of("message"))
            await client.of("message")[0].reply("hello", mention_author=False)
            await client.of("message")[0].add_reaction("👀")

    assert general.last.content == "hello"
    assert general.last.reply_to is post
    assert general.last.mentions.users == []
    assert post.reactions == {"👀": [world.bot.id]}


async def test_a_deletion_carries_its_reason_decoded() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with world.visited_by(Listener()) as client:
            post = await general.post(ann, "hi")
            reason = "spam é, 100 %"
            await client.http.delete_message(general.id, post.id, reason=reason)
            await world.until(lambda: client.of("raw_message_delete"))

    assert post.deleted
    assert general.messages == []
    assert guild.audit_log[-1].reason == world.received[-1].reason == reason


async def test_a_timeout_holds_and_is_heard_of() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        ann = guild.member("ann")
        async with world.visited_by(Listener()) as client:
            member = await client.get_guild(guild.id).fetch_member(ann.id)  # type: ignore[union-attr]
            await member.timeout(timedelta(hours=1), reason="flood")

    assert ann.is_timed_out
    assert Permission.SEND_MESSAGES not in ann.permissions(guild.channel("general"))
    assert guild.audit_log[-1].reason == "flood"


async def test_the_same_nonce_is_the_same_message() -> None:
    async with discord_world() as world:
        general = world.guild("Home").channel("general")
        async with world.visited_by(Listener()) as client:
            place = client.get_partial_messageable(general.id)
            sent = [await place.send("once", nonce="n-1") for _ in range(2)]

    assert sent[0].id == sent[1].id
    assert [message.content for message in general.messages] == ["once"]


@pytest.mark.parametrize(
    ("denied", "code"), [(Permission.VIEW_CHANNEL, 50001), (Permission.SEND_MESSAGES, 50013)]
)
async def test_what_the_bot_may_not_do_is_refused(denied: Permission, code: int) -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general = guild.channel("general").deny(guild.bot_role, denied)
        async with world.visited_by(Listener()) as client:
            with pytest.raises(discord.Forbidden) as refused:
                await client.get_partial_messageable(general.id).send("hi")

    assert refused.value.code == code
    assert world.invalid_requests == 1
    assert general.messages == []
