"""The case's state machine: what is allowed, what is not, and what holds for every history."""

import contextlib
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import CaseEvent, CaseState, EventKind
from bot.review.states import (
    CLAIM_LASTS,
    CLOSING,
    AlreadyAppealed,
    AlreadyDecided,
    AlreadyEscalated,
    APersonIsAtIt,
    Claimed,
    Command,
    IllegalMove,
    NoteEmpty,
    NothingToAppeal,
    NotTheAuthor,
    Standing,
    after,
    move,
    replay,
)
from tests.bot.storage.builders import NOON


def a_standing(*commands: Command, by: str = "ada") -> Standing:
    standing = Standing()
    for command in commands:
        event = move(standing, command, by=by, at=NOON, note="why", author=by)
        standing = after(standing, event)
    return standing


FREE = {Command.NOTE, Command.APPEAL}
"""What neither a claim nor a decision keeps anybody from."""


def test_a_new_case_is_open() -> None:
    assert replay([]).state is CaseState.OPEN


@pytest.mark.parametrize(
    ("command", "state"),
    [
        (Command.CLAIM, CaseState.OPEN),
        (Command.NOTE, CaseState.OPEN),
        (Command.ESCALATE, CaseState.ESCALATED),
        (Command.UPHOLD, CaseState.CLOSED),
        (Command.OVERTURN, CaseState.CLOSED),
        (Command.RESOLVE, CaseState.CLOSED),
        (Command.APPEAL, CaseState.OPEN),
    ],
)
def test_a_command_leads_to_its_state(command: Command, state: CaseState) -> None:
    assert a_standing(command).state is state


@pytest.mark.parametrize("command", [Command.UPHOLD, Command.OVERTURN])
def test_an_escalated_case_can_be_decided(command: Command) -> None:
    assert a_standing(Command.ESCALATE, command).state is CaseState.CLOSED


@pytest.mark.parametrize("command", sorted(set(Command) - FREE))
def test_a_closed_case_says_who_decided_it(command: Command) -> None:
    closed = a_standing(Command.OVERTURN, by="ada")

    with pytest.raises(AlreadyDecided, match="ada already overturned this case") as caught:
        move(closed, command, by="bob", at=NOON)

    assert (caught.value.by, caught.value.at) == ("ada", NOON)


def test_a_closed_case_takes_notes() -> None:
    assert a_standing(Command.UPHOLD, Command.NOTE).state is CaseState.CLOSED


def test_a_note_needs_words() -> None:
    with pytest.raises(NoteEmpty):
        move(Standing(), Command.NOTE, by="ada", at=NOON, note="  ")


def test_a_case_is_escalated_once() -> None:
    with pytest.raises(AlreadyEscalated):
        a_standing(Command.ESCALATE, Command.ESCALATE)


@pytest.mark.parametrize("command", sorted(set(Command) - FREE))
def test_a_claim_keeps_others_out(command: Command) -> None:
    with pytest.raises(Claimed, match="ada is deciding this case") as caught:
        move(a_standing(Command.CLAIM), command, by="bob", at=NOON)

    assert caught.value.until == NOON + CLAIM_LASTS


def test_a_claim_does_not_keep_its_holder_out() -> None:
    assert a_standing(Command.CLAIM, Command.UPHOLD).state is CaseState.CLOSED


def test_a_claim_runs_out() -> None:
    late = NOON + CLAIM_LASTS

    event = move(a_standing(Command.CLAIM), Command.UPHOLD, by="bob", at=late)

    assert event.kind is EventKind.UPHELD


def test_escalating_frees_the_claim() -> None:
    assert a_standing(Command.CLAIM, Command.ESCALATE).holder(NOON) == ""


commands = st.tuples(
    st.sampled_from(Command), st.sampled_from(["ada", "bob"]), st.integers(0, 30 * 60)
)
events = st.lists(
    st.builds(
        CaseEvent,
        st.sampled_from(EventKind),
        st.integers(0, 3600).map(lambda seconds: NOON + timedelta(seconds=seconds)),
        st.sampled_from(["", "ada", "bob"]),
    )
)


