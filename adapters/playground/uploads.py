"""Uploads on disk, each under the digest of its bytes, so that no name ever becomes a path."""

import os
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

_SIGNATURES: tuple[tuple[str, Callable[[bytes], bool]], ...] = (
    ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("image/gif", lambda head: head.startswith((b"GIF87a", b"GIF89a"))),
    ("image/webp", lambda head: head.startswith(b"RIFF") and head[8:12] == b"WEBP"),
    ("image/avif", lambda head: head[4:8] == b"ftyp" and head[8:12] in {b"avif", b"avis"}),
    ("image/bmp", lambda head: head.startswith(b"BM") and head[6:10] == b"\0\0\0\0"),
)


def sniff(data: bytes) -> str:
    """The media type the bytes begin like, or an empty string.

    It decides only whether a browser may show the file inline, under headers that let it do
    nothing else; whether the file is sound is the analysis's question.
    """
    head = data[:32]
    return next((name for name, matches in _SIGNATURES if matches(head)), "")


class Uploads:
    """A folder of files named by their SHA-256. Every method blocks."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, digest: str) -> Path:
        """Where the file with this digest lies, whether or not it is there."""
        return self._folder / digest[:2] / digest

    def keep(self, data: bytes) -> str:
        """Write the bytes, durably and all or nothing; returns their digest.

        Raises:
            OSError: the disk does not take them.
        """
        digest = sha256(data).hexdigest()
        path = self.path(digest)
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            self._write(path, data)
        return digest

    def read(self, digest: str, at_most: int) -> bytes | None:
        """At most so many bytes and one more, so that a larger file shows; None if gone."""
        try:
            with self.path(digest).open("rb") as file:
                return file.read(at_most + 1)
        except FileNotFoundError:
            return None

    def drop(self, digest: str) -> None:
        """Remove a file; safe to repeat."""
        self.path(digest).unlink(missing_ok=True)

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        part = path.with_suffix(".part")
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
