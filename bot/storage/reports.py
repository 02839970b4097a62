"""What members say of posts they report, until it stands in the post's case.

Nobody can tell from it who reported: a keyed digest keeps one reporter from counting twice.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Select, and_, func, select, update

from bot.model import CaseEvent, EventKind, Ref
from bot.storage.history import add_events
from bot.storage.journal import Journal
from bot.storage.rows import Line
from bot.storage.sql import insert_new
from bot.storage.tables import cases, messages
from bot.storage.tables_communities import reports

MOST = 100
"""Reports of one post that are kept; the case says enough by then. Chosen by eye."""
LONGEST = 1000
"""Characters of a report's words; as many as a form takes."""
BATCH = 50

_PLACE = ("platform", "community_id", "channel_id", "message_id")


class ReportBook:
    """Takes reports in, and writes them into cases. Both are safe to repeat."""

    def __init__(self, journal: Journal, clock: Callable[[], datetime]) -> None:
        self._journal = journal
        self._clock = clock

    async def add(self, ref: Ref, reporter: str, words: str) -> None:
        """Keep what a member says of a post; the same member's second report changes nothing."""
        seal = self._journal.seal
        row = {
            **ref._asdict(),
            "reporter": seal.name(f"{ref}/{reporter}".encode("utf-8", "surrogatepass")),
            "sealed_words": seal.seal_text(words.strip()[:LONGEST]),
            "at": self._clock(),
        }
        number = select(func.count()).select_from(reports).where(_of(ref))

        def work(conn: Connection) -> None:
            if conn.execute(number).scalar_one() < MOST:
                conn.execute(insert_new(conn, reports).values(row))

        await self._journal.database.write(work)

    async def tell(self, ref: Ref) -> None:
        """Write what was said of a post into its case, where it has one already."""
        await self._tell(_WAITING.where(_of(ref)))

    async def turn(self) -> None:
        """Write into their cases what a kill left behind."""
        await self._tell(_WAITING)

    async def _tell(self, query: Select[*tuple[object, ...]]) -> None:
        async with self._journal.database.reading() as conn:
            if (await conn.execute(query.limit(1))).first() is None:
                return
        at = self._clock()

        def work(conn: Connection) -> None:
            for row in conn.execute(query.order_by(reports.c.id).limit(BATCH)).all():
                self._note(conn, row, at)

        await self._journal.database.write(work)

    def _note(self, conn: Connection, row: Line, at: datetime) -> None:
        seal = self._journal.seal
        words = seal.open_text(row.sealed_words, "A member's report")
        note = f"Reported by a member: {words}" if words else "Reported by a member."
        event = CaseEvent(EventKind.NOTED, row.at, note=note)
        add_events(conn, seal, row.case_id, [event])
        bump = update(cases).where(cases.c.id == row.case_id)
        conn.execute(bump.values(version=cases.c.version + 1))
        told = {"told_at": at, "sealed_words": ""}
        conn.execute(update(reports).where(reports.c.id == row.id).values(told))


def _of(ref: Ref) -> ColumnElement[bool]:
    return and_(*(reports.c[part] == value for part, value in ref._asdict().items()))


_WAITING = (
    select(*reports.c["id", "sealed_words", "at"], cases.c.id.label("case_id"))
    .join_from(reports, messages, and_(*(reports.c[part] == messages.c[part] for part in _PLACE)))
    .join(cases, cases.c.message == messages.c.id)
    .where(reports.c.told_at.is_(None))
)
