"""Tokens, sign-in links and sessions: shown once, kept as digests, ended for good."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import Misconfigured
from bot.storage.database import Database
from bot.storage.sessions import LINK_LASTS, SESSION_LASTS, Session, Sessions
from bot.storage.tokens import Scope, Token, Tokens
from tests.bot.storage.builders import NOON, Clock, disk


@pytest.fixture
def tokens(database: Database) -> Tokens:
    return Tokens(database, Clock())


async def test_a_token_opens_what_it_was_made_for(tokens: Tokens) -> None:
    secret = await tokens.create("ci", Scope.ANALYZE, "ada")

    assert await tokens.verify(secret) == Token("ci", Scope.ANALYZE, NOON, None)


@pytest.mark.parametrize("secret", ["", "bifocal_", "bifocal_x", "\ud800", "x" * 100_000])
async def test_an_unknown_secret_opens_nothing(tokens: Tokens, secret: str) -> None:
    await tokens.create("ci", Scope.ANALYZE, "ada")

    assert await tokens.verify(secret) is None


async def test_a_revoked_token_opens_nothing(tokens: Tokens) -> None:
    secret = await tokens.create("ci", Scope.ANALYZE, "ada")

    assert await tokens.revoke("ci", "ada")
    assert await tokens.verify(secret) is None


async def test_a_token_is_revoked_once(tokens: Tokens) -> None:
    await tokens.create("ci", Scope.ANALYZE, "ada")
    await tokens.revoke("ci", "ada")

    assert not await tokens.revoke("ci", "ada")


async def test_a_name_in_use_is_refused(tokens: Tokens) -> None:
    await tokens.create("ci", Scope.ANALYZE, "ada")

    with pytest.raises(Misconfigured, match="There is a token named ci"):
        await tokens.create("ci", Scope.ADMIN, "ada")


async def test_a_revoked_tokens_name_can_be_used_again(tokens: Tokens) -> None:
    old = await tokens.create("ci", Scope.ANALYZE, "ada")
    await tokens.revoke("ci", "ada")
    new = await tokens.create("ci", Scope.ANALYZE, "ada")

    assert await tokens.verify(new) is not None
    assert await tokens.verify(old) is None


@pytest.mark.parametrize(
    "name", ["", "-x", "a b", "x" * 65, "caf\N{LATIN SMALL LETTER E WITH ACUTE}"]
)
async def test_what_is_no_name_is_refused(tokens: Tokens, name: str) -> None:
    with pytest.raises(Misconfigured, match="name is 1 to 64"):
        await tokens.create(name, Scope.ANALYZE, "ada")


async def test_tokens_are_listed_without_their_secrets(tokens: Tokens) -> None:
    secret = await tokens.create("ci", Scope.ANALYZE, "ada")
    await tokens.create("bot", Scope.ADMIN, "ada")

    found = await tokens.list()

    assert [token.name for token in found] == ["bot", "ci"]
    assert secret not in repr(found)


async def test_no_secret_is_readable_on_the_disk(sqlite: Database, tmp_path: Path) -> None:
    token = await Tokens(sqlite, Clock()).create("ci", Scope.ANALYZE, "ada")
    link = await Sessions(sqlite, Clock()).link("ada", Scope.ADMIN)

    found = disk(tmp_path)

    assert token.encode() not in found
    assert link.encode() not in found


@pytest.mark.parametrize("wanted", list(Scope))
def test_admin_includes_all(wanted: Scope) -> None:
    assert Scope.ADMIN.includes(wanted)


def test_another_scope_includes_only_itself() -> None:
    assert [s for s in Scope if Scope.MODERATE.includes(s)] == [Scope.MODERATE]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sessions(database: Database, clock: Clock) -> Sessions:
    return Sessions(database, clock)


async def a_session(sessions: Sessions) -> str:
    secret = await sessions.sign_in(await sessions.link("ada", Scope.ADMIN))
    assert secret is not None
    return secret


async def test_a_link_opens_a_session(sessions: Sessions) -> None:
    found = await sessions.verify(await a_session(sessions))

    assert found == Session("ada", Scope.ADMIN, NOON + SESSION_LASTS)


async def test_a_link_works_once_even_when_clicked_twice_at_once(sessions: Sessions) -> None:
    code = await sessions.link("ada", Scope.ADMIN)

    opened = await asyncio.gather(*(sessions.sign_in(code) for _ in range(4)))

    assert sum(secret is not None for secret in opened) == 1


async def test_a_link_runs_out(sessions: Sessions, clock: Clock) -> None:
    code = await sessions.link("ada", Scope.ADMIN)
    clock.passes(LINK_LASTS)

    assert await sessions.sign_in(code) is None


async def test_a_newer_link_ends_the_older(sessions: Sessions) -> None:
    older = await sessions.link("ada", Scope.ADMIN)
    await sessions.link("ada", Scope.ADMIN)

    assert await sessions.sign_in(older) is None


async def test_a_link_is_no_session(sessions: Sessions) -> None:
    assert await sessions.verify(await sessions.link("ada", Scope.ADMIN)) is None


async def test_a_session_is_no_link(sessions: Sessions) -> None:
    assert await sessions.sign_in(await a_session(sessions)) is None


async def test_a_session_runs_out(sessions: Sessions, clock: Clock) -> None:
    secret = await a_session(sessions)
    clock.passes(timedelta(hours=12))

    assert await sessions.verify(secret) is None


async def test_signing_out_ends_the_session(sessions: Sessions) -> None:
    secret = await a_session(sessions)
    await sessions.end(secret)

    assert await sessions.verify(secret) is None
