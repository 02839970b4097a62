"""The values of the application, from the post that arrives to the case a person decides.

All frozen; times are aware and in UTC; ids are opaque strings.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from analysis.types import Assessment, Failure, Passage, Signal

if TYPE_CHECKING:  # an action is applied through a port, and ports speak of the values here
    from bot.ports import Action


class Ref(NamedTuple):
    """Which message: platform, community, channel and message id."""

    platform: str
    community_id: str
    channel_id: str
    message_id: str

    def __str__(self) -> str:
        """``platform:community:channel:message``, each part percent-encoded where it must be."""
        return ":".join(part.replace("%", "%25").replace(":", "%3A") for part in self)

    @classmethod
    def parse(cls, text: str) -> "Ref":
        """Read back what ``str`` wrote.

        Raises:
            ValueError: not four parts.
        """
        platform, community, channel, message = (
            part.replace("%3A", ":").replace("%25", "%") for part in text.split(":")
        )
        return cls(platform, community, channel, message)


class Origin(StrEnum):
    """How an attachment came with its message."""

    UPLOAD = "upload"
    EMBED = "embed"
    FORWARD = "forward"
    STICKER = "sticker"
    LINK = "link"


@dataclass(frozen=True, slots=True)
class Author:
    """Who posted. Never sent to a vendor."""

    id: str
    name: str
    roles: tuple[str, ...] = ()
    is_bot: bool = False
    is_moderator: bool = False
    created_at: datetime | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """Where it was posted; the id stands in the message's ref."""

    name: str = ""
    kind: str = "text"
    nsfw: bool = False
    parent_id: str = ""
    """The channel that a thread or a forum's post hangs in; empty for what is none."""
    parent: str = ""
    """That one's name. A thread's own name is chosen by whoever begins it."""

    @property
    def lasting(self) -> str:
        """The name of the channel that those who run the community named."""
        return self.parent if self.parent_id else self.name


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of a post. What its name and type claim is not believed."""

    url: str
    filename: str = ""
    media_type: str = ""
    size: int | None = None
    """Bytes, as the platform declares."""
    spoiler: bool = False
    origin: Origin = Origin.UPLOAD
    alt: str = ""
    """The description its author gave it for those who cannot see it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A post as an adapter hands it over. All text is already well formed."""

    ref: Ref
    revision: str
    """Opaque and different after every edit that matters; the first may be ``"0"``."""
    author: Author
    channel: Channel
    text: str
    sent_at: datetime
    attachments: tuple[Attachment, ...] = ()
    embeds: tuple[str, ...] = ()
    forwarded: tuple[str, ...] = ()
    mentions: int = 0
    edited: bool = False

    @property
    def key(self) -> str:
        """The name of the job: same ref and revision, same job."""
        return f"{self.ref}@{self.revision}"


@dataclass(frozen=True, slots=True)
class AuthorContext:
    """What was known of the author at the moment of decision."""

    days_old: float | None = None
    """Days since the account was made; None where the platform does not say."""
    days_in_community: float | None = None
    roles: tuple[str, ...] = ()
    is_bot: bool = False
    is_moderator: bool = False
    strikes: int = 0
    labels: tuple[str, ...] = ()
    messages_1m: int = 0
    channels_1m: int = 0


@dataclass(frozen=True, slots=True)
class Seen:
    """How often this post's pictures were seen in the last ten minutes, this post included."""

    image_times_10m: int = 0
    image_channels_10m: int = 0
    image_authors_10m: int = 0


@dataclass(frozen=True, slots=True)
class Context:
    """Everything beside the assessment that a rule may read, frozen at the decision."""

    community_id: str
    channel_id: str
    channel: Channel = Channel()
    author: AuthorContext = AuthorContext()
    seen: Seen = Seen()
    mentions: int = 0


class Mode(StrEnum):
    """How far a rule reaches: it acts, it only says what it would have done, or it is off."""

    LIVE = "live"
    SHADOW = "shadow"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Matched:
    """A rule whose condition held."""

    rule: str
    mode: Mode
    actions: tuple[str, ...]
    """The rule's own actions as the policy writes them, such as ``timeout 1h``."""


