"""A post that a member reports always ends before a person, and nothing is done to it twice."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.jobs import Done, Later, Parked
from bot.model import Case, CaseState, Cause, EventKind, Message, Status
from bot.queue.jobs import pack
from bot.review.states import Command
from bot.storage.decisions import Step, take
from tests.bot.journey import World, a_world
from tests.bot.storage.builders import disk
from tests.builders import NOON, a_message, an_author
from tests.fakes import Killed

REPORTER = an_author("u-reporter-7", name="Rita")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        yield made


async def report(world: World, message: Message, words: str = "", by: str = "u7") -> None:
    """Report it, and let the queue hand over what that put in, each key once."""
    await world.app.reports.report(message, an_author(by), words)
    await drained(world)


async def drained(world: World) -> None:
    jobs = {job.key: job for job in world.intake.jobs if job.key.endswith("+report")}
    world.intake.jobs.clear()
    for job in jobs.values():
        assert await world.app.handle(job) == Done()


async def the_case(world: World, message: Message) -> Case:
    case = await world.case(message)
    assert case is not None
    return case


async def notes(world: World, message: Message) -> list[str]:
    events = (await the_case(world, message)).events
    return [event.note for event in events if event.kind is EventKind.NOTED]


async def decided(world: World, message: Message, command: Command) -> None:
    name = (await the_case(world, message)).id
    await take(world.journal, name, Step(command, "ada", NOON))


async def test_a_harmless_post_that_is_reported_stands_before_a_person(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    assert await world.case(post) is None

    await report(world, post, "he follows me everywhere")

    case = await the_case(world, post)
    assert case.state is CaseState.OPEN
    assert case.judgements[-1].key.cause is Cause.REPORTED
    assert case.judgements[-1].explanation == "A member reported it. No rule matched."
    assert await notes(world, post) == ["Reported by a member: he follows me everywhere"]


async def test_ten_reports_are_one_judgement_and_ten_notes(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    for number in range(10):
        await world.app.reports.report(post, an_author(f"u{number}"), f"reason {number}")
    await drained(world)

    causes = [one.key.cause for one in (await the_case(world, post)).judgements]
    assert causes == [Cause.POSTED, Cause.REPORTED]
    assert len(await notes(world, post)) == 10


async def test_a_later_report_is_noted_on_the_same_case(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    await report(world, post, "first", by="u1")
    await report(world, post, by="u2")

    assert len((await the_case(world, post)).judgements) == 2
    assert await notes(world, post) == ["Reported by a member: first", "Reported by a member."]


async def test_one_member_counts_once(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    for words in ("first", "again"):
        await report(world, post, words)

    assert await notes(world, post) == ["Reported by a member: first"]


async def test_a_brigade_fills_no_case(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    for number in range(120):
        await world.app.reports.book.add(post.ref, f"u{number}", "")
    await report(world, post)
    for _ in range(3):
        await world.app.reports.book.turn()

    assert len(await notes(world, post)) == 100


async def test_nobody_can_read_who_reported(world: World, tmp_path: Path) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    await world.app.reports.report(post, REPORTER, "canary words")
    on_disk = disk(tmp_path)

    assert REPORTER.id.encode() not in on_disk
    assert b"canary words" not in on_disk


async def test_a_post_that_came_while_nobody_listened_is_judged_and_acted_upon(
    world: World,
) -> None:
    post = world.stands(a_message("scam 0.9"))
    world.time = NOON + timedelta(hours=1)
    await report(world, post)

    assert world.platform.client.messages == {}
    assert (await the_case(world, post)).judgements[-1].rules == ("scam", "mild")


async def test_a_fresh_post_is_left_to_its_own_judgement_first(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    await world.app.reports.report(post, REPORTER)
    (job,) = world.intake.jobs

    assert isinstance(await world.app.handle(job), Later)
    await world.handle(post)
    assert await world.app.handle(job) == Done()


async def test_what_was_done_already_is_not_done_again(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    await world.handle(post)
    await report(world, post)
    case = await the_case(world, post)

    assert case.judgements[-1].outcomes == ()
    assert world.platform.client.calls.count("delete") == 1


async def test_what_only_the_second_look_finds_is_done(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    world.detector.away = True
    await world.handle(post)
    world.detector.away = False
    await report(world, post)

    assert world.platform.client.messages == {}


async def test_a_case_that_a_person_closed_gets_the_note_and_stays_closed(world: World) -> None:
    post = world.stands(a_message("scam 0.6"))
    await world.handle(post)
    await decided(world, post, Command.OVERTURN)
    await report(world, post, "please look")

    case = await the_case(world, post)
    assert case.state is CaseState.CLOSED
    assert await notes(world, post) == ["Reported by a member: please look"]
    assert case.judgements[-1].outcomes == ()


async def test_nothing_is_done_that_a_person_decided_against(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    world.detector.away = True
    await world.handle(post)
    await decided(world, post, Command.OVERTURN)
    world.detector.away = False
    await report(world, post)

    assert post.ref in world.platform.client.messages


async def test_a_case_that_the_bot_closed_is_opened_by_a_report(world: World) -> None:
    post = world.stands(a_message("scam 0.6"))
    await world.handle(post)
    await decided(world, post, Command.RESOLVE)
    await report(world, post)

    assert (await the_case(world, post)).state is CaseState.OPEN


async def test_a_reported_post_waits_for_no_answer(world: World) -> None:
    """So that a late answer that finds nothing does not close what a member asked about."""
    post = world.stands(a_message("good morning"))
    world.detector.away = True
    await world.handle(post)
    await report(world, post)

    assert not (await the_case(world, post)).waiting


async def test_a_kill_after_acting_repeats_nothing(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    world.time = NOON + timedelta(hours=1)
    await world.app.reports.report(post, REPORTER, "look")
    (job,) = world.intake.jobs
    world.platform.client.die_after = "time_out"
    with pytest.raises(Killed):
        await world.app.handle(job)

    assert await world.app.handle(job) == Done()
    assert world.platform.client.calls.count("time_out") == 1
    assert await notes(world, post) == ["Reported by a member: look"]
    outcomes = (await the_case(world, post)).judgements[-1].outcomes
    assert {one.status for one in outcomes} == {Status.APPLIED}


async def test_words_that_a_kill_left_behind_are_told_later(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    await world.app.reports.book.add(post.ref, "u7", "look")
    await world.app.handle(pack(post, report=True))
    await world.app.reports.book.add(post.ref, "u8", "me too")
    await world.app.reports.book.turn()

    assert await notes(world, post) == [
        "Reported by a member: look",
        "Reported by a member: me too",
    ]


async def test_a_report_whose_worker_died_stands_before_a_person(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    job = pack(post, report=True)
    await world.given_up.told_of([Parked(job, "took its worker down 3 times", world.time)])

    case = await the_case(world, post)
    assert (case.state, case.waiting) == (CaseState.OPEN, "")


async def test_a_report_that_is_driven_again_is_judged_anew(world: World) -> None:
    post = world.stands(a_message("scam 0.9"))
    world.time = NOON + timedelta(hours=1)
    job = pack(post, report=True)
    await world.given_up.told_of([Parked(job, "took its worker down 3 times", world.time)])
    await world.app.handle(job)

    assert world.platform.client.messages == {}


async def test_an_edit_is_another_report(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    await report(world, post)
    edited = world.stands(replace(post, revision="1", edited=True, text="good evening"))
    await world.handle(edited)
    await report(world, edited, by="u8")

    reported = [
        one.key.revision
        for one in (await the_case(world, post)).judgements
        if one.key.cause is Cause.REPORTED
    ]
    assert reported == ["0", "1"]


async def test_reports_at_once_are_one_judgement(world: World) -> None:
    post = world.stands(a_message("good morning"))
    await world.handle(post)
    job = pack(post, report=True)
    await asyncio.gather(*(world.app.handle(job) for _ in range(5)))

    assert len((await the_case(world, post)).judgements) == 2
