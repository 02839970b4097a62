"""Builds the configured providers from the settings, each with everything around it.

A provider without a key is off: said once at start, and no failure. Anything misspelt is refused
by name. Secrets reach a provider's own options and nothing else.
"""

import hashlib
import json
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

import httpx
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from analysis import registry
from analysis.cache import Cache
from analysis.detector import Detector
from analysis.dialling import Names, dialled
from analysis.providers import PROVIDERS
from analysis.providers.provider import Options, Prepare, Provider, Tools
from analysis.reader import Versioned
from analysis.remote.answers import Answers
from analysis.remote.asked import Around, Asked
from analysis.remote.breaker import Breaker
from analysis.remote.budget import Allowance, Budget
from analysis.remote.chain import Chain, seated
from analysis.remote.ledger import Ledger, MemoryLedger
from analysis.remote.limits import Limits, Rates
from analysis.remote.meter import Meter
from analysis.remote.prices import FREE, UNKNOWN, Price, PriceList
from analysis.spread import SpreadTransport
from bot.config.tables import Settings
from bot.errors import Misconfigured
from bot.log import logger
from bot.nearest import suggested
from bot.spared import SparedNotes
from bot.storage.spend import SpendLedger

_log = logger("providers")
_SECRET_WORDS = ("key", "secret", "token", "password")
_MARGIN = 0.9
"""The share of the pipeline's deadline that providers may use, so that they fail before it ends."""


class _Make(Protocol):
    """A provider's class, as the registry names it."""

    options_type: type[Options]

    def __call__(self, options: Options, tools: Tools) -> Provider: ...


@dataclass(frozen=True, slots=True)
class Remote:
    """The providers, ready to be asked."""

    detectors: tuple[Detector, ...] = ()
    """For the pipeline: one per seat (``analysis.remote.chain``)."""
    providers: tuple[Provider, ...] = ()
    """Each one bare, for ``doctor``."""
    off: tuple[str, ...] = ()
    """What is listed and off, each in a sentence."""
    meter: Meter = field(default_factory=Meter)


@dataclass(frozen=True, slots=True)
class _Ready:
    """One provider with what it was told."""

    provider: Provider
    options: Options


@asynccontextmanager
async def opened_remote(
    settings: Settings,
    prepare: Prepare,
    spend: SpendLedger | None = None,
    *,
    known: Mapping[str, str] = PROVIDERS,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    names: Names | None = None,
) -> AsyncIterator[Remote]:
    """Build what ``[analysis] providers`` lists; without ``spend`` this run's money is forgotten.

    ``names`` looks vendors' names up; None: as this machine does.

    Raises:
        Misconfigured: a name or an option is not one of ours; the message says which.
    """
    async with AsyncExitStack() as stack:
        client = await stack.enter_async_context(_client(names))
        ready, off = _built(settings, Tools(client, prepare), known)
        for sentence in off:
            _log.info("provider.off", what=sentence)
        meter = Meter()
        if spend is not None:
            notes = await stack.enter_async_context(SparedNotes(spend, now).keeping())
            meter = Meter(notes.note)
        cache = Cache(settings.analysis.cache_url)
        stack.push_async_callback(cache.close)
        parts = _Parts(settings, spend or MemoryLedger(), cache, meter, now)
        seats = seated([parts.around(each, len(ready)) for each in ready])
        yield Remote(
            tuple(Chain(seat) for seat in seats), tuple(each.provider for each in ready), off, meter
        )


