"""What may be done to a message: removed, replied to, reacted to, and looked at."""

from dataclasses import dataclass

from discord import AllowedMentions, MessageFlags
from discord.http import MultipartParameters, handle_message_parameters

from adapters.discord.api import Api, Payload, audit
from adapters.discord.errors import ARCHIVED
from adapters.discord.places import Places
from adapters.discord.reading import Reader
from adapters.discord.revision import revision_of
from adapters.discord.sent import Letter, Sent, mark_of
from bot.errors import Gone, NotPermitted
from bot.model import Message, Ref

LONGEST = 2000
"""Characters of a message (Discord docs, "Create Message")."""
SUPPRESS_EMBEDS = 1 << 2


@dataclass(frozen=True, slots=True)
class Tools:
    """What every part of the client works with."""

    api: Api
    places: Places
    reader: Reader
    sent: Sent


def text_message(text: str, nonce: str = "", reply_to: int | None = None) -> MultipartParameters:
    """A message of words alone, which calls nobody."""
    params = handle_message_parameters(
        content=text[:LONGEST],
        nonce=nonce or None,
        allowed_mentions=AllowedMentions.none(),
        flags=MessageFlags._from_value(SUPPRESS_EMBEDS),  # noqa: SLF001 - the constructor takes no value
    )
    if reply_to is not None and params.payload is not None:
        params.payload["message_reference"] = {"message_id": str(reply_to)}
    return params


class MessageActs:
    """The part of the client that acts on messages."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._api = tools.api
        self._sent = tools.sent

    async def revision(self, ref: Ref) -> str | None:
        """The newest revision of a message; None when it is gone."""
        try:
            payload = await self._tools.reader.payload(ref)
            title = await self._tools.reader.title(ref, payload)
        except Gone:
            return None
        return revision_of(payload, title)

    async def delete(self, ref: Ref, *, reason: str) -> None:
        """Remove a message, with the reason in the audit log; out of an archived thread, too."""
        try:
            await self._delete(ref, reason)
        except NotPermitted as exc:
            if getattr(exc.__cause__, "code", 0) != ARCHIVED:
                raise
            await self._archived(ref, archived=False, reason=reason)
            await self._delete(ref, reason)
            await self._archived(ref, archived=True, reason=reason)

    async def _delete(self, ref: Ref, reason: str) -> None:
        channel, message = _numbers(ref)
        # Message.delete of discord.py takes no reason.
        await self._api.ask(
            lambda http: http.delete_message(channel, message, reason=audit(reason)),
            guild=ref.community_id,
            what=f"delete/{channel}",
        )

    async def _archived(self, ref: Ref, *, archived: bool, reason: str) -> None:
        channel = int(ref.channel_id)
        await self._api.ask(
            lambda http: http.edit_channel(channel, archived=archived, reason=audit(reason)),
            guild=ref.community_id,
            what=f"archive/{channel}",
        )

    async def restore(self, message: Message, *, reason: str) -> str | None:  # noqa: ARG002 - nothing is written
        """Nobody can bring back a message on Discord; say so where it is gone."""
        if await self.revision(message.ref) is not None:
            return None
        return "Discord cannot bring a removed message back."

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        """Reply beneath a message; the same nonce is the same reply."""
        channel, message = _numbers(ref)

        async def send(short: str) -> Payload:
            params = text_message(text, short, reply_to=message)
            return dict(
                await self._api.ask(
                    lambda http: http.send_message(channel, params=params),
                    guild=ref.community_id,
                    what=f"write/{channel}",
                )
            )

        if await self.revision(ref) is None:
            raise Gone("the message was removed")
        return await self._sent.once(nonce, Letter(channel, mark_of(text[:LONGEST]), send))

    async def annotation(self, ref: Ref, nonce: str) -> str | None:  # noqa: ARG002 - the nonce tells
        """The id of the reply that carries this nonce, if it stands."""
        found = await self._sent.standing(nonce)
        return found[1] if found else None

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        """Remove a reply of ours."""
        channel, note = _numbers(ref._replace(message_id=annotation))
        await self._api.ask(lambda http: http.delete_message(channel, note))

    async def react(self, ref: Ref, emoji: str) -> None:
        """Put a reaction of ours on a message."""
        channel, message = _numbers(ref)
        await self._api.ask(
            lambda http: http.add_reaction(channel, message, emoji),
            guild=ref.community_id,
            what=f"react/{channel}",
        )

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        """Whether this reaction of ours stands."""
        payload = await self._tools.reader.payload(ref)
        for each in payload.get("reactions") or ():
            told = each["emoji"]
            named = f"{told['name']}:{told['id']}" if told.get("id") else told["name"]
            if named == emoji and each.get("me"):
                return True
        return False

    async def unreact(self, ref: Ref, emoji: str) -> None:
        """Take a reaction of ours away."""
        channel, message = _numbers(ref)
        await self._api.ask(lambda http: http.remove_own_reaction(channel, message, emoji))


def _numbers(ref: Ref) -> tuple[int, int]:
    """A channel's and a message's id as discord.py takes them."""
    if not (ref.channel_id.isdecimal() and ref.message_id.isdecimal()):
        raise Gone("there is no such message")
    return int(ref.channel_id), int(ref.message_id)
