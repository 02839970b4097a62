"""What may be done about an author: timeout, kick, ban, roles, and a note to them alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from discord.http import Route

from adapters.discord.api import Payload, audit
from adapters.discord.errors import UNKNOWN_BAN
from adapters.discord.messages import Tools, text_message
from adapters.discord.sent import Letter, mark_of
from bot.errors import Gone, NotPermitted
from bot.model import Author, Ref

LONGEST_TIMEOUT = timedelta(days=28)
"""Discord docs, "Modify Guild Member", communication_disabled_until."""
LONGEST_PURGE = timedelta(days=7)
"""Discord docs, "Create Guild Ban", delete_message_seconds."""
LONGEST_NOTE = 2000


class MemberActs:
    """The part of the client that acts on members."""

    def __init__(self, tools: Tools, now: Callable[[], datetime]) -> None:
        self._tools = tools
        self._api = tools.api
        self._now = now

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:
        """Keep an author from posting; a longer timeout that stands is kept. 28 days at most."""
        end = min(until, self._now() + LONGEST_TIMEOUT)
        standing = await self.timed_out_until(ref, author)
        if standing is not None and standing >= end:
            return
        await self._edit(ref, author, reason, end.astimezone(UTC).isoformat())

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:
        """When the author's timeout ends; None when there is none."""
        told = (await self._member(ref, author)).get("communication_disabled_until")
        until = datetime.fromisoformat(told).astimezone(UTC) if told else None
        return until if until and until > self._now() else None

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Let the author post again."""
        await self._edit(ref, author, reason, None)

    async def _edit(self, ref: Ref, author: Author, reason: str, until: str | None) -> None:
        guild, user = _numbers(ref, author)
        await self._api.ask(
            lambda http: http.edit_member(
                guild, user, reason=audit(reason), communication_disabled_until=until
            ),
            guild=ref.community_id,
            what=f"timeout/{user}",
        )

    async def _member(self, ref: Ref, author: Author) -> Payload:
        guild, user = _numbers(ref, author)
        return dict(await self._api.ask(lambda http: http.get_member(guild, user)))

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Put an author out; Gone when they left already."""
        guild, user = _numbers(ref, author)
        await self._api.ask(
            lambda http: http.kick(user, guild, reason=audit(reason)),
            guild=ref.community_id,
            what=f"kick/{user}",
        )

    async def is_member(self, ref: Ref, author: Author) -> bool:
        """Whether an author is in the guild."""
        try:
            await self._member(ref, author)
        except Gone:
            return False
        return True

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:
        """Put an author out for good, with what they posted in that time: 7 days at most."""
        guild, user = _numbers(ref, author)
        seconds = int(min(delete_since, LONGEST_PURGE).total_seconds())
        # discord.py puts the seconds into the query; Discord documents them in the body.
        route = Route("PUT", "/guilds/{guild_id}/bans/{user_id}", guild_id=guild, user_id=user)
        await self._api.ask(
            lambda http: http.request(
                route, json={"delete_message_seconds": seconds}, reason=audit(reason)
            ),
            guild=ref.community_id,
            what=f"ban/{user}",
        )

    async def is_banned(self, ref: Ref, author: Author) -> bool:
        """Whether an author is banned."""
        guild, user = _numbers(ref, author)
        try:
            await self._api.ask(lambda http: http.get_ban(user, guild))
        except Gone as exc:
            if getattr(exc.__cause__, "code", UNKNOWN_BAN) != UNKNOWN_BAN:
                raise
            return False
        return True

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Let an author come back; one who is not banned may already."""
        guild, user = _numbers(ref, author)
        try:
            await self._api.ask(
                lambda http: http.unban(user, guild, reason=audit(reason)),
                guild=ref.community_id,
                what=f"ban/{user}",
            )
        except Gone as exc:
            if getattr(exc.__cause__, "code", UNKNOWN_BAN) != UNKNOWN_BAN:
                raise

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Give an author a role, named by its name or its id."""
        guild, user = _numbers(ref, author)
        found = await self._role(ref, role)
        await self._api.ask(
            lambda http: http.add_role(guild, user, found, reason=audit(reason)),
            guild=ref.community_id,
            what=f"role/{found}",
        )

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:
        """Whether an author has a role now."""
        found = await self._role(ref, role)
        return str(found) in (await self._member(ref, author)).get("roles", ())

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Take a role from an author."""
        guild, user = _numbers(ref, author)
        found = await self._role(ref, role)
        await self._api.ask(
            lambda http: http.remove_role(guild, user, found, reason=audit(reason)),
            guild=ref.community_id,
            what=f"role/{found}",
        )

    async def _role(self, ref: Ref, name: str) -> int:
        guild = await self._tools.places.guild(ref.community_id)
        for role in guild.roles:
            if name in {str(role.id), role.name}:
                return role.id
        # One that was made a moment ago is perhaps not heard of yet.
        for told in await self._api.ask(lambda http: http.get_roles(guild.id)):
            if name in {told["id"], told["name"]}:
                return int(told["id"])
        raise NotPermitted(f"there is no role named {name!r} here")

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:
        """Write to an author alone; the same nonce is the same note.

        Raises:
            NotPermitted: they take no messages from us.
        """
        _, user = _numbers(ref, author)
        opened = await self._api.ask(lambda http: http.start_private_message(user))
        channel, words = int(opened["id"]), text[:LONGEST_NOTE]

        async def send(short: str) -> Payload:
            params = text_message(words, short)
            return dict(
                await self._api.ask(
                    lambda http: http.send_message(channel, params=params),
                    what=f"write/{channel}",
                )
            )

        return await self._tools.sent.once(nonce, Letter(channel, mark_of(words), send))

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:  # noqa: ARG002 - the nonce tells
        """The id of the note that carries this nonce, if it was sent."""
        found = await self._tools.sent.standing(nonce)
        return found[1] if found else None


def _numbers(ref: Ref, author: Author) -> tuple[int, int]:
    """A guild's and a user's id as discord.py takes them."""
    if not (ref.community_id.isdecimal() and author.id.isdecimal()):
        raise Gone("there is no such member")
    return int(ref.community_id), int(author.id)