class _Parts:
    """What all providers share, and what stands around each."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        cache: Cache,
        meter: Meter,
        now: Callable[[], datetime],
    ) -> None:
        budget = settings.budget
        self._settings = settings
        self._cache = cache
        self._meter = meter
        overrides = {name: Price(**price.model_dump()) for name, price in budget.prices.items()}
        self._budget = Budget(
            ledger,
            Allowance(budget.usd_per_day, budget.usd_per_day_per_community, budget.author_share),
            now,
            PriceList(overrides),
        )

    def around(self, ready: _Ready, providers: int) -> Asked:
        """One provider, with its share of the time where several may be asked in turn."""
        options, provider = self._settings.analysis, ready.provider
        share = options.deadline_s * _MARGIN / providers
        wait_s = min(options.wait_s, share / 2)
        rates = Rates(
            calls_per_minute=options.calls_per_minute,
            tokens_per_minute=options.tokens_per_minute,
            at_once=options.calls_at_once,
            wait_s=wait_s,
        )
        name = provider.name
        return Asked(
            provider,
            Around(
                answers=Answers(
                    self._cache, name, _question(ready), timedelta(hours=options.answers_hours)
                ),
                breaker=Breaker(name, time.monotonic, tell=_tell),
                limits=Limits(name, rates, time.monotonic),
                budget=self._budget,
                meter=self._meter,
                limit=timedelta(seconds=share - wait_s),
                model=ready.options.model,
                unpriced=FREE if ready.options.at_home else UNKNOWN,
            ),
        )


def _tell(sentence: str) -> None:
    _log.error("provider.trouble", what=sentence)


def _question(ready: _Ready) -> str:
    """Changes whenever the same post could be judged anew: another option, another version."""
    version = ready.provider.version if isinstance(ready.provider, Versioned) else ""
    told = json.dumps([ready.options.model_dump(mode="json"), version], sort_keys=True)
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _client(names: Names | None) -> httpx.AsyncClient:
    """Keeps connections open; deadlines are each call's own (``analysis.http``)."""
    # What runs on this machine is never reached through a proxy; what does not is, where the
    # environment names one, because its patterns are narrower than "all".
    patterns = ("all://", "all://localhost", "all://127.0.0.1", "all://[::1]")
    mounts = dict.fromkeys(patterns, SpreadTransport(dialled(names)))
    return httpx.AsyncClient(
        timeout=httpx.Timeout(None, connect=10.0),
        headers={"user-agent": "bifocal"},
        follow_redirects=False,
        mounts=mounts,
    )


def _built(
    settings: Settings, tools: Tools, known: Mapping[str, str]
) -> tuple[tuple[_Ready, ...], tuple[str, ...]]:
    """The providers that can be asked, in order, and why the others cannot."""
    listed = tuple(dict.fromkeys(settings.analysis.providers))
    for name in listed:
        _refuse_unknown(name, f"[analysis] providers: {name}", known)
    for name in settings.providers:
        _refuse_unknown(name, f"[providers.{name}]", known)
    ready: list[_Ready] = []
    off: list[str] = []
    for name in listed:
        make = cast("_Make", registry.load(known, name))
        options = _options(name, settings, make.options_type)
        if options.ready:
            ready.append(_Ready(make(options, tools), options))
        else:
            off.append(f"{name} is off. {_lacking(name, options)}")
    return tuple(ready), tuple(off)


def _refuse_unknown(name: str, place: str, known: Mapping[str, str]) -> None:
    if name not in known:
        raise Misconfigured(f"{place}: no such provider{suggested(name, known)}")


def _options(name: str, settings: Settings, kind: type[Options]) -> Options:
    """The provider's own options, checked.

    Raises:
        Misconfigured: one line for each that is wrong; no line repeats a secret.
    """
    table = settings.providers.get(name)
    written = {} if table is None else table.model_dump(exclude_unset=True)
    try:
        return kind.model_validate(written)
    except ValidationError as exc:
        lines = [_complaint(name, detail, kind) for detail in exc.errors(include_url=False)]
        raise Misconfigured("\n".join(lines)) from None


def _complaint(name: str, detail: ErrorDetails, kind: type[Options]) -> str:
    key = ".".join(str(part) for part in detail["loc"])
    place = f"[providers.{name}] {key}:" if key else f"[providers.{name}]:"
    if detail["type"] == "extra_forbidden":
        return f"{place} no such setting{suggested(key, kind.model_fields)}"
    message = f"{detail['msg'][:1].lower()}{detail['msg'][1:]}"
    # An error of a whole table carries all its values, and a key its secret.
    shown = bool(key) and detail["type"] != "missing" and not _secret(key)
    return f"{place} {message}, got {detail['input']!r}" if shown else f"{place} {message}"


def _secret(key: str) -> bool:
    return key.rsplit("_", 1)[-1].lower() in _SECRET_WORDS


def _lacking(name: str, options: Options) -> str:
    named = [_variable(name, key) for key in options.lacks]
    return f"To use it, set {' and '.join(named)}." if named else "Not all it needs is set."


def _variable(name: str, key: str) -> str:
    return f"BIFOCAL_PROVIDERS__{name}__{key}".upper()
