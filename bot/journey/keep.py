"""What is kept of a post that a person must look at: its words and its pictures.

The pictures are re-encoded from decoded pixels, so no metadata is in them. Of a post under
suspicion of ``csae`` nothing is kept but ids and digests.
"""

import asyncio
from collections.abc import Awaitable, Callable

from analysis.types import Content, Image
from bot.errors import EnvironmentFailed
from bot.log import logger
from bot.model import Evidence, Message, Mode, Record
from bot.review.waiting import waits_for
from bot.storage.evidence import EvidenceStore
from bot.storage.sealed import NewCase, suspects_csae

_log = logger("evidence")


class Keeper:
    """Decides whether a case is due and puts its evidence away."""

    def __init__(self, store: EvidenceStore, encode: Callable[[Image], Awaitable[bytes]]) -> None:
        self._store = store
        self._encode = encode

    async def case(self, message: Message, content: Content, record: Record) -> NewCase | None:
        """The case to open, its pictures already in the store; None where none is due."""
        if not due(record):
            return None
        passages = tuple(passage for passage in content.passages if passage.text != message.text)
        waiting = waits_for(record)
        if suspects_csae(record.assessment):
            return NewCase(message, passages, waiting=waiting).bare()
        kept = await asyncio.gather(*(self._kept(image) for image in _shown(content)))
        return NewCase(message, passages, tuple(kept), waiting=waiting)

    async def _kept(self, image: Image) -> Evidence:
        """One picture. A store that is full or away must not keep the post from being judged."""
        try:
            name = await self._store.put(await self._encode(image))
        except EnvironmentFailed as exc:
            _log.error("evidence.lost", error=str(exc))
            name = ""
        return Evidence(name, image.frame_of, image.width, image.height, image.sha256)


def due(record: Record) -> bool:
    """Whether a person should see it: a live rule matched, or not everything was answered."""
    verdict = record.verdict
    live = any(matched.mode is Mode.LIVE for matched in verdict.matched)
    return live or verdict.needs_review or not record.assessment.complete


def _shown(content: Content) -> list[Image]:
    """Every frame that was looked at, each picture's first ground only."""
    shown: dict[tuple[int, int], Image] = {}
    for image in content.images:
        shown.setdefault((image.frame_of, image.frame), image)
    return list(shown.values())
