"""One provider with everything around it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.remote.asked import Asked
from analysis.remote.breaker import Patience
from analysis.remote.budget import Allowance
from analysis.remote.limits import Rates
from analysis.remote.meter import Spared
from analysis.types import Content, Failure, FailureKind, Findings, Origin, Passage, Scope, Usage
from tests.analysis.fakes import Gate, a_post, an_image
from tests.analysis.remote.kit import NOON, FakeProvider, Kit, posts

ADA, EVE = Scope("x", author="ada"), Scope("y", author="eve")
DOWN = ProviderUnavailable("HTTP 503", provider="acme")
POST = a_post(an_image())


async def ended(*calls: "asyncio.Task[Findings]") -> list[Findings | BaseException]:
    return await asyncio.gather(*calls, return_exceptions=True)


def begun(asked: Asked, content: Content, scope: Scope = ADA) -> "asyncio.Task[Findings]":
    return asyncio.create_task(asked.detect(content, scope))


async def test_an_answer_carries_what_it_cost() -> None:
    kit = Kit()
    found = await kit.around(FakeProvider()).detect(POST, ADA)

    assert found.cost_usd == 0.01
    assert [row.usd for row in await kit.ledger.spent(NOON.date())] == [0.01]


async def test_the_same_again_is_answered_from_what_is_kept() -> None:
    kit, provider = Kit(), FakeProvider()
    asked = kit.around(provider)
    first = await asked.detect(POST, ADA)
    again = await asked.detect(POST, EVE)

    assert len(provider.seen) == 1
    assert (again.signals, again.cost_usd) == (first.signals, 0.0)
    assert kit.meter.snapshot()["acme"].spared == {Spared.CACHE: 1}


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(a_post(an_image(), text="other words"), id="words"),
        pytest.param(a_post(an_image("ab")), id="pixels"),
    ],
)
async def test_different_posts_are_asked_about_each(other: Content) -> None:
    provider = FakeProvider()
    asked = Kit().around(provider)
    await asked.detect(POST, ADA)
    await asked.detect(other, ADA)

    assert len(provider.seen) == 2


async def test_the_same_at_the_same_time_is_asked_once() -> None:
    kit, provider = Kit(), FakeProvider(gate=Gate())
    asked = kit.around(provider)
    calls = [begun(asked, POST, scope) for scope in (ADA, EVE, ADA)]
    await provider.gate.reached.wait()
    provider.gate.opened.set()
    found = await asyncio.gather(*calls)

    assert len(provider.seen) == 1
    assert sorted(each.cost_usd for each in found) == [0.0, 0.0, 0.01]
    assert kit.meter.snapshot()["acme"].spared == {Spared.SINGLE_FLIGHT: 2}


async def test_a_failure_is_not_kept() -> None:
    provider = FakeProvider(errors=[DOWN])
    asked = Kit().around(provider)
    with pytest.raises(ProviderUnavailable):
        await asked.detect(POST, ADA)

    assert (await asked.detect(POST, ADA)).signals


async def test_no_file_name_reaches_a_vendor() -> None:
    provider = FakeProvider()
    named = replace(
        POST,
        passages=(*POST.passages, Passage("canary.png", Origin.FILENAME)),
        failures=(Failure("decode", FailureKind.UNREADABLE, "canary"),),
    )
    await Kit().around(provider).detect(named, ADA)

    assert "canary" not in repr(provider.seen)


async def test_the_same_picture_under_another_name_is_the_same() -> None:
    provider = FakeProvider()
    asked = Kit().around(provider)
    for name in ("a.png", "b.png"):
        passages = (*POST.passages, Passage(name, Origin.FILENAME))
        await asked.detect(replace(POST, passages=passages), ADA)

    assert len(provider.seen) == 1


async def test_an_outage_opens_the_breaker_and_one_probe_closes_it() -> None:
    kit, provider = Kit(patience=Patience(failures=2)), FakeProvider(always=DOWN)
    asked = kit.around(provider)
    await ended(*(begun(asked, post) for post in posts(2)))
    await ended(*(begun(asked, post) for post in posts(10)))
    in_outage = len(provider.seen)
    provider.always = None
    kit.clock.passes(10)
    probed = await ended(*(begun(asked, post) for post in posts(10)))
    after = await ended(*(begun(asked, post) for post in posts(10)))

    assert in_outage == 2
    assert sum(isinstance(each, Findings) for each in probed) == 1
    assert all(isinstance(each, Findings) for each in after)
    assert kit.meter.snapshot()["acme"].spared[Spared.BREAKER] == 19


async def test_a_vendor_that_hangs_is_given_up_and_then_left_alone() -> None:
    kit = Kit(patience=Patience(failures=1), limit=timedelta(milliseconds=10))
    provider = FakeProvider(gate=Gate())
    asked = kit.around(provider)
    with pytest.raises(TimeoutError):
        await asked.detect(POST, ADA)

    with pytest.raises(ProviderUnavailable):
        await asked.detect(a_post(text="next"), ADA)


async def test_one_communitys_empty_purse_is_not_anothers() -> None:
    """They ask the same at the same time, and only the first has no money."""
    kit = Kit(allowance=Allowance(1.0, 0.015, 1.0), rates=Rates(at_once=1))
    provider = FakeProvider()
    asked = kit.around(provider)
    await asked.detect(a_post(text="before"), ADA)
    poor, rich = await ended(begun(asked, POST, ADA), begun(asked, POST, EVE))

    assert isinstance(poor, ProviderOverBudget)
    assert isinstance(rich, Findings)
    assert rich.cost_usd == 0.01


async def test_a_garbled_answer_is_paid() -> None:
    kit = Kit()
    garbled = FakeProvider(always=ProviderGarbled("not JSON", provider="acme"))
    await ended(begun(kit.around(garbled), POST))

    assert [row.usd for row in await kit.ledger.spent(NOON.date())] == [0.01]


async def test_what_the_vendor_bills_for_an_answer_nobody_can_read_is_what_it_costs() -> None:
    kit, garbled = Kit(), ProviderGarbled("not JSON", provider="acme")
    garbled.usage = (Usage("acme-1", calls=3),)
    await ended(begun(kit.around(FakeProvider(always=garbled)), POST))

    assert [row.usd for row in await kit.ledger.spent(NOON.date())] == [0.03]


async def test_a_call_that_was_refused_costs_nothing() -> None:
    kit = Kit(allowance=Allowance(0.015, 1.0, 1.0))
    provider = FakeProvider(errors=[ProviderRejected("HTTP 400", provider="acme")])
    asked = kit.around(provider)
    await ended(begun(asked, POST))

    assert (await asked.detect(POST, ADA)).cost_usd == 0.01


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (DOWN, FailureKind.UNAVAILABLE),
        (ProviderRejected("HTTP 400", provider="acme"), FailureKind.REJECTED),
        (ProviderGarbled("not JSON", provider="acme"), FailureKind.GARBLED),
        (TimeoutError(), FailureKind.TIMEOUT),
    ],
)
async def test_each_failure_is_counted_as_its_own_kind(error: Exception, kind: FailureKind) -> None:
    kit = Kit()
    await ended(begun(kit.around(FakeProvider(always=error)), POST))

    assert kit.meter.snapshot()["acme"].failures == {kind: 1}


async def test_a_cancelled_call_gives_back_its_turn() -> None:
    kit, provider = Kit(rates=Rates(at_once=1)), FakeProvider(gate=Gate())
    asked = kit.around(provider)
    call = begun(asked, POST)
    await provider.gate.reached.wait()
    call.cancel()
    await ended(call)
    provider.gate.opened.set()

    assert (await asked.detect(a_post(text="next"), ADA)).signals


async def test_one_author_with_ten_thousand_pictures_neither_overspends_nor_starves_others() -> (
    None
):
    kit = Kit(allowance=Allowance(1.0, 0.5, 0.2), rates=Rates(at_once=4, waiting=100))
    provider = FakeProvider()
    asked = kit.around(provider)
    flood = [begun(asked, post, ADA) for post in posts(10_000, "flood {}".format)]
    others = [
        begun(asked, a_post(text=f"from {name}"), Scope("x", author=name))
        for name in ("bob", "eve", "joe")
    ]
    stranger = begun(asked, a_post(text="elsewhere"), Scope("y", author="kim"))
    ends = await ended(*flood)

    assert all(isinstance(each, Findings) for each in await ended(*others, stranger))
    assert provider.authors.count("ada") <= 10
    assert sum(isinstance(each, Findings) for each in ends) == provider.authors.count("ada")
    # What was not looked at says so, each post for itself.
    assert all(isinstance(each, Findings | ProviderOverBudget) for each in ends)


async def test_an_author_who_floods_waits_behind_themselves() -> None:
    kit, provider = Kit(rates=Rates(at_once=1)), FakeProvider(gate=Gate())
    asked = kit.around(provider)
    flood = [begun(asked, post, ADA) for post in posts(200)]
    await provider.gate.reached.wait()
    late = begun(asked, a_post(text="late"), EVE)
    await asyncio.sleep(0)
    provider.gate.opened.set()
    await ended(*flood, late)

    assert "eve" in provider.authors[:3]


async def test_trouble_with_the_money_is_a_failure_of_its_own_kind() -> None:
    kit = Kit(allowance=Allowance(0.0, 0.0, 1.0))
    with pytest.raises(ProviderError):
        await kit.around(FakeProvider()).detect(POST, ADA)

    figures = kit.meter.snapshot()["acme"]
    assert figures.failures == {FailureKind.OVER_BUDGET: 1}
    assert figures.spared == {Spared.BUDGET: 1}
    assert figures.calls == 0
