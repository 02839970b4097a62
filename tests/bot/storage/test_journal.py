"""What a message leaves behind, on every database."""

import asyncio
import dataclasses
from datetime import timedelta

import pytest

from bot.model import CaseState, EventKind, Outcome, Status
from bot.storage.database import Database
from bot.storage.journal import Journal, NoSuchJudgement
from bot.storage.seal import Seal
from tests.bot.storage.builders import (
    NOON,
    OCR_CANARY,
    QUOTE_CANARY,
    a_key,
    a_message,
    a_new_case,
    a_record,
    a_ref,
    applied,
    parse,
    wordless,
)


async def test_nothing_is_stored_under_a_new_key(journal: Journal) -> None:
    assert await journal.stored(a_key()) is None


async def test_a_record_comes_back_whole_but_without_words(journal: Journal) -> None:
    record = a_record()
    await journal.write(record, None)

    stored = await journal.stored(record.key)

    assert stored is not None
    assert stored.record == wordless(record)


async def test_a_record_without_a_case_opens_none(journal: Journal) -> None:
    assert await journal.write(a_record(), None) is None
    assert await journal.case_of(a_ref()) is None


async def test_the_record_of_a_case_holds_no_words_either(journal: Journal) -> None:
    record = a_record()
    await journal.write(record, a_new_case())

    stored = await journal.stored(record.key)

    assert stored is not None
    assert stored.record == wordless(record)


async def test_every_action_is_intended_before_anything_is_done(journal: Journal) -> None:
    await journal.write(a_record(actions=("delete", "annotate")), None)

    stored = await journal.stored(a_key())

    assert stored is not None
    assert [(o.action, o.status) for o in stored.record.outcomes] == [
        ("delete", Status.INTENDED),
        ("annotate", Status.INTENDED),
    ]


async def test_an_outcome_the_record_brings_stays_as_it_is(journal: Journal) -> None:
    withheld = Outcome("delete", Status.WITHHELD, NOON, detail="not permitted")
    record = dataclasses.replace(a_record(actions=("delete", "log")), outcomes=(withheld,))
    await journal.write(record, None)

    stored = await journal.stored(record.key)

    assert stored is not None
    assert stored.record.outcomes == (withheld, Outcome("log", Status.INTENDED, NOON))


async def test_a_settled_outcome_is_read_back(journal: Journal) -> None:
    await journal.write(a_record(actions=("delete",)), None)
    await journal.settle(a_key(), applied("delete"))

    stored = await journal.stored(a_key())

    assert stored is not None
    assert stored.record.outcomes == (applied("delete"),)


async def test_an_outcome_nobody_intended_is_kept_too(journal: Journal) -> None:
    await journal.write(a_record(actions=("delete",)), None)
    await journal.settle(a_key(), applied("log"))

    stored = await journal.stored(a_key())

    assert stored is not None
    assert stored.record.outcomes[1:] == (applied("log"),)


async def test_settling_what_was_never_written_is_an_error(journal: Journal) -> None:
    with pytest.raises(NoSuchJudgement):
        await journal.settle(a_key(), applied("delete"))


async def test_a_judgement_is_unfinished_until_it_is_finished(journal: Journal) -> None:
    await journal.write(a_record(a_key(1)), None)
    await journal.write(a_record(a_key(2)), None)
    await journal.finish(a_key(1))

    assert await journal.unfinished() == (a_key(2),)


async def test_writing_twice_changes_nothing(journal: Journal) -> None:
    first = await journal.write(a_record(), a_new_case())
    await journal.settle(a_key(), applied("delete"))
    before = await journal.case_of(a_ref())

    again = await journal.write(a_record(), a_new_case(text="other"))

    assert again == first
    assert await journal.case_of(a_ref()) == before


async def test_the_same_post_judged_at_once_has_one_case(journal: Journal) -> None:
    keys = [a_key(turn=turn) for turn in range(8)]

    names = await asyncio.gather(*(journal.write(a_record(k), a_new_case()) for k in keys))

    assert len(set(names)) == 1
    assert sum((await journal.counts()).values()) == 1


async def test_two_processes_that_judge_one_post_open_one_case(
    url: str, database: Database, seal: Seal
) -> None:
    other = await Database.open(url)
    journals = Journal(database, seal, parse), Journal(other, seal, parse)
    await journals[0].write(a_record(a_key(revision="first")), None)
    writes = [
        journal.write(a_record(a_key(turn=turn)), a_new_case())
        for turn in range(6)
        for journal in journals
    ]

    names = await asyncio.gather(*writes)

    await other.close()
    case = await journals[0].case_of(a_ref())
    assert case is not None
    assert set(names) == {case.id}
    assert sorted(one.key.round for one in case.judgements) == [0, *range(6)]


