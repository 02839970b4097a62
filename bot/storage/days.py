"""What one community's day came to: the numbers of a digest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from bot.model import CaseState, EventKind, Status
from bot.storage.card_rows import Place, at
from bot.storage.database import Database
from bot.storage.tables import case_events, cases, judgements, messages, outcomes, spend


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
    end = start + timedelta(days=1)

    def on_the_day(column: ColumnElement[datetime]) -> ColumnElement[bool]:
        return (column >= start) & (column < end)

    theirs = at(messages, place)
    number = func.count()
    of_cases = (
        select(number)
        .select_from(cases)
        .join(messages, cases.c.message == messages.c.id)
        .where(theirs)
    )
    decided = (
        select(number)
        .select_from(case_events)
        .join(cases, case_events.c.case_id == cases.c.id)
        .join(messages, cases.c.message == messages.c.id)
        .where(theirs, on_the_day(case_events.c.at))
        .where(case_events.c.kind.in_([EventKind.UPHELD.value, EventKind.OVERTURNED.value]))
    )
    acted = (
        select(outcomes.c.action, outcomes.c.status, number)
        .join(judgements, outcomes.c.judgement == judgements.c.id)
        .join(messages, judgements.c.message == messages.c.id)
        .where(theirs, on_the_day(outcomes.c.at), outcomes.c.action.not_in(_QUIET))
        .group_by(outcomes.c.action, outcomes.c.status)
    )
    paid = select(func.sum(spend.c.usd)).where(spend.c.day == day, spend.c.purse == place[1])
    open_now = of_cases.where(cases.c.state != CaseState.CLOSED.value)
    async with database.reading() as conn:
        rows = (await conn.execute(acted.order_by(outcomes.c.action))).all()
        counted: dict[str, dict[str, int]] = {}
        for action, status, times in rows:
            by_name = counted.setdefault(status, {})
            name = action.split()[0]
            by_name[name] = by_name.get(name, 0) + times
        return Day(
            opened=(await conn.execute(of_cases.where(on_the_day(cases.c.opened_at)))).scalar_one(),
            decided=(await conn.execute(decided)).scalar_one(),
            waiting=(await conn.execute(open_now)).scalar_one(),
            done=counted.get(Status.APPLIED.value, {}),
            rehearsed=counted.get(Status.SIMULATED.value, {}),
            withheld=sum(counted.get(Status.WITHHELD.value, {}).values()),
            usd=(await conn.execute(paid)).scalar_one() or 0.0,
        )


_QUIET = ("flag", "log")
"""Actions that touch nothing."""
