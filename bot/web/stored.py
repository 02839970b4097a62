"""Access over the stored tokens and sessions, spoken of by shape: this file imports no storage."""

from datetime import datetime
from typing import Protocol

from bot.web.access import Identity, Scope, Session


class KeptToken(Protocol):
    """A token as the store knows it."""

    @property
    def name(self) -> str:
        """Its name."""
        ...

    @property
    def scope(self) -> str:
        """One of ``Scope``'s values."""
        ...


class TokenStore(Protocol):
    """Where tokens are kept, as digests."""

    async def verify(self, secret: str) -> KeptToken | None:
        """The token of a secret; None where it is unknown or revoked."""
        ...


class KeptSession(Protocol):
    """A session as the store knows it."""

    @property
    def who(self) -> str:
        """Who signed in."""
        ...

    @property
    def scope(self) -> str:
        """One of ``Scope``'s values."""
        ...

    @property
    def expires_at(self) -> datetime:
        """When it ends by itself."""
        ...


class SessionStore(Protocol):
    """Where sign-in links and sessions are kept, as digests."""

    async def sign_in(self, code: str) -> str | None:
        """Use a link up and return the session's secret."""
        ...

    async def verify(self, secret: str) -> KeptSession | None:
        """The session of a secret."""
        ...

    async def end(self, secret: str) -> None:
        """Sign out."""
        ...


class StoredTokens:
    """``access.Tokens`` over a store."""

    def __init__(self, store: TokenStore) -> None:
        self._store = store

    async def verify_token(self, text: str) -> Identity | None:
        """Whose token this is."""
        token = await self._store.verify(text)
        return None if token is None else Identity(token.name, frozenset({Scope(token.scope)}))


class StoredSessions:
    """``access.Sessions`` over a store."""

    def __init__(self, store: SessionStore) -> None:
        self._store = store

    async def redeem(self, code: str) -> Session | None:
        """Open a session with a sign-in code."""
        cookie = await self._store.sign_in(code)
        kept = await self._store.verify(cookie) if cookie else None
        if cookie is None or kept is None:
            return None
        return Session(cookie, _identity(kept), kept.expires_at)

    async def session(self, cookie: str) -> Identity | None:
        """Who holds this session."""
        kept = await self._store.verify(cookie)
        return None if kept is None else _identity(kept)

    async def end(self, cookie: str) -> None:
        """Sign out."""
        await self._store.end(cookie)


def _identity(kept: KeptSession) -> Identity:
    return Identity(kept.who, frozenset({Scope(kept.scope)}))
