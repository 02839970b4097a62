"""Signing in to the web desk: a link that works once and soon, and the session it opens."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select

from bot.storage.database import Database
from bot.storage.tables import sessions
from bot.storage.tokens import Scope, digest

LINK_LASTS = timedelta(minutes=15)
"""Chosen by eye: printed at start and clicked at once."""
SESSION_LASTS = timedelta(hours=12)
"""Chosen by eye: a working day; a new link is one command away."""


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who signed in."""

    who: str
    scope: Scope
    expires_at: datetime


class Sessions:
    """Links and sessions, kept only as digests."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def link(self, who: str, scope: Scope, lasts: timedelta = LINK_LASTS) -> str:
        """A code for a sign-in link, good once. Older ones of the same person stop working."""
        secret = secrets.token_urlsafe(32)

        def work(conn: Connection) -> None:
            older = (sessions.c.kind == "link") & (sessions.c.who == who)
            conn.execute(delete(sessions).where(older))
            self._add(conn, secret, "link", Session(who, scope, self._clock() + lasts))

        await self._database.write(work)
        return secret

    async def sign_in(self, code: str, lasts: timedelta = SESSION_LASTS) -> str | None:
        """Use a link up and return the session's secret; None if it is unknown, used or too old."""
        secret = secrets.token_urlsafe(32)
        used = delete(sessions).where(sessions.c.digest == digest(code), sessions.c.kind == "link")

        def work(conn: Connection) -> str | None:
            now = self._clock()
            # Whatever ran out goes along: the table never grows beyond what is in use.
            conn.execute(delete(sessions).where(sessions.c.expires_at <= now))
            row = (conn.execute(used.returning(*sessions.c["who", "scope"]))).one_or_none()
            if row is None:
                return None
            session = Session(row.who, Scope(row.scope), now + lasts)
            self._add(conn, secret, "session", session)
            return secret

        return await self._database.write(work)

    async def verify(self, secret: str) -> Session | None:
        """The session of a secret; None where it is unknown, ended or too old."""
        query = select(sessions).where(
            sessions.c.digest == digest(secret),
            sessions.c.kind == "session",
            sessions.c.expires_at > self._clock(),
        )
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        return None if row is None else Session(row.who, Scope(row.scope), row.expires_at)

    async def end(self, secret: str) -> None:
        """Sign out."""
        gone = delete(sessions).where(sessions.c.digest == digest(secret))

        def work(conn: Connection) -> None:
            conn.execute(gone)

        await self._database.write(work)

    def _add(self, conn: Connection, secret: str, kind: str, session: Session) -> None:
        conn.execute(
            insert(sessions).values(
                digest=digest(secret),
                kind=kind,
                who=session.who,
                scope=session.scope.value,
                created_at=self._clock(),
                expires_at=session.expires_at,
            )
        )