async def test_a_case_keeps_the_message_and_its_passages(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert case.message == a_message()
    assert case.passages == a_new_case().passages
    assert case.evidence == a_new_case().evidence


async def test_a_case_shows_the_quotes_of_its_signals(journal: Journal) -> None:
    record = a_record()
    await journal.write(record, a_new_case())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert case.judgements[0].signals == record.assessment.signals


async def test_a_case_names_rules_and_shadow_rules_apart(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert case.judgements[0].rules == ("scam-screenshot",)
    assert case.judgements[0].shadow_rules == ("trial",)


async def test_a_new_case_is_open_with_its_first_judgement(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert (case.state, case.version) == (CaseState.OPEN, 1)
    assert [event.kind for event in case.events] == [EventKind.OPENED, EventKind.JUDGED]


async def test_a_later_judgement_joins_the_case_even_when_none_is_due(journal: Journal) -> None:
    await journal.write(a_record(a_key(turn=0)), a_new_case())
    await journal.write(a_record(a_key(turn=1)), None)

    case = await journal.case_of(a_ref())

    assert case is not None
    assert [one.key.round for one in case.judgements] == [0, 1]
    assert case.version == 2


async def test_an_earlier_judgement_joins_the_case_that_a_later_one_opens(
    journal: Journal,
) -> None:
    await journal.write(a_record(a_key(turn=0)), None)
    await journal.write(a_record(a_key(turn=1)), a_new_case())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert [one.key.round for one in case.judgements] == [0, 1]


async def test_a_case_shows_the_newest_revision_that_was_due_one(journal: Journal) -> None:
    await journal.write(a_record(a_key(revision="0")), a_new_case(text="bad"))
    await journal.write(a_record(a_key(revision="1")), a_new_case(revision="1", text="worse"))
    await journal.write(a_record(a_key(revision="2")), None)

    case = await journal.case_of(a_ref())

    assert case is not None
    assert case.message.text == "worse"


async def test_the_same_picture_is_evidence_once(journal: Journal) -> None:
    await journal.write(a_record(a_key(revision="0")), a_new_case())
    await journal.write(a_record(a_key(revision="1")), a_new_case(revision="1"))

    case = await journal.case_of(a_ref())

    assert case is not None
    assert case.evidence == a_new_case().evidence


async def test_a_bare_case_keeps_nothing_of_what_was_posted(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case().bare())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert (case.message.text, case.message.attachments) == ("", ())
    assert (case.passages, case.evidence) == ((), ())


async def test_a_bare_case_keeps_no_quotes_either(journal: Journal) -> None:
    await journal.write(a_record(), a_new_case().bare())

    case = await journal.case_of(a_ref())

    assert case is not None
    assert QUOTE_CANARY not in repr(case)
    assert OCR_CANARY not in repr(case)


async def test_cases_are_paged_newest_first(journal: Journal) -> None:
    for number in range(5):
        at = NOON + timedelta(seconds=number // 2)  # some share their second
        await journal.write(a_record(a_key(number), judged_at=at), a_new_case(number))
    seen: list[tuple[object, str]] = []
    before = None
    while page := await journal.cases(before=before, limit=2):
        before = (page[-1].opened_at, page[-1].id)
        seen += [(case.opened_at, case.id) for case in page]

    assert len(seen) == 5
    assert seen == sorted(seen, reverse=True)


async def test_cases_are_counted_by_state(journal: Journal) -> None:
    await journal.write(a_record(a_key(1)), a_new_case(1))
    await journal.write(a_record(a_key(2)), a_new_case(2))

    assert await journal.counts() == {
        CaseState.OPEN: 2,
        CaseState.ESCALATED: 0,
        CaseState.CLOSED: 0,
    }


async def test_records_are_read_back_in_pages_oldest_first(journal: Journal) -> None:
    for number in range(5):
        at = NOON + timedelta(seconds=number // 2)
        await journal.write(a_record(a_key(number), judged_at=at), None)
    since = NOON + timedelta(seconds=1)

    found = [record.key async for record in journal.records(since, page=2)]

    assert found == [a_key(2), a_key(3), a_key(4)]
