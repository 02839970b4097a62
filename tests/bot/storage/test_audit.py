"""The audit is read by an administrator, only ever added to, and a change to it is found."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import (
    Connection,
    Executable,
    column,
    delete,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.exc import DBAPIError

from bot.errors import EnvironmentFailed
from bot.model import Author
from bot.storage.audit import Audit, Checked
from bot.storage.authors import AuthorBook
from bot.storage.chain import START
from bot.storage.columns import Json, UtcTime
from bot.storage.database import Database
from bot.storage.erase import Person, erase
from bot.storage.migrations import downgrade, migrate
from bot.storage.sql import audited
from bot.storage.tables import audit as lines
from tests.bot.storage.builders import NOON, Clock, a_ref

GUARDS = ("audit_is_not_rewritten", "audit_stays")
ADA = Person("playground", "ada")
LINES_BEFORE = table(
    "audit",
    column("at", UtcTime),
    *(column(name) for name in ("by", "what", "subject")),
    column("detail", Json),
)
"""The audit as it was before it was a chain."""
BEFORE = {"at": NOON, "by": "ada", "what": "case.uphold", "subject": "c", "detail": {"a": 1}}


@pytest.fixture
def audit(database: Database) -> Audit:
    return Audit(database)


async def happened(database: Database, *what: str, by: str = "mod") -> None:
    """Write these lines, one a minute."""

    def work(conn: Connection) -> None:
        for number, name in enumerate(what):
            at = NOON + timedelta(minutes=number)
            conn.execute(audited(at=at, by=by, what=name, subject=f"case{number}", number=number))

    await database.write(work)


async def tampered(database: Database, statement: Executable) -> None:
    """What somebody does who can write the database: take the guards away, then change a line."""

    def work(conn: Connection) -> None:
        on = " ON audit" if conn.dialect.name == "postgresql" else ""
        for name in GUARDS:
            conn.execute(text(f"DROP TRIGGER IF EXISTS {name}{on}"))
        conn.execute(statement)

    await database.write(work)


async def whole(audit: Audit) -> Checked:
    return await audit.verify()


async def test_an_empty_audit_is_sound(audit: Audit) -> None:
    assert await whole(audit) == Checked(0, 0, START, 0)


async def test_an_untouched_audit_is_sound(database: Database, audit: Audit) -> None:
    await happened(database, "case.uphold", "case.overturn", "pause")

    assert (await whole(audit)).lines == 3


async def test_it_is_read_newest_first_by_who_and_what_and_when(
    database: Database, audit: Audit
) -> None:
    await happened(database, "case.uphold", "case.overturn", "cases", "pause")
    await happened(database, "pause", by="ada")

    async def whats(**asked: str) -> list[str]:
        return [entry.what for entry in await audit.entries(**asked)]  # type: ignore[arg-type] # names and times apart

    assert await whats() == ["pause", "pause", "cases", "case.overturn", "case.uphold"]
    assert await whats(what="case") == ["case.overturn", "case.uphold"]
    assert await whats(what="%") == []
    assert await whats(by="ada") == ["pause"]
    late = await audit.entries(since=NOON + timedelta(minutes=3))
    assert [(entry.what, entry.by, entry.detail) for entry in late] == [
        ("pause", "mod", {"number": 3})
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param({"by": "somebody"}, "who did it", id="who"),
        pytest.param({"subject": "case9"}, "who did it", id="to-what"),
        pytest.param({"what": "case.uphold"}, "it was changed", id="what"),
        pytest.param({"at": NOON}, "it was changed", id="when"),
        pytest.param({"detail": {"number": 7}}, "it was changed", id="detail"),
        pytest.param({"digest": "x"}, "it was changed", id="digest"),
        pytest.param({"by": "erased", "salt": ""}, "have lost a name", id="as-if-erased"),
        pytest.param({"by": "somebody", "salt": ""}, "cannot prove whom", id="without-salt"),
    ],
)
async def test_a_changed_line_is_named(
    database: Database, audit: Audit, change: dict[str, object], said: str
) -> None:
    await happened(database, "case.uphold", "case.overturn", "pause")
    (_, second, _) = reversed(await audit.entries())
    await tampered(database, update(lines).where(lines.c.id == second.id).values(change))

    with pytest.raises(EnvironmentFailed, match=said) as caught:
        await whole(audit)

    if "lost a name" not in said:
        assert f"broken at line {second.id} (" in str(caught.value)
        assert "The 1 lines before it are sound." in str(caught.value)


async def test_a_line_that_was_taken_out_is_missed_by_the_next(
    database: Database, audit: Audit
) -> None:
    await happened(database, "case.uphold", "case.overturn", "pause")
    (first, second, third) = reversed(await audit.entries())
    await tampered(database, delete(lines).where(lines.c.id == second.id))

    with pytest.raises(EnvironmentFailed, match=f"broken at line {third.id} "):
        await whole(audit)
    await tampered(database, delete(lines).where(lines.c.id == third.id))
    assert (await whole(audit)).newest == first.id


async def test_a_line_that_was_put_in_is_found(database: Database, audit: Audit) -> None:
    await happened(database, "case.uphold")
    await tampered(database, insert(LINES_BEFORE).values(BEFORE))

    with pytest.raises(EnvironmentFailed, match="cannot prove whom"):
        await whole(audit)


async def test_a_kept_digest_finds_that_the_newest_lines_are_gone(
    database: Database, audit: Audit
) -> None:
    await happened(database, "case.uphold", "pause")
    kept = (await whole(audit)).digest
    await happened(database, "resume")
    later = await audit.verify(kept)
    newest = (await audit.entries(limit=2))[-1].id
    await tampered(database, delete(lines).where(lines.c.id >= newest))

    assert later.lines == 3
    assert (await whole(audit)).lines == 1
    with pytest.raises(EnvironmentFailed, match=f"no line with the digest {kept}"):
        await audit.verify(kept)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM audit",
        "UPDATE audit SET by = 'somebody'",
        "UPDATE audit SET what = 'nothing', salt = ''",
        "UPDATE audit SET detail = '{}', salt = ''",
        "UPDATE audit SET digest = '', salt = ''",
    ],
)
async def test_the_database_itself_refuses_changes(
    database: Database, audit: Audit, statement: str
) -> None:
    await happened(database, "case.uphold")

    with pytest.raises((DBAPIError, EnvironmentFailed)):
        await database.write(lambda conn: conn.execute(text(statement)).rowcount)
    assert (await whole(audit)).lines == 1


async def test_an_erased_person_is_taken_out_and_the_chain_stays_whole(
    database: Database, audit: Audit
) -> None:
    await happened(database, "case.uphold")
    await happened(database, "case.overturn", by="ada")
    book = AuthorBook(database, Clock())
    for name, nonce in (("ada", "n1"), ("bob", "n2")):
        until = NOON + timedelta(days=9)
        await book.strike(a_ref(), Author(name, name), until, nonce=nonce, reason="r")
        await book.refund(nonce, reason="r")
    kept = (await whole(audit)).digest

    await erase(database, ADA, at=NOON, by="admin")
    await erase(database, ADA, at=NOON, by="admin")

    told = [(entry.by, entry.subject) for entry in await audit.entries()]
    assert not [pair for pair in told if "ada" in "".join(pair)]
    assert ("", "playground:home:bob") in told
    found = await audit.verify(kept)
    assert (found.lines, found.nameless) == (8, 3)


async def test_who_is_erased_in_one_community_stays_in_the_lines_of_others(
    database: Database, audit: Audit
) -> None:
    book = AuthorBook(database, Clock())
    for community in ("home", "away"):
        ref = a_ref()._replace(community_id=community)
        until = NOON + timedelta(days=9)
        await book.strike(ref, Author("ada", "Ada"), until, nonce=community, reason="r")

    await erase(database, Person("playground", "ada", "home"), at=NOON, by="admin")

    subjects = {entry.subject for entry in await audit.entries(what="strike")}
    assert subjects == {"erased", "playground:away:ada"}
    assert (await whole(audit)).nameless == 1


async def test_lines_of_an_older_database_are_chained(database: Database, audit: Audit) -> None:
    def as_before(conn: Connection) -> None:
        downgrade(conn, "0005")
        conn.execute(insert(LINES_BEFORE), [BEFORE] * 3)
        migrate(conn)

    await database.write(as_before)
    await happened(database, "pause")

    assert (await whole(audit)).lines == 4


async def test_two_processes_that_write_at_once_make_one_chain(url: str) -> None:
    one, other = await Database.open(url), await Database.open(url)

    async def often(database: Database) -> None:
        for number in range(20):
            await happened(database, f"pause.{number}", "resume")

    await asyncio.gather(often(one), often(other))
    found = await Audit(one).verify()
    await one.close()
    await other.close()

    assert found.lines == 80


async def test_more_lines_than_a_page_are_all_checked(
    database: Database, audit: Audit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.storage.audit._LINES", select(lines).order_by(lines.c.id).limit(2))
    await happened(database, *(f"step.{n}" for n in range(5)))

    assert (await whole(audit)).lines == 5
