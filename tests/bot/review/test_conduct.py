"""What rules did lately: counted by day, by what was done, and by what moderators made of it."""

import dataclasses
from datetime import timedelta

from bot.model import EventKind, Matched, Mode, Outcome, Status
from bot.review.conduct import DAYS, NEWEST, Conduct, Day, Sighting, observed
from bot.review.states import Command
from bot.storage.decisions import Step, take
from bot.storage.journal import Journal
from bot.storage.sightings import PAGE, sightings
from tests.bot.storage.builders import NOON, a_key, a_new_case, a_record, a_ref

LIVE = Matched("scam", Mode.LIVE, ("delete", "timeout 1h"))
SHADOW = Matched("trial", Mode.SHADOW, ("delete",))


def seen(
    number: int = 1,
    *matched: Matched,
    days: float = 0.5,
    done: tuple[tuple[str, str], ...] = (),
    decision: EventKind | None = None,
) -> Sighting:
    at = NOON - timedelta(days=days)
    return Sighting(a_ref(number), at, f"case{number}", decision, matched, done)


def of(rule: str, *found: Sighting) -> Conduct:
    return observed(NOON, found)[rule]


def test_matches_are_counted_by_day_live_and_shadow_apart() -> None:
    found = (seen(1, LIVE, SHADOW), seen(2, LIVE, days=1.5), seen(3, SHADOW, days=8))

    assert of("scam", *found).days[-2:] == [Day(live=1), Day(live=1)]
    assert of("trial", *found).week == Day(shadow=1)
    assert of("trial", *found).month == Day(shadow=2)


def test_what_is_older_than_thirty_days_is_not_told() -> None:
    assert observed(NOON, [seen(1, LIVE, days=DAYS)]) == {}


def test_a_judgement_of_tomorrow_is_of_today() -> None:
    assert of("scam", seen(1, LIVE, days=-2)).days[-1] == Day(live=1)


def test_a_rule_did_what_became_of_the_actions_it_asked_for() -> None:
    done = (("timeout 1d", "applied"), ("delete", "withheld"), ("log", "applied"))

    assert of("scam", seen(1, LIVE, done=done)).done == {"applied": 1, "withheld": 1}


def test_a_shadow_stands_beside_what_was_really_done() -> None:
    found = (
        seen(1, SHADOW, done=(("timeout 1h", "applied"), ("flag", "applied"))),
        seen(2, SHADOW, done=(("delete", "withheld"),)),
        seen(3, SHADOW, done=(("delete", "failed"),)),
    )

    conduct = of("trial", *found)
    assert conduct.would == {"delete": 3}
    assert conduct.done == {}
    assert conduct.beside == {"timeout": 1, "delete, withheld": 1, "left alone": 1}


def test_a_case_counts_once_for_precision() -> None:
    found = [seen(1, LIVE, decision=EventKind.UPHELD)] * 3
    found.append(seen(2, LIVE, decision=EventKind.OVERTURNED))

    conduct = of("scam", *found, seen(3, LIVE))
    assert (conduct.precision, conduct.decided) == (0.5, 2)
    assert of("trial", seen(3, SHADOW)).precision is None


def test_the_newest_posts_are_kept_and_no_more() -> None:
    found = [seen(number, LIVE, days=number / 100) for number in range(NEWEST + 5)]

    newest = of("scam", *found).newest
    assert [one.sighting.ref for one in newest] == [a_ref(number) for number in range(NEWEST)]


async def stored(journal: Journal, since: timedelta = timedelta(days=30)) -> list[Sighting]:
    return [one async for page in sightings(journal.database, NOON - since) for one in page]


async def test_what_matched_is_read_back_with_its_outcomes_and_decision(journal: Journal) -> None:
    case = await journal.write(a_record(actions=("delete", "flag")), a_new_case())
    assert case is not None
    await journal.settle(a_key(), Outcome("delete", Status.APPLIED, NOON))
    await take(journal, case, Step(Command.UPHOLD, "ada", NOON))

    (one,) = await stored(journal)

    assert (one.ref, one.case_id, one.decision) == (a_ref(), case, EventKind.UPHELD)
    assert [matched.rule for matched in one.matched] == ["scam-screenshot", "trial"]
    assert one.outcomes == (("delete", "applied"), ("flag", "intended"))


async def test_what_matched_nothing_is_not_read(journal: Journal) -> None:
    record = a_record(actions=())
    verdict = dataclasses.replace(record.verdict, matched=())
    await journal.write(dataclasses.replace(record, verdict=verdict), None)

    assert await stored(journal) == []


async def test_pages_join_newest_first_without_a_gap_or_a_repetition(journal: Journal) -> None:
    for number in range(PAGE + 3):
        at = NOON - timedelta(minutes=number // 2)
        await journal.write(a_record(a_key(number), judged_at=at), None)

    found = await stored(journal)

    assert len({one.ref for one in found}) == len(found) == PAGE + 3
    assert [one.at for one in found] == sorted((one.at for one in found), reverse=True)
