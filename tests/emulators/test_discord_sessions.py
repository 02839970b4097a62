"""What a session is told: by its intents, its shard, and when it asks."""

import discord

from tests.emulators.discord import Guild, Intent, Permission, World, discord_world
from tests.emulators.discord_bots import INTENTS, Listener


async def posted(guild: Guild, *texts: str) -> None:
    for text in texts:
        await guild.channel("general").post(guild.member("ann"), text)


async def heard(world: World, client: Listener, *texts: str) -> None:
    await world.until(lambda: client.texts[-len(texts) :] == list(texts))


async def test_without_the_intent_for_content_messages_come_empty() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        intents = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)
        async with world.visited_by(Listener(intents)) as client:
            await guild.channel("general").post(
                guild.member("ann"), "hidden", files=[("a.png", b"1")]
            )
            await posted(guild, f"you {world.bot.mention}")
            await guild.member("ann").user.write("direct")
            await heard(world, client, "", f"you {world.bot.mention}", "direct")

    assert client.of("message")[0].attachments == []


async def test_events_come_only_to_sessions_that_asked_for_them() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            await guild.member("bob").leave()
            await posted(guild, "1")
            await heard(world, client, "1")
            assert client.of("raw_member_remove") == []


async def test_each_shard_hears_of_its_own_guilds() -> None:
    async with discord_world(shards=2) as world:
        first, second = world.guild("A"), world.guild("B")
        while (second.id >> 22) % 2 == (first.id >> 22) % 2:
            second = world.guild(second.name + "B")
        number = (second.id >> 22) % 2
        async with world.visited_by(Listener(shard_id=number, shard_count=2)) as client:
            await posted(first, "elsewhere")
            await posted(second, "here")
            await heard(world, client, "here")

    assert client.texts == ["here"]
    assert world.gateway.identifies[0]["shard"] == [number, 2]


async def test_sharding_is_told_to_those_who_ask() -> None:
    async with discord_world(shards=3) as world:
        world.guild("Home")
        async with world.visited_by(Listener()) as client:
            shards, url, limit = await client.http.get_bot_gateway()

    assert (shards, url) == (3, world.gateway_url)
    assert limit["remaining"] == 999


async def test_a_huge_guild_names_its_members_only_when_asked() -> None:
    async with discord_world() as world:
        guild = world.guild("Huge", crowd=500_000)
        names = [f"crowd-49999{n}" for n in range(10)]
        quiet = Listener(members_too(), chunk_guilds_at_startup=False)
        async with world.visited_by(quiet) as client:
            home = client.get_guild(guild.id)
            assert home is not None
            assert (home.member_count, len(home.members)) == (500_002, 1)
            found = await home.query_members("crowd-49999", limit=5)
            fetched = await home.fetch_member(guild.of_the_crowd(7).id)

    assert [member.name for member in found] == ["crowd-49999", *names[:4]]
    assert fetched.name == "crowd-7"


def members_too() -> discord.Intents:
    intents = discord.Intents()
    intents.value = INTENTS.value
    intents.members = True
    return intents


async def test_all_members_come_in_chunks_of_a_thousand() -> None:
    async with discord_world() as world:
        guild = world.guild("Large", crowd=2_500)
        async with world.visited_by(Listener(members_too())) as client:
            home = client.get_guild(guild.id)
            assert home is not None
            assert len(home.members) == guild.member_count == 2_502

    assert len(world.gateway.member_requests) == 1


async def test_guilds_come_and_go() -> None:
    async with discord_world() as world, world.visited_by(Listener()) as client:
        guild = world.guild("New")
        await world.until(lambda: client.of("guild_join"))
        await guild.go_down()
        await world.until(lambda: client.of("guild_unavailable"))
        await guild.come_back()
        await world.until(lambda: client.of("guild_available"))
        await guild.bot_leaves()
        await world.until(lambda: client.of("guild_remove"))
        await guild.bot_joins()
        await world.until(lambda: len(client.of("guild_join")) == 2)


async def test_members_who_leave_are_missed() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        ann = guild.member("ann")
        async with world.visited_by(Listener(members_too())) as client:
            await ann.leave()
            await world.until(lambda: client.of("raw_member_remove"))

    assert ann.has_left


async def test_a_backlog_is_read_page_by_page_beside_live_posts() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        await general.backlog(10_000, ann)
        async with world.visited_by(Listener()) as client:
            place = client.get_channel(general.id)
            assert isinstance(place, discord.TextChannel)
            read = 0
            async for message in place.history(limit=10_000, oldest_first=True):
                assert message.content == f"message {read}"
                if read % 1000 == 0:
                    await posted(guild, f"live {read}")
                read += 1
            await world.until(lambda: len(client.texts) == 10)

    assert read == 10_000
    assert len(world.requests("GET", "/messages")) == 100


async def test_the_application_shows_which_intents_it_may_use() -> None:
    async with discord_world() as world:
        world.gateway.allowed = Intent.MESSAGE_CONTENT
        async with world.visited_by(Listener()) as client:
            flags = (await client.application_info()).flags

    assert flags.gateway_message_content_limited
    assert not flags.gateway_guild_members_limited


async def test_changed_permissions_reach_the_clients_cache() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Listener()) as client:
            home = client.get_guild(guild.id)
            assert home is not None
            place = home.text_channels[0]
            assert place.permissions_for(home.me).manage_messages
            guild.bot_role.revoke(Permission.MANAGE_MESSAGES)
            guild.channel("general").deny(guild.bot_role, Permission.VIEW_CHANNEL)
            await world.until(lambda: client.of("guild_channel_update"))

            assert not home.me.guild_permissions.manage_messages
            assert not place.permissions_for(home.me).view_channel


async def test_without_the_intent_for_members_all_of_them_is_the_bot_alone() -> None:
    async with discord_world() as world:
        guild = world.guild("Large", crowd=2_500)
        async with world.visited_by(Listener()) as client:
            await client.ws.request_chunks(guild.id, query="", limit=0)
            await world.until(lambda: world.gateway.member_requests)
            (session,) = world.gateway.listening
            last = session.sent[-1][1]

    assert last["t"] == "GUILD_MEMBERS_CHUNK"
    assert [member["user"]["id"] for member in last["d"]["members"]] == [str(world.bot.id)]


async def test_without_approval_messages_are_read_empty_too() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        post = await guild.channel("general").post(guild.member("ann"), "hidden")
        world.gateway.allowed = Intent.NONE
        intents = discord.Intents(guilds=True, guild_messages=True)
        async with world.visited_by(Listener(intents)) as client:
            place = client.get_partial_messageable(post.channel.id)
            read = await place.fetch_message(post.id)

    assert read.content == ""
