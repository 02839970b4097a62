"""The values the core speaks in: content in, signals and facts out, one assessment at the end.

Everything here is frozen. Coordinates are a fraction of the picture's width and height,
scores are in [0, 1], indices count from 0, and text is already well formed
(no NUL, no lone surrogates: see ``analysis.text.well_formed``).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol

from analysis.taxonomy import Category


class Modality(StrEnum):
    """What a signal or fact was read from."""

    TEXT = "text"
    IMAGE = "image"
    JOINT = "joint"


class Grounds(StrEnum):
    """Why a detector says so: a written pattern, a known item, or a model's judgement."""

    PATTERN = "pattern"
    KNOWN = "known"
    MODEL = "model"


class Origin(StrEnum):
    """Where a passage of text came from."""

    CAPTION = "caption"
    OCR = "ocr"
    QR = "qr"
    ALT = "alt"
    FILENAME = "filename"
    EMBED = "embed"
    FORWARD = "forward"


class FactKind(StrEnum):
    """What a fact states. The first seven mirror ``Origin``: a passage is a fact too."""

    CAPTION = "caption"
    OCR = "ocr"
    QR = "qr"
    ALT = "alt"
    FILENAME = "filename"
    EMBED = "embed"
    FORWARD = "forward"
    LABEL = "label"
    OBJECT = "object"
    LOGO = "logo"
    FACE = "face"
    SCENE = "scene"
    LANGUAGE = "language"
    SENTIMENT = "sentiment"
    ENTITY = "entity"
    TOPIC = "topic"
    URL = "url"
    DOMAIN = "domain"
    KNOWN_BAD = "known_bad"
    SUSPECTED_BAD = "suspected_bad"
    """As ``known_bad``, but nobody has confirmed the bank's entry yet."""
    KNOWN_GOOD = "known_good"
    UNSUPPORTED = "unsupported"
    EXPLANATION = "explanation"


class FailureKind(StrEnum):
    """Why something could not be analysed. None of them ever means clean."""

    UNAVAILABLE = "unavailable"
    REJECTED = "rejected"
    GARBLED = "garbled"
    TIMEOUT = "timeout"
    UNREADABLE = "unreadable"
    NOT_SUPPORTED = "not_supported"
    GONE = "gone"
    OVER_BUDGET = "over_budget"


class Box(NamedTuple):
    """A rectangle on a picture, each edge a fraction in [0, 1] of its width or height."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of text and where it stood. ``media`` is an index into ``Content.media``."""

    text: str
    origin: Origin
    media: int | None = None
    box: Box | None = None
    score: float = 1.0
    """How sure the reader is of the letters; 1.0 for text that arrived as text."""


@dataclass(frozen=True, slots=True)
class Image:
    """One decoded picture, or one frame of an animation, ready for detectors."""

    data: bytes = field(repr=False)
    """RGB, 8 bits a channel, row by row, ``width * height * 3`` bytes, bounded in size."""
    width: int
    height: int
    sha256: str
    """Hex digest of the frame's pixels at full size, upright, as RGB on the ground it is shown
    on: see ``analysis.pixels.views``. A transparent frame has one image, and so one digest,
    for a dark and one for a light ground."""
    pdq: str
    """64 hex digits; Meta's PDQ hash of the frame."""
    quality: int
    """PDQ's quality, 0 to 100; below 50 the hash says little."""
    frame_of: int
    """Index into ``Content.media``."""
    frame: int = 0
    """Which frame of the file this is, counted from 0."""


@dataclass(frozen=True, slots=True)
class Media:
    """One file of a post, as measured when it was decoded."""

    sha256: str
    """``Image.sha256`` of the first image of this file."""
    pdq: str
    quality: int
    media_type: str
    """Sniffed from the bytes, such as ``image/png``; never taken from the name."""
    width: int
    height: int
    frames: int
    animated: bool


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that was asked and could not be answered. It sends the post to a person."""

    detector: str
    kind: FailureKind
    reason: str
    media: int | None = None


@dataclass(frozen=True, slots=True)
class Content:
    """What is analysed: words and pictures, with no names and no ids."""

    passages: tuple[Passage, ...] = ()
    images: tuple[Image, ...] = ()
    media: tuple[Media | None, ...] = ()
    """One entry per file of the post, in order; None where it could not be decoded."""
    failures: tuple[Failure, ...] = ()
    facts: "tuple[Fact, ...]" = ()
    """What was learnt while it was built, such as files of a kind we do not look into."""


class BankKind(StrEnum):
    """What a bank's pictures are known for."""

    BAD = "bad"
    GOOD = "good"


