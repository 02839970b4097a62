"""What communities chose, in the database; read from memory, where it is never old for long."""

import asyncio
import dataclasses
from collections.abc import Callable
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Connection, and_, select, update

from bot.communities import Community
from bot.every import every
from bot.storage.database import Database
from bot.storage.edition import Edition
from bot.storage.sql import audited, insert_new
from bot.storage.tables_communities import communities

EVERY_S = 1.0
"""Between looks for what another process changed; one row is read."""

EDITION = Edition("communities")

_PLACE = frozenset({"platform", "id"})
_MANY = frozenset({"moderators", "analyze_for"})
"""Choices that may name people; the audit says how many there are."""

_community: TypeAdapter[Community] = TypeAdapter(Community)

Key = tuple[str, str]


class StoredCommunities:
    """Implements ``bot.communities.Communities``. ``load`` first, then ``watch``."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._edition = EDITION
        self._seen: str | None = None
        self._changes = 0
        self._known: dict[Key, Community] = {}
        self._by_id: dict[str, Community] = {}

    def of(self, platform: str, community_id: str) -> Community:
        """What it chose; nothing but its id where it was never seen."""
        known = self._known.get((platform, community_id))
        return known or Community(platform, community_id)

    def all(self, platform: str) -> tuple[Community, ...]:
        """Those the bot is in, by name."""
        there = [c for c in self._known.values() if c.platform == platform and c.left_at is None]
        return tuple(sorted(there, key=lambda one: (one.name.casefold(), one.id)))

    def everywhere(self) -> tuple[Community, ...]:
        """Every one that was ever seen, on any platform, by name; also those the bot has left."""
        return tuple(
            sorted(
                self._known.values(), key=lambda one: (one.name.casefold(), one.platform, one.id)
            )
        )

    def named(self, community_id: str) -> Community:
        """What the community of this id chose, on whichever platform: a policy knows ids alone."""
        return self._by_id.get(community_id) or Community("", community_id)

    async def change(
        self,
        platform: str,
        community_id: str,
        change: Callable[[Community], Community],
        *,
        by: str,
    ) -> Community:
        """Change one and return it as it is now; a change of nothing leaves no trace."""
        at = self._clock()

        def work(conn: Connection) -> Community:
            before = _held(conn, platform, community_id)
            after = dataclasses.replace(change(before), platform=platform, id=community_id)
            if after != before:
                _write(conn, after)
                self._edition.moved(conn, at)
                subject = f"{platform}:{community_id}"
                detail = _differences(before, after)
                conn.execute(
                    audited(at=at, by=by, what="community.change", subject=subject, **detail)
                )
            return after

        after = await self._database.write(work)
        self._changes += 1
        self._keep(after)
        return after

    async def load(self) -> None:
        """Read all of them, where anything changed since the last time."""
        changes = self._changes
        async with self._database.reading() as conn:
            now = await self._edition.now(conn)
            if now == self._seen:
                return
            rows = (await conn.execute(select(communities))).all()
        if changes != self._changes:
            # What was read is older than what was changed here meanwhile, such as a pause.
            return
        self._seen, self._known, self._by_id = now, {}, {}
        for row in rows:
            self._keep(_read(row.platform, row.community_id, row.choices))

    async def watch(self, stop: asyncio.Event) -> None:
        """Take up what other processes change, until told to stop."""
        await every(EVERY_S, self.load, stop, "communities.unread")

    def _keep(self, community: Community) -> None:
        self._known[community.platform, community.id] = community
        self._by_id[community.id] = community


def _held(conn: Connection, platform: str, community_id: str) -> Community:
    """It as it stands, made where it is missing and held until the commit."""
    new = Community(platform, community_id)
    conn.execute(insert_new(conn, communities).values(_row(new)))
    query = select(communities.c.choices).where(_mine(platform, community_id)).with_for_update()
    return _read(platform, community_id, conn.execute(query).scalar_one())


def _write(conn: Connection, community: Community) -> None:
    mine = update(communities).where(_mine(community.platform, community.id))
    conn.execute(mine.values(_row(community)))


def _row(community: Community) -> dict[str, object]:
    choices = _community.dump_python(community, mode="json", exclude=set(_PLACE))
    return {
        "platform": community.platform,
        "community_id": community.id,
        "choices": choices,
        "left_at": community.left_at,
    }


def _read(platform: str, community_id: str, choices: dict[str, object]) -> Community:
    return _community.validate_python({**choices, "platform": platform, "id": community_id})


def _mine(platform: str, community_id: str) -> ColumnElement[bool]:
    table = communities.c
    return and_(table.platform == platform, table.community_id == community_id)


def _differences(before: Community, after: Community) -> dict[str, str | int]:
    found: dict[str, str | int] = {}
    for field in dataclasses.fields(Community):
        value = getattr(after, field.name)
        if value != getattr(before, field.name):
            found[field.name] = len(value) if field.name in _MANY else str(value)
    return found
