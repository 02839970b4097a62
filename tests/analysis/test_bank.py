"""The index over banks: equal pixels, near hashes, and nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.bank import WITHIN, BankEntry, BankIndex
from analysis.taxonomy import Category
from analysis.types import BankKind, BankMatch, Image
from tests.analysis.fakes import an_image

BITS = 256
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


def an_entry(pdq: str = "00" * 32, *, name: str = "1", quality: int = 100) -> BankEntry:
    return BankEntry(
        id=name,
        bank="ours",
        kind=BankKind.BAD,
        category=Category.GORE,
        confirmed=True,
        sha256=f"{name:0>64}",
        pdq=pdq,
        quality=quality,
    )


def a_picture(pdq: str = "00" * 32, *, quality: int = 100) -> Image:
    return replace(an_image("ff"), pdq=pdq, quality=quality)


def flipped(pdq: str, bits: int) -> str:
    """The hash with its first so many bits turned over."""
    mask = ((1 << bits) - 1) << (BITS - bits)
    return f"{int(pdq, 16) ^ mask:064x}"


def apart(one: str, other: str) -> int:
    return (int(one, 16) ^ int(other, 16)).bit_count()


def mirrored(pdq: str) -> str:
    return f"{int(pdq, 16) ^ int('5555' * 16, 16):064x}"


@given(st.lists(hashes, max_size=20), hashes)
def test_it_finds_what_a_plain_comparison_finds(known: list[str], asked: str) -> None:
    index = BankIndex([an_entry(pdq, name=str(n)) for n, pdq in enumerate(known)])

    expected = {
        str(n): min(apart(pdq, asked), apart(pdq, mirrored(asked)))
        for n, pdq in enumerate(known)
        if min(apart(pdq, asked), apart(pdq, mirrored(asked))) <= WITHIN
    }
    assert {m.entry: m.distance for m in index.match(a_picture(asked))} == expected


@given(hashes, st.integers(min_value=0, max_value=BITS))
def test_a_hash_matches_within_31_bits_and_no_further(pdq: str, bits: int) -> None:
    found = BankIndex([an_entry(pdq)]).match(a_picture(flipped(pdq, bits)))

    near = bits <= WITHIN or apart(flipped(pdq, bits), mirrored(pdq)) <= WITHIN
    assert bool(found) is near


@given(hashes)
def test_a_hash_that_differs_in_every_bit_is_not_taken_for_equal(pdq: str) -> None:
    assert BankIndex([an_entry(pdq)]).match(a_picture(flipped(pdq, BITS))) == []


def test_a_mirrored_picture_is_found() -> None:
    entry = an_entry("0f" * 32)

    assert BankIndex([entry]).match(a_picture(mirrored(entry.pdq)))


def test_the_nearest_comes_first() -> None:
    entries = [an_entry(flipped("00" * 32, bits), name=str(bits)) for bits in (20, 5, 31, 12)]

    assert [m.entry for m in BankIndex(entries).match(a_picture())] == ["5", "12", "20", "31"]


def test_equal_pixels_come_before_a_nearer_hash() -> None:
    exact = replace(an_entry(name="exact", quality=0), sha256=a_picture().sha256)

    assert BankIndex([an_entry(), exact]).match(a_picture())[0].entry == "exact"


def test_a_match_says_what_the_entry_says() -> None:
    entry = replace(an_entry(), sha256=a_picture().sha256, confirmed=False, kind=BankKind.GOOD)

    assert BankIndex([entry]).match(a_picture()) == [
        BankMatch(
            bank="ours",
            kind=BankKind.GOOD,
            category=Category.GORE,
            confirmed=False,
            exact=True,
            distance=0,
            entry="1",
        )
    ]


def test_an_equal_hash_is_not_equal_pixels() -> None:
    assert [m.exact for m in BankIndex([an_entry()]).match(a_picture())] == [False]


def test_an_entry_of_low_quality_matches_equal_pixels_only() -> None:
    index = BankIndex([an_entry(quality=49)])

    assert index.match(a_picture()) == []
    assert index.match(replace(a_picture(), sha256=f"{'1':0>64}"))[0].exact


def test_a_picture_of_low_quality_matches_equal_pixels_only() -> None:
    index = BankIndex([an_entry()])

    assert index.match(a_picture(quality=49)) == []
    assert index.match(replace(a_picture(quality=49), sha256=f"{'1':0>64}"))[0].exact


def test_the_same_pixels_in_two_banks_match_twice() -> None:
    entries = [replace(an_entry(name=n), sha256=a_picture().sha256) for n in ("1", "2")]

    assert len(BankIndex(entries).match(a_picture())) == 2


def test_an_empty_bank_knows_nothing() -> None:
    assert BankIndex([]).match(a_picture()) == []


@pytest.mark.parametrize("pdq", ["", "00", "zz" * 32, "00" * 33])
def test_a_hash_that_is_none_is_refused(pdq: str) -> None:
    with pytest.raises(ValueError, match="hex"):
        BankIndex([an_entry(pdq)])
