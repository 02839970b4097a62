"""Whatever a sheet holds, Slack takes it: within every limit, and every text as text."""

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from adapters.slack.draw import IN_MESSAGE, IN_VIEW, Draw
from adapters.slack.forms import ask_person, view_of
from bot.chat.sheet import (
    Button,
    Choice,
    Entry,
    Form,
    Input,
    Kind,
    Of,
    Option,
    Picture,
    Press,
    Sheet,
    Style,
    Tone,
)
from bot.chat.signed import Signer
from bot.model import Ref
from tests.emulators.slack.blocks import check_message, check_view

SIGN = Signer(b"key").write
HOSTILE = "<!channel> <@U1> <https://evil.example|your bank> & *b* _i_ ~s~ `c` :tada: \u202e\x00"


def link(ref: Ref) -> str:
    return f"https://acme.slack.com/archives/{ref.channel_id}/p{ref.message_id}"


DRAW = Draw(SIGN, link)


def texts(shape: object) -> list[str]:
    """Every text in a piece of Block Kit."""
    if isinstance(shape, list):
        return [text for one in shape for text in texts(one)]
    if not isinstance(shape, dict):
        return []
    own = [shape["text"]] if isinstance(shape.get("text"), str) else []
    return own + [text for one in shape.values() for text in texts(one)]


def is_taken(sheet: Sheet) -> dict[str, Any]:
    """Check it as Slack does, in a message and in both kinds of views."""
    message = DRAW.message(sheet, "T1")
    check_message(message)
    assert len(message["blocks"]) <= IN_MESSAGE
    for view, kind in ((DRAW.modal(sheet, "T1"), "modal"), (DRAW.home(sheet, "T1"), "home")):
        check_view(view, kind)
        assert len(view["blocks"]) <= IN_VIEW
        assert [one.to_dict() for one in Block.parse_all(view["blocks"])]
    return message


WORDS = st.text("ab<>&|*_`~ \n\x00\u202e", max_size=20).map(lambda text: text * 400)
PRESSES = st.builds(Press, st.sampled_from(["uphold", "ban"]), st.just("case-1"))
BUTTONS = st.builds(
    Button,
    WORDS,
    st.none() | PRESSES,
    st.sampled_from(["", "https://x.example", "javascript:x", "https://x.example/" + "a" * 4000]),
    st.sampled_from(Style),
    st.booleans(),
)
OPTIONS = st.builds(Option, WORDS, st.text("abc", min_size=1, max_size=5), WORDS)
CHOICES = st.builds(
    Choice,
    PRESSES,
    WORDS,
    st.sampled_from(Of),
    st.lists(OPTIONS, max_size=30, unique_by=lambda one: one.value).map(tuple),
    st.just(()),
    st.sampled_from([1, 3]),
)
SHEETS = st.builds(
    Sheet,
    WORDS,
    st.lists(WORDS, max_size=60).map(tuple),
    st.lists(st.tuples(WORDS, WORDS), max_size=25).map(tuple),
    WORDS,
    st.lists(st.builds(Entry, WORDS, WORDS, st.none() | BUTTONS), max_size=60).map(tuple),
    st.lists(st.builds(Picture, st.just("f" * 64)), max_size=30).map(tuple),
    st.lists(BUTTONS, max_size=40).map(tuple),
    st.lists(CHOICES, max_size=10).map(tuple),
    st.sampled_from(Tone),
    WORDS,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
)
@given(SHEETS)
def test_slack_takes_any_sheet(sheet: Sheet) -> None:
    is_taken(sheet)


def test_an_empty_sheet_is_taken() -> None:
    is_taken(Sheet("", ("",), (("", ""),), entries=(Entry("", ""),), buttons=(Button(""),)))


