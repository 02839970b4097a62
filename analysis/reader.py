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


def version(reader: Reader) -> str:
    """The reader's version, or empty for one that has none."""
    return reader.version if isinstance(reader, Versioned) else ""
