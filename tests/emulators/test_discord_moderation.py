"""A moderator's actions change the emulated guild, within Discord's own rules."""

import io
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any

import discord
import pytest

from tests.emulators.discord import Guild, Member, Permission, World, discord_world
from tests.emulators.discord_bots import Listener


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with discord_world() as world:
        world.guild("Home").member("ann")
        yield world


@pytest.fixture
def guild(world: World) -> Guild:
    return world.guild("Home")


@pytest.fixture
def ann(guild: Guild) -> Member:
    return guild.member("ann")


@pytest.fixture
async def client(world: World) -> AsyncIterator[Listener]:
    async with world.visited_by(Listener()) as client:
        yield client


@pytest.fixture
def home(client: Listener, guild: Guild) -> discord.Guild:
    """The guild as the client has it."""
    home = client.get_guild(guild.id)
    assert home is not None
    return home


def refused(code: int) -> "pytest.RaisesExc[discord.HTTPException]":
    return pytest.raises(discord.HTTPException, check=lambda error: error.code == code)


async def test_a_kick_puts_out_and_is_audited(
    home: discord.Guild, guild: Guild, ann: Member
) -> None:
    await home.kick(discord.Object(ann.id), reason="enough")

    assert ann.has_left
    assert (guild.audit_log[-1].action, guild.audit_log[-1].reason) == (20, "enough")
    with refused(10007):
        await home.fetch_member(ann.id)


async def test_a_ban_deletes_what_was_posted_in_its_window(
    home: discord.Guild, guild: Guild, world: World, ann: Member
) -> None:
    general, now = guild.channel("general"), world.now()
    old = await general.post(ann, "old", at=now - timedelta(hours=3))
    new = await general.post(ann, "new", at=now - timedelta(minutes=3))
    kept = await general.post(guild.owner, "kept")
    await home.ban(discord.Object(ann.id), delete_message_seconds=3600, reason="raid")

    assert general.messages == [old, kept]
    assert new.deleted
    assert guild.bans == {ann.id: "raid"}
    assert guild.ban_windows == {ann.id: 3600}
    assert ann.has_left
    assert (await home.fetch_ban(discord.Object(ann.id))).reason == "raid"


async def test_a_reason_is_at_most_512_characters_long(
    home: discord.Guild, guild: Guild, ann: Member
) -> None:
    with refused(50035):
        await home.kick(discord.Object(ann.id), reason="é" * 513)
    await home.kick(discord.Object(ann.id), reason="é" * 512)

    assert [line.reason for line in guild.audit_log] == ["é" * 512]


async def test_a_ban_is_lifted(home: discord.Guild, guild: Guild, ann: Member) -> None:
    await home.ban(discord.Object(ann.id))
    await home.unban(discord.Object(ann.id), reason="sorry")

    assert guild.bans == {}
    with refused(10026):
        await home.unban(discord.Object(ann.id))


async def test_one_who_is_not_there_can_be_banned(
    home: discord.Guild, guild: Guild, world: World
) -> None:
    stranger = world.user("stranger")
    await home.ban(stranger_id := discord.Object(stranger.id))

    assert list(guild.bans) == [stranger_id.id]


async def test_roles_are_given_and_taken(home: discord.Guild, guild: Guild, ann: Member) -> None:
    muted = guild.role("Muted")
    member = await home.fetch_member(ann.id)
    await member.add_roles(discord.Object(muted.id), reason="quiet")
    given = set(ann.roles)
    await member.remove_roles(discord.Object(muted.id))

    assert (given, ann.roles) == ({muted.id}, set())
    assert [line.reason for line in guild.audit_log] == ["quiet", None]


async def test_a_timeout_is_lifted_and_never_longer_than_28_days(
    home: discord.Guild, ann: Member
) -> None:
    member = await home.fetch_member(ann.id)
    await member.timeout(timedelta(hours=1))
    held = ann.is_timed_out
    await member.timeout(None)

    assert (held, ann.is_timed_out) == (True, False)
    with refused(50035):
        await member.timeout(timedelta(days=29))


@pytest.mark.parametrize("who", ["owner", "moderator", "admin"])
async def test_nobody_above_the_bot_is_touched(home: discord.Guild, guild: Guild, who: str) -> None:
    admin = guild.role("Admins", Permission.ADMINISTRATOR, position=1)
    people = {
        "owner": guild.owner,
        "moderator": guild.moderator("mia"),
        "admin": guild.member("ada", admin),
    }
    member = await home.fetch_member(people[who].id)

    with refused(50013):
        await member.timeout(timedelta(hours=1))


