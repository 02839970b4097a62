"""Text is made storable first, and then comparable, with a way back to what was written."""
# ruff: noqa: RUF001 - letters that look alike are the point

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.spellings import spellings
from analysis.text import REPLACEMENT, View, fold, latin, well_formed

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)
DISGUISES = st.lists(
    st.sampled_from(
        [
            "f u c k",
            "n1tr0",
            "а",
            "é",
            "\u0336",
            "\u200b",
            "\u202e",
            "aaaa",
            "ß",
            "ﬁ",
            "İ",
            " ",
            ".",
        ]
    )
).map("".join)


def test_nul_is_replaced() -> None:
    assert well_formed("a\x00b") == f"a{REPLACEMENT}b"


def test_lone_surrogates_are_replaced() -> None:
    assert well_formed("\ud83d!\udfff") == f"{REPLACEMENT}!{REPLACEMENT}"


def test_ordinary_text_is_untouched() -> None:
    assert well_formed("héllo 😀 مرحبا") == "héllo 😀 مرحبا"


@given(ANY_TEXT)
def test_well_formed_text_can_be_encoded_and_keeps_its_length(text: str) -> None:
    clean = well_formed(text)

    assert clean.encode().decode() == clean
    assert len(clean) == len(text)


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("FREE Nitro", "free nitro"),
        ("Ｆｒｅｅ", "free"),
        ("𝓕𝓻𝓮𝓮", "free"),
        ("Ⓕⓡⓔⓔ", "free"),
        ("🅵🆁🅴🅴", "free"),
        ("🇫🇷🇪🇪", "free"),
        ("crème brûlée", "creme brulee"),
        ("Straße", "strasse"),
        ("n̷i̷t̷r̷o̷", "nitro"),
        ("ni\u200btro", "nitro"),
        ("ni\u00adtro", "nitro"),
        ("ni\u3164tro", "nitro"),
        ("ni\x00tro", "nitro"),
        ("nіtrо", "nitro"),
        ("pаypal", "paypal"),
        ("Τelegram", "telegram"),
        ("привет", "привет"),
        ("Ёлка", "елка"),
        ("καλημέρα", "καλημερα"),
        ("İstanbul ışık", "istanbul isik"),
        ("a\u00a0b\r\nc\u2028d", "a b\n\nc\nd"),
        ("שלום", "שלום"),
        ("한국어", "한국어"),
        ("😀 ok", "😀 ok"),
        ("", ""),
    ],
)
def test_folding_leaves_what_the_words_say(written: str, folded: str) -> None:
    assert fold(written).text == folded


def test_a_word_wholly_in_look_alikes_is_latin_only_on_request() -> None:
    assert (fold("раура").text, latin("раура").text) == ("раура", "paypa")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("f u c k", "fuck"),
        ("f.u.c.k", "fuck"),
        ("f-u-c-k", "fuck"),
        ("f . u . c . k", "fuck"),
        ("fu.ck", "fuck"),
        ("n1tr0", "nitro"),
        ("c1aim", "claim"),
        ("$h1t!", "shit"),
        ("@ss", "ass"),
        ("fuuuuck", "fuck"),
        ("niiiitro", "nitro"),
        ("coooool", "cool"),
        ("\u202eortin", "nitro"),
        ("F R E E  N I T R O", "nitro"),
    ],
)
def test_a_disguise_has_the_meant_word_among_its_spellings(written: str, meant: str) -> None:
    found = " ".join(view.text for view in spellings(written))

    assert meant in found.split()


@pytest.mark.parametrize(
    "text", ["hello world", "see you at 10:30", "a b", "I am", "100 000", "cool"]
)
def test_ordinary_text_has_one_spelling_of_its_words(text: str) -> None:
    assert len(spellings(text)) == 1


def test_a_spelling_leads_back_to_the_words_as_written() -> None:
    text = "oh, F.U.C.K them"
    view = next(view for view in spellings(text) if " fuck " in view.text)

    start, end = view.span(at := view.text.index("fuck"), at + len("fuck"))

    assert text[start:end] == "F.U.C.K"


def test_what_an_override_turns_round_is_quoted_as_it_stands() -> None:
    text = "\u202eortin eerf"
    view = next(view for view in spellings(text) if " free nitro " in view.text)

    start, end = view.span(1, 1 + len("free nitro"))

    assert text[start:end] == "ortin eerf"


def sound(view: View, text: str) -> bool:
    return len(view.text) == len(view.origins) and all(0 <= at < len(text) for at in view.origins)


@given(ANY_TEXT | DISGUISES)
def test_every_letter_of_a_folded_text_has_an_origin(text: str) -> None:
    assert sound(fold(text), text)
    assert sound(latin(text), text)


@given(ANY_TEXT | DISGUISES)
def test_folding_keeps_the_order(text: str) -> None:
    assert list(fold(text).origins) == sorted(fold(text).origins)


@given(ANY_TEXT | DISGUISES)
def test_folding_twice_changes_nothing(text: str) -> None:
    once = fold(text).text

    assert fold(once).text == once


@given(ANY_TEXT | DISGUISES)
def test_every_letter_of_a_spelling_has_an_origin(text: str) -> None:
    assert all(sound(view, text) or not text for view in spellings(text))


@given(ANY_TEXT | DISGUISES)
def test_spellings_are_padded_words_and_few(text: str) -> None:
    views = spellings(text)

    assert 1 <= len(views) <= 16
    assert all(view.text.startswith(" ") and view.text.endswith(" ") for view in views)
    assert all("  " not in view.text for view in views)


ADVERSARIAL = [
    "a",
    "a ",
    "a.",
    "1a",
    "aaa",
    "n\u0336",
    "\u202ea",
    "а ",
    "x-",
    "$",
    "|",
    "\u200b",
    "ﷺ",
]


@pytest.mark.parametrize("unit", ADVERSARIAL)
def test_four_times_the_text_takes_no_more_than_linear_time(unit: str) -> None:
    spellings(unit * 3_000)

    short, long = cpu_of(unit * 10_000), cpu_of(unit * 40_000)

    assert long < max(short, 0.01) * 10


def cpu_of(text: str) -> float:
    before = time.thread_time()
    spellings(text)
    return time.thread_time() - before
