"""The protocol every detector keeps; a provider is one, with a client and a bill."""

from enum import StrEnum
from typing import Protocol, runtime_checkable

from analysis.taxonomy import Category
from analysis.types import Content, Findings, Scope


class Needs(StrEnum):
    """What a detector must be given; it is not called for content that has none of it."""

    PASSAGES = "passages"
    IMAGES = "images"
    EITHER = "either"
    BOTH = "both"

    def met_by(self, content: Content) -> bool:
        """Whether this content has what is needed."""
        words, pictures = bool(content.passages), bool(content.images)
        return {
            Needs.PASSAGES: words,
            Needs.IMAGES: pictures,
            Needs.EITHER: words or pictures,
            Needs.BOTH: words and pictures,
        }[self]


class Tier(StrEnum):
    """What an answer costs: microseconds, milliseconds of our own cores, or money."""

    INSTANT = "instant"
    LOCAL = "local"
    REMOTE = "remote"


class Detector(Protocol):
    """Judges passages, images, or both together."""

    @property
    def name(self) -> str:
        """The registry's name, such as ``scam_phrases``."""
        ...

    @property
    def needs(self) -> Needs:
        """What it must be given."""
        ...

    @property
    def tier(self) -> Tier:
        """What it costs."""
        ...

    @property
    def categories(self) -> frozenset[Category]:
        """What it judges when asked; a category no detector names is unasked."""
        ...

    async def detect(self, content: Content, scope: Scope) -> Findings:
        """Judge the content.

        A detector that was called has judged all its ``categories``: one it gives no
        signal for scores 0.

        Raises:
            AnalysisError: it could not judge; the pipeline makes this a ``Failure``.
        """
        ...


class Awaits(StrEnum):
    """Whether a detector is worth calling before the readers have read the pictures."""

    NOTHING = "nothing"
    """Called at once with what the post brought, and, if it judges passages, once more with
    only the passages that readers found. Its two answers are about different words, so nothing
    is counted twice."""
    READERS = "readers"
    """Called once, when the readers are done or the pipeline's patience with them ends: for what
    judges words and picture together, and for what costs money per call."""


@runtime_checkable
class Patient(Protocol):
    """A detector that says itself what it waits for; without this, ``awaits`` decides."""

    @property
    def awaits(self) -> Awaits:
        """What it waits for."""
        ...


def awaits(detector: Detector) -> Awaits:
    """What this detector waits for: what it says, or what its needs and tier suggest."""
    if isinstance(detector, Patient):
        return detector.awaits
    if detector.needs is Needs.IMAGES:
        return Awaits.NOTHING
    if detector.needs is Needs.PASSAGES and detector.tier is not Tier.REMOTE:
        return Awaits.NOTHING
    return Awaits.READERS