@pytest.mark.parametrize(
    ("lacking", "deed"),
    [
        (Permission.KICK_MEMBERS, "kick"),
        (Permission.BAN_MEMBERS, "ban"),
        (Permission.MODERATE_MEMBERS, "timeout"),
        (Permission.MANAGE_ROLES, "role"),
        (Permission.MANAGE_CHANNELS, "channel"),
    ],
)
async def test_each_deed_needs_its_permission(
    home: discord.Guild, guild: Guild, ann: Member, lacking: Permission, deed: str
) -> None:
    guild.bot_role.permissions &= ~lacking
    member, role = await home.fetch_member(ann.id), discord.Object(guild.role("Muted").id)
    deeds: dict[str, Callable[[], Awaitable[object]]] = {
        "kick": member.kick,
        "ban": member.ban,
        "timeout": lambda: member.timeout(timedelta(hours=1)),
        "role": lambda: member.add_roles(role),
        "channel": lambda: home.create_text_channel("logs"),
    }

    with refused(50013):
        await deeds[deed]()


async def test_a_permission_of_one_channel_overrides_the_roles(
    client: Listener, guild: Guild, ann: Member
) -> None:
    general, other = guild.channel("general"), guild.channel("other")
    general.deny(guild.bot_role, Permission.MANAGE_MESSAGES)
    posts = [await channel.post(ann, "hi") for channel in (general, other)]
    with refused(50013):
        await client.http.delete_message(general.id, posts[0].id)
    await client.http.delete_message(other.id, posts[1].id)

    assert [post.deleted for post in posts] == [False, True]


async def test_a_channels_history_is_empty_without_its_permission(
    client: Listener, guild: Guild, ann: Member
) -> None:
    general = guild.channel("general").deny(guild.bot_role, Permission.READ_MESSAGE_HISTORY)
    post = await general.post(ann, "hi")

    assert await client.http.logs_from(general.id, 50) == []
    with refused(50013):
        await client.http.get_message(general.id, post.id)


async def test_a_message_is_deleted_but_once(client: Listener, guild: Guild, ann: Member) -> None:
    post = await guild.channel("general").post(ann, "hi")
    await post.delete()

    with refused(10008):
        await client.http.delete_message(post.channel.id, post.id)


async def test_old_messages_are_not_deleted_in_bulk(
    client: Listener, guild: Guild, world: World, ann: Member
) -> None:
    general = guild.channel("general")
    new = [await general.post(ann, str(n)) for n in range(2)]
    old = await general.post(ann, "old", at=world.now() - timedelta(days=15))
    await client.http.delete_messages(general.id, [m.id for m in new], reason="flood")
    with refused(50034):
        await client.http.delete_messages(general.id, [old.id, old.id + 1])

    assert general.messages == [old]
    assert (guild.audit_log[-1].action, guild.audit_log[-1].reason) == (73, "flood")


async def test_nothing_is_changed_in_a_thread_that_sleeps(
    client: Listener, guild: Guild, ann: Member
) -> None:
    thread = await guild.channel("general").thread("talk", ann)
    post = await thread.post(ann, "hi")
    await thread.archive()
    place = client.get_partial_messageable(thread.id)
    with refused(50083):
        await place.get_partial_message(post.id).delete()
    with refused(50083):
        await place.get_partial_message(post.id).add_reaction("👀")
    await place.send("wake up")

    assert not thread.is_archived
    assert [message.content for message in thread.messages] == ["hi", "wake up"]


async def test_a_locked_thread_needs_its_own_permission(
    client: Listener, guild: Guild, ann: Member
) -> None:
    thread = await guild.channel("general").thread("talk", ann)
    await thread.archive(lock=True)
    guild.bot_role.permissions &= ~Permission.MANAGE_THREADS

    with refused(50083):
        await client.get_partial_messageable(thread.id).send("hello?")


async def test_closed_direct_messages_are_refused(
    client: Listener, guild: Guild, ann: Member
) -> None:
    shy = guild.member("shy", takes_dms=False)
    await (await client.fetch_user(ann.id)).send("a word")
    with refused(50007):
        await (await client.fetch_user(shy.id)).send("a word")

    assert [message.content for message in ann.dms] == ["a word"]
    assert shy.dms == []


async def test_only_ones_own_messages_are_edited(
    client: Listener, guild: Guild, ann: Member
) -> None:
    post = await guild.channel("general").post(ann, "hi")
    place = client.get_partial_messageable(post.channel.id)
    mine = await place.send("one", file=discord.File(io.BytesIO(b"1"), "a.txt"))
    await mine.edit(content="two", attachments=[])
    with refused(50005):
        await place.get_partial_message(post.id).edit(content="mine now")

    assert guild.channel("general").last.content == "two"
    assert guild.channel("general").last.attachments == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"content": "x" * 2001}, 50035),
        ({}, 50006),
        ({"embed": discord.Embed(title="x" * 257)}, 50035),
        ({"content": "x", "nonce": "n" * 26}, 50035),
    ],
)
async def test_what_is_over_a_limit_is_refused(
    client: Listener, guild: Guild, body: dict[str, object], code: int
) -> None:
    place = client.get_partial_messageable(guild.channel("general").id)

    with refused(code):
        await place.send(**body)  # type: ignore[call-overload]


