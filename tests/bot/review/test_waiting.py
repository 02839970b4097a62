"""Cases that wait for an answer: what makes one, and what becomes of it."""

import dataclasses
from datetime import timedelta

import pytest

from analysis.types import Failure, FailureKind
from bot.model import CaseState, Cause, EventKind, Matched, Mode, Record
from bot.ports import Client
from bot.review.desk import Desk
from bot.review.states import CLAIM_LASTS
from bot.review.waiting import ANSWERED_LATER, WORKER, Incident, waits_for
from bot.storage.answering import incidents
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import NOON, Clock, a_key, a_message, a_new_case, a_record, parse

GEMINI = "gemini:unavailable"
NOWHERE: dict[str, Client] = {}
REMOTE = {"gemini", "openai_moderation"}


def failing(*failures: tuple[str, FailureKind], rules: tuple[str, ...] = ()) -> Record:
    """A record of what failed so and matched these live rules."""
    record = a_record(actions=())
    found = tuple(Failure(name, kind, "why") for name, kind in failures)
    matched = tuple(Matched(rule, Mode.LIVE, ()) for rule in rules)
    return dataclasses.replace(
        record,
        assessment=dataclasses.replace(record.assessment, failures=found),
        verdict=dataclasses.replace(record.verdict, matched=matched, needs_review=True),
    )


def test_what_a_member_reported_waits_for_a_person_and_nothing_else() -> None:
    record = failing(("gemini", FailureKind.UNAVAILABLE))
    assert waits_for(record, REMOTE) == GEMINI

    reported = dataclasses.replace(record, key=record.key._replace(cause=Cause.REPORTED))
    assert not waits_for(reported, REMOTE)


def later(
    *, cause: Cause = Cause.LATE_ANSWER, turn: int = 0, revision: str = "0", clean: bool = True
) -> Record:
    """A further look at message 1 that is complete."""
    key = a_key(revision=revision, turn=turn)._replace(cause=cause)
    record = dataclasses.replace(failing(), key=key, judged_at=NOON + timedelta(minutes=2))
    verdict = dataclasses.replace(record.verdict, needs_review=not clean)
    return dataclasses.replace(record, verdict=verdict)


def a_waiting_case(number: int = 1, *, revision: str = "0", waiting: str = GEMINI) -> NewCase:
    return dataclasses.replace(a_new_case(number, revision=revision), waiting=waiting)


async def an_open_one(journal: Journal, number: int = 1, waiting: str = GEMINI) -> str:
    record = dataclasses.replace(failing(("gemini", FailureKind.UNAVAILABLE)), key=a_key(number))
    case = await journal.write(record, a_waiting_case(number, waiting=waiting))
    assert case is not None
    return case


@pytest.fixture
def desk(journal: Journal) -> Desk:
    evidence = EvidenceStore.open("memory://", journal.seal)
    return Desk(journal, evidence, lambda ref: NOWHERE.get(ref.platform), parse, Clock())


@pytest.mark.parametrize(
    "kind",
    [
        FailureKind.UNAVAILABLE,
        FailureKind.OVER_BUDGET,
        FailureKind.GARBLED,
    ],
)
def test_a_provider_that_may_answer_later_is_waited_for(kind: FailureKind) -> None:
    assert waits_for(failing(("gemini", kind)), REMOTE) == f"gemini:{kind.value}"


def test_who_is_late_is_away_so_that_one_outage_is_one_incident() -> None:
    assert waits_for(failing(("gemini", FailureKind.TIMEOUT)), REMOTE) == GEMINI


def test_a_worker_that_was_given_up_on_is_waited_for() -> None:
    assert waits_for(failing((WORKER, FailureKind.UNREADABLE)), REMOTE) == "worker:unreadable"


@pytest.mark.parametrize(
    "failures",
    [
        (),
        (("gemini", FailureKind.REJECTED),),
        (("ocr", FailureKind.TIMEOUT),),
        (("gemini", FailureKind.TIMEOUT), ("fetch", FailureKind.GONE)),
    ],
)
def test_what_another_try_does_not_mend_is_a_case_at_once(
    failures: tuple[tuple[str, FailureKind], ...],
) -> None:
    assert waits_for(failing(*failures), REMOTE) == ""


