"""The pictures of cases: encrypted, named by a keyed digest, in an object store.

The caller hands in pictures that were re-encoded without metadata, and hands in nothing at all
of a post under suspicion of ``csae`` (``bot.storage.sealed.suspects_csae``).
"""

from pathlib import Path
from urllib.parse import urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import LocalStore, MemoryStore, ObjectStore, from_url

from bot.errors import EnvironmentFailed, Misconfigured
from bot.storage.seal import Seal


class NoSuchEvidence(EnvironmentFailed):
    """The picture is not, or no longer, in the store."""


class EvidenceStore:
    """Keeps bytes under names that say nothing of them. Every method is safe to repeat."""

    def __init__(self, store: ObjectStore, seal: Seal, place: str) -> None:
        self._store = store
        self._seal = seal
        self._place = place

    @classmethod
    def open(cls, url: str, seal: Seal) -> "EvidenceStore":
        """Open ``file://directory`` (relative or absolute), ``memory://``, or a cloud's URL.

        Raises:
            Misconfigured: not a URL of an object store.
            EnvironmentFailed: the directory cannot be made.
        """
        try:
            return cls(_store(url), seal, url)
        except (BaseError, OSError) as exc:
            raise EnvironmentFailed(
                f"The evidence store {url} cannot be opened. Check storage.evidence_url and that "
                f"its directory can be written."
            ) from exc
        except ValueError as exc:
            raise Misconfigured(
                f"storage.evidence_url must begin with file://, got {url!r}"
            ) from exc

    async def put(self, image: bytes) -> str:
        """Keep a picture and return its key. The same picture has one key and one place.

        Raises:
            EnvironmentFailed: the store cannot be written; nothing half-written stays.
        """
        key = self._seal.name(image)
        try:
            await obstore.put_async(self._store, _path(key), self._seal.seal(image))
        except (BaseError, OSError) as exc:
            raise self._failed("written") from exc
        return key

    async def get(self, key: str) -> bytes:
        """The picture under a key.

        Raises:
            NoSuchEvidence: nothing is there.
            EnvironmentFailed: it was sealed with another key, is damaged, or cannot be read.
        """
        sealed = await self._sealed(key)
        return self._seal.open(sealed, f"The evidence {key[:12]} in {self._place}")

    async def is_newest(self, key: str) -> bool:
        """Whether the newest key sealed a picture; True where it is gone.

        Raises:
            EnvironmentFailed: it cannot be read.
        """
        try:
            return self._seal.is_newest(await self._sealed(key))
        except NoSuchEvidence:
            return True

    async def _sealed(self, key: str) -> bytes:
        try:
            found = await obstore.get_async(self._store, _path(key))
            return bytes(await found.bytes_async())
        except FileNotFoundError as exc:
            raise NoSuchEvidence(f"The evidence {key[:12]} is not in {self._place}.") from exc
        except (BaseError, OSError) as exc:
            raise self._failed("read") from exc

    async def delete(self, key: str) -> None:
        """Forget a picture; nothing happens where there is none."""
        try:
            await obstore.delete_async(self._store, _path(key))
        except FileNotFoundError:
            return
        except (BaseError, OSError) as exc:
            raise self._failed("written") from exc

    def _failed(self, how: str) -> EnvironmentFailed:
        return EnvironmentFailed(
            f"The evidence store {self._place} cannot be {how}. Check its rights and free space."
        )


def _store(url: str) -> ObjectStore:
    parts = urlsplit(url)
    if parts.scheme == "file":
        # "file://data/evidence" is relative: what a URL calls the host is its first directory.
        return LocalStore(Path(parts.netloc + parts.path), mkdir=True)
    if parts.scheme == "memory":
        return MemoryStore()
    return from_url(url)


def _path(key: str) -> str:
    """Two levels, so that no directory grows to hundreds of thousands of files."""
    return f"{key[:2]}/{key}"
