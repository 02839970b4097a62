"""The words, hosts and brands that links are held against, from the bundled TOML files."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import re2


@dataclass(frozen=True, slots=True)
class LinkWords:
    """The contents of ``data/link_words.toml``; its comments say what each list is."""

    bait: frozenset[str]
    risky: frozenset[str]
    shorteners: frozenset[str]
    invites: tuple[str, ...]
    bare: frozenset[str]
    programs: tuple[str, ...]
    honest: frozenset[str]
    known: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Brands:
    """Often-imitated names and the registered domains that are really theirs."""

    domains: Mapping[str, frozenset[str]]
    legitimate: frozenset[str]


def _bundled(name: str) -> dict[str, object]:
    return tomllib.loads(files("analysis.detectors").joinpath("data", name).read_text("utf-8"))


def _names(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"a list of names was expected, got {value!r}")
    return tuple(str(name) for name in value)


@cache
def link_words() -> LinkWords:
    """Read the word lists, once per process."""
    lists = {key: _names(value) for key, value in _bundled("link_words.toml").items()}
    return LinkWords(
        bait=frozenset(lists["bait"]),
        risky=frozenset(lists["risky"]),
        shorteners=frozenset(lists["shorteners"]),
        invites=lists["invites"],
        bare=frozenset(lists["bare"]),
        programs=lists["programs"],
        honest=frozenset(lists["honest"]),
        known=lists["known"],
    )


@cache
def brands() -> Brands:
    """Read the brands, once per process."""
    table = _bundled("brands.toml")["brands"]
    if not isinstance(table, dict):
        raise TypeError(f"brands must be a table, got {table!r}")
    domains = {str(brand): frozenset(_names(owned)) for brand, owned in table.items()}
    return Brands(domains, frozenset().union(*domains.values()))


class KnownDomains:
    """A list of RE2 expressions, each for a whole registered domain."""

    def __init__(self, expressions: tuple[str, ...]) -> None:
        self._set = re2.Set.FullMatchSet()
        for expression in expressions:
            self._set.Add(expression)
        self._set.Compile()

    def __contains__(self, domain: str) -> bool:
        return bool(self._set.Match(domain))