def test_what_matched_is_a_case_at_once() -> None:
    record = failing(("gemini", FailureKind.TIMEOUT), rules=("scam",))

    assert waits_for(record, REMOTE) == ""


async def test_an_outage_is_counted_by_what_is_waited_for(journal: Journal) -> None:
    for number in range(3):
        await an_open_one(journal, number)
    await an_open_one(journal, 9, "openai_moderation:timeout")

    assert await incidents(journal.database) == [
        Incident(GEMINI, 3, NOON),
        Incident("openai_moderation:timeout", 1, NOON),
    ]


async def test_a_waiting_case_is_listed_under_what_it_waits_for_alone(
    journal: Journal, desk: Desk
) -> None:
    name = await an_open_one(journal)

    assert await desk.cases(CaseState.OPEN) == []
    assert [case.id for case in await desk.cases(CaseState.OPEN, waiting=GEMINI)] == [name]


@pytest.mark.parametrize(
    ("cause", "turn"), [(Cause.LATE_ANSWER, 0), (Cause.POSTED, 1), (Cause.RESCAN, 0)]
)
async def test_a_complete_answer_that_found_nothing_resolves_the_case(
    journal: Journal, cause: Cause, turn: int
) -> None:
    name = await an_open_one(journal)
    await journal.write(later(cause=cause, turn=turn), None)

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting) == (CaseState.CLOSED, "")
    assert (case.events[-1].kind, case.events[-1].by) == (EventKind.RESOLVED, "")
    assert case.events[-1].note == ANSWERED_LATER


async def test_an_answer_that_found_something_makes_it_a_case_as_any_other(
    journal: Journal, desk: Desk
) -> None:
    name = await an_open_one(journal)
    await journal.write(later(clean=False), NewCase(a_message()))

    assert [case.id for case in await desk.cases(CaseState.OPEN)] == [name]


async def test_another_failure_waits_on(journal: Journal) -> None:
    name = await an_open_one(journal)
    await journal.write(later(clean=False), a_waiting_case(waiting="gemini:timeout"))

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting) == (CaseState.OPEN, "gemini:timeout")


async def test_a_harmless_edit_does_not_answer_for_what_stood_before(journal: Journal) -> None:
    name = await an_open_one(journal)
    await journal.write(later(cause=Cause.EDITED, revision="1"), None)

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting) == (CaseState.OPEN, GEMINI)


async def test_an_answer_to_an_older_revision_resolves_nothing(journal: Journal) -> None:
    name = await an_open_one(journal)
    edited = later(cause=Cause.EDITED, revision="1", clean=False)
    await journal.write(edited, a_waiting_case(revision="1"))
    await journal.write(later(revision="0"), None)

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting) == (CaseState.OPEN, GEMINI)


@pytest.mark.parametrize("clean", [True, False])
async def test_a_late_judgement_never_reopens_what_a_person_decided(
    journal: Journal, desk: Desk, *, clean: bool
) -> None:
    name = await an_open_one(journal)
    await desk.uphold(name, "ada", 1)
    await journal.write(later(clean=clean), None if clean else a_waiting_case())

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting, len(case.judgements)) == (CaseState.CLOSED, "", 2)
    assert [event.kind for event in case.events].count(EventKind.RESOLVED) == 0


async def test_what_a_moderator_looks_at_is_not_taken_from_them(
    journal: Journal, desk: Desk
) -> None:
    name = await an_open_one(journal)
    await desk.claim(name, "ada")
    await journal.write(later(), None)

    case = await journal.case(name)
    assert case is not None
    assert (case.state, case.waiting) == (CaseState.OPEN, "")
    assert timedelta(minutes=2) < CLAIM_LASTS


async def test_an_escalated_case_waits_no_more(journal: Journal, desk: Desk) -> None:
    name = await an_open_one(journal)
    await desk.escalate(name, "ada", 1)

    assert await incidents(journal.database) == []
    assert [case.id for case in await desk.cases(CaseState.ESCALATED)] == [name]


async def test_an_author_appeals_through_the_desk(journal: Journal, desk: Desk) -> None:
    name = await an_open_one(journal)
    await desk.uphold(name, "ada", 1)
    case = await desk.appeal(name, "u1", "It was a joke.")

    assert case.state is CaseState.ESCALATED
    assert case.events[-1].note == "It was a joke."
