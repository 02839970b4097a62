"""Cards, lists and forms as values: what is shown and what can be pressed."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from bot.chat import forms, lists
from bot.chat.case_sheet import sheet_of
from bot.chat.commands import COMMANDS, MENUS
from bot.chat.sheet import Kind, Press, Sheet, Tone
from bot.review.card import Card, CardKind
from tests.builders import a_card


def verbs(sheet: Sheet) -> set[str]:
    return {button.press.verb for button in sheet.buttons if button.press}


def test_an_open_case_can_be_decided() -> None:
    assert {"uphold", "overturn", "delete", "timeout", "ban", "claim"} <= verbs(sheet_of(a_card()))


def test_a_closed_case_can_only_be_noted() -> None:
    assert verbs(sheet_of(replace(a_card(), state="closed"))) == {"note"}


def test_a_card_without_a_case_has_nothing_to_press() -> None:
    assert verbs(sheet_of(a_card(case_id=""))) == set()


def test_what_was_withheld_can_be_done_from_the_card() -> None:
    card = replace(a_card(), outcomes=(("delete", "withheld"),))

    assert {"release", "drop", "by_hand"} <= verbs(sheet_of(card))


def test_a_burst_says_how_many_more() -> None:
    card = replace(a_card(), more=("c2", "c3"))

    assert "And 2 more posts" in sheet_of(card).body[1]


def test_an_outage_has_nothing_to_decide() -> None:
    sheet = sheet_of(replace(a_card(), kind=CardKind.INCIDENT))

    assert (verbs(sheet), sheet.tone) == (set(), Tone.BAD)


def test_the_desk_is_linked_where_it_can_be_reached() -> None:
    card = replace(a_card(), url="https://desk.example/c1")

    assert [button.url for button in sheet_of(card).buttons if button.url] == [card.url]


def test_a_post_is_quoted_and_its_pictures_named() -> None:
    card: Card = replace(a_card(), pictures=("one", "two"))

    assert sheet_of(card).quote == "free nitro"
    assert [picture.name for picture in sheet_of(card).pictures] == ["one", "two"]


@pytest.mark.parametrize("verb", ["delete", "timeout", "ban", "erase", "live"])
def test_what_is_harsh_is_asked_about_first(verb: str) -> None:
    form = forms.form_of(Press(verb, "c1"))

    assert form is not None
    assert form.press == Press(verb, "c1", "now")


def test_what_was_asked_is_not_asked_again() -> None:
    assert forms.form_of(Press("ban", "c1", "now")) is None


@pytest.mark.parametrize("verb", ["uphold", "claim", "release", "queue", "rehearse"])
def test_what_is_mild_is_done_at_once(verb: str) -> None:
    assert forms.form_of(Press(verb, "c1")) is None


def test_every_form_fits_both_platforms() -> None:
    made = [forms.form_of(Press(verb, "c1")) for verb in forms.VERBS]

    assert all(form and len(form.title) <= 24 and len(form.inputs) <= 5 for form in made)
    labels = [one.label for form in made if form for one in form.inputs]
    assert max(map(len, labels)) <= 45


def test_a_reason_and_its_words_are_one_sentence() -> None:
    assert forms.reason_of({"reason": "scam", "words": " again "}) == "Scam or phishing: again"


def test_choices_have_options() -> None:
    made = [forms.form_of(Press(verb)) for verb in forms.VERBS]
    inputs = [one for form in made if form for one in form.inputs]

    assert all(bool(one.options) == (one.kind is Kind.OPTIONS) for one in inputs)


@pytest.mark.parametrize("at", [datetime(2026, 11, 23, 12, 0, 0, 123456, UTC)])
def test_a_page_begins_where_the_last_one_ended(at: datetime) -> None:
    assert lists.before(f"{round(at.timestamp() * 1e6):x}.c1") == (at, "c1")


def test_commands_fit_discord() -> None:
    assert all(len(one.about) <= 100 for one in COMMANDS)
    assert all(len(one.arguments) <= 25 for one in COMMANDS)
    assert all(len(argument.about) <= 100 for one in COMMANDS for argument in one.arguments)
    assert all(len(menu.label) <= 32 for menu in MENUS)
