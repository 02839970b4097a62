"""What is known of one person, and the cases of one community: what chat commands list."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Table, and_, func, or_, select

from bot.model import Case, CaseState
from bot.storage import reading
from bot.storage.journal import Journal
from bot.storage.tables import cases, messages
from bot.storage.tables_authors import labels, strikes


@dataclass(frozen=True, slots=True)
class Kept:
    """How much is kept about a person."""

    posts: int
    """Posts remembered by ids and scores, without words."""
    cases: int
    """Posts kept with their words and pictures."""
    strikes: int
    labels: int


async def cases_of(  # noqa: PLR0917 - which cases, in order of breadth
    journal: Journal,
    platform: str,
    community_id: str,
    author_id: str = "",
    state: CaseState | None = None,
    before: tuple[datetime, str] | None = None,
    *,
    limit: int = 10,
) -> Sequence[Case]:
    """Cases of a community, or of one person, newest first; an empty community is every one.

    Cases that only wait for an answer are left out of a community's open ones.
    """
    whose: list[ColumnElement[bool]] = [messages.c.platform == platform]
    if community_id:
        whose.append(messages.c.community_id == community_id)
    if author_id:
        whose.append(messages.c.author_id == author_id)
    if state is not None:
        whose += [cases.c.state == state.value, cases.c.waiting == ""]
    if before is not None:
        at, name = before
        same = and_(cases.c.opened_at == at, cases.c.id < name)
        whose.append(or_(cases.c.opened_at < at, same))
    query = (
        select(cases)
        .join(messages, cases.c.message == messages.c.id)
        .where(*whose)
        .order_by(*reading.NEWEST_FIRST)
        .limit(limit)
    )
    async with journal.database.reading() as conn:
        return await reading.whole_cases(conn, query, journal.seal)


async def open_cases(journal: Journal, platform: str, community_id: str) -> dict[CaseState, int]:
    """How many cases of a community wait for a person, by state."""
    query = (
        select(cases.c.state, func.count())
        .join(messages, cases.c.message == messages.c.id)
        .where(
            messages.c.platform == platform,
            messages.c.community_id == community_id,
            cases.c.state != CaseState.CLOSED.value,
            cases.c.waiting == "",
        )
        .group_by(cases.c.state)
    )
    async with journal.database.reading() as conn:
        return {CaseState(state): number for state, number in await conn.execute(query)}


async def kept_about(journal: Journal, platform: str, community_id: str, author_id: str) -> Kept:
    """How much is kept about a person in a community; an empty community is every one."""

    def whose(table: Table) -> list[ColumnElement[bool]]:
        found = [table.c.platform == platform, table.c.author_id == author_id]
        return [*found, table.c.community_id == community_id] if community_id else found

    mine = select(messages.c.id).where(*whose(messages))
    numbers = (
        select(func.count()).select_from(messages).where(*whose(messages)),
        select(func.count()).select_from(cases).where(cases.c.message.in_(mine)),
        select(func.count()).select_from(strikes).where(*whose(strikes)),
        select(func.count()).select_from(labels).where(*whose(labels)),
    )
    async with journal.database.reading() as conn:
        return Kept(*[(await conn.execute(one)).scalar_one() for one in numbers])
