"""What providers cost and did, as Prometheus reads it. Labels are providers and our own words."""

from collections.abc import Iterator, Mapping
from typing import TypeVar

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from analysis.remote.meter import BOUNDS_S, Figures, Meter

S = TypeVar("S", bound=str)


class RemoteFigures(Collector):
    """Reads the meter whenever somebody looks."""

    def __init__(self, meter: Meter) -> None:
        self._meter = meter

    def collect(self) -> Iterator[Metric]:
        """The figures of this moment."""
        figures = {name or "every": each for name, each in self._meter.snapshot().items()}
        called = {name: each for name, each in figures.items() if name != "every"}
        yield _sum("bifocal_provider_usd", "US dollars", {n: f.usd for n, f in called.items()})
        yield _tokens(called)
        yield _seconds(called)
        yield _by(
            "bifocal_provider_spared",
            "Calls that were not made, by why",
            "reason",
            {n: _words(f.spared) for n, f in figures.items()},
        )
        yield _by(
            "bifocal_provider_failures",
            "No answer that could be used",
            "kind",
            {n: _words(f.failures) for n, f in called.items()},
        )


def _sum(name: str, about: str, values: Mapping[str, float]) -> Metric:
    family = CounterMetricFamily(name, f"{about}, by provider", labels=["provider"])
    for provider, value in values.items():
        family.add_metric([provider], value)
    return family


def _tokens(figures: Mapping[str, Figures]) -> Metric:
    family = CounterMetricFamily(
        "bifocal_provider_tokens", "Tokens, as vendors count them", labels=["provider", "way"]
    )
    for provider, each in figures.items():
        family.add_metric([provider, "in"], each.input_tokens)
        family.add_metric([provider, "out"], each.output_tokens)
    return family


def _by(name: str, about: str, label: str, values: Mapping[str, Mapping[str, int]]) -> Metric:
    family = CounterMetricFamily(name, about, labels=["provider", label])
    for provider, counts in values.items():
        for what, count in counts.items():
            family.add_metric([provider, what], count)
    return family


def _words(counts: Mapping[S, int]) -> Mapping[str, int]:
    return {str(what): count for what, count in counts.items()}


def _seconds(figures: Mapping[str, Figures]) -> Metric:
    family = HistogramMetricFamily(
        "bifocal_provider_seconds", "How long calls took", labels=["provider"]
    )
    for provider, each in figures.items():
        if each.calls:
            family.add_metric([provider], _cumulative(each), each.seconds)
    return family


def _cumulative(figures: Figures) -> list[tuple[str, float]]:
    total, buckets = 0, []
    for bound, count in zip([*map(str, BOUNDS_S), "+Inf"], figures.by_bound, strict=True):
        total += count
        buckets.append((bound, float(total)))
    return buckets
