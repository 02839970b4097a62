"""Text is made storable first, and then comparable, with a way back to what was written."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.text import REPLACEMENT, well_formed

ANY_TEXT = st.text(st.characters(exclude_categories=()), max_size=200)


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
