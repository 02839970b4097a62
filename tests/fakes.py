"""A platform in memory that behaves like one, and fails when it is told to."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from fastapi import APIRouter

from analysis.errors import UnreadableMedia
from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.house import Authors, Delivery, House, Outbox
from bot.model import Attachment, Author, Message, Ref
from bot.ports import Accept, Action, Client, Examined, Platform
from bot.review.card import Card


class Killed(BaseException):
    """The process died right after an effect: what was done is done, and nobody was told."""


@dataclass
class FakeBooks:
    """Authors and outbox in memory; trouble comes from the client they belong to."""

    strikes: dict[str, tuple[str, datetime]] = field(default_factory=dict)
    """(author id, until), by nonce."""
    labels: dict[str, tuple[str, str, datetime]] = field(default_factory=dict)
    """(author id, label, until), by nonce."""
    deliveries: dict[str, Delivery] = field(default_factory=dict)
    webhooks: frozenset[str] = field(default=frozenset({"ops"}), compare=False)
    client: "FakeClient | None" = field(default=None, compare=False, repr=False)

    async def strike(
        self, ref: Ref, author: Author, until: datetime, *, nonce: str, reason: str
    ) -> None:
        self._enter("strike")
        self.strikes.setdefault(nonce, (author.id, until))
        self._leave("strike")

    async def struck(self, nonce: str) -> bool:
        self._enter("struck")
        return nonce in self.strikes

    async def refund(self, nonce: str, *, reason: str) -> None:
        self._enter("refund")
        self.strikes.pop(nonce, None)

    async def label(
        self, ref: Ref, author: Author, label: str, until: datetime, *, nonce: str, reason: str
    ) -> None:
        self._enter("label")
        self.labels.setdefault(nonce, (author.id, label, until))
        self._leave("label")

    async def labelled(self, nonce: str) -> bool:
        self._enter("labelled")
        return nonce in self.labels

    async def unlabel(self, nonce: str, *, reason: str) -> None:
        self._enter("unlabel")
        self.labels.pop(nonce, None)

    async def put(self, delivery: Delivery) -> None:
        self._enter("put")
        if delivery.webhook not in self.webhooks:
            raise NotPermitted(f"there is no webhook {delivery.webhook}")
        self.deliveries.setdefault(delivery.nonce, delivery)
        self._leave("put")

    async def holds(self, nonce: str) -> bool:
        self._enter("holds")
        return nonce in self.deliveries

    def _enter(self, method: str) -> None:
        if self.client is not None:
            self.client._enter(method)

    def _leave(self, method: str) -> None:
        if self.client is not None:
            self.client._leave(method)


@dataclass
class FakeClient:
    """A community's state, and the few things that may be done to it.

    Two are equal when they would look alike on the platform, so that a test can say
    ``client == FakeClient()`` for "nothing was touched". Failures queued with ``fail`` are
    raised one by one by the calls that follow, before they do anything; ``die_after`` raises
    ``Killed`` once, after the effect of the named method.
    """

    messages: dict[Ref, Message] = field(default_factory=dict)
    annotations: dict[str, tuple[Ref, str]] = field(default_factory=dict)
    timeouts: dict[tuple[str, str], datetime] = field(default_factory=dict)
    """When each author's timeout ends, by (community, author id)."""
    cards: dict[str, Card] = field(default_factory=dict)
    reactions: set[tuple[Ref, str]] = field(default_factory=set)
    spoilers: dict[str, Ref] = field(default_factory=dict)
    """What is covered, by nonce."""
    absent: set[str] = field(default_factory=set)
    """Authors that are no members."""
    bans: dict[str, timedelta] = field(default_factory=dict)
    roles: set[tuple[str, str]] = field(default_factory=set)
    """Roles of authors, as (author id, role)."""
    dms: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Notes to authors, (author id, text), by nonce."""
    books: FakeBooks = field(default_factory=FakeBooks)
    """Our own, kept here so that one comparison sees everything that an action may touch."""
    can_restore: bool = field(default=True, compare=False)
    now: datetime | None = field(default=None, compare=False)
    """With a time, timeouts that ended before it are no longer seen."""
    die_after: str = field(default="", compare=False)
    failures: deque[Exception] = field(default_factory=deque, compare=False)
    breaks: dict[str, Exception] = field(default_factory=dict, compare=False)
    """What a method always fails with, by its name."""
    calls: list[str] = field(default_factory=list, compare=False)
    """Every method called, in order; for counting, not for retelling the code."""
    _by_nonce: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def holding(cls, *messages: Message) -> "FakeClient":
        """A community in which these messages stand."""
        return cls(messages={message.ref: message for message in messages})

    def fail(self, *failures: Exception) -> None:
        """Let the next calls fail with these, one each."""
        self.failures.extend(failures)

    def unavailable(self, times: int = 1) -> None:
        """Let the next calls fail as an outage does."""
        self.fail(*(PlatformUnavailable("503") for _ in range(times)))

    def forbidden(self, times: int = 1) -> None:
        """Let the next calls fail for want of permission."""
        self.fail(*(NotPermitted("missing permission") for _ in range(times)))

    async def revision(self, ref: Ref) -> str | None:
        self._enter("revision")
        message = self.messages.get(ref)
        return message.revision if message else None

    async def delete(self, ref: Ref, *, reason: str) -> None:
        self._enter("delete")
        self._standing(ref)
        del self.messages[ref]
        self._leave("delete")

    async def restore(self, message: Message, *, reason: str) -> str | None:
        self._enter("restore")
        if not self.can_restore:
            return "This platform cannot bring a removed post back."
        self.messages[message.ref] = message
        self._leave("restore")
        return None

    async def annotate(self, ref: Ref, text: str, *, nonce: str) -> str:
        self._enter("annotate")
        if (known := self._by_nonce.get(nonce)) in self.annotations:
            return known
        self._standing(ref)
        reply = self._by_nonce[nonce] = f"reply-{len(self._by_nonce) + 1}"
        self.annotations[reply] = (ref, text)
        self._leave("annotate")
        return reply

    async def annotation(self, ref: Ref, nonce: str) -> str | None:
        self._enter("annotation")
        reply = self._by_nonce.get(nonce)
        return reply if reply in self.annotations else None

    async def unannotate(self, ref: Ref, annotation: str) -> None:
        self._enter("unannotate")
        if self.annotations.pop(annotation, None) is None:
            raise Gone("no such reply")
        self._leave("unannotate")

    async def time_out(self, ref: Ref, author: Author, until: datetime, *, reason: str) -> None:
        self._enter("time_out")
        self.timeouts[ref.community_id, author.id] = until
        self._leave("time_out")

    async def timed_out_until(self, ref: Ref, author: Author) -> datetime | None:
        self._enter("timed_out_until")
        until = self.timeouts.get((ref.community_id, author.id))
        ended = until is not None and self.now is not None and until <= self.now
        return None if ended else until

    async def lift_timeout(self, ref: Ref, author: Author, *, reason: str) -> None:
        self._enter("lift_timeout")
        self.timeouts.pop((ref.community_id, author.id), None)
        self._leave("lift_timeout")

    async def post_card(self, card: Card, *, nonce: str) -> str:
        self._enter("post_card")
        if (known := self._by_nonce.get(f"card {nonce}")) in self.cards:
            return known
        posted = self._by_nonce[f"card {nonce}"] = f"card-{len(self._by_nonce) + 1}"
        self.cards[posted] = card
        self._leave("post_card")
        return posted

    async def redraw_card(self, card_id: str, card: Card) -> None:
        self._enter("redraw_card")
        if card_id not in self.cards:
            raise Gone("no such card")
        self.cards[card_id] = card
        self._leave("redraw_card")

    async def card(self, nonce: str) -> str | None:
        self._enter("card")
        posted = self._by_nonce.get(f"card {nonce}")
        return posted if posted in self.cards else None

    async def remove_card(self, card: str) -> None:
        self._enter("remove_card")
        if self.cards.pop(card, None) is None:
            raise Gone("no such card")
        self._leave("remove_card")

    async def react(self, ref: Ref, emoji: str) -> None:
        self._enter("react")
        self._standing(ref)
        self.reactions.add((ref, emoji))
        self._leave("react")

    async def reacted(self, ref: Ref, emoji: str) -> bool:
        self._enter("reacted")
        return (ref, emoji) in self.reactions

    async def unreact(self, ref: Ref, emoji: str) -> None:
        self._enter("unreact")
        self._standing(ref)
        self.reactions.discard((ref, emoji))

    async def spoiler(self, message: Message, *, nonce: str, reason: str) -> str:
        self._enter("spoiler")
        self._standing(message.ref)
        self.spoilers[nonce] = message.ref
        self._leave("spoiler")
        return message.ref.message_id

    async def spoilered(self, ref: Ref, nonce: str) -> str | None:
        self._enter("spoilered")
        return ref.message_id if self.spoilers.get(nonce) == ref else None

    async def unspoiler(self, message: Message, nonce: str, *, reason: str) -> str | None:
        self._enter("unspoiler")
        self.spoilers.pop(nonce, None)
        return None

    async def kick(self, ref: Ref, author: Author, *, reason: str) -> None:
        self._enter("kick")
        if author.id in self.absent:
            raise Gone("no such member")
        self.absent.add(author.id)
        self._leave("kick")

    async def is_member(self, ref: Ref, author: Author) -> bool:
        self._enter("is_member")
        return author.id not in self.absent

    async def ban(self, ref: Ref, author: Author, *, delete_since: timedelta, reason: str) -> None:
        self._enter("ban")
        self.bans[author.id] = delete_since
        self._leave("ban")

    async def is_banned(self, ref: Ref, author: Author) -> bool:
        self._enter("is_banned")
        return author.id in self.bans

    async def unban(self, ref: Ref, author: Author, *, reason: str) -> None:
        self._enter("unban")
        if self.bans.pop(author.id, None) is None:
            raise Gone("no such ban")

    async def add_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        self._enter("add_role")
        self.roles.add((author.id, role))
        self._leave("add_role")

    async def has_role(self, ref: Ref, author: Author, role: str) -> bool:
        self._enter("has_role")
        return (author.id, role) in self.roles

    async def remove_role(self, ref: Ref, author: Author, role: str, *, reason: str) -> None:
        self._enter("remove_role")
        self.roles.discard((author.id, role))
        self._leave("remove_role")

    async def send_dm(self, ref: Ref, author: Author, text: str, *, nonce: str) -> str:
        self._enter("send_dm")
        self.dms.setdefault(nonce, (author.id, text))
        self._leave("send_dm")
        return f"dm {nonce}"

    async def dm(self, ref: Ref, author: Author, nonce: str) -> str | None:
        self._enter("dm")
        return f"dm {nonce}" if nonce in self.dms else None

    def house(self) -> House:
        """Our own books, which fail and die as this client does."""
        self.books.client = self
        return House(self.books, self.books)

    def _enter(self, method: str) -> None:
        self.calls.append(method)
        if method in self.breaks:
            raise self.breaks[method]
        if self.failures:
            raise self.failures.popleft()

    def _leave(self, method: str) -> None:
        if self.die_after == method:
            self.die_after = ""
            raise Killed(method)

    def _standing(self, ref: Ref) -> None:
        if ref not in self.messages:
            raise Gone("no such message")


@dataclass
class FakePlatform:
    """A platform whose posts are handed over by the test with ``post``."""

    name: str = "fake"
    client: FakeClient = field(default_factory=FakeClient)
    simulate: bool = False
    files: dict[str, bytes | Exception] = field(default_factory=dict)
    """What each attachment's URL serves: its bytes, or what goes wrong."""
    forbids: dict[str, str] = field(default_factory=dict)
    """Why the platform does not allow an action, by the action's name."""
    missing: str | None = None
    """What ``ready`` complains of."""
    done: list[Message] = field(default_factory=list)
    """Every message told to be settled, in order."""
    accept: Accept | None = None

    def simulates(self, community_id: str) -> bool:
        return self.simulate

    async def examine(self, community_id: str = "") -> Sequence[Examined]:
        return () if self.missing is None else (Examined(well=False, sentence=self.missing),)

    def can(self, action: Action, message: Message) -> str | None:
        return self.forbids.get(action.name)

    def asks_too_much(self, actions: Iterable[Action], community_id: str = "") -> tuple[str, ...]:
        names = dict.fromkeys(action.name for action in actions if action.name in self.forbids)
        return tuple(f"{name}: {self.forbids[name]}" for name in names)

    async def fetch(self, attachment: Attachment, message: Message, at_most: int) -> bytes:
        served = self.files.get(attachment.url)
        if served is None:
            raise Gone("no such file")
        if isinstance(served, Exception):
            raise served
        if len(served) > at_most:
            raise UnreadableMedia(f"larger than {at_most} bytes")
        return served

    async def start(self, accept: Accept) -> None:
        self.accept = accept

    async def post(self, *messages: Message) -> set[str]:
        """Let these be posted: they stand on the platform and are handed over."""
        if self.accept is None:
            raise RuntimeError("the platform was not started, or was stopped")
        self._stand(messages)
        return await self.accept(messages)

    def _stand(self, messages: Iterable[Message]) -> None:
        for message in messages:
            self.client.messages[message.ref] = message

    async def settled(self, message: Message, case_id: str | None) -> None:
        self.done.append(message)

    async def stop(self) -> None:
        self.accept = None

    def routes(self) -> APIRouter | None:
        return None

    def ready(self) -> str | None:
        return self.missing


def _as_ports(
    client: FakeClient, platform: FakePlatform, books: FakeBooks
) -> tuple[Client, Platform, Authors, Outbox]:
    """Checked by mypy: the fakes keep the protocols."""
    return client, platform, books, books
