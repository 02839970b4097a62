"""What the bot did in one community over some days: counted from the journal, nobody named."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import distinct, func, select

from bot.model import EventKind
from bot.storage.database import Database
from bot.storage.tables import case_events, cases, judgements, messages, outcomes, spend


@dataclass(frozen=True, slots=True)
class Activity:
    """Numbers over a time."""

    posts: int
    """Posts judged."""
    opened: int
    """Cases opened."""
    upheld: int
    overturned: int
    actions: Mapping[tuple[str, str], int]
    """How often each action came to each status, by the action's name."""
    usd: float
    """What providers cost."""


async def activity(
    database: Database, platform: str, community_id: str, since: datetime, until: datetime
) -> Activity:
    """Count what happened in a community from ``since`` up to ``until``."""
    here = (messages.c.platform == platform, messages.c.community_id == community_id)
    judged = (
        select(func.count(distinct(judgements.c.message)))
        .join(messages, judgements.c.message == messages.c.id)
        .where(*here, judgements.c.judged_at >= since, judgements.c.judged_at < until)
    )
    opened = (
        select(func.count())
        .select_from(cases)
        .join(messages, cases.c.message == messages.c.id)
        .where(*here, cases.c.opened_at >= since, cases.c.opened_at < until)
    )
    decided = (
        select(case_events.c.kind, func.count())
        .join(cases, case_events.c.case_id == cases.c.id)
        .join(messages, cases.c.message == messages.c.id)
        .where(*here, case_events.c.at >= since, case_events.c.at < until)
        .where(case_events.c.kind.in_([EventKind.UPHELD.value, EventKind.OVERTURNED.value]))
        .group_by(case_events.c.kind)
    )
    done = (
        select(outcomes.c.action, outcomes.c.status, func.count())
        .join(judgements, outcomes.c.judgement == judgements.c.id)
        .join(messages, judgements.c.message == messages.c.id)
        .where(*here, outcomes.c.at >= since, outcomes.c.at < until)
        .group_by(outcomes.c.action, outcomes.c.status)
    )
    # Money is counted by the day: one that begins just when the time ends is not in it.
    last = (until - timedelta(microseconds=1)).date()
    cost = select(func.coalesce(func.sum(spend.c.usd), 0.0)).where(
        spend.c.purse == community_id, spend.c.day >= since.date(), spend.c.day <= last
    )
    async with database.reading() as conn:
        posts = (await conn.execute(judged)).scalar_one()
        cases_opened = (await conn.execute(opened)).scalar_one()
        kinds = dict(map(tuple, await conn.execute(decided)))
        actions: dict[tuple[str, str], int] = {}
        for action, status, number in await conn.execute(done):
            key = (action.split()[0], status)
            actions[key] = actions.get(key, 0) + number
        usd = (await conn.execute(cost)).scalar_one()
    return Activity(
        posts,
        cases_opened,
        kinds.get(EventKind.UPHELD.value, 0),
        kinds.get(EventKind.OVERTURNED.value, 0),
        actions,
        float(usd),
    )