@dataclass(frozen=True, slots=True)
class Unanswered:
    """A rule that could not be decided, and what it lacked."""

    rule: str
    reason: str
    asked: bool
    """True where what it lacked had been asked and failed; false where nobody was ever asked."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the policy made of an assessment."""

    matched: tuple[Matched, ...]
    unanswered: tuple[Unanswered, ...]
    actions: "tuple[Action, ...]"
    """The merged actions of all live rules, in the order they are to be carried out."""
    needs_review: bool
    explanation: str
    """One sentence a moderator understands."""
    policy_version: str


class Status(StrEnum):
    """Where an action stands."""

    INTENDED = "intended"
    APPLIED = "applied"
    SIMULATED = "simulated"
    WITHHELD = "withheld"
    FAILED = "failed"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    DROPPED = "dropped"
    """It was withheld, and a person decided that it is not to be done."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What an applied action left behind that undoing it needs, such as an annotation's id."""

    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one action of one judgement."""

    action: str
    """As the policy writes it, such as ``timeout 1h``."""
    status: Status
    at: datetime
    receipt: Receipt | None = None
    detail: str = ""
    """Why it was withheld, failed or is unknown, in words for a moderator."""


class Cause(StrEnum):
    """Why a judgement was made."""

    POSTED = "posted"
    EDITED = "edited"
    LATE_ANSWER = "late_answer"
    BURST = "burst"
    REPORTED = "reported"
    RESCAN = "rescan"


class JudgementKey(NamedTuple):
    """Which judgement: nothing is ever judged twice under the same key."""

    ref: Ref
    revision: str
    round: int = 0
    cause: Cause = Cause.POSTED

    def nonce(self, action: str) -> str:
        """What this action of this judgement carries on the platform, to be found again by."""
        return f"{self.ref}@{self.revision}/{self.round}/{self.cause}/{action}"


@dataclass(frozen=True, slots=True)
class Record:
    """What is remembered of every message: ids, hashes, scores, facts; no text."""

    key: JudgementKey
    author_id: str
    sent_at: datetime
    judged_at: datetime
    assessment: Assessment
    """Facts that carry a passage's text are emptied before it is stored."""
    context: Context
    verdict: Verdict
    outcomes: tuple[Outcome, ...]


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    ESCALATED = "escalated"
    CLOSED = "closed"


class EventKind(StrEnum):
    """What happened to a case."""

    OPENED = "opened"
    JUDGED = "judged"
    CLAIMED = "claimed"
    UPHELD = "upheld"
    OVERTURNED = "overturned"
    ESCALATED = "escalated"
    NOTED = "noted"
    APPEALED = "appealed"
    UNDID = "undid"
    RESOLVED = "resolved"
    """The bot closed it: what could not be analysed was, later, and nothing was found."""
    RELEASED = "released"
    """A person had a withheld action done after all."""
    DROPPED = "dropped"
    """A person decided that a withheld action is not to be done."""
    ORDERED = "ordered"
    """A person had an action done that no rule had asked for, or that had failed."""
    TAUGHT = "taught"
    """Its pictures went into a bank, or came out of one."""


@dataclass(frozen=True, slots=True)
class CaseEvent:
    """One line of a case's history. Append-only."""

    kind: EventKind
    at: datetime
    by: str = ""
    """The moderator's id, or empty for the bot."""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One assessment, verdict and its outcomes, as a case keeps it."""

    key: JudgementKey
    judged_at: datetime
    signals: tuple[Signal, ...]
    scores: Mapping[str, float | None]
    failures: tuple[Failure, ...]
    rules: tuple[str, ...]
    shadow_rules: tuple[str, ...]
    explanation: str
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A picture a case keeps, stored encrypted. ``image`` names it in the evidence store."""

    image: str
    """Key in the evidence store; empty where nothing may be kept (csae)."""
    media: int
    width: int
    height: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Case:
    """What is put before a person: the message with its text, every judgement, every event."""

    id: str
    message: Message
    passages: tuple[Passage, ...]
    """What was read from its pictures, and its own words."""
    evidence: tuple[Evidence, ...]
    judgements: tuple[Judgement, ...]
    state: CaseState
    events: tuple[CaseEvent, ...]
    opened_at: datetime
    version: int
    """Counts changes; a decision made on an older version is refused."""
    waiting: str = ""
    """What it waits for, such as ``gemini:unavailable``, where it is a case only because
    something could not be analysed; empty for every other case."""
