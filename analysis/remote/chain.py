"""Providers that stand in for each other, and those that complement each other.

``[analysis] providers`` is one list. In its order, a provider stands in for an earlier one that
sees at least what it sees (words, pictures); one that sees something no earlier one sees gets a
seat of its own, and the seats are asked at the same time. So ``gemini, openai_chat`` is one seat:
the second is asked when the first does not answer. ``google_vision, openai_moderation`` is two,
for only the second sees words: both are asked, and it takes as long as the slower.

Within a seat the first that answers is enough. What those before it failed at is forgotten if it
judged all that they would have judged; categories it does not judge stay unanswered, and the
failure is told. Where nobody answers, every failure is told, each of its own kind.
"""

from collections.abc import Sequence
from enum import Flag, auto
from functools import reduce
from operator import or_

from analysis.detector import Awaits, Detector, Needs, Tier, awaits
from analysis.failing import failure_of
from analysis.remote.asked import sendable
from analysis.taxonomy import Category
from analysis.types import Content, Failure, Findings, Scope


class Sees(Flag):
    """Which parts of a post a provider looks at."""

    WORDS = auto()
    PICTURES = auto()


_SEES = {
    Needs.PASSAGES: Sees.WORDS,
    Needs.IMAGES: Sees.PICTURES,
    Needs.EITHER: Sees.WORDS | Sees.PICTURES,
    Needs.BOTH: Sees.WORDS | Sees.PICTURES,
}


def seated(providers: Sequence[Detector]) -> tuple[tuple[Detector, ...], ...]:
    """Who stands in for whom: each inner tuple is one seat, in order of fallback."""
    seats: list[list[Detector]] = []
    for provider in providers:
        sees = _SEES[provider.needs]
        seat = next((s for s in seats if sees in _SEES[s[0].needs]), None)
        if seat is None:
            seats.append([provider])
        else:
            seat.append(provider)
    return tuple(map(tuple, seats))


class Chain:
    """One seat: asks its providers in order until one answers. Itself a detector."""

    tier = Tier.REMOTE

    def __init__(self, providers: Sequence[Detector]) -> None:
        """At least one provider; the order is the order of fallback."""
        self._providers = tuple(providers)
        self.name = " or ".join(provider.name for provider in providers)
        self.categories: frozenset[Category] = reduce(or_, (p.categories for p in providers))
        needs = {provider.needs for provider in providers}
        self.needs = needs.pop() if len(needs) == 1 else Needs.EITHER
        # All of them at once, for the first to answer may be any of them.
        waits = {awaits(provider) for provider in providers}
        self.awaits = waits.pop() if len(waits) == 1 else Awaits.READERS

    async def detect(self, content: Content, scope: Scope) -> Findings:
        """Judge the content; says itself which categories were asked and answered."""
        shown = sendable(content)
        failures: list[Failure] = []
        asked: frozenset[Category] = frozenset()
        for provider in self._providers:
            if not provider.needs.met_by(shown):
                continue
            asked |= provider.categories
            try:
                findings = await provider.detect(shown, scope)
            except Exception as exc:  # noqa: BLE001 - told below, or made good by the next
                failures.append(failure_of(exc, provider.name))
                continue
            return _answered(findings, asked, provider, failures)
        return Findings(failures=tuple(failures), asked=asked, judged=frozenset())


def _answered(
    findings: Findings,
    asked: frozenset[Category],
    provider: Detector,
    failures: Sequence[Failure],
) -> Findings:
    judged = provider.categories if findings.judged is None else findings.judged
    # A block is a vendor's word about itself: another vendor has its own.
    left = asked - judged - {Category.PROVIDER_BLOCK}
    told = tuple(failures) if left else ()
    return Findings(
        findings.signals,
        findings.facts,
        (*told, *findings.failures),
        findings.cost_usd,
        findings.usage,
        asked=asked,
        judged=judged,
    )
