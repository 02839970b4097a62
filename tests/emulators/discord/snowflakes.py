"""Discord's ids: milliseconds since 2015 in the upper bits, a count in the lower 22."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

EPOCH = datetime(2015, 1, 1, tzinfo=UTC)


def made_at(snowflake: int) -> datetime:
    """When the thing of this id was made."""
    return EPOCH + timedelta(milliseconds=snowflake >> 22)


def first_of(when: datetime) -> int:
    """The lowest id that can be made then."""
    return _milliseconds(when) << 22


def stamp(when: datetime) -> str:
    """A time as the API writes it."""
    return when.astimezone(UTC).isoformat()


@dataclass
class Snowflakes:
    """Gives out ids; no two alike, later ones greater."""

    now: Callable[[], datetime]
    _last: int = 0
    _count: int = 0

    def next(self, at: datetime | None = None) -> int:
        """A new id for now, or one that says it was made then."""
        if at is not None:
            self._count += 1
            # Ids of the past keep to themselves, so that those of now stay in order.
            return first_of(at) + (1 << 21) + self._count
        self._last = max(self._last + 1, first_of(self.now()))
        return self._last


def _milliseconds(when: datetime) -> int:
    return int((when - EPOCH) / timedelta(milliseconds=1))