@dataclass(frozen=True, slots=True)
class BankMatch:
    """A picture of the post stands in a bank, or something that looks like it does."""

    bank: str
    kind: BankKind
    category: Category
    confirmed: bool
    """Whether a second case or an administrator confirmed the entry."""
    exact: bool
    """The decoded pixels are equal."""
    distance: int
    """PDQ distance in bits, 0 to 256."""
    entry: str = ""
    """The entry's id in its bank."""


class Banks(Protocol):
    """The banks one community sees."""

    def match(self, image: Image) -> Sequence[BankMatch]:
        """Every entry that is equal or within PDQ distance 31, nearest first."""
        ...


class NoBanks:
    """The empty view, for an analysis outside any community."""

    def match(self, image: Image) -> Sequence[BankMatch]:  # noqa: ARG002 - the protocol's shape
        """Return nothing: there is no bank."""
        return ()

    def __eq__(self, other: object) -> bool:
        """One empty view is as good as another, so that equal posts are analysed once."""
        return isinstance(other, NoBanks)

    def __hash__(self) -> int:
        """Equal views have equal hashes."""
        return hash(NoBanks)


@dataclass(frozen=True, slots=True)
class Scope:
    """For whom an analysis runs. Never sent to a vendor."""

    purse: str = "nobody"
    """Opaque name of the community whose budget pays."""
    banks: Banks = field(default_factory=NoBanks)
    author: str = ""
    """Opaque name of who posted, so that one cannot use up what is there for all; empty where
    nobody is known. It does not make two equal posts different."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a person can look at to check a signal."""

    quote: str = ""
    """The words as they were written, before any normalisation."""
    origin: Origin | None = None
    media: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One detector's statement about one category."""

    category: Category
    score: float
    modality: Modality
    grounds: Grounds
    source: str
    """``detector@version`` or ``detector/model@version``."""
    evidence: Evidence | None = None

    def __post_init__(self) -> None:
        if not 0.0 <= self.score <= 1.0:
            raise ValueError(f"score must be in [0, 1], got {self.score} from {self.source}")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something seen or read that is not a judgement of harm."""

    kind: FactKind
    value: str
    score: float = 1.0
    modality: Modality = Modality.TEXT
    media: int | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What a vendor says one call used; money is reckoned from it by a dated price table."""

    model: str
    """The model as served, which may differ from the one asked for."""
    calls: int = 1
    input_tokens: int = 0
    output_tokens: int = 0
    """Thinking included, where the vendor bills it as output."""
    images: int = 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What one detector returns."""

    signals: tuple[Signal, ...] = ()
    facts: tuple[Fact, ...] = ()
    failures: tuple[Failure, ...] = ()
    """Parts it could not judge, where it judged others. Raise instead when all failed."""
    cost_usd: float = 0.0
    usage: tuple[Usage, ...] = ()
    asked: frozenset[Category] | None = None
    """Which of the detector's categories anybody was asked about; None: all of them."""
    judged: frozenset[Category] | None = None
    """Which of those were answered; None: all that were asked."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """Everything the core found out about one post."""

    media: tuple[Media | None, ...]
    signals: tuple[Signal, ...]
    facts: tuple[Fact, ...]
    scores: Mapping[Category, float | None]
    """Every category is a key. None: nobody judged it, or who was asked failed."""
    made_by: Mapping[Category, tuple[int, ...]]
    """For each scored category, indices into ``signals`` of what made the score."""
    unasked: tuple[Category, ...]
    """Categories that nobody was asked about: no installed detector judges them, or none of
    those that do was given anything to judge."""
    failures: tuple[Failure, ...] = ()
    cost_usd: float = 0.0
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    """Wall milliseconds by stage and by detector; ``total`` is the whole."""

    @property
    def complete(self) -> bool:
        """Whether everything that was asked was answered."""
        return not self.failures

    @property
    def refused(self) -> bool:
        """Whether a provider would not look: what it was asked is open, whoever found nothing."""
        return any(signal.category is Category.PROVIDER_BLOCK for signal in self.signals)
