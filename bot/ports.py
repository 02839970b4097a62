"""The seams of the application: what the journey needs from queue, platform and actions.

Each has a conformance suite in ``tests/conformance`` that every registered entry passes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, Self, runtime_checkable

from bot.house import House
from bot.model import Attachment, Author, Message, Outcome, Receipt, Record, Ref
from bot.review.card import Card

if TYPE_CHECKING:  # heavy, and of no use to the command line
    from fastapi import APIRouter


class Presence(StrEnum):
    """Whether an action's effect stands on the platform."""

    APPLIED = "applied"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Target:
    """What an action is aimed at."""

    message: Message
    nonce: str
    """Derived from the judgement's key: the same action on redelivery carries the same nonce."""
    reason: str
    """Written to the platform's audit log; names the rules, never quotes the post."""
    now: datetime
    house: House | None = None
    """None where nothing of our own may be written, as in a preview."""
    record: Record | None = None
    """The judgement that the action follows from; None where one is taken back."""
    done: tuple[Outcome, ...] = ()
    """What became of the judgement's earlier, harsher actions."""


class Client(Protocol):
    """The few things actions may do on a platform. Every method is safe to repeat.

    Raises (all of them): Gone, NotPermitted, PlatformUnavailable.
    """

    async def revision(self, ref: Ref) -> str | None:
        """The newest revision of a message; None when it is gone."""
        ...

    async def delete(self, ref: Ref, *, reason: str) -> None:
        """Remove a message."""
        ...

    async def restore(self, message: Message, *, reason: str) -> str | None:
        """Bring a removed message back; None when done, else why it cannot be."""
        ...

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        """Reply beneath a message; returns the reply's id. Same nonce, same reply."""
        ...

    async def annotation(self, ref: Ref, nonce: str) -> str | None:
        """The id of the reply that carries this nonce, if it stands."""
        ...

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        """Remove a reply of ours."""
        ...

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:
        """Keep an author from posting in the community until then."""
        ...

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:
        """When the author's timeout ends; None when there is none."""
        ...

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Let the author post again."""
        ...

    async def post_card(self, card: Card, *, nonce: str) -> str:
        """Put a card before its community's moderators; returns its id. Same nonce, same card.

        Raises:
            NotPermitted: no channel was chosen for cards, or we may not post there.
        """
        ...

    async def redraw_card(self, card_id: str, card: Card) -> None:
        """Show a card that stands as it is now. Raises Gone where somebody took it away."""
        ...

    async def card(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        ...

    async def remove_card(self, card: str) -> None:
        """Take a card of ours away."""
        ...

    async def react(self, ref: Ref, emoji: str) -> None:
        """Put a reaction of ours on a message."""
        ...

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        """Whether this reaction of ours stands."""
        ...

    async def unreact(self, ref: Ref, emoji: str) -> None:
        """Take a reaction of ours away."""
        ...

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:
        """Hide a message's pictures until somebody wants to see them; the same nonce, once.

        Where that takes a repost, the original is removed; returns what stands now.
        """
        ...

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:
        """What ``spoiler`` returned under this nonce, if it stands."""
        ...

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:
        """Show the pictures again; None when done, else why that cannot be."""
        ...

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Put an author out of the community; they may come back. Gone when they left already."""
        ...

    async def is_member(self, ref: Ref, author: Author) -> bool:
        """Whether an author is in the community."""
        ...

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:
        """Put an author out for good, and remove what they posted in that time."""
        ...

    async def is_banned(self, ref: Ref, author: Author) -> bool:
        """Whether an author is banned."""
        ...

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        """Let an author come back."""
        ...

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Give an author a role, named as ``Author.roles`` names it."""
        ...

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:
        """Whether an author has a role now."""
        ...

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        """Take a role from an author."""
        ...

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:
        """Write to an author alone; returns the note's id. Same nonce, same note.

        Raises:
            NotPermitted: they take no messages from us.
        """
        ...

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:
        """The id of the note to an author that carries this nonce, if it was sent."""
        ...


class Action(Protocol):
    """One thing that can be done about a post, with its own parameters. A value."""

    @property
    def name(self) -> str:
        """The registry's name, such as ``timeout``."""
        ...

    @property
    def slot(self) -> str:
        """Of one slot a message gets one action: the name, with its object where there is one."""
        ...

    @property
    def harshness(self) -> int:
        """0 touches nothing, 100 bans. The harsher is carried out first."""
        ...

    @property
    def destructive(self) -> bool:
        """Whether it counts against the limits and needs a platform's leave."""
        ...

    def __str__(self) -> str:
        """As the policy writes it, such as ``timeout 1h``; ``actions.parse`` reads it back."""
        ...

    def __or__(self, other: Self) -> Self:
        """The stricter of two actions of the same name."""
        ...

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Do it, once for all its repetitions."""
        ...

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Take it back; None when done, else why it cannot be taken back."""
        ...

    async def probe(self, client: Client, target: Target) -> Presence:
        """Whether an earlier, interrupted ``apply`` took effect."""
        ...


