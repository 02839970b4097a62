"""A button's id is ours, for one community, or it is nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.chat.asker import Refused
from bot.chat.sheet import Press
from bot.chat.signed import LONGEST, Signer, TooLong

SIGNER = Signer(b"a key of the test")
WORDS = st.text("abcdefghijklmnopqrstuvwxyz0123456789_.-:@", max_size=24)


@given(WORDS, WORDS, WORDS)
def test_what_was_written_is_read_back(verb: str, subject: str, detail: str) -> None:
    press = Press(verb, subject, detail)

    assert SIGNER.read(SIGNER.write(press, "g1"), "g1") == press


def test_a_button_of_another_community_is_refused() -> None:
    written = SIGNER.write(Press("uphold", "c" * 16), "g1")

    with pytest.raises(Refused):
        SIGNER.read(written, "g2")


def test_a_button_signed_with_another_key_is_refused() -> None:
    written = Signer(b"another").write(Press("uphold", "c1"), "g1")

    with pytest.raises(Refused):
        SIGNER.read(written, "g1")


def test_buttons_outlive_a_new_key() -> None:
    written = Signer(b"old").write(Press("uphold", "c1"), "g1")

    assert Signer(b"new", b"old").read(written, "g1") == Press("uphold", "c1")


@pytest.mark.parametrize(
    "text", ["", "|", "uphold|c1|", "uphold|c1||AAAA", "\ud800|||x", "é" * 200]
)
def test_what_nobody_signed_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        SIGNER.read(text, "g1")


def test_changing_one_letter_is_noticed() -> None:
    written = SIGNER.write(Press("uphold", "case-1"), "g1")

    with pytest.raises(Refused):
        SIGNER.read(written.replace("case-1", "case-2"), "g1")


def test_a_press_of_a_case_fits_into_a_button() -> None:
    assert len(SIGNER.write(Press("known_good", "f" * 16, "5f5e1" * 6), "g1")) <= LONGEST


def test_what_does_not_fit_is_a_fault_of_ours() -> None:
    with pytest.raises(TooLong):
        SIGNER.write(Press("uphold", "x" * 90), "g1")
