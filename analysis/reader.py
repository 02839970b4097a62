"""The protocol every reader keeps: a picture in, passages of text out."""

from typing import Protocol, runtime_checkable

from analysis.types import Image, Passage


class Reader(Protocol):
    """Turns what is written in a picture into passages that detectors can judge."""

    @property
    def name(self) -> str:
        """The registry's name, such as ``ocr``."""
        ...

    async def read(self, image: Image) -> tuple[Passage, ...]:
        """Read one picture. No text is an empty tuple.

        Raises:
            AnalysisError: it could not read; the pipeline makes this a ``Failure``.
        """
        ...


@runtime_checkable
class Versioned(Protocol):
    """A reader that says which version of itself, or of its model, would answer."""

    @property
    def version(self) -> str:
        """Changes whenever the same picture could be read differently."""
        ...


@runtime_checkable
class Bounded(Protocol):
    """A reader whose work runs under limits of its own, such as the sandbox's for every job.

    The pipeline sets it no deadline: that would count the wait for a worker too, and a burst of
    pictures would be given up on for coming together rather than for being hard to read.
    """

    @property
    def bounded(self) -> bool:
        """Whether its own limits hold."""
        ...


@runtime_checkable
class Warmable(Protocol):
    """A reader whose first call would be slow."""

    async def warm(self) -> None:
        """Load what the first call would have to.

        Raises:
            AnalysisError: it could not; the first call will try again.
        """
        ...


def bounded(reader: Reader) -> bool:
    """Whether the reader keeps itself within limits; one that does not say so does not."""
    return isinstance(reader, Bounded) and reader.bounded


def version(reader: Reader) -> str:
    """The reader's version, or empty for one that has none."""
    return reader.version if isinstance(reader, Versioned) else ""