class Accept(Protocol):
    """How a platform hands messages over."""

    async def __call__(self, messages: Sequence[Message], /, *, lane: str = "live") -> set[str]:
        """Commit them; returns the new keys, after they are durable.

        What was missed and is caught up with goes in the ``backlog`` lane, behind live posts.

        Raises:
            QueueFull: it cannot take them now; offer them again.
        """
        ...


@dataclass(frozen=True, slots=True)
class Examined:
    """One thing that was looked at on a platform, for ``doctor``."""

    well: bool
    sentence: str
    """What was found; where it is not well, what to do about it."""


class Platform(Protocol):
    """A place where people post: Discord, Slack, the playground."""

    @property
    def name(self) -> str:
        """The registry's name; ``Ref.platform`` of its messages."""
        ...

    @property
    def client(self) -> Client:
        """What actions act through."""
        ...

    def simulates(self, community_id: str) -> bool:
        """Whether actions there are only recorded as what would have been done."""
        ...

    async def examine(self, community_id: str = "") -> Sequence[Examined]:
        """What of it works, for ``doctor``: in one community, or in all; also before ``start``."""
        ...

    def can(self, action: Action, message: Message) -> str | None:
        """None if the platform allows the action here, else why not."""
        ...

    async def fetch(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        """The bytes of an attachment, at most so many.

        Raises:
            Gone: it is no more.
            UnreadableMedia: larger than allowed, or its host is not allowed.
            PlatformUnavailable: try again later.
        """
        ...

    async def start(self, accept: Accept) -> None:
        """Begin to listen; every post goes to ``accept`` before it is acknowledged."""
        ...

    async def settled(self, message: Message, case_id: str | None) -> None:
        """Called once a message was judged and acted upon, so that a page can show it.

        ``case_id`` is the case it opened or added to, if any. Safe to repeat.
        """
        ...

    async def stop(self) -> None:
        """Stop listening. Nothing new is accepted after this returns."""
        ...

    def routes(self) -> "APIRouter | None":
        """Pages and endpoints of the platform's own, to be mounted on the web application."""
        ...

    def ready(self) -> str | None:
        """None when it can work, else what is missing, for ``/readyz``."""
        ...


@runtime_checkable
class LinksPosts(Protocol):
    """A platform on which a post has an address that a browser opens."""

    def link(self, ref: Ref) -> str:
        """Where a post opens, without asking the platform; empty where that is not known now."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A platform that does not allow everything a policy may ask for."""

    def asks_too_much(self, actions: Iterable[Action], community_id: str = "") -> Sequence[str]:
        """A sentence for each kind of action that cannot be done in a community.

        Without a community, or before ``start``: as far as the settings tell.
        """
        ...


class Erases(Protocol):
    """A platform that keeps posts of its own, and can forget a person."""

    async def erase_author(self, author_id: str) -> int:
        """Erase someone with all they posted, also before ``start``; how many posts that were.

        Raises:
            EnvironmentFailed: what it keeps cannot be opened.
            PlatformUnavailable: it does not answer.
        """
        ...
