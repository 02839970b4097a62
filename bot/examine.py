"""Asks providers and platforms how they are: what `doctor` says on the command line and in chat."""

import asyncio
import re
from collections.abc import Coroutine, Sequence
from datetime import timedelta

from analysis.deadline import within
from analysis.errors import AnalysisError, ProviderGarbled, ProviderUnavailable
from analysis.providers.provider import Provider
from bot.errors import BotError
from bot.log import logger
from bot.ports import Examined, Platform

PATIENCE = timedelta(seconds=30)
"""For one answer, its retries included."""

_log = logger("doctor")


async def providers(
    asked: Sequence[Provider], patience: timedelta = PATIENCE
) -> tuple[Examined, ...]:
    """One tiny question to every provider at once; the answers stand in their order."""
    found = await asyncio.gather(
        *(_answered(f"provider: {one.name}", _provider(one), patience) for one in asked)
    )
    return tuple(answer for answers in found for answer in answers)


async def platform(
    one: Platform, community_id: str = "", patience: timedelta = PATIENCE
) -> tuple[Examined, ...]:
    """Everything that a platform says of itself, or that it does not answer."""
    return await _answered(one.name, one.examine(community_id), patience)


async def _provider(provider: Provider) -> Sequence[Examined]:
    try:
        return (Examined(well=True, sentence=await provider.check()),)
    except AnalysisError as exc:
        return (Examined(well=False, sentence=_with_remedy(exc, provider.name)),)


_REMEDY = re.compile(
    r"BIFOCAL_|\[providers\.|\b(activate|add|check|choose|create|enable|grant|raise|set|wait)\b"
)
"""How an error says what to do."""


def _with_remedy(exc: AnalysisError, name: str) -> str:
    """What is wrong, and what to do about it where the error does not say so itself."""
    said, table = str(exc), f"[providers.{name}]"
    if _REMEDY.search(said):
        return said
    match exc:
        case ProviderUnavailable():
            return f"{said}: check the network and base_url in {table}, or try later"
        case ProviderGarbled():
            return f"{said}: check that base_url and model in {table} name what can judge posts"
    return f"{said}: check the key and the other settings in {table}"


async def _answered(
    who: str, asked: Coroutine[object, object, Sequence[Examined]], patience: timedelta
) -> tuple[Examined, ...]:
    """What they said, each sentence with who said it; trouble is an answer too."""
    try:
        found = await within(asked, patience)
    except TimeoutError:
        trouble = (
            f"no answer within {patience.seconds} s; check base_url or api_base, and whether the "
            "service is up."
        )
    except BotError as exc:
        trouble = str(exc)
    except Exception as exc:  # noqa: BLE001 - one's bug must not hide the others
        _log.error("doctor.broke", who=who, what=type(exc).__name__)
        trouble = f"this is a fault of ours: {type(exc).__name__}; please report it."
    else:
        return tuple(_named(who, each) for each in found)
    return (_named(who, Examined(well=False, sentence=trouble)),)


def _named(who: str, found: Examined) -> Examined:
    ill = "" if found.well else "NOT WELL: "
    return Examined(well=found.well, sentence=f"{who}: {ill}{found.sentence}")
