"""What one community's day came to: the numbers of a digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import func, select

from bot.model import CaseState, Status
from bot.storage.activity import activity
from bot.storage.card_rows import Place, at
from bot.storage.database import Database
from bot.storage.tables import cases, messages

_QUIET = frozenset({"flag", "log"})
"""Actions that touch nothing."""


@dataclass(frozen=True, slots=True)
class Day:
    """The numbers. ``waiting`` is as it is now; all else happened on the day, in UTC."""

    opened: int
    decided: int
    waiting: int
    done: Mapping[str, int]
    """Actions that were carried out, by name."""
    rehearsed: Mapping[str, int]
    withheld: int
    usd: float

    @property
    def nothing(self) -> bool:
        """Whether there is nothing to tell of."""
        happened = (self.opened, self.decided, self.withheld, self.usd)
        return not (any(happened) or self.done or self.rehearsed)


async def the_day(database: Database, place: Place, day: date) -> Day:
    """Count it."""
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    found = await activity(database, *place, start, start + timedelta(days=1))
    open_now = (
        select(func.count())
        .select_from(cases)
        .join(messages, cases.c.message == messages.c.id)
        .where(at(messages, place), cases.c.state != CaseState.CLOSED.value)
    )
    async with database.reading() as conn:
        waiting = (await conn.execute(open_now)).scalar_one()

    def of(status: Status) -> dict[str, int]:
        counted = found.actions.items()
        return {name: n for (name, s), n in counted if s == status and name not in _QUIET}

    return Day(
        opened=found.opened,
        decided=found.upheld + found.overturned,
        waiting=waiting,
        done=of(Status.APPLIED),
        rehearsed=of(Status.SIMULATED),
        withheld=sum(of(Status.WITHHELD).values()),
        usd=found.usd,
    )
