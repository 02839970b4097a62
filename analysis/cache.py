"""Answers worth keeping for a while, as JSON, in memory or in Redis.

Values are JSON and never pickled: whoever can write to a shared Redis must not be able to run
code here. Losing the cache loses nothing, so trouble with it is a miss.
"""

import json
import logging
from datetime import timedelta

from cashews import Cache as Cashews

log = logging.getLogger(__name__)

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


class Cache:
    """A bounded store of JSON values that expire.

    ``url`` is ``mem://`` or ``redis://host:port/db``. In memory at most ``entries`` values are
    kept, the least recently used leaving first; anywhere, a value of more than ``at_most``
    characters of JSON is not kept at all, so memory stays below their product (64 MiB with the
    defaults, which are chosen by eye; an OCR answer is about 1 KiB).
    """

    def __init__(
        self, url: str = "mem://", *, entries: int = 2048, at_most: int = 32 * 1024
    ) -> None:
        self._at_most = at_most
        self._store = Cashews()
        if url.startswith("mem:"):
            # No sweeper: it would decode every value each second, without a pause for the
            # event loop. Expired values are dropped when asked for, or pushed out.
            self._store.setup(url, size=entries, check_interval=0)
        else:
            self._store.setup(url, pickle_type="json")

    async def get(self, key: str) -> Json:
        """The value, or None where there is none, it expired, or the store cannot be reached."""
        try:
            text = await self._store.get(key)
            return self._parsed(text)
        except Exception as exc:  # noqa: BLE001 - whatever the store's client raises is a miss
            log.warning("cache read failed: %s", type(exc).__name__)
            return None

    @staticmethod
    def _parsed(text: object) -> Json:
        if not isinstance(text, str):
            return None
        value: Json = json.loads(text)
        return value

    async def put(self, key: str, value: Json, keep: timedelta) -> None:
        """Keep the value for so long, unless it is too large. Trouble is logged, not raised."""
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        if len(text) > self._at_most:
            return
        try:
            await self._store.set(key, text, expire=keep.total_seconds())
        except Exception as exc:  # noqa: BLE001 - see get
            log.warning("cache write failed: %s", type(exc).__name__)

    async def close(self) -> None:
        """Let go of the store's connections."""
        await self._store.close()
