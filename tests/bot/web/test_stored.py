"""Access over stores that keep secrets elsewhere."""

from dataclasses import dataclass
from datetime import datetime

from bot.web.access import Identity, Scope
from bot.web.stored import StoredSessions, StoredTokens
from tests.bot.web.fakes import NOW


@dataclass(frozen=True)
class Kept:
    """What a store remembers."""

    name: str
    who: str
    scope: str
    expires_at: datetime


ADA = Kept("ci", "ada", "moderate", NOW)


class Store:
    """One token, one link, one session."""

    def __init__(self) -> None:
        self.held = {"token": ADA}

    async def verify(self, secret: str) -> Kept | None:
        return self.held.get(secret)

    async def sign_in(self, code: str) -> str | None:
        if code != "link":
            return None
        self.held["cookie"] = ADA
        return "cookie"

    async def end(self, secret: str) -> None:
        self.held.pop(secret, None)


async def test_a_stored_token_speaks_for_its_name_and_scope() -> None:
    identity = await StoredTokens(Store()).verify_token("token")

    assert identity == Identity("ci", frozenset({Scope.MODERATE}))


async def test_an_unknown_token_speaks_for_nobody() -> None:
    assert await StoredTokens(Store()).verify_token("other") is None


async def test_a_stored_link_opens_a_session() -> None:
    sessions = StoredSessions(Store())
    session = await sessions.redeem("link")

    assert session is not None
    assert await sessions.session(session.cookie) == session.identity


async def test_an_unknown_link_opens_none() -> None:
    assert await StoredSessions(Store()).redeem("other") is None


async def test_an_ended_session_is_nobodys() -> None:
    sessions = StoredSessions(Store())
    await sessions.redeem("link")
    await sessions.end("cookie")

    assert await sessions.session("cookie") is None
