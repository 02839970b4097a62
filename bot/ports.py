"""The seams of the application: what the journey needs from queue, platform and actions.

Each has a conformance suite in ``tests/conformance`` that every registered entry passes.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol, Self

from fastapi import APIRouter

from bot.model import Attachment, Author, Message, Receipt, Ref
from bot.review.card import Card


@dataclass(frozen=True, slots=True)
class Job:
    """The only thing that crosses the queue: small, JSON, versioned; a URL, never a picture."""

    key: str
    """``Message.key``: same ref and revision, same job."""
    body: str = field(repr=False)
    """The message as JSON, written by ``bot.queue.jobs.pack``."""
    attempt: int = 1
    """How often a worker took it, this time included."""
    lane: str = "live"
    """``live`` or ``backlog``; live jobs go first."""


@dataclass(frozen=True, slots=True)
class Done:
    """The job is finished; it will not come again."""


@dataclass(frozen=True, slots=True)
class Later:
    """Bring it again after so many seconds; it costs no attempt."""

    seconds: float
    reason: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Park it: it cannot succeed. It stays visible and can be driven again."""

    reason: str


Answer = Done | Later | Dead
Handler = Callable[[Job], Awaitable[Answer]]


@dataclass(frozen=True, slots=True)
class Parked:
    """A job that was set aside, for a person to look at."""

    job: Job
    """With the attempts it has had."""
    reason: str
    at: datetime


class Intake(Protocol):
    """Takes posts in, durably."""

    async def accept(self, jobs: Sequence[Job]) -> set[str]:
        """Commit the jobs and return the keys that were new. Safe to call twice.

        Raises:
            QueueFull: nothing was kept of the jobs that raise; the others were.
        """
        ...


class Runner(Protocol):
    """Hands jobs to workers until they are settled."""

    async def serve(self, handle: Handler, concurrency: int, stop: asyncio.Event) -> None:
        """Run until ``stop`` is set, then finish what is in flight and return.

        A handler that raises is retried with backoff and parked after three attempts; a job
        that was in flight when the process died is taken again at the next start, and parked
        when it has been taken three times.
        """
        ...

    async def parked(self) -> Sequence[Parked]:
        """Every parked job, newest first."""
        ...

    async def redrive(self, key: str) -> bool:
        """Let a parked job be tried again, its attempts forgotten; False if it is not parked."""
        ...

    async def depth(self) -> int:
        """How many jobs wait or are in flight."""
        ...


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
    card: Card | None = None


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
        """Put a card before the moderators; returns its id. Same nonce, same card."""
        ...

    async def card(self, nonce: str) -> str | None:
        """The id of the card that carries this nonce, if it stands."""
        ...

    async def remove_card(self, card: str) -> None:
        """Take a card of ours away."""
        ...


class Action(Protocol):
    """One thing that can be done about a post, with its own parameters. A value."""

    @property
    def name(self) -> str:
        """The registry's name, such as ``timeout``."""
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


Accept = Callable[[Sequence[Message]], Awaitable[set[str]]]
"""How a platform hands messages over: returns the new keys, after they are durable."""


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

    @property
    def simulate(self) -> bool:
        """Whether actions here are only recorded as what would have been done."""
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

    def routes(self) -> APIRouter | None:
        """Pages and endpoints of the platform's own, to be mounted on the web application."""
        ...

    def ready(self) -> str | None:
        """None when it can work, else what is missing, for ``/readyz``."""
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
