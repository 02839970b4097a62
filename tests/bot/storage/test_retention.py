"""What was kept long enough goes; a clock that jumped takes nothing with it."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from structlog.testing import capture_logs

from bot import model
from bot.review.states import Command
from bot.storage.database import Database
from bot.storage.decisions import Step, take
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.retention import HOLD, JUMP, Kept, Retention
from bot.storage.seal import Seal
from bot.storage.sealed import NewCase
from bot.storage.tables import messages
from tests.bot.storage.builders import (
    NOON,
    Clock,
    a_key,
    a_message,
    a_new_case,
    a_record,
    files,
)

DAY = timedelta(days=1)
KEPT = Kept(3 * DAY, 6 * DAY)


@pytest.fixture
def evidence(tmp_path: Path, seal: Seal) -> EvidenceStore:
    return EvidenceStore.open(f"file://{tmp_path}/evidence", seal)


class Inbox:
    """Remembers from when on parked posts are kept."""

    def __init__(self) -> None:
        self.before: datetime | None = None

    async def forget_parked(self, before: datetime) -> int:
        self.before = before
        return 0


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def retention(database: Database, evidence: EvidenceStore, clock: Clock, inbox: Inbox) -> Retention:
    return Retention(database, evidence, KEPT, clock, inbox.forget_parked)


async def goes_by(retention: Retention, clock: Clock, time: timedelta) -> None:
    """Let time pass as it does: with a look every half JUMP."""
    end = clock.now + time
    while clock.now < end:
        await retention.turn()
        clock.passes(min(JUMP / 2, end - clock.now))
    await retention.turn()


async def left(database: Database) -> int:
    async with database.reading() as conn:
        return int((await conn.execute(select(func.count()).select_from(messages))).scalar_one())


async def a_finished(journal: Journal, number: int = 1, case: NewCase | None = None) -> str | None:
    made = await journal.write(a_record(a_key(number)), case)
    await journal.finish(a_key(number))
    return made


async def test_a_record_goes_after_its_days(
    database: Database, journal: Journal, retention: Retention, clock: Clock
) -> None:
    await a_finished(journal)
    await goes_by(retention, clock, 2 * DAY)
    before = await left(database)
    await goes_by(retention, clock, 2 * DAY)

    assert (before, await left(database)) == (1, 0)


async def test_a_closed_case_goes_with_its_pictures_after_its_days(
    database: Database,
    journal: Journal,
    retention: Retention,
    clock: Clock,
    tmp_path: Path,
) -> None:
    picture = await retention._evidence.put(b"picture")
    kept = model.Evidence(picture, 0, 1, 1, "ab" * 32)
    case = await a_finished(journal, case=NewCase(a_message(), (), (kept,)))
    assert case is not None
    await take(journal, case, Step(Command.UPHOLD, "mod", NOON))
    await goes_by(retention, clock, 5 * DAY)
    before = await left(database), len(files(tmp_path / "evidence"))
    await goes_by(retention, clock, 2 * DAY)

    assert before == (1, 1)
    assert (await left(database), len(files(tmp_path / "evidence"))) == (0, 0)


async def test_an_open_case_waits_for_a_person_however_long(
    database: Database, journal: Journal, retention: Retention, clock: Clock
) -> None:
    await a_finished(journal, case=a_new_case())
    await goes_by(retention, clock, 9 * DAY)

    assert await left(database) == 1


async def test_what_is_not_finished_stays(
    database: Database, journal: Journal, retention: Retention, clock: Clock
) -> None:
    await journal.write(a_record(), None)
    await goes_by(retention, clock, 5 * DAY)

    assert await left(database) == 1


async def test_posts_set_aside_go_with_the_records(
    retention: Retention, clock: Clock, inbox: Inbox
) -> None:
    await retention.turn()

    assert inbox.before == clock.now - KEPT.records


@pytest.mark.parametrize("jump", [DAY, 400 * DAY])
async def test_a_clock_that_jumps_expires_nothing_and_says_so(
    database: Database, journal: Journal, retention: Retention, clock: Clock, jump: timedelta
) -> None:
    await goes_by(retention, clock, 2 * DAY + timedelta(hours=20))
    for number in range(3):
        await a_finished(journal, number)
    clock.passes(jump)
    with capture_logs() as log:
        await retention.turn()
    clock.passes(HOLD / 4)
    await retention.turn()

    assert await left(database) == 3
    assert [line["event"] for line in log] == ["retention.held"]


async def test_after_a_jump_it_goes_on_a_day_later(
    database: Database, journal: Journal, retention: Retention, clock: Clock
) -> None:
    await retention.turn()
    await a_finished(journal)
    clock.passes(40 * DAY)
    await goes_by(retention, clock, HOLD)

    assert await left(database) == 0


async def test_a_clock_that_is_set_back_expires_nothing(
    database: Database, journal: Journal, retention: Retention, clock: Clock
) -> None:
    clock.passes(100 * DAY)
    await retention.turn()
    await a_finished(journal)
    clock.passes(-90 * DAY)
    with capture_logs() as log:
        await retention.turn()

    assert await left(database) == 1
    assert [line["event"] for line in log] == ["retention.held"]
