"""Who uses a command or a button, and what they may do in their guild at this moment."""

from typing import Any

import discord

from adapters.discord.events import PLATFORM, RULES, granted, names_and_ids
from bot.chat.asker import Asker, Rank
from bot.communities import Communities
from bot.model import Author

_MODERATES = discord.Permissions(manage_messages=True, moderate_members=True)


def asker_of(
    interaction: "discord.Interaction[Any]",
    guild: discord.Guild | None,
    communities: Communities,
) -> Asker:
    """Who asks, as Discord vouches for them in this very interaction.

    ``guild`` is what is known of theirs; None where it is not, which gives nobody more rights.
    """
    user = interaction.user
    community_id = str(interaction.guild_id or "")
    member = user if isinstance(user, discord.Member) else None
    rank = Rank.MEMBER
    if member is not None and community_id:
        moderators = communities.of(PLATFORM, community_id).moderators
        rank = _rank(member, interaction.permissions, guild, moderators)
    return Asker(
        platform=PLATFORM,
        community_id=community_id,
        channel_id=str(interaction.channel_id or ""),
        author=person(user, guild, is_moderator=rank >= Rank.MODERATOR),
        rank=rank,
        parent_id=str(getattr(interaction.channel, "parent_id", None) or ""),
    )


def person(
    user: discord.User | discord.Member, guild: discord.Guild | None, *, is_moderator: bool = False
) -> Author:
    """Somebody as the application knows them."""
    member = user if isinstance(user, discord.Member) else None
    roles = _roles(member) if member else []
    return Author(
        id=str(user.id),
        name=user.display_name,
        roles=names_and_ids(guild, roles) if guild else tuple(str(each) for each in roles),
        is_bot=user.bot,
        is_moderator=is_moderator,
        created_at=user.created_at,
        joined_at=member.joined_at if member else None,
    )


def _rank(
    member: discord.Member,
    here: discord.Permissions,
    guild: discord.Guild | None,
    moderators: tuple[str, ...],
) -> Rank:
    """Administrators and who manages the guild rule it; who keeps order moderates.

    ``here`` is in the channel, where ``manage_messages`` may have been given for this channel
    alone: that counts only where the whole guild gives it.
    """
    roles = _roles(member)
    if guild is not None and member.id == guild.owner_id:
        return Rank.ADMIN
    if here.value & RULES.value:
        return Rank.ADMIN
    if here.moderate_members:
        return Rank.MODERATOR
    if guild is None:
        return Rank.MODERATOR if not set(moderators).isdisjoint(map(str, roles)) else Rank.MEMBER
    chosen = not set(moderators).isdisjoint(names_and_ids(guild, roles))
    everywhere = bool(granted(guild, roles).value & _MODERATES.value)
    return Rank.MODERATOR if chosen or everywhere else Rank.MEMBER


def _roles(member: discord.Member) -> list[int]:
    return [int(each) for each in member._roles]  # noqa: SLF001 - Member.roles leaves out roles that are not cached
