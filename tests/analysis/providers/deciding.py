"""Decision endpoints under test: either vendor, over its emulator."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, Literal

from pydantic import SecretStr

from analysis.providers.decisions import Decisions, DecisionsOptions
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Scope
from tests.analysis.providers.asking import (
    Asking,
    asking,
)
from tests.emulators.decisions import KEY, Decider
from tests.emulators.server import Answer, Received

Vendor = Literal["gemini", "openai"]
VENDORS: tuple[Vendor, ...] = ("gemini", "openai")
HATE = Category.HATE
ALL = frozenset(Category)
BLOCK = Category.PROVIDER_BLOCK


def base(vendor: Vendor, url: str) -> str:
    return url if vendor == "gemini" else f"{url}/v1"


def handler(decider: Decider, vendor: Vendor) -> Callable[[Received], Answer]:
    return decider.gemini if vendor == "gemini" else decider.openai


def a_provider(asked: Asking, vendor: Vendor, **more: Any) -> Decisions:
    options = {"api_key": SecretStr(KEY), "base_url": base(vendor, asked.vendor.url), **more}
    return Decisions(DecisionsOptions(vendor=vendor, **options), asked.tools)


@asynccontextmanager
async def deciding(
    vendor: Vendor, decider: Decider | None = None, *, loopback: bool = False, **more: Any
) -> AsyncIterator[tuple[Decisions, Asking]]:
    async with asking(handler(decider or Decider(), vendor), loopback=loopback) as asked:
        yield a_provider(asked, vendor, **more), asked


async def judged(
    vendor: Vendor, content: Content, decider: Decider | None = None, **more: Any
) -> Findings:
    async with deciding(vendor, decider, **more) as (provider, _):
        return await provider.detect(content, Scope())


def score(findings: Findings, category: Category) -> float | None:
    found = [signal.score for signal in findings.signals if signal.category is category]
    return found[0] if found else None
