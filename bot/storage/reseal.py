"""Seals everything anew under the newest key, a little at a time, going on where it stopped.

Every column whose name begins with ``sealed`` belongs to it, whichever part wrote it; the words
of cases are indexed anew and pictures get new names, since both depend on the key.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, Table, delete, func, select, update

from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore, NoSuchEvidence
from bot.storage.forget import discard
from bot.storage.rows import Line
from bot.storage.schema import metadata
from bot.storage.seal import Seal
from bot.storage.sealed import NewCase, Words
from bot.storage.sql import insert_new, put_setting
from bot.storage.tables import (
    case_evidence,
    case_words,
    discarded,
    judgements,
    settings,
)
from bot.storage.words import add_words, rows_of, words_of

KEY = "reseal"
BATCH = 50
"""Rows or pictures a turn; chosen by eye: some tens of milliseconds."""
WHAT = "What this database keeps encrypted"
_PICTURES = "pictures"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is."""

    done: int
    all: int

    @property
    def finished(self) -> bool:
        """Whether everything is under the newest key, as far as this was told."""
        return self.done >= self.all


class Reseal:
    """Takes a turn whenever it is asked; does nothing once all is sealed anew."""

    def __init__(
        self,
        database: Database,
        evidence: EvidenceStore,
        seal: Seal,
        clock: Callable[[], datetime],
    ) -> None:
        self._database = database
        self._evidence = evidence
        self._seal = seal
        self._clock = clock
        self._finished = False

    async def turn(self) -> bool:
        """Do one batch; True once nothing is left.

        Raises:
            EnvironmentFailed: something opens with no key there is, or a store does not answer.
        """
        if self._finished:
            return True
        stage, last = await self._stands()
        if not stage and self._seal.alone:
            stage = "done"
            await self._keep(stage, 0)
        steps = [f"{table.name}.{column.name}" for table, column in sealed_columns()]
        order = [*steps, _PICTURES]
        if stage == "done":
            self._finished = True
            return True
        at = order.index(stage) if stage in order else 0
        reached = await self._pictures(last) if at == len(steps) else await self._rows(at, last)
        following = (stage or order[0], reached)
        if reached is None:
            following = (order[at + 1] if at + 1 < len(order) else "done", 0)
        await self._keep(*following)
        return following[0] == "done"

    async def progress(self) -> Progress:
        """How much is done, in rows and pictures, reading no more than their numbers."""
        stage, last = await self._stands()
        tables = [table for table, _ in sealed_columns()] + [case_evidence]
        names = [f"{t.name}.{c.name}" for t, c in sealed_columns()] + [_PICTURES]
        at = len(names) if stage == "done" else names.index(stage) if stage in names else 0
        done = whole = 0
        async with self._database.reading() as conn:
            for place, table in enumerate(tables):
                number = (await conn.execute(select(func.count()).select_from(table))).scalar_one()
                passed = select(func.count()).where(table.c.id <= last)
                whole += number
                if place < at:
                    done += number
                elif place == at:
                    done += (await conn.execute(passed)).scalar_one()
        return Progress(done, whole)

    async def begin_again(self) -> None:
        """Go over everything once more."""
        self._finished = False
        await self._keep(f"{sealed_columns()[0][0].name}.{sealed_columns()[0][1].name}", 0)

    async def left(self) -> int:
        """How many words and pictures are not under the newest key; reads them all."""
        left = 0
        async with self._database.reading() as conn:
            for _, column in sealed_columns():
                for sealed in (await conn.execute(select(column))).scalars():
                    left += bool(sealed) and not self._seal.is_newest(sealed.encode())
            images = (await conn.execute(select(case_evidence.c.image).distinct())).scalars().all()
        for image in filter(None, images):
            left += not await self._evidence.is_newest(image)
        return left

    async def _stands(self) -> tuple[str, int]:
        """The step and the last row done; from the beginning where the key is another."""
        query = select(settings.c.value).where(settings.c.key == KEY)
        async with self._database.reading() as conn:
            value = (await conn.execute(query)).scalar_one_or_none()
        if value is None or value["key"] != self._seal.fingerprint:
            return "", 0
        return value["stage"], int(value["last"])

    async def _keep(self, stage: str, last: int | None) -> None:
        value = {"key": self._seal.fingerprint, "stage": stage, "last": str(last or 0)}
        at = self._clock()
        await self._database.write(lambda conn: put_setting(conn, KEY, value, at=at, by=""))

    async def _rows(self, step: int, last: int) -> int | None:
        table, column = sealed_columns()[step]

        def work(conn: Connection) -> int | None:
            query = select(table).where(table.c.id > last).order_by(table.c.id).limit(BATCH)
            found = conn.execute(query).all()
            for row in found:
                self._row(conn, table, column, row)
            return found[-1].id if found else None

        return await self._database.write(work)

    def _row(self, conn: Connection, table: Table, column: "Column[str]", row: Line) -> None:
        sealed: str | None = getattr(row, column.name)
        if not sealed:
            return
        if not self._seal.is_newest(sealed.encode()):
            plain = self._seal.open_text(sealed, WHAT)
            changed = {column.name: self._seal.seal_text(plain)}
            conn.execute(update(table).where(table.c.id == row.id).values(changed))
        if table is judgements and row.case_id is not None:
            words = Words.opened(sealed, self._seal)
            marks = rows_of(NewCase(words.message, words.passages), self._seal)
            self._unmark(conn, row.case_id, words)
            add_words(conn, row.case_id, marks)

    def _unmark(self, conn: Connection, case_id: str, words: Words) -> None:
        """Take away what an older key put into the index for the same words."""
        texts = [words.message.text, *(passage.text for passage in words.passages)]
        old = {mark for word in words_of(" ".join(texts)) for mark in self._seal.marks(word)[1:]}
        for mark in sorted(old):
            mine = (case_words.c.case_id == case_id) & (case_words.c.mark == mark)
            conn.execute(delete(case_words).where(mine))

    async def _pictures(self, last: int) -> int | None:
        query = (
            select(*case_evidence.c["id", "image"])
            .where(case_evidence.c.id > last)
            .order_by(case_evidence.c.id)
            .limit(BATCH)
        )
        async with self._database.reading() as conn:
            found: Sequence[Line] = (await conn.execute(query)).all()
        for row in found:
            if row.image:
                await self._picture(row.image)
        return found[-1].id if found else None

    async def _picture(self, old: str) -> None:
        """Put it under its new name, point every case there, then let go of the old."""
        try:
            new = await self._evidence.put(await self._evidence.get(old))
        except NoSuchEvidence:
            return
        if new == old:
            return

        def work(conn: Connection) -> None:
            mine = case_evidence.c.image == old
            conn.execute(update(case_evidence).where(mine).values(image=new))
            conn.execute(insert_new(conn, discarded).values(image=old))

        await self._database.write(work)
        await discard(self._database, self._evidence)


def sealed_columns() -> "Sequence[tuple[Table, Column[str]]]":
    """Every column that holds sealed words, in a settled order."""
    return [
        (table, column)
        for table in sorted(metadata.tables.values(), key=lambda table: table.name)
        for column in table.columns
        if column.name.startswith("sealed")
    ]
