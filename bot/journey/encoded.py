"""Pictures encoded a moment ago: the same pixels posted again, as floods are, cost no second turn.

Encoding a megapixel takes longer than all else between a known picture and its removal (measured,
bench/journey.py). Only a bounded memory is used: the least recently used leave first.
"""

from collections import OrderedDict
from collections.abc import Awaitable, Callable

from analysis.flight import SingleFlight
from analysis.types import Image

MIB = 1 << 20
_Key = tuple[str, int, int]


class Encodings:
    """What an encoder made of pictures, within ``most_bytes``, one a quarter of them at most."""

    def __init__(
        self, encode: Callable[[Image], Awaitable[bytes]], *, most_bytes: int = 8 * MIB
    ) -> None:
        self._encode = encode
        self._most = most_bytes
        self._kept: OrderedDict[_Key, bytes] = OrderedDict()
        self._flights: SingleFlight[_Key, bytes, None] = SingleFlight()
        self.size = 0
        """Bytes that are kept."""

    async def of(self, image: Image) -> bytes:
        """What the encoder makes of these pixels, or made of them a moment ago, or is making.

        Raises:
            Whatever the encoder raises; that is not kept.
        """
        key = (image.sha256, image.width, image.height)
        kept = self._kept.get(key)
        if kept is not None:
            self._kept.move_to_end(key)
            return kept
        return await self._flights.join(key, lambda _: self._made(key, image))

    async def _made(self, key: _Key, image: Image) -> bytes:
        made = await self._encode(image)
        if len(made) <= self._most // 4:
            self._kept[key] = made
            self.size += len(made)
            while self.size > self._most:
                _, dropped = self._kept.popitem(last=False)
                self.size -= len(dropped)
        return made
