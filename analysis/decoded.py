"""Files decoded a moment ago: the same bytes posted again, as floods are, are not decoded again.

Known by the digest of their bytes, which is theirs alone; what was decoded only in part, or not
at all, is tried anew. Only a bounded memory is used: the least recently used leave first.
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from hashlib import sha256

from analysis.flight import SingleFlight
from analysis.media import Decoded, Limits

MIB = 1 << 20
_INLINE = 128 * 1024
"""Bytes hashed on the event loop, a tenth of a millisecond; more goes to a thread."""
_Key = tuple[bytes, Limits]


class Recent:
    """Decoded files within ``most_bytes`` of pixels, one a quarter of them at most."""

    def __init__(self, *, most_bytes: int = 32 * MIB) -> None:
        self._most = most_bytes
        self._kept: OrderedDict[_Key, Decoded] = OrderedDict()
        self._flights: SingleFlight[_Key, Decoded, None] = SingleFlight()
        self.size = 0
        """Bytes of all the pixels that are kept."""

    async def decoded(
        self, data: bytes, limits: Limits, work: Callable[[], Coroutine[object, object, Decoded]]
    ) -> Decoded:
        """What ``work`` makes of these bytes, or made of them a moment ago, or is making.

        Raises:
            Whatever ``work`` raises; that is not kept.
        """
        key = (await _digest(data), limits)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        return await self._flights.join(key, lambda _: self._made(key, work))

    async def _made(
        self, key: _Key, work: Callable[[], Coroutine[object, object, Decoded]]
    ) -> Decoded:
        decoded = await work()
        size = _bytes(decoded)
        if not decoded.unseen and size <= self._most // 4:
            self._kept[key] = decoded
            self.size += size
            while self.size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self.size -= _bytes(dropped)
        return decoded


def _bytes(decoded: Decoded) -> int:
    return sum(len(image.data) for image in decoded.images)


async def _digest(data: bytes) -> bytes:
    if len(data) <= _INLINE:
        return sha256(data).digest()
    return await asyncio.to_thread(lambda: sha256(data).digest())
