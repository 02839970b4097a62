"""What actions may do on Slack. What a bot is not given there is refused, and says why."""

from datetime import datetime, timedelta

from adapters.slack import removing
from adapters.slack.allowed import NO_BAN, NO_KICK, NO_ROLES, NO_SPOILER, NO_TIMEOUT
from adapters.slack.cards import Cards
from adapters.slack.emoji import name_of
from adapters.slack.errors import Refused
from adapters.slack.notes import Notes
from adapters.slack.ranks import Ranks
from adapters.slack.reading import read, standing
from adapters.slack.shape import records
from adapters.slack.threads import Threads
from adapters.slack.workspaces import Workspaces
from bot.errors import Gone, NotPermitted
from bot.model import Author, Message, Ref
from bot.review.card import Card


class SlackClient:
    """The ``Client`` of Slack. Every method is safe to repeat."""

    def __init__(
        self, workspaces: Workspaces, ranks: Ranks, threads: Threads, notes: Notes, cards: Cards
    ) -> None:
        self._workspaces = workspaces
        self._ranks = ranks
        self._threads = threads
        self._notes = notes
        self._cards = cards

    async def revision(self, ref: Ref) -> str | None:
        """The newest revision of a message; None when it is gone."""
        try:
            workspace = await self._workspaces.of(ref.community_id)
        except Gone:
            return None
        post = await read(workspace.api, ref.channel_id, ref.message_id)
        return post.revision if post else None

    async def delete(self, ref: Ref, *, reason: str) -> None:  # noqa: ARG002 - Slack keeps no reason
        """Remove a message with its files, by an administrator's token."""
        workspace = await self._workspaces.of(ref.community_id)
        await removing.delete(workspace, self._ranks, ref.channel_id, ref.message_id)

    async def restore(self, message: Message, *, reason: str) -> str | None:  # noqa: ARG002 - the port's shape
        """Refused: what is deleted on Slack is gone."""
        if await self.revision(message.ref) is not None:
            return None
        return "Slack brings no deleted message back."

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        """Reply in the message's thread; the same nonce is the same reply."""
        workspace = await self._workspaces.of(ref.community_id)
        return await self._threads.annotate(workspace, ref, text, nonce)

    async def annotation(self, ref: Ref, nonce: str) -> str | None:
        """The time stamp of the reply that carries this nonce, if it stands."""
        workspace = await self._workspaces.of(ref.community_id)
        return await self._threads.annotation(workspace, ref, nonce)

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        """Remove a reply of ours."""
        workspace = await self._workspaces.of(ref.community_id)
        await workspace.api.call("chat.delete", channel=ref.channel_id, ts=annotation)

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: Slack has no timeouts."""
        raise NotPermitted(NO_TIMEOUT)

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:  # noqa: ARG002 - there are none
        """Never."""
        return None

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        """There is none to lift."""

    async def post_card(self, card: Card, *, nonce: str) -> str:
        """Put a card in the moderators' channel; the same nonce is the same card."""
        return await self._cards.post(card, nonce)

    async def redraw_card(self, card_id: str, card: Card) -> None:
        """Show a card as it is now."""
        await self._cards.redraw(card_id, card)

    async def card(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        return await self._cards.find(nonce)

    async def remove_card(self, card: str) -> None:
        """Take a card of ours away."""
        await self._cards.remove(card)

    async def react(self, ref: Ref, emoji: str) -> None:
        """Put a reaction on a message."""
        await self._reaction("reactions.add", ref, emoji, "already_reacted")

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        """Whether this reaction of ours stands."""
        workspace = await self._workspaces.of(ref.community_id)
        post = await standing(workspace.api, ref.channel_id, ref.message_id)
        return any(
            one.get("name") == name_of(emoji) and workspace.bot_user in (one.get("users") or ())
            for one in records(post.raw.get("reactions"))
        )

    async def unreact(self, ref: Ref, emoji: str) -> None:
        """Take a reaction of ours away."""
        await self._reaction("reactions.remove", ref, emoji, "no_reaction")

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:  # noqa: ARG002 - refused
        """Refused: Slack has no spoilers."""
        raise NotPermitted(NO_SPOILER)

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:  # noqa: ARG002 - there are none
        """Never."""
        return None

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:  # noqa: ARG002 - there are none
        """Nothing is covered."""
        return None

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: only an administrator can, in Slack's own pages."""
        raise NotPermitted(NO_KICK)

    async def is_member(self, ref: Ref, author: Author) -> bool:
        """Whether an account is there and active."""
        workspace = await self._workspaces.of(ref.community_id)
        try:
            return not (await workspace.people.person(author.id)).deleted
        except Gone:
            return False

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused, as a kick is."""
        raise NotPermitted(NO_BAN)

    async def is_banned(self, ref: Ref, author: Author) -> bool:  # noqa: ARG002 - there are no bans
        """Never."""
        return False

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Nobody is banned, so there is nothing to lift."""

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: Slack has no roles to give."""
        raise NotPermitted(NO_ROLES)

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:
        """Whether Slack says they are that: owner, admin or guest."""
        workspace = await self._workspaces.of(ref.community_id)
        return role in (await workspace.people.person(author.id)).roles

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: Slack has no roles to take."""
        raise NotPermitted(NO_ROLES)

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:
        """Write to an author alone; where they take no messages, in the channel for them alone."""
        workspace = await self._workspaces.of(ref.community_id)
        return await self._notes.send(workspace, ref, author, text, nonce)

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:  # noqa: ARG002 - the nonce says it
        """The id of the note that carries this nonce, if it was sent."""
        workspace = await self._workspaces.of(ref.community_id)
        return await self._notes.find(workspace, nonce)

    async def _reaction(self, method: str, ref: Ref, emoji: str, done: str) -> None:
        workspace = await self._workspaces.of(ref.community_id)
        where = {"channel": ref.channel_id, "timestamp": ref.message_id}
        try:
            await workspace.api.call(method, name=name_of(emoji), **where)
        except Refused as exc:
            if exc.word != done:
                raise
