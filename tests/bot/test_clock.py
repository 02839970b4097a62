"""A clock that is set does not reach a running bot."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from bot.clock import SteadyClock
from bot.limits import HOUR, ActionLimits
from bot.review.states import CLAIM_LASTS
from bot.storage.database import Database
from bot.storage.sessions import Sessions
from bot.storage.tokens import Scope
from tests.builders import NOON

JUMPS = [
    pytest.param(timedelta(days=1), id="a-day-on"),
    pytest.param(timedelta(days=-1), id="a-day-back"),
    pytest.param(timedelta(hours=1), id="summer-time"),
    pytest.param(timedelta(hours=-1), id="winter-time"),
    pytest.param(datetime(2038, 1, 19, 3, 14, 8, tzinfo=UTC) - NOON, id="2038"),
]


@dataclass
class Machine:
    """A machine whose clock can be set, and seconds that cannot."""

    wall: datetime = NOON
    elapsed: float = 5000.0

    def passes(self, time: timedelta) -> None:
        self.wall += time
        self.elapsed += time.total_seconds()

    def clock(self) -> SteadyClock:
        return SteadyClock(lambda: self.wall, lambda: self.elapsed)


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.mark.parametrize("jump", JUMPS)
def test_time_goes_on_by_what_really_passed(machine: Machine, jump: timedelta) -> None:
    clock = machine.clock()
    machine.passes(timedelta(seconds=90))
    machine.wall += jump
    machine.passes(timedelta(seconds=10))

    assert clock() == NOON + timedelta(seconds=100)


@pytest.mark.parametrize("jump", JUMPS)
def test_a_restart_takes_the_machines_time_anew(machine: Machine, jump: timedelta) -> None:
    machine.clock()
    machine.wall += jump

    assert machine.clock()() == NOON + jump


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_jump_is_told_once_and_so_is_its_end(machine: Machine, jump: timedelta) -> None:
    clock = machine.clock()
    with capture_logs() as logs:
        await clock.look()
        machine.wall += jump
        await clock.look()
        await clock.look()
        machine.wall -= jump
        await clock.look()

    assert [log["by_s"] for log in logs] == [round(jump.total_seconds()), 0]


async def test_what_a_time_service_corrects_is_not_worth_telling(machine: Machine) -> None:
    clock = machine.clock()
    machine.wall += timedelta(seconds=20)
    with capture_logs() as logs:
        await clock.look()

    assert logs == []


@pytest.mark.parametrize("jump", JUMPS)
async def test_a_jump_ends_no_session_and_opens_none(
    machine: Machine, jump: timedelta, tmp_path: Path
) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/bifocal.db")
    sessions = Sessions(database, machine.clock())
    short = timedelta(minutes=10)
    session = await sessions.sign_in(await sessions.link("ada", Scope.ADMIN), lasts=short)
    code = await sessions.link("bob", Scope.ADMIN, lasts=short)
    machine.wall += jump
    during = await sessions.verify(session or "")
    machine.passes(timedelta(minutes=11))

    assert during is not None
    assert await sessions.verify(session or "") is None
    assert await sessions.sign_in(code) is None
    await database.close()


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_opens_no_limit_and_closes_none_for_longer(
    machine: Machine, jump: timedelta
) -> None:
    clock, limits = machine.clock(), ActionLimits(1, 9)
    limits.note("home", clock())
    machine.wall += jump
    during = limits.exceeded("home", clock())
    machine.passes(HOUR)

    assert during is not None
    assert limits.exceeded("home", clock()) is None


@pytest.mark.parametrize("jump", JUMPS)
def test_a_jump_ends_no_claim(machine: Machine, jump: timedelta) -> None:
    clock = machine.clock()
    ends = clock() + CLAIM_LASTS
    machine.wall += jump
    during = clock()
    machine.passes(CLAIM_LASTS)

    assert during < ends <= clock()
