"""Servers are remembered when the bot comes and when it goes, and greeted once."""

from bot.actions.spec import parse
from tests.adapters.discord.kit import Communities, a_discord
from tests.emulators.discord import MODERATING, Permission, discord_world
from tests.memory import MemoryBookmarks


async def test_a_new_server_is_remembered_and_greeted() -> None:
    async with discord_world() as world:
        guild = world.guild("Home", with_bot=False)
        general = guild.channel("general")
        async with a_discord(world, greeted=False, simulate=True) as started:
            await guild.bot_joins()
            await world.until(lambda: general.messages)
            community = started.communities.of("discord", str(guild.id))

    assert (community.name, community.left_at) == ("Home", None)
    assert community.joined_at is not None
    for words in ("pictures and words together", "rehearse", "/bifocal setup", "/privacy"):
        assert words in general.last.content


async def test_where_it_is_live_from_the_start_the_greeting_says_so() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world, greeted=False, simulate=False):
            await world.until(lambda: guild.channel("general").messages)

    assert "I act on what the rules say" in guild.channel("general").last.content


async def test_a_server_is_greeted_once_whatever_happens_to_the_connection() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        communities, bookmarks = Communities(), MemoryBookmarks()
        for _ in range(2):
            async with a_discord(
                world, communities=communities, bookmarks=bookmarks, greeted=False
            ):
                await world.until(lambda: guild.channel("general").messages)
            world.gateway.forget_sessions()

    assert len(guild.channel("general").messages) == 1


async def test_it_greets_where_it_may_write() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        lobby = guild.channel("lobby")
        guild.channel("general").deny(guild.bot_role, Permission.SEND_MESSAGES)
        async with a_discord(world, greeted=False):
            await world.until(lambda: lobby.messages)

    assert guild.channel("general").messages == []


async def test_where_it_may_write_nowhere_it_says_nothing_and_works() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        guild.channel("general").deny(guild.bot_role, Permission.SEND_MESSAGES)
        async with a_discord(world, greeted=False) as started:
            await guild.channel("general").post(guild.member("ann"), "hi")
            await started.taken()

    assert len(guild.channel("general").messages) == 1


async def test_leaving_is_remembered_with_its_time() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            await guild.bot_leaves()
            community = str(guild.id)
            await world.until(lambda: started.communities.of("discord", community).left_at)
            there = started.communities.all("discord")

    assert there == ()


async def test_an_outage_is_no_leaving() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            await guild.go_down()
            await guild.come_back()
            await guild.channel("general").post(guild.member("ann"), "hi")
            await started.taken()

            assert started.communities.of("discord", str(guild.id)).left_at is None


async def test_coming_back_is_a_new_beginning() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            community = str(guild.id)
            await guild.bot_leaves()
            await world.until(lambda: started.communities.of("discord", community).left_at)
            await guild.bot_joins()
            await world.until(lambda: not started.communities.of("discord", community).left_at)


async def test_a_new_name_is_remembered() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        communities.choose(guild, name="Before", joined_at=world.now())
        async with a_discord(world, communities=communities):
            await world.until(lambda: communities.all("discord")[0].name == "Home")

    assert guild.channel("general").messages == []


async def test_half_a_million_members_are_not_kept() -> None:
    async with discord_world() as world:
        guild = world.guild("Huge", crowd=500_000)
        async with a_discord(world) as started:
            await guild.channel("general").post(guild.member("ann"), "hi")
            await started.taken()
            client = started.platform._supervisor.client
            assert client is not None
            kept = [len(each.members) for each in client.guilds]
            asked = list(world.gateway.member_requests)

    assert kept == [1]
    assert asked == []
    assert list(client.cached_messages) == []


async def test_being_removed_while_away_is_noticed_when_a_session_begins() -> None:
    async with discord_world() as world:
        guild, communities, bookmarks = world.guild("Home"), Communities(), MemoryBookmarks()
        async with a_discord(world, communities=communities, bookmarks=bookmarks):
            pass
        world.gateway.forget_sessions()
        await guild.bot_leaves()
        async with a_discord(world, communities=communities, bookmarks=bookmarks):
            await world.until(lambda: communities.of("discord", str(guild.id)).left_at)


async def test_being_removed_while_away_is_noticed_when_a_session_is_resumed() -> None:
    async with discord_world() as world:
        guild, communities, bookmarks = world.guild("Home"), Communities(), MemoryBookmarks()
        async with a_discord(world, communities=communities, bookmarks=bookmarks):
            pass
        await guild.bot_leaves()
        async with a_discord(world, communities=communities, bookmarks=bookmarks):
            await world.until(lambda: communities.of("discord", str(guild.id)).left_at)

        assert len(world.gateway.identifies) == 1


async def test_after_a_resumed_restart_what_is_allowed_is_known() -> None:
    async with discord_world() as world:
        guild = world.guild("Home", permissions=MODERATING & ~Permission.MANAGE_MESSAGES)
        communities, bookmarks = Communities(), MemoryBookmarks()
        async with a_discord(world, communities=communities, bookmarks=bookmarks) as started:
            await guild.channel("general").post(guild.member("ann"), "hi")
            message = (await started.taken())[0]
        async with a_discord(world, communities=communities, bookmarks=bookmarks) as again:
            await world.until(lambda: again.platform.can(parse("delete"), message))

        assert len(world.gateway.identifies) == 1