async def test_an_answer_mentions_only_whom_it_may(
    client: Listener, guild: Guild, ann: Member
) -> None:
    await client.get_partial_messageable(guild.channel("general").id).send(
        f"{ann.mention} @everyone", allowed_mentions=discord.AllowedMentions.none()
    )

    assert guild.channel("general").last.mentions.users == []
    assert not guild.channel("general").last.mentions.everyone


async def test_a_wizard_makes_a_channel_only_moderators_see(
    home: discord.Guild, guild: Guild, ann: Member
) -> None:
    mia = guild.moderator("mia")
    overwrites: dict[discord.Role | discord.Member | discord.Object, Any] = {
        home.default_role: discord.PermissionOverwrite(view_channel=False),
        discord.Object(guild.role("Moderators").id, type=discord.Role): (
            discord.PermissionOverwrite(view_channel=True)
        ),
        home.me: discord.PermissionOverwrite(view_channel=True, send_messages=True),
    }
    made = await home.create_text_channel("mod-log", overwrites=overwrites, reason="setup")
    await made.send("hello")
    log = guild.channel("mod-log")

    assert (log.id, log.last.content) == (made.id, "hello")
    assert Permission.VIEW_CHANNEL in mia.permissions(log)
    assert Permission.VIEW_CHANNEL not in ann.permissions(log)


async def test_a_webhook_of_the_bots_posts(client: Listener, guild: Guild) -> None:
    place = client.get_channel(guild.channel("general").id)
    assert isinstance(place, discord.TextChannel)
    hook = await place.create_webhook(name="Repost")
    sent = await hook.send("again", username="ann", wait=True)
    await hook.edit_message(sent.id, content="changed")
    last = guild.channel("general").last

    assert (last.content, last.webhook_name) == ("changed", "ann")
    await hook.delete_message(sent.id)
    assert last.deleted


async def test_the_audit_log_is_read_and_heard(
    world: World, client: Listener, home: discord.Guild, guild: Guild, ann: Member
) -> None:
    post = await guild.channel("general").post(ann, "hi")
    await client.http.delete_message(post.channel.id, post.id, reason="spam")
    (line,) = [line async for line in home.audit_logs(action=discord.AuditLogAction.message_delete)]
    await world.until(lambda: client.of("audit_log_entry_create"))

    assert line.reason == "spam"
    assert line.user == client.user
    assert client.of("audit_log_entry_create")[0].reason == "spam"


async def test_a_card_with_a_file_in_its_gallery_is_drawn_with_a_link(
    client: Listener, guild: Guild
) -> None:
    view = discord.ui.LayoutView()
    gallery = discord.ui.MediaGallery[discord.ui.LayoutView](
        discord.MediaGalleryItem("attachment://SPOILER_a.png", spoiler=True)
    )
    parts = (discord.ui.TextDisplay[discord.ui.LayoutView]("A case"), gallery)
    view.add_item(discord.ui.Container[discord.ui.LayoutView](*parts))
    place = client.get_partial_messageable(guild.channel("general").id)
    file = discord.File(io.BytesIO(b"picture"), "SPOILER_a.png")
    sent = await place.send(view=view, file=file)
    card = guild.channel("general").last
    container = sent.components[0]
    assert isinstance(container, discord.Container)
    shown = container.children[1]
    assert isinstance(shown, discord.MediaGalleryComponent)

    assert card.text == "A case"
    assert card.attachments[0].is_spoiler
    assert await client.http.get_from_cdn(shown.items[0].media.url) == b"picture"


async def test_threads_are_listed_while_they_live_and_after(
    client: Listener, home: discord.Guild, guild: Guild, ann: Member
) -> None:
    general = guild.channel("general")
    await general.thread("alive", ann)
    await (await general.thread("asleep", ann)).archive()
    place = client.get_channel(general.id)
    assert isinstance(place, discord.TextChannel)

    assert [thread.name for thread in await home.active_threads()] == ["alive"]
    assert [thread.name async for thread in place.archived_threads()] == ["asleep"]


async def test_one_of_a_crowd_is_put_out_for_good(client: Listener, world: World) -> None:
    guild = world.guild("Huge", crowd=1000)
    await world.until(lambda: client.get_guild(guild.id))
    one = guild.of_the_crowd(5)
    await client.http.kick(one.id, guild.id)

    assert one.has_left
    assert guild.member_count == 1001
