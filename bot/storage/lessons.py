"""What is read back from cases to learn from: decisions, digests, and recent pictures."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from analysis.types import FactKind, Media
from bot.model import CaseEvent, EventKind, Mode
from bot.review.floods import Sighting
from bot.review.worth import Decided
from bot.storage import rows
from bot.storage.database import Database
from bot.storage.history import add_events
from bot.storage.journal import Journal
from bot.storage.tables import (
    case_events,
    cases,
    facts,
    judgements,
    media,
    messages,
    signals,
)

SPEAKS_UP = 0.5
"""From here on a signal counts as its detector's word; chosen by eye."""

AT_MOST = 20_000
"""Cases looked at for precision, the newest; chosen by eye, below a second."""

MATCHED = (FactKind.KNOWN_BAD.value, FactKind.SUSPECTED_BAD.value)


async def decided(database: Database, since: datetime) -> Sequence[Decided]:
    """The cases opened since then that did not merely wait for an answer."""
    wanted = (
        select(cases.c.id)
        .where(cases.c.opened_at >= since, cases.c.waiting == "")
        .order_by(cases.c.opened_at.desc())
        .limit(AT_MOST)
        .scalar_subquery()
    )
    matches = select(judgements.c.case_id, judgements.c.matched).where(
        judgements.c.case_id.in_(wanted)
    )
    spoke = (
        select(judgements.c.case_id, signals.c.source)
        .join(signals, signals.c.judgement == judgements.c.id)
        .where(judgements.c.case_id.in_(wanted), signals.c.score >= SPEAKS_UP)
    )
    # The last decision counts: an appeal may have changed the first.
    closing = (
        select(case_events.c.case_id, case_events.c.kind)
        .where(
            case_events.c.case_id.in_(wanted),
            case_events.c.kind.in_([EventKind.UPHELD.value, EventKind.OVERTURNED.value]),
        )
        .order_by(case_events.c.id)
    )
    rules: dict[str, set[str]] = defaultdict(set)
    detectors: dict[str, set[str]] = defaultdict(set)
    async with database.reading() as conn:
        for row in await conn.execute(matches):
            live = (m.rule for m in rows.to_matched(row) if m.mode is Mode.LIVE)
            rules[row.case_id].update(live)
        for case_id, source in await conn.execute(spoke):
            detectors[case_id].add(source.partition("@")[0].partition("/")[0])
        verdicts = {name: kind == "upheld" for name, kind in await conn.execute(closing)}
    return [
        Decided(frozenset(live), frozenset(detectors[name]), verdicts.get(name))
        for name, live in rules.items()
    ]


async def pictures_of(database: Database, case_id: str) -> Sequence[Media]:
    """The digests of every picture that the case was ever judged by, each once."""
    query = (
        select(media)
        .join(judgements, judgements.c.id == media.c.judgement)
        .where(judgements.c.case_id == case_id)
        .order_by(judgements.c.id, media.c.position)
    )
    async with database.reading() as conn:
        found = (await conn.execute(query)).all()
    media_of = {row.sha256: rows.to_medium(row) for row in found}
    return list(media_of.values())


async def banks_of(database: Database, case_id: str) -> frozenset[str]:
    """The names of the banks in which pictures of the case were found to be bad."""
    query = (
        select(facts.c.value)
        .join(judgements, judgements.c.id == facts.c.judgement)
        .where(judgements.c.case_id == case_id, facts.c.kind.in_(MATCHED))
    )
    async with database.reading() as conn:
        return frozenset((await conn.execute(query)).scalars())


async def sightings(database: Database, since: datetime) -> Mapping[str, Sequence[Sighting]]:
    """Pictures that some bank thought bad since then, by community."""
    query = (
        select(messages.c.community_id, messages.c.author_id, media.c.pdq)
        .join_from(media, judgements, judgements.c.id == media.c.judgement)
        .join(messages, messages.c.id == judgements.c.message)
        .join(
            facts,
            (facts.c.judgement == media.c.judgement) & (facts.c.media == media.c.position),
        )
        .where(judgements.c.judged_at >= since, facts.c.kind.in_(MATCHED))
        .distinct()
    )
    found: dict[str, list[Sighting]] = defaultdict(list)
    async with database.reading() as conn:
        for community, author, pdq in await conn.execute(query):
            found[community].append(Sighting(pdq, author))
    return found


async def taught(journal: Journal, case_id: str, event: CaseEvent) -> None:
    """Say in the case's history what went into a bank, or came out of one."""
    await journal.database.write(lambda conn: add_events(conn, journal.seal, case_id, [event]))
