"""What providers did and cost, and what was spared and why, since the process started."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from analysis.types import FailureKind, Usage


class Spared(StrEnum):
    """Why a vendor was not called."""

    CACHE = "cache"
    """The same was asked and answered a while ago."""
    SINGLE_FLIGHT = "single_flight"
    """The same was being asked at that moment."""
    SHORT_CIRCUIT = "short_circuit"
    """No answer could have changed what the policy decides."""
    BREAKER = "breaker"
    """The vendor is in trouble and left alone."""
    BUDGET = "budget"
    """The money is used up."""
    LIMITS = "limits"
    """The rate is used up."""


BOUNDS_S = (0.1, 0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 32.0)
"""Upper bounds of the latency's buckets, in seconds; the last bucket has none."""


@dataclass(frozen=True, slots=True)
class Figures:
    """One provider's figures."""

    calls: int = 0
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    spared: Mapping[Spared, int] = field(default_factory=dict)
    failures: Mapping[FailureKind, int] = field(default_factory=dict)
    seconds: float = 0.0
    """All calls' wall time together."""
    by_bound: tuple[int, ...] = ()
    """How many calls ended within each of ``BOUNDS_S``, and last how many beyond them."""


@dataclass(slots=True)
class _Counts:
    calls: int = 0
    usd: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    seconds: float = 0.0
    spared: Counter[Spared] = field(default_factory=Counter)
    failures: Counter[FailureKind] = field(default_factory=Counter)
    buckets: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS_S) + 1))


EVERY = ""
"""The name under which what no single provider is responsible for is counted."""


class Meter:
    """Counts. Nothing here names a community or a person.

    ``listener`` hears of everything spared, as (provider, why), so that it can be kept.
    """

    def __init__(self, listener: Callable[[str, Spared], None] | None = None) -> None:
        self._counts: dict[str, _Counts] = {}
        self._listener = listener

    def called(self, provider: str, seconds: float) -> None:
        """A call ended, in whatever way."""
        counts = self._of(provider)
        counts.calls += 1
        counts.seconds += seconds
        counts.buckets[sum(seconds > bound for bound in BOUNDS_S)] += 1

    def cost(self, provider: str, usd: float, usage: tuple[Usage, ...] = ()) -> None:
        """So much was spent."""
        counts = self._of(provider)
        counts.usd += usd
        counts.input_tokens += sum(used.input_tokens for used in usage)
        counts.output_tokens += sum(used.output_tokens for used in usage)

    def spared(self, provider: str, why: Spared) -> None:
        """A call was not made."""
        self._of(provider).spared[why] += 1
        if self._listener is not None:
            self._listener(provider, why)

    def failed(self, provider: str, kind: FailureKind) -> None:
        """No answer that could be used."""
        self._of(provider).failures[kind] += 1

    def snapshot(self) -> Mapping[str, Figures]:
        """The figures of this moment, by provider."""
        return {name: _figures(counts) for name, counts in sorted(self._counts.items())}

    def _of(self, provider: str) -> _Counts:
        return self._counts.setdefault(provider, _Counts())


def _figures(counts: _Counts) -> Figures:
    return Figures(
        counts.calls,
        counts.usd,
        counts.input_tokens,
        counts.output_tokens,
        dict(counts.spared),
        dict(counts.failures),
        counts.seconds,
        tuple(counts.buckets),
    )
