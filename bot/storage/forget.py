"""Forgetting posts: everything that hangs on them goes, and only numbers stay.

Used by retention and by ``erase``. What is counted stays as a tally per community, day and name
(rule, case state, action), so that statistics survive; nothing in a tally points at a person.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, delete, exists, insert, select, tuple_, update

from bot.model import Mode
from bot.storage.database import Database
from bot.storage.evidence import EvidenceStore
from bot.storage.history import outdated
from bot.storage.sql import insert_new
from bot.storage.tables import (
    case_events,
    case_evidence,
    cases,
    discarded,
    judgements,
    messages,
    outcomes,
    tallies,
)
from bot.storage.tables_communities import card_cases, card_removals, cards, reports

CHUNK = 500
"""Posts handled in one statement; SQLite takes 32,766 variables."""

Name = tuple[str, str, str, str]
"""Community, day, what was counted, and its name."""


@dataclass(frozen=True, slots=True)
class Forgotten:
    """How much went."""

    posts: int = 0
    cases: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        """Both together."""
        return Forgotten(self.posts + other.posts, self.cases + other.cases)


def forget(conn: Connection, posts: Sequence[int]) -> Forgotten:
    """Tally and delete messages with all that hangs on them, inside the caller's transaction.

    Pictures that no other case holds are noted as discarded: ``discard`` takes them away.
    """
    gone = Forgotten()
    for start in range(0, len(posts), CHUNK):
        gone += _forget(conn, posts[start : start + CHUNK])
    return gone


def _forget(conn: Connection, posts: Sequence[int]) -> Forgotten:
    mine = cases.c.message.in_(posts)
    ids = conn.execute(select(cases.c.id).where(mine)).scalars().all()
    _tally(conn, posts)
    held = case_evidence.c.case_id.in_(ids)
    images = set(conn.execute(select(case_evidence.c.image).where(held)).scalars()) - {""}
    _forget_reports(conn, posts)
    bereft = _cards_of(conn, ids)
    gone = conn.execute(delete(messages).where(messages.c.id.in_(posts))).rowcount
    for image in sorted(images):
        if not _held(conn, image):
            conn.execute(insert_new(conn, discarded).values(image=image))
    _forget_cards(conn, bereft)
    return Forgotten(gone, len(ids))


def _forget_reports(conn: Connection, posts: Sequence[int]) -> None:
    place = ("platform", "community_id", "channel_id", "message_id")
    theirs = select(*messages.c[place]).where(messages.c.id.in_(posts))
    conn.execute(delete(reports).where(tuple_(*reports.c[place]).in_(theirs)))


def _cards_of(conn: Connection, case_ids: Sequence[str]) -> Sequence[int]:
    query = select(card_cases.c.card).where(card_cases.c.case_id.in_(case_ids)).distinct()
    return conn.execute(query).scalars().all()


def _forget_cards(conn: Connection, bereft: Sequence[int]) -> None:
    """A card that lost its last case goes, from the platform too; others are drawn without it."""
    empty = and_(cards.c.id.in_(bereft), ~exists().where(card_cases.c.card == cards.c.id))
    place = cards.c["platform", "community_id", "card_id"]
    for row in conn.execute(select(*place).where(empty, cards.c.card_id != "")):
        conn.execute(insert(card_removals).values(row._asdict()))
    conn.execute(delete(cards).where(empty))
    left = select(card_cases.c.case_id).where(card_cases.c.card.in_(bereft))
    outdated(conn, cases.c.id.in_(left))


def _held(conn: Connection, image: str) -> bool:
    query = select(exists().where(case_evidence.c.image == image))
    return bool(conn.execute(query).scalar_one())


def _tally(conn: Connection, posts: Sequence[int]) -> None:
    _add(conn, Counter(_counted(conn, posts)))


def _counted(conn: Connection, posts: Sequence[int]) -> Iterator[Name]:
    mine = messages.c.id.in_(posts)
    where = (messages.c.community_id, messages.c.sent_at)
    for community, at in conn.execute(select(*where).where(mine)):
        yield community, _day(at), "posts", ""
    judged = messages.join(judgements, judgements.c.message == messages.c.id)
    matched = select(*where, judgements.c.matched).select_from(judged).where(mine)
    for community, at, rules in conn.execute(matched):
        for one in rules:
            if one["mode"] == Mode.LIVE.value:
                yield community, _day(at), "rule", one["rule"]
    acted = judged.join(outcomes, outcomes.c.judgement == judgements.c.id)
    done = select(*where, outcomes.c.status, outcomes.c.action).select_from(acted).where(mine)
    for community, at, status, action in conn.execute(done):
        yield community, _day(at), f"action.{status}", action.split()[0]
    history = messages.join(cases, cases.c.message == messages.c.id).join(
        case_events, case_events.c.case_id == cases.c.id
    )
    happened = select(*where, case_events.c.kind).select_from(history).where(mine)
    for community, at, kind in conn.execute(happened):
        yield community, _day(at), "case", kind


def _day(at: datetime) -> str:
    return f"{at:%Y-%m-%d}"


def _add(conn: Connection, counts: Counter[Name]) -> None:
    columns = ("community_id", "day", "what", "name")
    for name, number in sorted(counts.items()):
        row = dict(zip(columns, name, strict=True))
        conn.execute(insert_new(conn, tallies).values(**row, number=0))
        this = [tallies.c[column] == value for column, value in row.items()]
        more = {"number": tallies.c.number + number}
        conn.execute(update(tallies).where(*this).values(more))


async def discard(database: Database, evidence: EvidenceStore, *, most: int = 200) -> int:
    """Take away pictures that no case holds any more; how many were seen to.

    A picture is deleted from the store first and from the list after: a kill in between repeats
    it, and never leaves a picture nobody knows of.
    """
    query = select(discarded.c.image).limit(most)
    async with database.reading() as conn:
        images = (await conn.execute(query)).scalars().all()
    for image in images:
        await _discard(database, evidence, image)
    return len(images)


async def _discard(database: Database, evidence: EvidenceStore, image: str) -> None:
    # It may have come back with a new case since it was put on the list.
    if not await database.write(lambda conn: _held(conn, image)):
        await evidence.delete(image)
    await database.write(
        lambda conn: conn.execute(delete(discarded).where(discarded.c.image == image)).rowcount
    )
