"""What is missing is found at start and in each channel, told once in an hour, and not hammered."""

import asyncio
from dataclasses import replace

import pytest

from adapters.discord.breaker import AT_MOST, Breaker
from adapters.discord.permissions import NEEDED, invite, needed
from bot.actions.spec import parse
from bot.errors import NotPermitted, PlatformUnavailable
from bot.model import Message
from tests.adapters.discord.kit import Communities, Started, a_discord
from tests.emulators.discord import MODERATING, Guild, Permission, World, discord_world

P = Permission


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


async def why_not(guild: Guild, action: str) -> str | None:
    """Why an action cannot be done upon ann's post, as the platform knows it."""
    ann = guild.member("ann")
    async with a_discord(guild.world) as started:
        return started.platform.can(parse(action), await by(started, guild, ann.name))


async def by(started: Started, guild: Guild, name: str) -> Message:
    await guild.channel("general").post(guild.members[guild.world.user(name).id], "hi")
    return (await started.taken())[-1]


@pytest.mark.parametrize(
    "action", ["delete", "timeout 1h", "kick", "ban", "role add X", "annotate 'x'", "react 👀"]
)
async def test_what_is_allowed_is_not_withheld(action: str) -> None:
    async with discord_world() as world:
        assert await why_not(world.guild("Home"), action) is None


@pytest.mark.parametrize(
    ("action", "missing", "named"),
    [
        ("delete", P.MANAGE_MESSAGES, "Manage Messages"),
        ("spoiler", P.MANAGE_MESSAGES, "Manage Messages"),
        ("timeout 1h", P.MODERATE_MEMBERS, "Moderate Members"),
        ("kick", P.KICK_MEMBERS, "Kick Members"),
        ("ban", P.BAN_MEMBERS, "Ban Members"),
        ("role add X", P.MANAGE_ROLES, "Manage Roles"),
    ],
)
async def test_what_is_missing_in_the_server_is_named(
    action: str, missing: Permission, named: str
) -> None:
    async with discord_world() as world:
        guild = world.guild("Home", permissions=MODERATING & ~missing)

        assert await why_not(guild, action) == f"Bifocal lacks {named} here"


async def test_what_is_missing_in_one_channel_is_named_there() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        guild.channel("general").deny(guild.bot_role, P.MANAGE_MESSAGES)

        assert await why_not(guild, "delete") == "Bifocal lacks Manage Messages here"


async def test_nobody_acts_upon_the_owner() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.owner.name)

            assert "owner" in (started.platform.can(parse("kick"), message) or "")


async def test_nobody_acts_upon_an_administrator() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        guild.member("ada", guild.role("Admins", P.ADMINISTRATOR, position=5))
        async with a_discord(world) as started:
            message = await by(started, guild, "ada")

            assert "administrator" in (started.platform.can(parse("timeout 1h"), message) or "")


async def test_nobody_acts_upon_who_stands_above() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        guild.member("vip", guild.role("Above", position=60))
        async with a_discord(world) as started:
            message = await by(started, guild, "vip")

            assert "move Bifocal's role up" in (started.platform.can(parse("ban"), message) or "")
            assert started.platform.can(parse("delete"), message) is None


async def test_a_post_in_a_thread_that_sleeps_and_is_locked_is_refused_in_words() -> None:
    async with discord_world() as world:
        guild = world.guild("Home", permissions=MODERATING & ~P.MANAGE_THREADS)
        ann = guild.member("ann")
        async with a_discord(world) as started:
            thread = await guild.channel("general").thread("talk", ann)
            await thread.post(ann, "hi")
            message = (await started.taken())[-1]
            await thread.archive(lock=True)

            with pytest.raises(NotPermitted, match="give its role the permission"):
                await started.platform.client.delete(message.ref, reason="r")


def reports(guild: Guild) -> list[str]:
    return [card.text for card in guild.channel("mod-log").messages]


def a_home(world: World, permissions: Permission) -> tuple[Guild, Communities]:
    guild, communities = world.guild("Home", permissions=permissions), Communities()
    communities.choose(
        guild,
        name="Home",
        log_channel=str(guild.channel("mod-log").id),
        joined_at=world.now(),
    )
    return guild, communities


async def test_what_is_missing_at_start_is_told_to_moderators_once() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world, MODERATING & ~P.MODERATE_MEMBERS)
        for _ in range(2):
            async with a_discord(world, communities=communities):
                await world.until(lambda: reports(guild))

    assert len(reports(guild)) == 1
    assert "Moderate Members" in reports(guild)[0]


async def test_a_channel_in_which_something_is_missing_is_named() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world, MODERATING)
        guild.channel("pictures").deny(guild.bot_role, P.MANAGE_MESSAGES)
        async with a_discord(world, communities=communities):
            await world.until(lambda: reports(guild))

    assert "pictures" in reports(guild)[0]


