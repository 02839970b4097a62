"""The lean reading of what was judged: the same as the whole records, as far as rules can tell."""

import dataclasses
from datetime import timedelta

import pytest

from analysis.types import Fact, FactKind
from bot.model import EventKind, Record, Ref
from bot.policy.past import Past
from bot.policy.post import Post
from bot.policy.variables import VARIABLES, kinds_of, values
from bot.review.states import Command
from bot.storage import replay
from bot.storage.decisions import Step, take
from bot.storage.journal import Journal
from tests.bot.storage.builders import (
    CANARY,
    NOON,
    OCR_CANARY,
    a_key,
    a_new_case,
    a_record,
    a_ref,
)

EVERY = replay.Wanted(NOON - timedelta(days=1), tuple(FactKind), animated=True)


async def read(journal: Journal, wanted: replay.Wanted = EVERY, page: int = 1_000) -> list[Past]:
    return [one async for one in replay.past(journal.database, wanted, page=page)]


def animated(record: Record) -> Record:
    found = record.assessment
    moving = tuple(one and dataclasses.replace(one, animated=True) for one in found.media)
    return dataclasses.replace(record, assessment=dataclasses.replace(found, media=moving))


def looking(record: Record) -> Record:
    """The same with a fact of every kind, in an order that is not the alphabet's."""
    facts = tuple(Fact(kind, kind.value, 0.5, media=1) for kind in reversed(FactKind))
    found = dataclasses.replace(record.assessment, facts=facts)
    return dataclasses.replace(record, assessment=found)


async def test_every_variable_reads_the_same_as_from_the_whole_record(journal: Journal) -> None:
    await journal.write(animated(a_record(a_key(1))), None)
    await journal.write(looking(a_record(a_key(2))), None)
    await journal.write(a_record(a_key(3)), None)

    whole = [one async for one in journal.records(EVERY.since)]

    for past, record in zip(await read(journal), whole, strict=True):
        lean, full = Post(past.assessment, past.context), Post(record.assessment, record.context)
        assert values(lean, VARIABLES) == values(full, VARIABLES)
        assert past.matched == record.verdict.matched
        assert past.needs_review == record.verdict.needs_review
        assert (past.ref, past.judged_at) == (record.key.ref, record.judged_at)


async def test_a_variable_needs_no_other_facts_than_it_says(journal: Journal) -> None:
    await journal.write(looking(a_record()), None)
    (whole,) = await read(journal)
    full = Post(whole.assessment, whole.context)

    for name in VARIABLES:
        (past,) = await read(journal, dataclasses.replace(EVERY, kinds=kinds_of([name])))
        assert values(Post(past.assessment, past.context), [name]) == values(full, [name])


async def test_pages_join_without_a_gap_or_a_repetition(journal: Journal) -> None:
    for number in range(7):
        await journal.write(a_record(a_key(number)), None)

    found = await read(journal, page=3)

    assert [one.ref for one in found] == [a_ref(number) for number in range(7)]


async def test_what_is_older_is_left_out(journal: Journal) -> None:
    await journal.write(a_record(a_key(1), judged_at=NOON - timedelta(days=2)), None)
    await journal.write(a_record(a_key(2)), None)

    assert [one.ref for one in await read(journal)] == [a_ref(2)]
    assert await replay.count(journal.database, EVERY) == 1


async def decide(journal: Journal, number: int, command: Command) -> str:
    case = await journal.write(a_record(a_key(number)), a_new_case(number))
    assert case is not None
    await take(journal, case, Step(command, "mod", NOON))
    return case


async def test_a_decision_comes_with_its_case(journal: Journal) -> None:
    upheld = await decide(journal, 1, Command.UPHOLD)
    overturned = await decide(journal, 2, Command.OVERTURN)
    await decide(journal, 3, Command.ESCALATE)

    found = {one.case_id: one.decision for one in await read(journal)}

    assert found.pop(upheld) is EventKind.UPHELD
    assert found.pop(overturned) is EventKind.OVERTURNED
    assert list(found.values()) == [None]


async def test_only_decided_cases_can_be_asked_for(journal: Journal) -> None:
    await decide(journal, 1, Command.UPHOLD)
    await journal.write(a_record(a_key(2)), a_new_case(2))
    await journal.write(a_record(a_key(3)), None)
    decided = dataclasses.replace(EVERY, decided=True)

    assert [one.ref for one in await read(journal, decided)] == [a_ref(1)]
    assert await replay.count(journal.database, decided) == 1


async def test_a_case_is_told_with_its_words(journal: Journal) -> None:
    case = await journal.write(a_record(), a_new_case())
    assert case is not None

    (past,) = await replay.told(journal, case)

    words = {fact.value for fact in past.assessment.facts}
    assert {CANARY, OCR_CANARY} <= words


async def test_a_message_is_told_by_its_ref(journal: Journal) -> None:
    for revision in ("0", "1"):
        await journal.write(a_record(a_key(revision=revision)), None)

    found = await replay.told(journal, str(a_ref()))

    assert [one.revision for one in found] == ["0", "1"]
    assert found[0].assessment.facts[0].value == ""


@pytest.mark.parametrize("which", ["", "nothing", "a:b", "a:b:c:d", "a:b:c:d:e", str(Ref(*"abcd"))])
async def test_what_is_not_remembered_is_nothing(journal: Journal, which: str) -> None:
    assert await replay.told(journal, which) == []
