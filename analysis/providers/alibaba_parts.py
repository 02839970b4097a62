"""A post judged in parts: what succeeded is kept, what failed is told. Pure but for the waiting."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from analysis.errors import AnalysisError
from analysis.failing import failure_of, once
from analysis.providers.alibaba_gateway import NAME
from analysis.types import Findings, Usage

Part = Findings | tuple[AnalysisError, int | None]
"""What one call found, or why it failed and which file it was about."""


async def attempt(
    gate: asyncio.Semaphore, call: Callable[[], Awaitable[Findings]], media: int | None
) -> Part:
    """One call; its trouble is kept beside the others' findings."""
    async with gate:
        try:
            return await call()
        except AnalysisError as exc:
            return exc, media


def merged(parts: Iterable[Part]) -> Findings:
    """All findings in order; what failed becomes a failure, and all of it an exception."""
    listed = list(parts)
    found = [part for part in listed if isinstance(part, Findings)]
    failed = [part for part in listed if not isinstance(part, Findings)]
    if failed and not found:
        raise failed[0][0]
    return Findings(
        signals=tuple(signal for part in found for signal in part.signals),
        facts=tuple(dict.fromkeys(fact for part in found for fact in part.facts)),
        failures=once(failure_of(exc, NAME, media) for exc, media in failed),
        usage=_summed(usage for part in found for usage in part.usage),
    )


def _summed(each: Iterable[Usage]) -> tuple[Usage, ...]:
    total: dict[str, Usage] = {}
    for usage in each:
        so_far = total.get(usage.model, Usage(usage.model, calls=0))
        total[usage.model] = Usage(
            usage.model, so_far.calls + usage.calls, images=so_far.images + usage.images
        )
    return tuple(total.values())


def billed(found: Findings, usage: Usage) -> Findings:
    """The findings of one call, with what it used."""
    return Findings(signals=found.signals, facts=found.facts, usage=(usage,))
