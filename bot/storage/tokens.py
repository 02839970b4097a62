"""API tokens: shown once, kept only as a digest, revocable."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, Row, delete, select, update

from bot.errors import Misconfigured
from bot.storage.database import Database
from bot.storage.sql import audited, insert_new
from bot.storage.tables import tokens

PREFIX = "bifocal_"
"""Lets scanners for leaked secrets recognise a token."""

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Scope(StrEnum):
    """What the bearer may do; ``admin`` includes all."""

    ANALYZE = "analyze"
    MODERATE = "moderate"
    ADMIN = "admin"
    PLAYGROUND = "playground"

    def includes(self, wanted: "Scope") -> bool:
        """Whether a bearer of this scope may do what the other allows."""
        return self in {wanted, Scope.ADMIN}


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: never its secret."""

    name: str
    scope: Scope
    created_at: datetime
    revoked_at: datetime | None


def digest(secret: str) -> str:
    """What is kept of a secret. It has 256 random bits, so a plain SHA-256 cannot be guessed."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class Tokens:
    """The tokens of the API."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock

    async def create(self, name: str, scope: Scope, by: str) -> str:
        """Make a token and return its secret, which is never shown again.

        A revoked token's name can be used again.

        Raises:
            Misconfigured: the name is in use or is not a name.
        """
        if NAME.fullmatch(name) is None:
            raise Misconfigured(
                f"A token's name is 1 to 64 letters, digits, dots, dashes and underscores, "
                f"got {name[:80]!r}."
            )
        secret = PREFIX + secrets.token_urlsafe(32)
        row = {
            "name": name,
            "digest": digest(secret),
            "scope": scope.value,
            "created_at": self._clock(),
        }

        def work(conn: Connection) -> None:
            old = delete(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_not(None))
            conn.execute(old)
            made = insert_new(conn, tokens).values(row).returning(tokens.c.id)
            if (conn.execute(made)).first() is None:
                raise Misconfigured(
                    f"There is a token named {name}. Revoke it first, or choose another name."
                )
            conn.execute(
                audited(at=self._clock(), by=by, what="token.create", subject=name, scope=scope)
            )

        await self._database.write(work)
        return secret

    async def list(self) -> Sequence[Token]:
        """Every token, revoked ones included, by name."""
        async with self._database.reading() as conn:
            return [_token(row) for row in await conn.execute(select(tokens).order_by("name"))]

    async def revoke(self, name: str, by: str) -> bool:
        """Make a token worthless at once; False when there is none of that name in use."""
        at = self._clock()

        def work(conn: Connection) -> bool:
            mine = update(tokens).where(tokens.c.name == name, tokens.c.revoked_at.is_(None))
            done = bool((conn.execute(mine.values(revoked_at=at))).rowcount)
            if done:
                conn.execute(audited(at=at, by=by, what="token.revoke", subject=name))
            return done

        return await self._database.write(work)

    async def verify(self, secret: str) -> Token | None:
        """The token of a secret; None where it is unknown or revoked.

        Looked up by digest: how long that takes tells nothing of a secret, whose digest nobody
        can steer. The comparison afterwards takes the same time wherever two digests part.
        """
        wanted = digest(secret)
        query = select(tokens).where(tokens.c.digest == wanted, tokens.c.revoked_at.is_(None))
        async with self._database.reading() as conn:
            row = (await conn.execute(query)).one_or_none()
        if row is None or not hmac.compare_digest(row.digest, wanted):
            return None
        return _token(row)


def _token(row: Row[*tuple[object, ...]]) -> Token:
    return Token(row.name, Scope(row.scope), row.created_at, row.revoked_at)
