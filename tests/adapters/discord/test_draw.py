"""A sheet becomes components within Discord's limits, and its texts stay texts."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.discord.draw import address_of, components_of, drawn
from adapters.discord.escape import clipped, escaped
from bot.chat.sheet import Button, Choice, Entry, Option, Press, Sheet, Tone
from bot.chat.signed import Signer
from bot.model import Ref
from tests.emulators.discord.layout import accepted
from tests.emulators.discord.unfurled import text_of

SIGN = Signer(b"k" * 32).write
LONG = "*_~`|<@everyone>[x](https://x) \n# " * 300


def shown(sheet: Sheet) -> str:
    """All its words, after Discord's own checks."""
    return text_of(accepted(components_of(drawn(sheet, SIGN, "1")), v2=True))


@pytest.mark.parametrize(
    "text",
    [
        "**bold**", "__under__", "~~struck~~", "||hidden||", "`code`", "```py\ncode```",
        "# head", "## head", "-# small", "> quote", ">>> quote", "* item", "- item", "+ item",
        "[link](https://evil.example)", "<https://evil.example>", "https://evil.example",
        "<@1>", "<@&1>", "<#1>", "<:a:1>", "<t:1>", "</cmd:1>", "@everyone", "@here",
        "\\*\\*bold\\*\\*",
    ],
)  # fmt: skip
def test_markup_and_mentions_are_shown_as_they_were_written(text: str) -> None:
    made = escaped(text, 1000)
    bare = re.sub(r"\\(?=[^\w\s])", "", made)

    assert not re.search(r"(?<!\\)[*_~`|<\[\]()#:>]", re.sub(r"\\\\", "", made))
    assert not re.search(r"@(everyone|here)", made)
    assert bare.replace("\u200b", "").replace("\\", "") == text.replace("\\", "")


def test_a_numbered_list_is_none() -> None:
    assert escaped("1. first", 100) == "1\\. first"


@given(st.text(max_size=200), st.integers(min_value=1, max_value=60))
def test_a_text_never_gets_longer_than_its_room(text: str, room: int) -> None:
    assert len(escaped(text, room)) <= room


@given(st.text(max_size=200), st.integers(min_value=1, max_value=60))
def test_a_cut_never_leaves_half_an_escape(text: str, room: int) -> None:
    made = escaped(text, room)

    assert not re.search(r"(?<!\\)(\\\\)*\\…?$", made)


@given(st.text(max_size=300), st.integers(min_value=2, max_value=100))
def test_a_label_is_one_line_within_its_room(text: str, room: int) -> None:
    made = clipped(text, room)

    assert len(made) <= room
    assert "\n" not in made


def test_control_characters_are_left_out() -> None:
    assert escaped("a\x00b\u202ec\x1bd", 100) in {"a\ufffdbcd", "abcd"}


def test_the_longest_sheet_stays_within_the_limits() -> None:
    sheet = Sheet(
        LONG,
        (LONG,) * 10,
        fields=((LONG, LONG),) * 20,
        quote=LONG,
        entries=tuple(Entry(LONG, LONG, Button(LONG, Press("open", f"{n}"))) for n in range(25)),
        buttons=tuple(Button(LONG, Press("b", f"{n}"), rare=n > 5) for n in range(20)),
        choices=(
            Choice(
                Press("c"),
                LONG,
                options=tuple(Option(LONG, f"{n}{LONG}", LONG) for n in range(25)),
            ),
        ),
        footer=LONG,
        post="discord:1:2:3",
    )

    assert len(shown(sheet)) > 3000


def test_few_entries_have_their_buttons_beside_them() -> None:
    entries = tuple(Entry(f"E{n}", "", Button("Open", Press("open", f"{n}"))) for n in range(3))
    made = components_of(drawn(Sheet("Q", entries=entries), SIGN, "1"))

    assert [part["type"] for part in made[0]["components"]].count(9) == 3


def test_an_empty_sheet_is_still_one() -> None:
    shown(Sheet(""))


def test_a_sheets_tone_is_its_colour() -> None:
    colours = {
        tone: components_of(drawn(Sheet("x", tone=tone), SIGN, "1"))[0].get("accent_color")
        for tone in Tone
    }

    assert len(set(colours.values())) == 4


def test_a_quote_is_covered() -> None:
    assert "||free nitro||" in shown(Sheet("x", quote="free nitro"))


def test_a_quote_cannot_uncover_itself() -> None:
    assert "||a\\|\\|b||" in shown(Sheet("x", quote="a||b"))


def test_a_post_elsewhere_is_not_linked() -> None:
    made = components_of(drawn(Sheet("x", post="slack:T1:C1:1.2"), SIGN, "1"))

    assert "See the post" not in text_of(made)


def test_a_link_that_is_none_is_left_out() -> None:
    urls = ("javascript:alert(1)", "/desk/cases/1", "")
    sheet = Sheet("x", buttons=tuple(Button("Open", url=url) for url in urls))

    assert "Open" not in shown(sheet)


def test_a_post_of_discord_has_an_address_and_anothers_has_none() -> None:
    ours = Ref("discord", "1", "2", "3")

    assert address_of(ours) == "https://discord.com/channels/1/2/3"
    assert address_of(ours._replace(platform="slack")) == ""
    assert address_of(ours._replace(message_id="3/../..")) == ""
