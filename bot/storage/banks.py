"""Banks of known-bad and known-good pictures: each community's own, and those that all share."""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, select, update

from analysis.bank import BankEntry
from analysis.taxonomy import Category
from analysis.types import BankKind, Banks
from bot.errors import Misconfigured
from bot.storage.bank_file import Known
from bot.storage.database import Database
from bot.storage.rows import Line
from bot.storage.sql import audited, insert_new, put_setting
from bot.storage.tables import bank_entries, banks, settings

SHARED = ""
"""The community whose banks every community sees."""

GENERATION = "banks.generation"
"""Set anew with every change, so that other processes notice."""

CHUNK = 1000
"""Rows a statement; chosen by eye."""

_ENTRIES = select(
    bank_entries, banks.c.name.label("bank_name"), banks.c.kind, banks.c.community
).join(banks, bank_entries.c.bank == banks.c.id)


@dataclass(frozen=True, slots=True)
class Held:
    """An entry with where it came from."""

    entry: BankEntry
    """As it is in force: one in quarantine is unconfirmed and of quality 0."""
    community: str
    from_case: str
    """The case whose decision put it there; empty where none did."""
    quarantined_at: datetime | None


class BankStore:
    """Keeps entries, and gives each community its view of them.

    ``index`` builds a view, such as ``analysis.bank.BankIndex``; it runs in a thread.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], datetime],
        index: Callable[[Sequence[BankEntry]], Banks],
    ) -> None:
        self._database = database
        self._clock = clock
        self._index = index
        self._views: dict[str, Banks] = {}
        self._generation = ""
        self._loading = asyncio.Lock()

    async def view(self, community: str) -> Banks:
        """What the community's posts are compared with: its own banks and the shared ones.

        The same object until some entry changes, here or in another process.
        """
        async with self._loading:
            generation = await self._current()
            if generation != self._generation:
                self._views, self._generation = {}, generation
            if community not in self._views:
                entries = await self.entries(community)
                self._views[community] = await asyncio.to_thread(self._index, entries)
            return self._views[community]

    async def entries(self, community: str) -> Sequence[BankEntry]:
        """The community's own entries and the shared ones, oldest first."""
        query = _ENTRIES.where(banks.c.community.in_([community, SHARED]))
        async with self._database.reading() as conn:
            found = await conn.execute(query.order_by(bank_entries.c.id))
            return [_entry(row) for row in found]

    async def add(
        self, community: str, bank: str, kind: BankKind, known: Sequence[Known], *, by: str
    ) -> int:
        """Put pictures into a bank, which is made where it is missing; all of them or none.

        One that stands there already stays as it is, but is confirmed if it comes confirmed.
        Returns how many were new.

        Raises:
            Misconfigured: the bank is of the other kind, or has no name.
        """
        if not bank.strip():
            raise Misconfigured("A bank needs a name.")

        def work(conn: Connection) -> int:
            home = self._bank(conn, community, bank, kind)
            before = _size(conn, home)
            rows = [self._row(home, one, by) for one in known]
            for start in range(0, len(rows), CHUNK):
                chunk = rows[start : start + CHUNK]
                conn.execute(insert_new(conn, bank_entries), chunk)
            _confirm(conn, home, [one for one in known if one.confirmed])
            added = _size(conn, home) - before
            self._changed(conn, by, "bank.add", f"{community}/{bank}", added)
            return added

        return await self._database.write(work)

    async def confirm(self, entry: str, *, by: str) -> bool:
        """Say that a second case or an administrator stands behind an entry; False if unknown."""
        return await self._set(entry, by, "bank.confirm", confirmed=True)

    async def doubt(self, entry: str, *, by: str) -> bool:
        """Take back what ``confirm`` said; False if unknown. It only flags from now on."""
        return await self._set(entry, by, "bank.doubt", confirmed=False)

    async def quarantine(self, entry: str, *, at: datetime | None, by: str) -> bool:
        """Put an entry out of force, or with None in force again; False if unknown.

        In quarantine it flags copies of equal pixels, and nothing else.
        """
        what = "bank.release" if at is None else "bank.quarantine"
        return await self._set(entry, by, what, quarantined_at=at)

    async def held(
        self, community: str | None = None, *, quarantined: bool | None = None
    ) -> Sequence[Held]:
        """Known-bad entries with where they came from: a community's own, or everyone's."""
        query = _ENTRIES.where(banks.c.kind == BankKind.BAD.value).order_by(bank_entries.c.id)
        if community is not None:
            query = query.where(banks.c.community == community)
        if quarantined is not None:
            query = query.where(_out_of_force() if quarantined else ~_out_of_force())
        async with self._database.reading() as conn:
            found = await conn.execute(query)
            return [
                Held(_entry(row), row.community, row.from_case, row.quarantined_at) for row in found
            ]

    async def _set(self, entry: str, by: str, what: str, **values: object) -> bool:
        def work(conn: Connection) -> bool:
            mine = update(bank_entries).where(bank_entries.c.id == _number(entry))
            done = bool((conn.execute(mine.values(values))).rowcount)
            if done:
                self._changed(conn, by, what, entry, 1)
            return done

        return await self._database.write(work)

    async def remove(self, entry: str, *, by: str) -> bool:
        """Take an entry out; False when there is none of that id."""

        def work(conn: Connection) -> bool:
            mine = delete(bank_entries).where(bank_entries.c.id == _number(entry))
            done = bool((conn.execute(mine)).rowcount)
            if done:
                self._changed(conn, by, "bank.remove", entry, 1)
            return done

        return await self._database.write(work)

    def _bank(self, conn: Connection, community: str, name: str, kind: BankKind) -> int:
        row = {"community": community, "name": name, "kind": kind.value}
        conn.execute(insert_new(conn, banks).values(row))
        mine = select(banks).where(banks.c.community == community, banks.c.name == name)
        found = (conn.execute(mine.with_for_update())).one()
        if found.kind != kind:
            raise Misconfigured(
                f"The bank {name} holds known-{found.kind} pictures. Choose another name for "
                f"known-{kind} ones."
            )
        number: int = found.id
        return number

    def _row(self, bank: int, known: Known, by: str) -> dict[str, object]:
        return {
            "bank": bank,
            "category": known.category.value,
            "confirmed": known.confirmed,
            "sha256": known.sha256,
            "pdq": known.pdq,
            "quality": known.quality,
            "added_at": self._clock(),
            "added_by": by,
            "from_case": known.from_case,
        }

    def _changed(self, conn: Connection, by: str, what: str, subject: str, number: int) -> None:
        at = self._clock()
        put_setting(conn, GENERATION, {"is": secrets.token_hex(8)}, at=at, by=by)
        conn.execute(audited(at=at, by=by, what=what, subject=subject, entries=number))

    async def _current(self) -> str:
        query = select(settings.c.value).where(settings.c.key == GENERATION)
        async with self._database.reading() as conn:
            value = (await conn.execute(query)).scalar_one_or_none()
        return "" if value is None else str(value["is"])


