"""Reading the audit, and checking that nobody wrote in it but Bifocal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Row, select

from bot.errors import EnvironmentFailed
from bot.storage.chain import START, digested, marked
from bot.storage.database import Database
from bot.storage.erase import ERASE, LINES, NOBODY
from bot.storage.tables import audit

PAGE = 1000
"""Lines read at a time while checking; chosen by eye."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line: who did what to which thing, and when."""

    id: int
    at: datetime
    by: str
    """Empty: Bifocal itself."""
    what: str
    subject: str
    detail: Mapping[str, str | int]


@dataclass(frozen=True, slots=True)
class Checked:
    """An audit that is whole."""

    lines: int
    newest: int
    """The number of the newest line; 0 when there is none."""
    digest: str
    """Of the newest line. Kept elsewhere, it proves later that nothing before it was changed."""
    nameless: int
    """Lines that a person was taken out of, because they were erased."""


class Audit:
    """The audit of one database. There is no way to change it: the database refuses that, too."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def entries(
        self,
        *,
        since: datetime | None = None,
        by: str | None = None,
        what: str = "",
        limit: int = 50,
    ) -> Sequence[Entry]:
        """The newest lines first; ``what`` is such as ``case`` or ``case.uphold``."""
        query = select(*audit.c["id", "at", "by", "what", "subject", "detail"])
        if since is not None:
            query = query.where(audit.c.at >= since)
        if by is not None:
            query = query.where(audit.c.by == by)
        if what:
            inside = audit.c.what.startswith(f"{what}.", autoescape=True)
            query = query.where((audit.c.what == what) | inside)
        query = query.order_by(audit.c.id.desc()).limit(limit)
        return await self._database.read(lambda conn: [Entry(*row) for row in conn.execute(query)])

    async def verify(self, expected: str = "") -> Checked:
        """Check every line against the one before it; ``expected`` is a digest that was kept.

        Raises:
            EnvironmentFailed: the chain is broken; names the first line where it is.
        """
        return await self._database.read(lambda conn: _verified(conn, expected))


def _verified(conn: Connection, expected: str) -> Checked:
    whole, erased, met = Checked(0, 0, START, 0), 0, not expected
    while lines := conn.execute(_LINES.where(audit.c.id > whole.newest)).all():
        for line in lines:
            whole = _follows(whole, line)
            met = met or whole.digest == expected
            if line.what == ERASE:
                erased += int(line.detail.get(LINES, 0))
    if whole.nameless != erased:
        raise EnvironmentFailed(
            f"The audit is broken: {whole.nameless} of its lines have lost a name, and erasures "
            f"account for {erased}."
        )
    if not met:
        raise EnvironmentFailed(
            f"The audit has no line with the digest {expected[:80]}: it was not written down "
            "from this audit, or newer lines were taken away."
        )
    return whole


_LINES = select(audit).order_by(audit.c.id).limit(PAGE)


def _follows(before: Checked, line: Row[*tuple[object, ...]]) -> Checked:
    """With one line more, if it follows from what was before it."""
    nameless = not line.salt
    if nameless and NOBODY not in {line.by, line.subject}:
        raise _broken(before, line, "it names somebody and cannot prove whom")
    if not nameless and line.mark != marked(line.salt, line.by, line.subject):
        raise _broken(before, line, "who did it, or to what, was changed")
    digest = digested(before.digest, at=line.at, what=line.what, mark=line.mark, detail=line.detail)
    if line.digest != digest:
        raise _broken(before, line, "it was changed, or lines before it were added or taken away")
    return Checked(before.lines + 1, line.id, digest, before.nameless + nameless)


def _broken(before: Checked, line: Row[*tuple[object, ...]], why: str) -> EnvironmentFailed:
    return EnvironmentFailed(
        f"The audit is broken at line {line.id} ({line.what}, {line.at:%Y-%m-%d %H:%M:%S} UTC): "
        f"{why}. The {before.lines} lines before it are sound."
    )
