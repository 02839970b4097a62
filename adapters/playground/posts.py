"""What the room keeps: posts with their uploads and annotations, cards and timeouts."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from adapters.playground.members import Member
from bot.errors import NotPermitted
from bot.review.card import Card

CHANNELS = ("general", "memes", "help", "market")
"""The room's channels; the first is where a post goes that names none."""


class RemovedBy(StrEnum):
    """Who took a post away."""

    AUTHOR = "author"
    MODERATION = "moderation"


@dataclass(frozen=True, slots=True)
class File:
    """A file that is being posted, bytes and all. Its name is shown and never used as a path."""

    name: str
    data: bytes
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was posted; its bytes lie on disk under their digest."""

    sha256: str
    name: str
    media_type: str
    """Sniffed from the bytes; empty for what is no picture we know."""
    size: int
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Annotation:
    """A reply of ours beneath a post."""

    id: str
    text: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Draft:
    """A post before it is stored."""

    id: str
    channel: str
    member: Member
    text: str
    files: tuple[File, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Removal:
    """Why a post is not to be seen any more."""

    by: RemovedBy
    reason: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Post:
    """A post as it stands now."""

    id: str
    channel: str
    member: Member
    text: str
    uploads: tuple[Upload, ...]
    sent_at: datetime
    edited_at: datetime | None
    revision: str
    accepted: bool
    """Whether this revision is known to be in the queue."""
    judged_at: datetime | None
    """When this revision was judged; None while it waits."""
    case_id: str | None
    annotations: tuple[Annotation, ...]
    reactions: tuple[str, ...]
    """Emoji of ours."""
    spoiler: bool
    """Whether its pictures are covered until somebody wants to see them."""
    removal: Removal | None
    timed_out_until: datetime | None
    """Until when its author may not post."""
    seq: int
    """The room's counter at its last change; see ``Change``."""


@dataclass(frozen=True, slots=True)
class PostedCard:
    """A card in the moderators' channel. A removed one is kept to tell those who saw it."""

    id: str
    card: Card
    at: datetime
    removed: bool
    seq: int


@dataclass(frozen=True, slots=True)
class Timeout:
    """Until when an author may not post; None once it was lifted."""

    author_id: str
    until: datetime | None
    reason: str
    seq: int


@dataclass(frozen=True, slots=True)
class Note:
    """Words of ours to one author, which nobody else is shown."""

    id: str
    author_id: str
    text: str
    at: datetime
    seq: int


class TimedOut(NotPermitted):
    """An author tried to post before their timeout ended."""

    def __init__(self, until: datetime, reason: str) -> None:
        super().__init__(f"timed out until {until:%Y-%m-%d %H:%M:%S} UTC")
        self.until = until
        self.reason = reason