async def test_a_channel_that_is_hidden_from_members_is_nobodys_mistake() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world, MODERATING)
        guild.channel("staff").deny(guild.everyone, P.VIEW_CHANNEL)
        async with a_discord(world, communities=communities) as started:
            await by(started, guild, guild.member("ann").name)

    assert reports(guild) == []


async def test_a_refusal_is_told_once_an_hour_and_asked_for_no_more_for_a_while() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world, MODERATING)
        clock = Clock()
        async with a_discord(world, communities=communities, clock=clock) as started:
            message = await by(started, guild, guild.member("ann").name)
            guild.channel("general").overwrites.clear()
            world.rest.fail("DELETE", "/channels/*/messages/*", 403, code=50013, times=None)
            for _ in range(200):
                with pytest.raises(NotPermitted):
                    await started.platform.client.delete(message.ref, reason="r")
            asked = len(world.requests("DELETE", "/messages/"))
            await world.until(lambda: reports(guild))
            clock.now += 301
            with pytest.raises(NotPermitted):
                await started.platform.client.delete(message.ref, reason="r")
            again = len(world.requests("DELETE", "/messages/"))

    assert (asked, again) == (1, 2)
    assert len(reports(guild)) == 1


async def test_far_below_discords_ban_nothing_is_asked_any_more() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            world.rest.fail("GET", "/channels/*/messages/*", 403, code=0, times=None)
            for n in range(AT_MOST + 200):
                ref = message.ref._replace(message_id=str(n + 1))
                with pytest.raises((NotPermitted, PlatformUnavailable)):
                    await started.platform.client.revision(ref)

    assert len([each for each in world.received if each.status == 403]) == AT_MOST


async def test_after_ten_minutes_it_asks_again() -> None:
    clock = Clock()
    breaker = Breaker(clock)
    for _ in range(AT_MOST):
        breaker._refused.append(clock())
    with pytest.raises(PlatformUnavailable):
        breaker.check()

    clock.now += 601

    breaker.check()


def test_a_change_of_roles_gives_a_guild_another_try() -> None:
    breaker = Breaker(Clock())
    breaker.deny("1/delete/2", "no")
    breaker.forget("1")

    breaker.check("1/delete/2")


async def test_shared_limits_count_against_nobody() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            world.rest.limit("GET", "/channels/*/messages/*", scope="shared")
            await started.platform.client.revision(message.ref)

            assert started.platform._breaker.refused == 0


async def test_a_rate_limit_is_waited_for_as_told() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            world.rest.limit("DELETE", "/channels/*/messages/*", retry_after=0.2)
            began = asyncio.get_running_loop().time()
            await started.platform.client.delete(message.ref, reason="r")
            took = asyncio.get_running_loop().time() - began

    assert took >= 0.2
    assert guild.channel("general").messages == []


async def test_a_rate_limit_of_hours_is_not_slept_through() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            world.rest.limit("DELETE", "/channels/*/messages/*", retry_after=1e9)
            with pytest.raises(PlatformUnavailable) as error:
                await started.platform.client.delete(message.ref, reason="r")

    assert error.value.retry_after == 1e9


async def test_an_address_that_is_turned_away_is_unavailable() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            world.rest.limit("DELETE", "/channels/*/messages/*", via=False)

            with pytest.raises(PlatformUnavailable, match="turns this address away"):
                await started.platform.client.delete(message.ref, reason="r")


def test_the_invitation_asks_for_exactly_what_is_needed() -> None:
    link = invite(123)

    assert f"permissions={needed().value}" in link
    assert "client_id=123" in link
    assert "scope=bot+applications.commands" in link
    assert sum(value for _, value in needed()) == len(NEEDED)


async def test_everything_asked_for_is_enough_to_be_well() -> None:
    async with discord_world() as world:
        guild = world.guild("Home", permissions=Permission(needed().value))
        communities = Communities()
        communities.choose(guild, log_channel=str(guild.channel("mod-log").id))
        async with a_discord(world, communities=communities) as started:
            found = await started.platform.examine()

    assert [each.sentence for each in found if not each.well] == []


async def test_a_simulated_community_is_one_that_is_not_live() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        guild_id = str(guild.id)
        async with a_discord(world, communities=communities, simulate=True) as started:
            told = [started.platform.simulates(guild_id)]
            for live in (True, False):
                communities.choose(guild, live=live)
                told.append(started.platform.simulates(guild_id))

    assert told == [True, False, True]


async def test_a_message_of_a_server_nobody_knows_is_not_withheld_for_that() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            message = await by(started, guild, guild.member("ann").name)
            elsewhere = replace(message, ref=message.ref._replace(community_id="1"))

            assert started.platform.can(parse("delete"), elsewhere) is None
