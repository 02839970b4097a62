"""Everything a message can carry reaches an unmodified client as Discord would bring it."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import discord
import pytest

from tests.emulators.discord import (
    Channel,
    Guild,
    Member,
    Permission,
    Upload,
    World,
    a_poll,
    discord_world,
)
from tests.emulators.discord_bots import Listener

PICTURE = b"\x89PNG" + bytes(60)
VOICE, COMPONENTS_V2 = 1 << 13, 1 << 15


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with discord_world() as world:
        guild = world.guild("Home")
        guild.member("ann", guild.role("Regulars"), joined=timedelta(days=10))
        yield world


@pytest.fixture
def guild(world: World) -> Guild:
    return world.guild("Home")


@pytest.fixture
def general(guild: Guild) -> Channel:
    return guild.channel("general")


@pytest.fixture
def ann(guild: Guild) -> Member:
    return guild.member("ann")


@pytest.fixture
async def client(world: World) -> AsyncIterator[Listener]:
    async with world.visited_by(Listener()) as client:
        yield client


async def heard(world: World, client: Listener) -> discord.Message:
    """The newest message, once it came."""
    await world.until(lambda: client.of("message"))
    message = client.of("message")[-1]
    assert isinstance(message, discord.Message)
    return message


async def test_an_author_comes_with_roles_and_dates(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    await general.post(ann, "hi")
    author = (await heard(world, client)).author

    assert isinstance(author, discord.Member)
    assert [role.name for role in author.roles] == ["@everyone", "Regulars"]
    assert author.joined_at is not None
    assert (world.now() - author.joined_at).days == 10
    assert (world.now() - author.created_at).days == 400


async def test_a_forward_carries_a_snapshot_and_no_content(
    world: World, client: Listener, guild: Guild, general: Channel, ann: Member
) -> None:
    first = await guild.channel("other").post(ann, "look", files=[("a.png", PICTURE)])
    await general.post(ann, forward=first)
    await world.until(lambda: len(client.of("message")) == 2)
    message = await heard(world, client)
    (snapshot,) = message.message_snapshots

    assert (message.content, message.attachments) == ("", [])
    assert (snapshot.content, snapshot.attachments[0].filename) == ("look", "a.png")
    assert message.reference is not None
    assert message.reference.type is discord.MessageReferenceType.forward
    assert await snapshot.attachments[0].read() == PICTURE


async def test_a_sticker_a_poll_and_an_alt_text_are_read(
    world: World, client: Listener, guild: Guild, general: Channel, ann: Member
) -> None:
    await general.post(
        ann,
        stickers=[world.sticker("wave", PICTURE, kind=3, guild=guild)],
        poll=a_poll("Who?", ["me", "you"]),
        files=[Upload("a.png", PICTURE, alt="a dot", spoiler_flag=True)],
    )
    message = await heard(world, client)
    (file,) = message.attachments

    assert message.stickers[0].format is discord.StickerFormatType.lottie
    assert message.poll is not None
    assert message.poll.question == "Who?"
    assert [answer.text for answer in message.poll.answers] == ["me", "you"]
    assert (file.description, file.is_spoiler()) == ("a dot", True)


async def test_a_voice_message_says_so(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    speech = Upload("voice-message.ogg", b"OggS", "audio/ogg", duration_s=2.5, waveform="AA==")
    await general.post(ann, files=[speech], flags=VOICE)
    message = await heard(world, client)

    assert message.flags.voice
    assert message.attachments[0].is_voice_message()
    assert message.attachments[0].duration == 2.5


async def test_a_webhook_posts_under_a_name_of_its_own(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    await general.post(ann, "news", as_webhook="Feed")
    message = await heard(world, client)

    assert message.webhook_id is not None
    assert (message.author.name, message.author.bot) == ("Feed", True)
    assert not isinstance(message.author, discord.Member)


async def test_pictures_in_another_bots_components_have_links_that_work(
    world: World, client: Listener, guild: Guild, general: Channel
) -> None:
    items = [{"media": {"url": "attachment://a.png"}}, {"media": world.media(PICTURE)}]
    parts = [{"type": 10, "content": "Look here"}, {"type": 12, "items": items}]
    await general.post(
        guild.member("robot", is_bot=True),
        files=[("a.png", PICTURE)],
        components=[{"type": 17, "components": parts}],
        flags=COMPONENTS_V2,
    )
    message = await heard(world, client)
    (container,) = message.components
    assert isinstance(container, discord.Container)
    text, gallery = container.children
    assert isinstance(text, discord.TextDisplay)
    assert isinstance(gallery, discord.MediaGalleryComponent)

    assert text.content == "Look here"
    for item in gallery.items:
        assert item.media.proxy_url is not None
        assert await client.http.get_from_cdn(item.media.proxy_url) == PICTURE


async def test_a_preview_comes_late_and_is_no_edit(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    message = await general.post(ann, "https://pictures.example/")
    await message.late_embed(world.embed(image=PICTURE, title="A picture"))
    await world.until(lambda: client.of("raw_message_edit"))
    (late,) = client.of("raw_message_edit")

    assert late.message.edited_at is None
    assert late.message.embeds[0].title == "A picture"
    assert await client.http.get_from_cdn(late.message.embeds[0].image.proxy_url) == PICTURE


async def test_an_edit_is_heard_whole(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    message = await general.post(ann, "before")
    await message.edit("after", files=[("b.png", PICTURE)])
    await world.until(lambda: client.of("raw_message_edit"))
    edited = client.of("raw_message_edit")[0].message

    assert (edited.content, edited.attachments[0].filename) == ("after", "b.png")
    assert edited.edited_at is not None
    assert edited.author.id == ann.id


async def test_posts_of_threads_and_forums_are_heard_with_their_titles(
    world: World, client: Listener, guild: Guild, general: Channel, ann: Member
) -> None:
    thread = await general.thread("A talk", ann)
    await thread.post(ann, "inside")
    forum = guild.forum("help", nsfw=True)
    topic = await forum.new_post("A title", ann, "first words")
    await world.until(lambda: len(client.of("message")) == 2)
    inside, first = client.of("message")

    assert (inside.channel.name, inside.channel.parent.name) == ("A talk", "general")
    assert (first.channel.name, first.id, first.content) == ("A title", topic.id, "first words")
    assert first.channel.parent.is_nsfw()
    assert len(client.of("thread_create")) == 2


async def test_channels_the_bot_cannot_see_stay_unheard(
    world: World, client: Listener, guild: Guild, general: Channel, ann: Member
) -> None:
    hidden = guild.channel("hidden").deny(guild.everyone, Permission.VIEW_CHANNEL)
    await hidden.post(guild.owner, "secret")
    await general.post(ann, "public")

    assert (await heard(world, client)).content == "public"
    assert client.texts == ["public"]


async def test_a_bulk_deletion_is_heard_as_one(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    posts = [await general.post(ann, str(n)) for n in range(3)]
    general.remove(posts)
    await world.until(lambda: client.of("raw_bulk_message_delete"))

    assert client.of("raw_bulk_message_delete")[0].message_ids == {post.id for post in posts}


async def test_reactions_of_people_are_heard(
    world: World, client: Listener, general: Channel, ann: Member
) -> None:
    post = await general.post(ann, "hi")
    await post.react(ann, "🔥")
    await world.until(lambda: client.of("raw_reaction_add"))

    assert str(client.of("raw_reaction_add")[0].emoji) == "🔥"


async def test_mentions_are_read_from_the_text(
    world: World, client: Listener, guild: Guild, general: Channel, ann: Member
) -> None:
    role = guild.role("Regulars")
    await general.post(ann, f"{ann.mention} {role.mention} @everyone")
    message = await heard(world, client)

    assert [user.id for user in message.mentions] == [ann.id]
    assert [each.id for each in message.role_mentions] == [role.id]
    assert message.mention_everyone


async def test_direct_messages_come_without_a_guild(
    world: World, client: Listener, ann: Member
) -> None:
    await ann.user.write("help me")
    message = await heard(world, client)
    await message.channel.send("sure")

    assert message.guild is None
    assert [each.content for each in ann.dms] == ["help me", "sure"]


async def test_history_is_paged_both_ways(client: Listener, general: Channel, ann: Member) -> None:
    posts = await general.backlog(250, ann)
    place = client.get_channel(general.id)
    assert isinstance(place, discord.TextChannel)
    down = [each.id async for each in place.history(limit=None, before=posts[200].created_at)]
    up = [each.id async for each in place.history(limit=None, after=discord.Object(posts[40].id))]

    assert down == [each.id for each in reversed(posts[:200])]
    assert up == [each.id for each in posts[41:]]


async def test_the_clock_is_the_tests_own() -> None:
    then = datetime(2031, 5, 6, tzinfo=UTC)
    async with discord_world(now=lambda: then) as world:
        message = await world.guild("Home").channel("general").post(world.guild("Home").owner, "x")

    assert message.created_at == then


async def test_who_may_not_post_cannot(world: World, general: Channel, ann: Member) -> None:
    ann.timed_out_until = world.now() + timedelta(hours=1)

    with pytest.raises(AssertionError, match="ann left or is timed out"):
        await general.post(ann, "hi")
