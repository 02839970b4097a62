"""Tokens and sessions as the database keeps them, seen as the web application asks for them."""

from bot.storage import sessions, tokens
from bot.web.access import Identity, Scope, Session


class StoredTokens:
    """The API's tokens."""

    def __init__(self, stored: tokens.Tokens) -> None:
        self._stored = stored

    async def verify_token(self, text: str) -> Identity | None:
        """Whose token this is; None when it is unknown or revoked."""
        token = await self._stored.verify(text)
        return _identity(token.name, token.scope) if token else None


class StoredSessions:
    """Sign-in codes and sessions; they outlive a restart."""

    def __init__(self, stored: sessions.Sessions) -> None:
        self._stored = stored

    async def redeem(self, code: str) -> Session | None:
        """Open a session; None when the code is unknown, used or expired."""
        cookie = await self._stored.sign_in(code)
        session = await self._stored.verify(cookie) if cookie else None
        if cookie is None or session is None:
            return None
        return Session(cookie, _identity(session.who, session.scope), session.expires_at)

    async def session(self, cookie: str) -> Identity | None:
        """Who holds this session; None when it is unknown, ended or expired."""
        session = await self._stored.verify(cookie)
        return _identity(session.who, session.scope) if session else None

    async def end(self, cookie: str) -> None:
        """Sign out."""
        await self._stored.end(cookie)


def _identity(name: str, scope: tokens.Scope) -> Identity:
    return Identity(name, frozenset({Scope(scope.value)}))