def _out_of_force() -> ColumnElement[bool]:
    return bank_entries.c.quarantined_at.is_not(None)


def _size(conn: Connection, bank: int) -> int:
    query = select(func.count()).where(bank_entries.c.bank == bank)
    return (conn.execute(query)).scalar_one()


def _confirm(conn: Connection, bank: int, known: Sequence[Known]) -> None:
    """What stood there unconfirmed and comes confirmed now, is."""
    mine = update(bank_entries).where(
        bank_entries.c.bank == bank,
        bank_entries.c.sha256 == bindparam("known_sha256"),
        bank_entries.c.pdq == bindparam("known_pdq"),
    )
    rows = [{"known_sha256": one.sha256, "known_pdq": one.pdq} for one in known]
    if rows:
        conn.execute(mine.values(confirmed=True), rows)


def _number(entry: str) -> int:
    """The row an id names; one that names none can match no row."""
    return int(entry) if entry.isascii() and entry.isdigit() and len(entry) < 18 else -1  # noqa: PLR2004 - fits 64 bits


def _entry(row: Line) -> BankEntry:
    return BankEntry(
        str(row.id),
        row.bank_name,
        BankKind(row.kind),
        Category(row.category),
        row.confirmed and row.quarantined_at is None,
        row.sha256,
        row.pdq,
        # An entry whose hash says nothing is compared by equal pixels only: what quarantine wants.
        row.quality if row.quarantined_at is None else 0,
    )
