"""When a vendor is left alone, and how it is tried again."""

import asyncio

import httpx
import pytest

from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.http import Refused, Reply
from analysis.remote.breaker import Breaker, Patience
from tests.analysis.remote.kit import Clock

DOWN = ProviderUnavailable("HTTP 503", provider="acme")
BAD_KEY = ProviderRejected("the key is not valid", provider="acme", lasting=True)
BAD_POST = ProviderRejected("HTTP 400", provider="acme")
GARBLED = ProviderGarbled("not JSON", provider="acme")
LATER = ProviderUnavailable("HTTP 429", provider="acme", retry_after=90.0)


class Bench:
    """A breaker, its clock, and what the operator was told."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.told: list[str] = []
        self.breaker = Breaker(
            "acme", self.clock, patience=Patience(failures=3), tell=self.told.append
        )

    def call(self, exc: BaseException | None = None) -> None:
        with self.breaker.guarding():
            if exc is not None:
                raise exc

    def fails(self, exc: BaseException, times: int = 1) -> None:
        for _ in range(times):
            with pytest.raises(type(exc)):
                self.call(exc)

    @property
    def passes(self) -> bool:
        try:
            self.call()
        except ProviderUnavailable:
            return False
        return True


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_few_failures_open_nothing(bench: Bench) -> None:
    bench.fails(DOWN, times=2)

    assert bench.passes


def test_several_in_a_row_open_it(bench: Bench) -> None:
    bench.fails(DOWN, times=3)

    assert not bench.passes


def test_an_answer_in_between_starts_the_count_anew(bench: Bench) -> None:
    bench.fails(DOWN, times=2)
    bench.call()
    bench.fails(DOWN, times=2)

    assert bench.passes


def test_no_answer_in_time_counts_as_trouble(bench: Bench) -> None:
    bench.fails(TimeoutError(), times=3)

    assert not bench.passes


def test_garbled_answers_are_answers(bench: Bench) -> None:
    bench.fails(GARBLED, times=10)

    assert bench.passes


def test_money_that_is_used_up_says_nothing_of_the_vendor(bench: Bench) -> None:
    bench.fails(ProviderOverBudget("used up", provider="acme"), times=10)

    assert bench.passes


def test_a_cancelled_call_says_nothing_of_the_vendor(bench: Bench) -> None:
    bench.fails(asyncio.CancelledError(), times=10)

    assert bench.passes


def test_the_vendors_own_wish_opens_it_at_once_and_so_long(bench: Bench) -> None:
    bench.fails(LATER)
    bench.clock.passes(89.9)
    early = bench.passes
    bench.clock.passes(0.2)

    assert (early, bench.passes) == (False, True)


def test_a_wish_without_end_is_obeyed_for_an_hour(bench: Bench) -> None:
    bench.fails(ProviderUnavailable("HTTP 429", provider="acme", retry_after=1e9))
    bench.clock.passes(3601)

    assert bench.passes


def test_one_call_alone_is_the_probe(bench: Bench) -> None:
    bench.fails(DOWN, times=3)
    bench.clock.passes(10)

    with bench.breaker.guarding():
        assert not bench.passes
    assert bench.passes


def test_a_probe_that_fails_opens_it_for_twice_as_long(bench: Bench) -> None:
    bench.fails(DOWN, times=3)
    bench.clock.passes(10)
    bench.fails(DOWN)
    bench.clock.passes(19)
    early = bench.passes
    bench.clock.passes(1)

    assert (early, bench.passes) == (False, True)


@pytest.mark.parametrize("trouble", [DOWN, TimeoutError()], ids=["down", "late"])
def test_calls_that_began_before_it_opened_do_not_lengthen_it(
    bench: Bench, trouble: Exception
) -> None:
    """A hundred posts in flight when a vendor goes are one trouble, not a hundred."""
    calls = [bench.breaker.guarding() for _ in range(100)]
    for call in calls:
        call.__enter__()
    bench.fails(DOWN, times=3)
    for call in calls:
        assert not call.__exit__(type(trouble), trouble, None)
    bench.clock.passes(10)

    assert bench.passes


def test_a_probe_that_is_cancelled_lets_another_try(bench: Bench) -> None:
    bench.fails(DOWN, times=3)
    bench.clock.passes(10)
    bench.fails(asyncio.CancelledError())

    assert bench.passes


def test_an_outage_of_days_ends_within_minutes(bench: Bench) -> None:
    bench.fails(DOWN, times=3)
    for _ in range(1000):
        bench.clock.passes(300)
        bench.fails(DOWN)
    bench.clock.passes(300)

    assert bench.passes


def test_a_bad_key_opens_it_at_once_and_for_long(bench: Bench) -> None:
    bench.fails(BAD_KEY)
    bench.clock.passes(599)

    assert not bench.passes


def test_the_operator_is_told_once_of_a_bad_key(bench: Bench) -> None:
    for _ in range(3):
        bench.fails(BAD_KEY)
        bench.clock.passes(601)

    assert bench.told == ["acme is left alone for 600 s: the key is not valid"]


def test_the_operator_is_told_again_of_new_trouble(bench: Bench) -> None:
    bench.fails(DOWN, times=3)
    bench.clock.passes(10)
    bench.call()
    bench.fails(DOWN, times=3)

    assert len(bench.told) == 2


def test_one_refused_post_closes_the_vendor_to_nobody(bench: Bench) -> None:
    bench.fails(BAD_POST, times=2)

    assert bench.passes


def test_what_is_refused_without_end_is_left_alone(bench: Bench) -> None:
    bench.fails(BAD_POST, times=3)

    assert not bench.passes


def test_a_refused_probe_shows_a_vendor_that_answers_nobody(bench: Bench) -> None:
    bench.fails(BAD_POST, times=3)
    bench.clock.passes(10)
    bench.fails(BAD_POST)

    assert not bench.passes


@pytest.mark.parametrize(
    ("status", "lasting"), [(401, True), (402, True), (403, True), (404, True), (400, False)]
)
def test_a_status_says_whether_it_is_the_post_or_us(status: int, *, lasting: bool) -> None:
    assert Refused(Reply(status, httpx.Headers(), b""), provider="acme").lasting is lasting


def test_a_refusal_says_how_long_and_why(bench: Bench) -> None:
    bench.fails(LATER)

    with pytest.raises(ProviderUnavailable, match="left alone after trouble: HTTP 429") as caught:
        bench.call()
    assert caught.value.retry_after == 90.0
    assert isinstance(caught.value, ProviderError)
