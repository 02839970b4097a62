"""A vendor that says "too many" to everybody: whatever its words, it is heard and left alone."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import httpx
import pytest

from analysis.detector import Needs, Tier
from analysis.errors import ProviderError, ProviderOverBudget, ProviderUnavailable
from analysis.http import Http
from analysis.remote.asked import Asked
from analysis.remote.chain import Chain
from analysis.remote.limits import Rates
from analysis.taxonomy import Category
from analysis.types import Content, FailureKind, Findings, Scope, Usage
from tests.analysis.fakes import SCAM
from tests.analysis.remote.kit import Clock, FakeProvider, Kit, posts


@dataclass
class Storm:
    """A provider over real HTTP whose vendor answers every request alike; time is the kit's."""

    clock: Clock
    headers: Mapping[str, str]
    status: int = 429
    name: str = "acme"
    needs: Needs = Needs.EITHER
    tier: Tier = Tier.REMOTE
    categories: frozenset[Category] = frozenset({SCAM})
    at: list[float] = field(default_factory=list)
    """When each request came."""

    async def detect(self, content: Content, scope: Scope) -> Findings:
        transport = httpx.MockTransport(self._answer)
        async with httpx.AsyncClient(transport=transport) as client:
            http = Http(client, self.name, sleep=self._sleep, now=self._now)
            await http.send(client.build_request("POST", "http://acme.test/"))
            return Findings(usage=(Usage("acme-1"),))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.at.append(self.clock.seconds)
        return httpx.Response(self.status, headers=self.headers)

    def _now(self) -> datetime:
        return self.clock.now()

    async def _sleep(self, seconds: float) -> None:
        self.clock.passes(seconds)


async def rush(asked: Asked, number: int, community: str = "x") -> list[Findings | BaseException]:
    """That many different posts by as many authors, at once."""
    scopes = [Scope(community, author=f"a{n}") for n in range(number)]
    calls = [
        asked.detect(post, scope)
        for post, scope in zip(posts(number, f"{community} {{}}".format), scopes, strict=True)
    ]
    return await asyncio.gather(*calls, return_exceptions=True)


ASKED = [
    pytest.param({"retry-after": "30"}, 30.0, id="seconds"),
    pytest.param({"retry-after-ms": "30000"}, 30.0, id="milliseconds"),
    pytest.param({"retry-after": "Sun, 22 Nov 2026 12:00:30 GMT"}, 30.0, id="date"),
    pytest.param({"retry-after": "1000000000"}, 3600.0, id="ages"),
    pytest.param({"retry-after": "Fri, 01 Jan 2100 00:00:00 GMT"}, 3600.0, id="date-in-ages"),
    pytest.param({}, 10.0, id="absent"),
    pytest.param({"retry-after": "soon"}, 10.0, id="garbage"),
    pytest.param({"retry-after": "0"}, 10.0, id="at-once"),
    pytest.param({"retry-after": "-30"}, 10.0, id="negative"),
]


@pytest.mark.parametrize(("headers", "wait"), ASKED)
async def test_it_is_left_alone_for_as_long_as_it_asked_and_then_tried_with_one_post(
    headers: Mapping[str, str], wait: float
) -> None:
    kit = Kit()
    storm = Storm(kit.clock, headers)
    asked = kit.around(storm)
    await rush(asked, 10)
    opened, calls = kit.clock.seconds, len(storm.at)
    found = await rush(asked, 50, "y")
    meanwhile = len(storm.at)
    kit.clock.passes(wait - 1)
    await rush(asked, 50, "z")
    too_early = len(storm.at)
    kit.clock.passes(opened + wait + 1 - kit.clock.seconds)
    await rush(asked, 50, "probe")

    assert {type(each) for each in found} == {ProviderUnavailable}
    assert calls == meanwhile == too_early
    # One post, tried again at most twice.
    assert 1 <= len(storm.at) - too_early <= 3


async def test_its_wish_is_no_reason_to_leave_another_alone() -> None:
    kit = Kit()
    storm = Storm(kit.clock, {"retry-after": "600"})
    chain = Chain([kit.around(storm), kit.around(FakeProvider("other"))])
    found = [await chain.detect(post, Scope("x")) for post in posts(20)]

    assert all(each.judged == frozenset({SCAM}) for each in found)
    assert len(storm.at) == 1


async def test_the_queue_is_bounded_and_everybody_is_told() -> None:
    kit = Kit(rates=Rates(at_once=2, waiting=20))
    storm = Storm(kit.clock, {})
    found = await rush(kit.around(storm), 500)

    assert {type(each) for each in found} == {ProviderUnavailable, ProviderOverBudget}
    assert sum(isinstance(each, ProviderOverBudget) for each in found) == 500 - 2 - 20
    assert not any(isinstance(each, Findings) for each in found)
    assert sum(kit.meter.snapshot()["acme"].failures.values()) == 500


async def test_what_was_refused_costs_nothing() -> None:
    kit = Kit()
    await rush(kit.around(Storm(kit.clock, {"retry-after": "30"})), 20)

    assert await kit.ledger.spent(kit.clock.now().date()) == ()
    assert kit.meter.snapshot()["acme"].failures == {FailureKind.UNAVAILABLE: 20}


async def test_when_it_is_over_all_are_served_again() -> None:
    kit = Kit()
    storm = Storm(kit.clock, {"retry-after": "30"})
    asked = kit.around(storm)
    await rush(asked, 10)
    storm.status = 200
    kit.clock.passes(31)
    (probe, *_), after = await rush(asked, 1, "probe"), await rush(asked, 50, "after")

    assert isinstance(probe, Findings)
    assert not any(isinstance(each, ProviderError) for each in after)
