"""The journey of a message: what is promised of it, whatever happens on the way."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from bot.errors import PlatformUnavailable
from bot.jobs import Done, Job, Later, Parked
from bot.journey.giving_up import GivenUp
from bot.model import Attachment, CaseState, Cause, EventKind, Message, Status
from bot.queue.jobs import pack
from bot.review.states import Command
from bot.storage.decisions import Step, take
from tests.bot.journey import World, a_world
from tests.builders import NOON, a_message
from tests.fakes import Killed


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with a_world(tmp_path) as made:
        yield made


async def test_a_scam_is_removed_recorded_and_put_before_a_person(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    answer = await world.handle(message)
    record, case = await world.record(message), await world.case(message)

    assert answer == Done()
    assert message.ref not in world.platform.client.messages
    assert {o.action: o.status for o in record.outcomes} == {
        "delete": Status.APPLIED,
        "timeout 1h": Status.APPLIED,
        "flag": Status.APPLIED,
    }
    assert case is not None
    assert (case.state, case.message) == (CaseState.OPEN, message)
    assert world.platform.done == [message]


async def test_a_harmless_post_leaves_a_record_and_no_case(world: World) -> None:
    message = world.stands(a_message("good morning"))
    await world.handle(message)

    assert (await world.record(message)).outcomes == ()
    assert await world.case(message) is None


async def test_trouble_is_never_silence(world: World) -> None:
    message = world.stands(a_message("broken 0.0"))
    await world.handle(message)
    case = await world.case(message)

    assert case is not None
    assert [failure.detector for failure in case.judgements[0].failures] == ["scams"]
    assert "canary" not in case.judgements[0].failures[0].reason


async def test_a_file_that_is_gone_is_never_silence(world: World) -> None:
    message = world.stands(a_message("hi", attachments=(Attachment("https://nowhere.test/a"),)))
    await world.handle(message)

    assert await world.case(message) is not None


async def test_a_redelivered_message_is_judged_once(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    await world.handle(message)
    calls = len(world.platform.client.calls)
    await world.handle(message)

    assert world.detector.looked == ["scam 0.9"]
    assert len(world.platform.client.calls) == calls
    await world.record(message)


async def test_dry_run_touches_nothing(tmp_path: Path) -> None:
    async with a_world(tmp_path, simulate=True) as world:
        message = world.stands(a_message("scam 0.9"))
        await world.handle(message)
        record = await world.record(message)

        assert world.platform.client.messages == {message.ref: message}
        assert {o.status for o in record.outcomes if o.action != "flag"} == {Status.SIMULATED}


@pytest.mark.parametrize("method", ["delete", "time_out"])
async def test_a_death_while_acting_repeats_nothing(world: World, method: str) -> None:
    message = world.stands(a_message("scam 0.9"))
    world.platform.client.die_after = method
    with pytest.raises(Killed):
        await world.handle(message)
    await world.handle(message)
    record = await world.record(message)

    assert world.platform.client.calls.count(method) == 1
    assert {o.status for o in record.outcomes} == {Status.APPLIED}
    assert world.detector.looked == ["scam 0.9"]


async def test_an_outage_of_the_platform_brings_the_message_again(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    world.platform.client.breaks = {"delete": PlatformUnavailable("503", retry_after=7.0)}
    answer = await world.handle(message)
    world.platform.client.breaks = {}
    again = await world.handle(message)

    assert answer == Later(7.0, "503")
    assert again == Done()
    assert message.ref not in world.platform.client.messages


async def test_after_an_hour_without_the_platform_a_person_is_asked(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    world.platform.client.breaks = {"delete": PlatformUnavailable("503")}
    await world.handle(message)
    world.time = NOON + timedelta(hours=2)
    answer = await world.handle(message)
    record = await world.record(message)

    assert answer == Done()
    assert {o.action: o.status for o in record.outcomes}["delete"] is Status.FAILED


async def test_an_edit_is_judged_on_its_own_in_the_same_case(world: World) -> None:
    message = world.stands(a_message("scam 0.6"))
    await world.handle(message)
    edited = world.stands(replace(message, text="scam 0.9", revision="1", edited=True))
    await world.handle(edited)
    case = await world.case(message)

    assert case is not None
    assert [judgement.key.revision for judgement in case.judgements] == ["0", "1"]
    assert message.ref not in world.platform.client.messages


async def test_what_was_given_up_on_gets_a_record_and_a_case(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    await world.parked(message)
    await world.parked(message)
    case = await world.case(message)

    assert case is not None
    assert case.judgements[0].failures[0].reason == "given up: took its worker down 3 times"
    assert (await world.record(message)).verdict.needs_review
    assert message.ref in world.platform.client.messages


async def test_what_was_given_up_on_just_before_a_kill_is_told_to_its_platform_after_it(
    world: World,
) -> None:
    message = world.stands(a_message())
    await world.parked(message)
    world.platform.done.clear()
    restarted = GivenUp(world.journal, {"fake": world.platform}, lambda: world.time)
    await restarted.told_of([Parked(pack(message), "took its worker down 3 times", world.time)])

    assert world.platform.done == [message]
    assert (await world.record(message)).key.round == 0


async def test_what_was_given_up_on_and_is_driven_again_is_judged(world: World) -> None:
    message = world.stands(a_message("scam 0.9"))
    await world.parked(message)
    world.time = NOON + timedelta(minutes=5)
    await world.handle(message)
    case = await world.case(message)

    assert message.ref not in world.platform.client.messages
    assert case is not None
    assert [judgement.key.round for judgement in case.judgements] == [0, 1]


async def test_what_was_given_up_on_waits_and_is_resolved_when_nothing_is_found(
    world: World,
) -> None:
    message = world.stands(a_message("scam 0.1"))
    await world.parked(message)
    parked = await world.case(message)
    world.time = NOON + timedelta(minutes=5)
    await world.handle(message)
    case = await world.case(message)

    assert parked is not None
    assert case is not None
    assert (parked.state, parked.waiting) == (CaseState.OPEN, "worker:unreadable")
    assert (case.state, case.events[-1].kind) == (CaseState.CLOSED, EventKind.RESOLVED)


async def test_what_died_while_acting_and_was_given_up_on_is_settled_as_unknown(
    world: World,
) -> None:
    message = world.stands(a_message("scam 0.9"))
    world.platform.client.die_after = "delete"
    with pytest.raises(Killed):
        await world.handle(message)
    await world.parked(message)
    record = await world.record(message)

    assert {o.action: o.status for o in record.outcomes}["delete"] is Status.UNKNOWN


async def test_the_metrics_tell_what_happened_and_to_nobody_by_name(world: World) -> None:
    await world.handle(world.stands(a_message("scam 0.9")))
    counted = {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in world.metrics.registry.collect()
        for sample in family.samples
    }

    assert counted["bifocal_messages_judged_total", "fake", "true"] == 1
    assert counted["bifocal_actions_total", "applied", "delete"] == 1
    assert not any("u1" in key or "g1" in key for key in counted)


async def after_an_outage(world: World, text: str) -> tuple[Message, Job]:
    """A post that was judged while the vendor was away, and the job that asks again."""
    message = world.stands(a_message(text))
    world.detector.away = True
    await world.handle(message)
    (job,) = world.intake.jobs
    world.detector.away = False
    return message, job


async def test_what_did_not_answer_is_asked_again_after_a_while(world: World) -> None:
    message, job = await after_an_outage(world, "scam 0.9")
    early = await world.app.handle(job)
    world.time = NOON + timedelta(minutes=2)
    answer = await world.app.handle(job)
    case = await world.case(message)

    assert early == Later(60.0, "too early to ask again")
    assert answer == Done()
    assert message.ref not in world.platform.client.messages
    assert case is not None
    assert [j.key.cause for j in case.judgements] == [Cause.POSTED, Cause.LATE_ANSWER]


async def test_what_still_does_not_answer_is_asked_less_and_less_often(world: World) -> None:
    _, job = await after_an_outage(world, "scam 0.9")
    world.detector.away = True
    waits = []
    for minutes in (2, 4, 300):
        world.time = NOON + timedelta(minutes=minutes)
        waits.append(await world.app.handle(job))

    assert [w.seconds for w in waits if isinstance(w, Later)] == [120.0, 240.0, 3600.0]


async def test_a_late_answer_does_not_touch_what_a_person_decided(world: World) -> None:
    message, job = await after_an_outage(world, "scam 0.9")
    case = await world.case(message)
    assert case is not None
    step = Step(Command.UPHOLD, "ada", world.time, case.version, "")
    await take(world.journal, case.id, step)
    world.time = NOON + timedelta(minutes=2)
    await world.app.handle(job)
    after = await world.case(message)

    assert message.ref in world.platform.client.messages
    assert after is not None
    assert (after.state, len(after.judgements)) == (CaseState.CLOSED, 2)


async def test_a_late_answer_about_a_post_that_changed_is_dropped(world: World) -> None:
    message, job = await after_an_outage(world, "scam 0.9")
    world.stands(replace(message, revision="1"))
    world.time = NOON + timedelta(minutes=2)

    assert await world.app.handle(job) == Done()
    assert message.ref in world.platform.client.messages


async def test_after_a_day_nobody_is_asked_any_more(world: World) -> None:
    message, job = await after_an_outage(world, "scam 0.9")
    world.detector.away = True
    world.time = NOON + timedelta(days=2)
    answer = await world.app.handle(job)
    case = await world.case(message)

    assert answer == Done()
    assert case is not None
    assert case.state is CaseState.OPEN
