"""Decisions and what they undo, on every database."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.errors import Gone, NotPermitted, PlatformUnavailable
from bot.model import CaseState, EventKind, Outcome, Status
from bot.ports import Client
from bot.review.desk import Desk
from bot.review.states import AlreadyDecided, Claimed, Command
from bot.storage.database import Database
from bot.storage.decisions import CaseChanged, NoSuchCase, Step, take, undone, wanted
from bot.storage.evidence import EvidenceStore, NoSuchEvidence
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from bot.storage.sealed import NewCase
from bot.storage.tables import audit
from tests.bot.review.platform import FakeClient
from tests.bot.storage.builders import (
    NOON,
    Clock,
    a_key,
    a_message,
    a_new_case,
    a_record,
    a_ref,
    applied,
    parse,
)


@dataclass
class Room:
    """A desk with all that stands around it."""

    journal: Journal
    desk: Desk
    evidence: EvidenceStore
    client: FakeClient
    clock: Clock
    running: dict[str, Client] = field(default_factory=dict)

    async def a_case(self, *actions: str, turn: int = 0) -> str:
        """A case whose actions were all applied."""
        key = a_key(turn=turn)
        case = await self.journal.write(a_record(key, actions=actions), a_new_case())
        for action in actions:
            await self.journal.settle(key, applied(action))
            self.client.stands.add(action)
        await self.journal.finish(key)
        assert case is not None
        return case

    async def statuses(self) -> dict[str, Status]:
        case = await self.journal.case_of(a_ref())
        assert case is not None
        return {o.action: o.status for judgement in case.judgements for o in judgement.outcomes}


@pytest.fixture
def room(journal: Journal, seal: Seal, tmp_path: Path) -> Room:
    client, clock = FakeClient(), Clock()
    running: dict[str, Client] = {"playground": client}
    evidence = EvidenceStore.open(f"file://{tmp_path}/evidence", seal)
    desk = Desk(journal, evidence, lambda ref: running.get(ref.platform), parse, clock)
    return Room(journal, desk, evidence, client, clock, running)


async def test_upholding_closes_the_case_and_undoes_nothing(room: Room) -> None:
    case = await room.desk.uphold(await room.a_case("delete"), "ada", 1, "clear")

    assert case.state is CaseState.CLOSED
    assert room.client.done == []


async def test_a_decision_stands_in_the_history(room: Room) -> None:
    case = await room.desk.uphold(await room.a_case(), "ada", 1, "clear")

    last = case.events[-1]
    assert (last.kind, last.by, last.note, last.at) == (EventKind.UPHELD, "ada", "clear", NOON)


async def test_a_decision_stands_in_the_audit(room: Room, database: Database) -> None:
    name = await room.a_case()
    await room.desk.uphold(name, "ada", 1)

    async with database.reading() as conn:
        rows = (await conn.execute(select(audit))).all()

    assert [(row.by, row.what, row.subject) for row in rows] == [("ada", "case.uphold", name)]


async def test_overturning_undoes_newest_first(room: Room) -> None:
    await room.a_case("delete", "annotate", turn=0)
    name = await room.a_case("warn", turn=1)

    overturned = await room.desk.overturn(name, "ada", 2)

    assert room.client.done == ["warn", "annotate", "restored"]
    assert overturned.left == ()
    assert set((await room.statuses()).values()) == {Status.UNDONE}


async def test_overturning_restores_the_message_of_the_case(room: Room) -> None:
    await room.desk.overturn(await room.a_case("delete"), "ada", 1)

    assert room.client.restored == [a_message()]


async def test_what_was_undone_stands_in_the_history(room: Room) -> None:
    overturned = await room.desk.overturn(await room.a_case("delete", "annotate"), "ada", 1)

    undid = [e.note for e in overturned.case.events if e.kind is EventKind.UNDID]
    assert undid == ["annotate", "delete"]


@pytest.mark.parametrize("status", [Status.SIMULATED, Status.WITHHELD, Status.FAILED])
async def test_what_took_no_effect_is_not_undone(room: Room, status: Status) -> None:
    name = await room.a_case()
    await room.journal.settle(a_key(), Outcome("annotate", status, NOON))

    await room.desk.overturn(name, "ada", 1)

    assert room.client.done == []


async def test_what_the_platform_cannot_take_back_is_said(room: Room) -> None:
    room.client.cannot_restore = "Discord restores no deleted posts."

    overturned = await room.desk.overturn(await room.a_case("delete", "annotate"), "ada", 1)

    assert overturned.left == ("delete: Discord restores no deleted posts.",)
    assert await room.statuses() == {"delete": Status.APPLIED, "annotate": Status.UNDONE}


@pytest.mark.parametrize("trouble", [Gone("It is gone."), NotPermitted("Not allowed.")])
async def test_a_refusal_is_final(room: Room, trouble: Gone | NotPermitted) -> None:
    room.client.trouble = trouble
    await room.desk.overturn(await room.a_case("annotate"), "ada", 1)
    room.client.trouble = None

    assert await room.desk.resume() == ()
    assert room.client.done == []


async def test_a_platform_that_is_away_is_tried_again(room: Room) -> None:
    room.client.trouble = PlatformUnavailable("It does not answer.")
    overturned = await room.desk.overturn(await room.a_case("annotate"), "ada", 1)
    room.client.trouble = None

    assert overturned.left == ("annotate: It does not answer. It will be tried again.",)
    assert await room.desk.resume() == ()
    assert await room.statuses() == {"annotate": Status.UNDONE}


async def test_a_platform_that_does_not_run_here_is_waited_for(room: Room) -> None:
    name = await room.a_case("annotate")
    client = room.running.pop("playground")
    overturned = await room.desk.overturn(name, "ada", 1)
    room.running["playground"] = client

    assert "is not running here" in overturned.left[0]
    assert await room.desk.resume() == ()


async def test_an_overturn_cut_short_by_a_crash_is_resumed(room: Room) -> None:
    name = await room.a_case("delete", "annotate")
    await take(room.journal, name, Step(Command.OVERTURN, "ada", NOON, 1))  # and then it died

    await room.desk.resume()

    assert room.client.done == ["annotate", "restored"]


async def test_resuming_twice_undoes_once(room: Room) -> None:
    await room.desk.overturn(await room.a_case("annotate"), "ada", 1)

    await asyncio.gather(room.desk.resume(), room.desk.resume())

    assert room.client.done == ["annotate"]


async def test_what_two_processes_undid_stands_in_the_history_once(room: Room) -> None:
    name = await room.a_case("annotate")
    await take(room.journal, name, Step(Command.OVERTURN, "ada", NOON, 1))
    (undoing,) = await wanted(room.journal)

    await undone(room.journal, undoing, None, NOON)
    await undone(room.journal, undoing, None, NOON)

    events = (await room.desk.case(name)).events
    assert [event.kind for event in events].count(EventKind.UNDID) == 1


async def test_an_action_that_lands_after_the_overturn_is_undone_too(room: Room) -> None:
    key = a_key()
    name = await room.journal.write(a_record(key, actions=("annotate",)), a_new_case())
    assert name is not None
    await room.desk.overturn(name, "ada", 1)
    await room.journal.settle(key, applied("annotate"))

    await room.desk.resume()

    assert room.client.done == ["annotate"]


@pytest.mark.parametrize(("stands", "done"), [(True, ["annotate"]), (False, [])])
async def test_an_unknown_outcome_is_probed_before_it_is_undone(
    room: Room, *, stands: bool, done: list[str]
) -> None:
    name = await room.a_case()
    await room.journal.settle(a_key(), Outcome("annotate", Status.UNKNOWN, NOON))
    room.client.stands = {"annotate"} if stands else set()

    await room.desk.overturn(name, "ada", 1)

    assert room.client.done == done
    assert await room.statuses() == {"annotate": Status.UNDONE}


async def test_two_moderators_at_once_cannot_both_win(room: Room, url: str, seal: Seal) -> None:
    name = await room.a_case("annotate")
    database = await Database.open(url)
    elsewhere = Journal(database, seal, parse)
    other = Desk(
        elsewhere, room.evidence, lambda ref: room.running.get(ref.platform), parse, room.clock
    )

    results = await asyncio.gather(
        room.desk.overturn(name, "ada", 1), other.uphold(name, "bob", 1), return_exceptions=True
    )

    await database.close()
    case = await room.desk.case(name)
    decided = [e.by for e in case.events if e.kind in {EventKind.UPHELD, EventKind.OVERTURNED}]
    (loser,) = [result for result in results if isinstance(result, AlreadyDecided)]
    assert [loser.by] == decided


async def test_the_second_of_two_moderators_is_told_who_decided(room: Room) -> None:
    name = await room.a_case()
    await room.desk.uphold(name, "ada", 1)
    room.clock.passes(timedelta(minutes=1))

    with pytest.raises(AlreadyDecided, match="ada already upheld") as caught:
        await room.desk.overturn(name, "bob", 1)

    assert (caught.value.by, caught.value.at) == ("ada", NOON)


async def test_a_decision_on_an_older_version_is_refused(room: Room) -> None:
    name = await room.a_case(turn=0)
    await room.a_case(turn=1)  # a late answer came in meanwhile

    with pytest.raises(CaseChanged):
        await room.desk.uphold(name, "ada", 1)


async def test_a_refused_decision_leaves_no_trace(room: Room) -> None:
    name = await room.a_case("annotate")
    before = await room.desk.case(name)
    with pytest.raises(CaseChanged):
        await room.desk.overturn(name, "ada", 99)

    assert await room.desk.case(name) == before
    assert await room.desk.resume() == ()


async def test_a_late_judgement_reopens_no_decision(room: Room) -> None:
    name = await room.a_case(turn=0)
    await room.desk.uphold(name, "ada", 1)
    await room.a_case(turn=1)

    assert (await room.desk.case(name)).state is CaseState.CLOSED


async def test_a_claim_keeps_others_out_until_it_runs_out(room: Room) -> None:
    name = await room.a_case()
    case = await room.desk.claim(name, "ada")
    with pytest.raises(Claimed):
        await room.desk.uphold(name, "bob", case.version)
    room.clock.passes(timedelta(minutes=15))

    assert (await room.desk.uphold(name, "bob", case.version)).state is CaseState.CLOSED


async def test_an_escalated_case_is_listed_as_such(room: Room) -> None:
    name = await room.a_case()
    await room.desk.escalate(name, "ada", 1, "not sure")

    assert [case.id for case in await room.desk.cases(CaseState.ESCALATED)] == [name]
    assert await room.desk.cases(CaseState.OPEN) == []


async def test_a_case_that_is_not_there_is_said(room: Room) -> None:
    with pytest.raises(NoSuchCase):
        await room.desk.uphold("nothing", "ada", 1)
    with pytest.raises(NoSuchCase):
        await room.desk.case("nothing")


async def test_the_evidence_of_a_case_is_shown(room: Room) -> None:
    kept = a_new_case().evidence[0]
    key = await room.evidence.put(b"picture")
    evidence = type(kept)(key, 0, 640, 480, kept.sha256)
    name = await room.journal.write(a_record(), NewCase(a_message(), (), (evidence,)))
    assert name is not None

    assert await room.desk.evidence(name, 0) == b"picture"


@pytest.mark.parametrize("n", [-1, 1])
async def test_evidence_that_is_not_there_is_said(room: Room, n: int) -> None:
    name = await room.a_case()

    with pytest.raises(NoSuchEvidence):
        await room.desk.evidence(name, n)
