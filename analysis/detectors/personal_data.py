"""Personal data that identifies, locates or robs a person: numbers with checks, and addresses.

Strengths are chosen by eye: what anybody may print (an e-mail address) is mild, what opens an
account or leads to a door is not.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from analysis.detectors.passages import PassageDetector, Reading
from analysis.detectors.personal_numbers import (
    is_card,
    is_iban,
    is_phone,
    is_public_address,
    is_social_security,
)
from analysis.taxonomy import Category
from analysis.text import fold
from analysis.types import Findings, Signal

MOST = 10
"""Signals for one text, strongest first: a leaked table need not be quoted whole."""
POINTED_AT = 0.8
"""An address or number given as where somebody else is to be found."""
_DIGITS = re.compile(r"(?<![\w.])\+?\(?\d[\d \t().\-/]{5,24}\d(?![\w])")
_EMAIL = re.compile(r"(?<![\w.+\-])[\w.+\-]{1,64}@(?:[a-z0-9\-]{1,63}\.){1,4}[a-z]{2,24}(?![\w@])")
_IBAN = re.compile(r"(?<![a-z0-9])[a-z]{2}\d{2}(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)")
_NETWORK = re.compile(r"(?<![\w.])\d{1,3}(?:\.\d{1,3}){3}(?![\w.]*\d)")
_PLACE = re.compile(r"(?<![\d.])-?\d{1,2}\.\d{4,8}°?\s?[ns]?,\s?-?\d{1,3}\.\d{4,8}(?!\d)")
_KEY = re.compile(
    r"-----begin [a-z ]{0,30}private key-----|(?<!\w)(?:akia[0-9a-z]{16}|gh[pousr]_[a-z0-9]{36}"
    r"|xox[abpr]-[a-z0-9\-]{20,}|sk-[a-z0-9_\-]{32,}|[mno][\w\-]{23,25}\.[\w\-]{6}\.[\w\-]{27,38})"
)
_SECRET_HEX = re.compile(r"(?:private|secret) key\W{0,5}(?:is\W{1,3})?(?:0x)?[0-9a-f]{64}(?!\w)")
_SEED = re.compile(
    r"(?:seed|recovery|secret|mnemonic|backup)(?: (?:phrase|words))?(?: is)?\s?[:\-=]?\s+"
    r"(?:\d{0,2}[.)]?\s?[a-z]{3,8}[ ,\n]{1,3}){11}[a-z]{3,8}"
)
_NOT_A_SEED = re.compile(r"\b(?:the|and|your|for|are|was|not|have|from|but|they|never)\b")
_STREET = re.compile(
    r"\b\d{1,5}[a-zA-Z]?,? (?:[NSEW]\.? )?(?:[A-Z][\w'.\-]{1,20} ){1,3}"
    r"(?:Street|St|Avenue|Ave|Road|Rd|Boulevard|Blvd|Lane|Ln|Drive|Dr|Court|Ct|Terrace|Square)\b"
    r"|\b\d{1,5} (?:[a-z]{2,20} ){1,3}(?:street|avenue|road|boulevard|lane|drive|st|ave|rd),?"
    r" [A-Za-z ]{2,30},? [A-Za-z]{2} \d{5}\b"
    r"|\b[A-ZÄÖÜ][\w\-]{2,25}(?:straße|strasse|str\.|weg|platz|gasse|allee) \d{1,4}[a-z]?\b"
    r"|\b\d{1,4},? (?:rue|avenue|boulevard|impasse) (?:d[eu]s? |de la |de l')?[A-Z][\w'\-]{2,25}"
    r"|\b(?:[Cc]alle|[Rr]ua|[Aa]venida) (?:[A-Z][\w\-]{2,20},? ){1,3}(?:n[ºo.]? ?)?\d{1,4}\b"
    r"|\b\u0443\u043b\.? ?[\u0410-\u042f][\w\-]{2,25},? (?:\u0434\.? ?)?\d{1,4}\b"  # Russian
    r"|\b[A-ZÇĞİÖŞÜ]\w{2,20} (?:Cad|Sok|Mah)\."
)
_POINTING = re.compile(
    r"\b(?:(?:he|she|they|this (?:guy|girl|person|idiot|loser|man|woman)) lives? (?:at|in|on)"
    r"|(?:his|her|their) (?:home |house |real |phone |cell )?(?:address|number|phone|ssn|card)"
    r"|dox+(?:ed|ing)?|here(?:'s| is) (?:his|her|their)|go (?:visit|pay) (?:him|her|them))"
)
_PHRASED_SSN = re.compile(r"\b(?:ssn|social security)\b")


@dataclass(frozen=True, slots=True)
class Found:
    """Something personal, with how strong it is alone and where it stands."""

    strength: float
    start: int
    end: int
    locates: bool = False
    """Whether it leads to a person, so that being told whose it is makes it worse."""


class PersonalData(PassageDetector):
    """Scores privacy from phone, card and account numbers, addresses, keys and places."""

    name = "personal_data"
    version = 1
    categories = frozenset({Category.PRIVACY})

    def judge(self, texts: Sequence[Reading]) -> Findings:
        """One signal for each thing found, the strongest first."""
        return Findings(tuple(signal for reading in texts for signal in self._signals(reading)))

    def _signals(self, reading: Reading) -> Iterator[Signal]:
        view = fold(reading.text)
        pointed = bool(_POINTING.search(view.text))
        found = [
            Found(item.strength, *view.span(item.start, item.end), item.locates)
            for item in _in_folded(view.text)
        ]
        found += (Found(0.4, *street.span(), locates=True) for street in _streets(reading.text))
        strengths = {
            item: max(item.strength, POINTED_AT) if pointed and item.locates else item.strength
            for item in found
        }
        for item in sorted(strengths, key=lambda item: -strengths[item])[:MOST]:
            score = strengths[item]
            yield self.signal(Category.PRIVACY, score, reading, item.start, item.end)


def _streets(text: str) -> Iterator[re.Match[str]]:
    return _STREET.finditer(text) if any(sign.isdigit() for sign in text) else iter(())


def _in_folded(text: str) -> Iterator[Found]:
    if "@" in text:
        yield from (Found(0.3, *found.span()) for found in _EMAIL.finditer(text))
    yield from (Found(0.95, *found.span()) for found in _KEY.finditer(text))
    yield from (Found(0.85, *found.span()) for found in _SECRET_HEX.finditer(text))
    for found in _SEED.finditer(text):
        if not _NOT_A_SEED.search(found[0]):
            yield Found(0.85, *found.span())
    if any(sign.isdigit() for sign in text):
        yield from _numbers(text)


def _numbers(text: str) -> Iterator[Found]:
    named = bool(_PHRASED_SSN.search(text))
    yield from (Found(0.6, *iban.span()) for iban in _IBAN.finditer(text) if is_iban(iban[0]))
    yield from (Found(0.35, *place.span(), locates=True) for place in _PLACE.finditer(text))
    for address in _NETWORK.finditer(text):
        if is_public_address(address[0]):
            yield Found(0.2, *address.span(), locates=True)
    for digits in _DIGITS.finditer(text):
        if is_card(digits[0]):
            yield Found(0.8, *digits.span())
        elif is_social_security(digits[0]):
            yield Found(0.85 if named else 0.55, *digits.span())
        elif is_phone(digits[0]):
            yield Found(0.4, *digits.span(), locates=True)
