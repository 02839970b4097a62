"""Whether a run of digits can be what it looks like: check digits, lengths, allotted ranges."""

import re
from ipaddress import AddressValueError, IPv4Address

import phonenumbers

_CARD = re.compile(
    r"4\d{12}(?:\d{3})?|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|6(?:011|5\d\d)\d{12}|35(?:2[89]|[3-8]\d)\d{12}"
)
"""Visa, Mastercard, American Express, Discover and JCB: their published ranges."""
_SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")
_SPACED = re.compile(r"\d[ ().\-/]{1,3}\(?\d")


def is_card(written: str) -> bool:
    """Whether these are a payment card's digits: a known range and the Luhn check."""
    digits = re.sub(r"[ \-]", "", written)
    if not _CARD.fullmatch(digits) or len(set(digits)) == 1:
        return False
    doubled = (int(d) * 2 for d in digits[-2::-2])
    return (sum(map(int, digits[::-2])) + sum(sum(divmod(d, 10)) for d in doubled)) % 10 == 0


def is_iban(written: str) -> bool:
    """Whether these letters and digits pass ISO 13616's check (mod 97)."""
    account = written.replace(" ", "").upper()
    if not 15 <= len(account) <= 34:  # noqa: PLR2004 - the shortest (Norway) and ISO 13616's longest
        return False
    return int("".join(str(int(sign, 36)) for sign in account[4:] + account[:4])) % 97 == 1


def is_social_security(written: str) -> bool:
    """Whether this has the form of a US number that can have been issued."""
    return bool(_SSN.fullmatch(written))


def is_public_address(written: str) -> bool:
    """Whether this is an IPv4 address of the public internet, and not a version number."""
    try:
        address = IPv4Address(written)
    except AddressValueError:
        return False
    return address.is_global and len(written.partition(".")[0]) > 1


def is_phone(written: str) -> bool:
    """Whether this is a valid telephone number.

    Without a leading + it must be written in groups as one: bare digits are ids and amounts.
    """
    international = written.startswith("+")
    if not international and not _SPACED.search(written):
        return False
    try:
        number = phonenumbers.parse(written, None if international else "US")
    except phonenumbers.NumberParseException:
        return False
    return phonenumbers.is_valid_number(number)
