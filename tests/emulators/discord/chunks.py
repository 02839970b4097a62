"""Op 8: members of a guild in chunks of a thousand, a huge guild's made one chunk at a time."""

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.intents import Intent
from tests.emulators.discord.sessions import Session

if TYPE_CHECKING:
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.people import Member
    from tests.emulators.discord.world import World

Json = dict[str, Any]
SIZE = 1000


def chunks(world: "World", session: Session, asked: Json) -> Iterator[Json]:
    """GUILD_MEMBERS_CHUNK payloads for a request, with its nonce."""
    guild = world.guilds.get(int(asked["guild_id"]))
    if guild is None or guild.bot_member is None:
        return
    members, count = _asked_for(guild, session, asked)
    pages = max(1, -(-count // SIZE))
    for index in range(pages):
        said: Json = {
            "guild_id": str(guild.id),
            "members": [m.drawn() for m in itertools.islice(members, SIZE)],
            "chunk_index": index,
            "chunk_count": pages,
            "not_found": [],
        }
        yield said | ({"nonce": asked["nonce"]} if "nonce" in asked else {})


def _asked_for(guild: "Guild", session: Session, asked: Json) -> "tuple[Iterator[Member], int]":
    if "user_ids" in asked:
        wanted = asked["user_ids"] if isinstance(asked["user_ids"], list) else [asked["user_ids"]]
        found = [m for each in wanted if (m := guild.member_of(int(each)))]
        return iter(found), len(found)
    query, limit = asked.get("query", ""), asked["limit"]
    if query or limit:
        named = (m for m in everybody(guild) if m.name.lower().startswith(query.lower()))
        some = list(itertools.islice(named, limit or 100))
        return iter(some), len(some)
    # All members of a guild are told only to one who has the intent for them.
    if Intent.GUILD_MEMBERS not in session.intents:
        return iter([guild.bot]), 1
    return everybody(guild), guild.member_count


def everybody(guild: "Guild") -> "Iterator[Member]":
    """All members: those that are known, then the crowd, each made when reached."""
    yield from guild.members.values()
    if guild.crowd is not None:
        for number in range(guild.crowd.size):
            member = guild.crowd.member(number)
            if member.id not in guild.members and member.id not in guild.gone:
                yield member
