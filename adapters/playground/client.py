"""What actions may do in the playground: the same few things as on any platform."""

from collections.abc import Callable
from datetime import datetime, timedelta

from adapters.playground.posts import Post, Removal, RemovedBy
from adapters.playground.room import Room
from bot.errors import Gone, NotPermitted
from bot.model import Author, Message, Ref
from bot.review.card import Card


class RoomClient:
    """The playground's ``Client``. Every method is safe to repeat."""

    def __init__(self, room: Room, now: Callable[[], datetime]) -> None:
        self._room = room
        self._now = now

    async def revision(self, ref: Ref) -> str | None:
        """The newest revision of a message; None when it is gone."""
        try:
            post = await self._post(ref)
        except Gone:
            return None
        return None if post.removal else post.revision

    async def delete(self, ref: Ref, *, reason: str) -> None:
        """Take a message from sight; it can be restored."""
        removal = Removal(RemovedBy.MODERATION, reason, self._now())
        await self._room.change(lambda store: store.posts.remove(ref.message_id, removal))

    async def restore(self, message: Message, *, reason: str) -> str | None:  # noqa: ARG002 - the room keeps no audit log
        """Bring a removed message back; None when done, else why it cannot be."""
        try:
            post = await self._room.change(
                lambda store: store.posts.restore(message.ref.message_id)
            )
        except Gone:
            return "the message is not in the playground any more"
        return "its author removed it" if post.removal else None

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        """Reply beneath a message; the same nonce is the same reply."""
        at = self._now()
        return await self._room.change(
            lambda store: store.posts.annotate(ref.message_id, nonce, text, at)
        )

    async def annotation(self, ref: Ref, nonce: str) -> str | None:
        """The id of the reply that carries this nonce, if it stands."""
        return await self._room.read(lambda store: store.posts.annotation(ref.message_id, nonce))

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        """Remove a reply of ours."""
        await self._room.change(lambda store: store.posts.unannotate(ref.message_id, annotation))

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:  # noqa: ARG002 - one room, one community
        """Keep an author from posting until then; a longer timeout that stands is kept."""
        if author.is_moderator:
            raise NotPermitted("the playground does not time out moderators")
        await self._room.change(lambda store: store.sanctions.time_out(author.id, until, reason))

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:  # noqa: ARG002 - one room, one community
        """When the author's timeout ends; None when there is none."""
        timeout = await self._room.read(lambda store: store.sanctions.timeout(author.id))
        stands = timeout and timeout.until and timeout.until > self._now()
        return timeout.until if timeout and stands else None

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:  # noqa: ARG002 - one room, no audit log
        """Let the author post again."""
        await self._room.change(lambda store: store.sanctions.lift(author.id))

    async def post_card(self, card: Card, *, nonce: str) -> str:
        """Put a card in the moderators' channel; the same nonce is the same card."""
        at = self._now()
        return await self._room.change(lambda store: store.sanctions.post_card(card, nonce, at))

    async def redraw_card(self, card_id: str, card: Card) -> None:
        """Show a card as it is now."""
        await self._room.change(lambda store: store.sanctions.redraw_card(card_id, card))

    async def card(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        return await self._room.read(lambda store: store.sanctions.card(nonce))

    async def remove_card(self, card: str) -> None:
        """Take a card of ours away."""
        await self._room.change(lambda store: store.sanctions.remove_card(card))

    async def react(self, ref: Ref, emoji: str) -> None:
        """Put a reaction on a post."""
        await self._room.change(lambda store: store.marks.react(ref.message_id, emoji))

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        """Whether this reaction of ours stands."""
        return await self._room.read(lambda store: store.marks.reacted(ref.message_id, emoji))

    async def unreact(self, ref: Ref, emoji: str) -> None:
        """Take a reaction of ours away."""
        await self._room.change(lambda store: store.marks.unreact(ref.message_id, emoji))

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:  # noqa: ARG002 - the room keeps no audit log
        """Cover a post's pictures where they stand."""
        post_id = message.ref.message_id
        await self._room.change(lambda store: store.marks.cover(post_id, nonce))
        return post_id

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:
        """The post itself, if it is covered under this nonce."""
        post_id = ref.message_id
        covered = await self._room.read(lambda store: store.marks.covered(post_id, nonce))
        return post_id if covered else None

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:  # noqa: ARG002 - the room keeps no audit log
        """Show the pictures again."""
        post_id = message.ref.message_id
        await self._room.change(lambda store: store.marks.uncover(post_id, nonce))
        return None

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: everybody who opens the page is in the room."""
        raise NotPermitted("nobody can be put out of the playground")

    async def is_member(self, ref: Ref, author: Author) -> bool:  # noqa: ARG002 - one open room
        """Always: everybody who opens the page is in the room."""
        return True

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused, as a kick is."""
        raise NotPermitted("nobody can be put out of the playground")

    async def is_banned(self, ref: Ref, author: Author) -> bool:  # noqa: ARG002 - one open room
        """Never."""
        return False

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Nobody is banned, so there is nothing to lift."""

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: personas are what they are."""
        raise NotPermitted("the playground's personas have no roles to change")

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:  # noqa: ARG002 - roles stand with the author
        """Whether the persona has the role."""
        return role in author.roles

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:  # noqa: ARG002 - refused, whoever it is
        """Refused: personas are what they are."""
        raise NotPermitted("the playground's personas have no roles to change")

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:  # noqa: ARG002 - one room
        """Write a private note, shown to whoever is that person; the same nonce, one note."""
        at = self._now()
        return await self._room.change(lambda store: store.marks.write(author.id, text, nonce, at))

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:  # noqa: ARG002 - one room
        """The id of the note that carries this nonce, if it was written."""
        return await self._room.read(lambda store: store.marks.note(author.id, nonce))

    async def _post(self, ref: Ref) -> Post:
        return await self._room.read(lambda store: store.posts.one(ref.message_id))