@given(st.lists(commands))
def test_every_sequence_of_commands_replays_to_where_it_led(
    sequence: list[tuple[Command, str, int]],
) -> None:
    standing, history = Standing(), list[CaseEvent]()
    for command, by, seconds in sequence:
        with contextlib.suppress(IllegalMove):
            at = NOON + timedelta(seconds=seconds)
            event = move(standing, command, by=by, at=at, note="why", author="bob")
            standing, history = after(standing, event), [*history, event]

    assert replay(history) == standing


@given(st.lists(commands))
def test_no_sequence_of_commands_decides_again_but_after_an_appeal(
    sequence: list[tuple[Command, str, int]],
) -> None:
    standing, decisions, reopened = Standing(), 0, 0
    for command, by, seconds in sequence:
        with contextlib.suppress(IllegalMove):
            at = NOON + timedelta(seconds=seconds)
            event = move(standing, command, by=by, at=at, note="why", author="bob")
            closed = standing.state is CaseState.CLOSED
            standing, decisions = after(standing, event), decisions + (event.kind in CLOSING)
            reopened += closed and standing.state is not CaseState.CLOSED

    assert decisions - reopened == (1 if standing.state is CaseState.CLOSED else 0)
    assert reopened <= 1


@given(events)
def test_a_case_is_closed_exactly_when_somebody_decided_it(history: list[CaseEvent]) -> None:
    standing = replay([event for event in history if event.kind is not EventKind.APPEALED])

    decided = any(event.kind in CLOSING for event in history)
    assert (standing.state is CaseState.CLOSED) == decided == (standing.decision is not None)


@given(events, events)
def test_nothing_but_an_appeal_changes_a_decision(
    history: list[CaseEvent], later: list[CaseEvent]
) -> None:
    closed = after(replay(history), CaseEvent(EventKind.UPHELD, NOON, "ada"))

    standing = closed
    for event in later:
        if event.kind is not EventKind.APPEALED:
            standing = after(standing, event)
    assert standing == closed


@given(events)
def test_a_case_is_closed_exactly_when_a_decision_stands(history: list[CaseEvent]) -> None:
    standing = replay(history)

    assert (standing.state is CaseState.CLOSED) == (standing.decision is not None)


@given(events, events)
def test_what_was_overturned_stays_overturned(
    history: list[CaseEvent], later: list[CaseEvent]
) -> None:
    closed = after(
        Standing(appealed=replay(history).appealed), CaseEvent(EventKind.OVERTURNED, NOON, "ada")
    )

    standing = closed
    for event in later:
        standing = after(standing, event)
    assert (standing.state, standing.decision) == (closed.state, closed.decision)


def test_an_appeal_puts_an_upheld_case_before_senior_moderators() -> None:
    assert a_standing(Command.UPHOLD, Command.APPEAL).state is CaseState.ESCALATED


def test_an_appealed_case_can_be_decided_once_more() -> None:
    standing = a_standing(Command.UPHOLD, Command.APPEAL, Command.OVERTURN)

    assert standing.decision is not None
    assert standing.decision.kind is EventKind.OVERTURNED


@pytest.mark.parametrize("before", [(), (Command.ESCALATE,), (Command.UPHOLD,)])
def test_an_author_appeals_once(before: tuple[Command, ...]) -> None:
    with pytest.raises(AlreadyAppealed):
        a_standing(*before, Command.APPEAL, Command.APPEAL)


@pytest.mark.parametrize("decision", [Command.OVERTURN, Command.RESOLVE])
def test_what_does_not_stand_against_the_author_is_not_appealed(decision: Command) -> None:
    with pytest.raises(NothingToAppeal):
        a_standing(decision, Command.APPEAL)


@pytest.mark.parametrize("author", ["", "bob"])
def test_only_the_author_appeals(author: str) -> None:
    with pytest.raises(NotTheAuthor):
        move(Standing(), Command.APPEAL, by="ada", at=NOON, author=author)


@pytest.mark.parametrize("command", [Command.ESCALATE, Command.APPEAL])
def test_the_bot_resolves_no_case_that_a_person_is_at(command: Command) -> None:
    with pytest.raises(APersonIsAtIt):
        a_standing(command, Command.RESOLVE)


def test_the_bot_resolves_no_claimed_case() -> None:
    with pytest.raises(Claimed):
        move(a_standing(Command.CLAIM), Command.RESOLVE, by="", at=NOON)