def test_no_text_of_a_stranger_is_a_mark_a_link_or_a_mention() -> None:
    sheet = Sheet(
        HOSTILE,
        (HOSTILE,),
        ((HOSTILE, HOSTILE),),
        quote=HOSTILE,
        entries=(Entry(HOSTILE, HOSTILE, Button(HOSTILE, Press("case"))),),
        choices=(Choice(Press("preset"), HOSTILE, options=(Option(HOSTILE, "a", HOSTILE),)),),
        footer=HOSTILE,
    )

    found = texts(is_taken(sheet))

    assert len(found) >= 10
    assert not any("<" in text or ">" in text.lstrip(">").replace("\n>", "") for text in found)


def test_links_in_words_are_not_made_clickable() -> None:
    message = is_taken(Sheet("Title", ("https://evil.example",), quote="https://evil.example"))

    marked = [
        block["text"]
        for block in message["blocks"]
        if block.get("text", {}).get("type") == "mrkdwn"
    ]
    assert marked
    assert all(text["verbatim"] for text in marked)


def test_the_longest_quote_keeps_its_lines_within_the_limit() -> None:
    is_taken(Sheet("Title", quote="&\n" * 3000))
    is_taken(Sheet("Title", quote="a\n" * 3000))


def test_a_sheet_of_the_longest_words_is_not_too_large() -> None:
    long = "\u202e" * 4000

    is_taken(Sheet(long, (long,) * 100, entries=(Entry(long, long),) * 100))


def test_buttons_survive_where_words_are_too_many() -> None:
    sheet = Sheet("Title", ("word",) * 80, buttons=(Button("Uphold", Press("uphold", "case-1")),))

    message = is_taken(sheet)

    assert "Uphold" in texts(message["blocks"])
    assert any("more than fits" in text for text in texts(message["blocks"]))


def test_rare_buttons_stand_in_menus_of_five() -> None:
    rare = tuple(Button(f"Rare {n}", Press("x", str(n)), rare=True) for n in range(7))

    message = is_taken(Sheet("Title", buttons=rare))

    menus = [
        len(element["options"])
        for block in message["blocks"]
        for element in block.get("elements", [])
        if element["type"] == "overflow"
    ]
    assert menus == [5, 2]


def test_a_press_travels_signed_for_its_workspace() -> None:
    message = is_taken(Sheet("Title", buttons=(Button("Uphold", Press("uphold", "case-1")),)))

    value = message["blocks"][-1]["elements"][0]["value"]

    assert Signer(b"key").read(value, "T1") == Press("uphold", "case-1")


def test_the_post_a_sheet_is_about_is_one_press_away() -> None:
    sheet = Sheet("Title", post=str(Ref("slack", "T1", "C1", "17")))

    assert "https://acme.slack.com/archives/C1/p17" in json.dumps(is_taken(sheet))


def test_no_link_but_one_to_the_web_is_drawn() -> None:
    message = is_taken(Sheet("Title", buttons=(Button("Open", url="javascript:alert(1)"),)))

    assert "javascript" not in json.dumps(message)


INPUTS = st.builds(
    Input,
    st.text("abc", min_size=1, max_size=5),
    WORDS,
    st.sampled_from(Kind),
    st.lists(OPTIONS, min_size=1, max_size=30, unique_by=lambda one: one.value).map(tuple),
    st.booleans(),
    WORDS,
    st.integers(1, 5000),
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.large_base_example,
        HealthCheck.data_too_large,
    ],
)
@given(
    st.builds(
        Form,
        WORDS,
        PRESSES,
        st.lists(INPUTS, max_size=10, unique_by=lambda one: one.name).map(tuple),
        WORDS,
        WORDS,
    )
)
def test_slack_takes_any_form(form: Form) -> None:
    check_view(view_of(form, "T1", SIGN), "modal")


def test_slack_takes_the_question_whom_it_is_about() -> None:
    check_view(ask_person(Press("history"), "T1", SIGN, "History"), "modal")


@pytest.mark.parametrize("tone", list(Tone))
def test_every_tone_is_taken(tone: Tone) -> None:
    is_taken(Sheet("Title", tone=tone))
