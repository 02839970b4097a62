"""The doctor is told what works of Discord and what to do about the rest, also before start."""

from collections.abc import Sequence
from typing import Any

from adapters.discord import Discord
from bot.chat.signed import Signer
from bot.config.tables import MediaLimits
from bot.model import Ref
from bot.ports import Examined, LinksPosts
from tests.adapters.discord.kit import KEY, Communities, a_discord, settings_for
from tests.emulators.discord import MODERATING, Intent, Permission, World, discord_world
from tests.memory import MemoryBookmarks


def a_platform(world: World, communities: Communities | None = None, **settings: Any) -> Discord:
    return Discord(
        settings_for(world, **settings),
        MediaLimits(),
        communities=communities or Communities(),
        bookmarks=MemoryBookmarks(),
        signer=Signer(KEY),
    )


def unwell(found: Sequence[Examined]) -> str:
    return "\n".join(each.sentence for each in found if not each.well)


async def test_before_start_it_looks_and_connects_to_nothing() -> None:
    async with discord_world() as world:
        world.guild("Home")
        platform = a_platform(world)
        found = await platform.examine()
        await platform.stop()

    assert "Discord knows the token" in found[0].sentence
    assert world.gateway.connections == 0


async def test_the_invitation_is_among_what_is_told() -> None:
    async with discord_world() as world:
        found = await a_platform(world).examine()

    assert any("oauth2/authorize?client_id=" in each.sentence for each in found)


async def test_a_wrong_token_names_the_variable() -> None:
    async with discord_world() as world:
        found = await a_platform(world, token="wrong").examine()

    assert "BIFOCAL_DISCORD__TOKEN" in unwell(found)


async def test_no_token_names_the_variable() -> None:
    async with discord_world() as world:
        found = await a_platform(world, token=None).examine()

    assert "BIFOCAL_DISCORD__TOKEN" in unwell(found)


async def test_content_that_is_kept_from_us_names_the_switch() -> None:
    async with discord_world() as world:
        world.gateway.allowed = Intent.NONE
        found = await a_platform(world).examine()

    assert "Message Content Intent" in unwell(found)


async def test_missing_permissions_are_named_by_server() -> None:
    async with discord_world() as world:
        world.guild("Home", permissions=MODERATING & ~Permission.MODERATE_MEMBERS)
        found = await a_platform(world).examine()

    assert "In Home Bifocal lacks Moderate Members" in unwell(found)


async def test_what_may_be_left_out_is_told_and_is_well() -> None:
    async with discord_world() as world:
        world.guild("Home", permissions=MODERATING & ~Permission.BAN_MEMBERS)
        found = await a_platform(world).examine()

    assert "Ban Members" not in unwell(found)
    assert any("does without Ban Members" in each.sentence for each in found)


async def test_a_server_without_a_channel_for_cards_is_told_how_to_choose_one() -> None:
    async with discord_world() as world:
        world.guild("Home")
        found = await a_platform(world).examine()

    assert "/bifocal setup" in unwell(found)


async def test_a_channel_for_cards_that_is_gone_is_named() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        communities.choose(guild, log_channel="12345")
        found = await a_platform(world, communities).examine()

    assert "no channel 12345" in unwell(found)


async def test_a_channel_where_cards_cannot_be_posted_is_named() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        log = guild.channel("mod-log")
        log.deny(guild.bot_role, Permission.ATTACH_FILES)
        communities.choose(guild, log_channel=str(log.id))
        found = await a_platform(world, communities).examine()

    assert "lacks Attach Files in #mod-log" in unwell(found)


async def test_commands_that_were_not_told_are_noticed() -> None:
    async with discord_world() as world:
        found = await a_platform(world).examine()

    assert "start Bifocal" in unwell(found)


async def test_one_server_alone_can_be_looked_at() -> None:
    async with discord_world() as world:
        home = world.guild("Home")
        world.guild("Elsewhere")
        found = await a_platform(world).examine(str(home.id))

    assert not any("Elsewhere" in each.sentence for each in found)


async def test_while_it_runs_the_same_is_told() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        communities.choose(guild, log_channel=str(guild.channel("mod-log").id))
        async with a_discord(world, communities=communities) as started:
            found = await started.platform.examine(str(guild.id))

    assert unwell(found) == ""


async def test_while_discord_does_not_answer_that_is_told() -> None:
    async with discord_world() as world:
        world.rest.drop("GET", "/users/@me", times=None)
        found = await a_platform(world).examine()

    assert "cannot be reached" in unwell(found)


async def test_a_post_has_an_address_also_before_start() -> None:
    async with discord_world() as world:
        platform = a_platform(world)

    assert isinstance(platform, LinksPosts)
    assert platform.link(Ref("discord", "1", "2", "3")) == "https://discord.com/channels/1/2/3"
