"""What a model costs, on which day, and by whose word."""

from datetime import date

import pytest

from analysis.remote.prices import PRICES, Price, PriceList, expected
from analysis.types import Content, Usage
from tests.analysis.fakes import a_caption, a_post, an_image

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    ("model", "usd"),
    [
        ("gemini-3.5-flash-lite", 0.30),
        ("gemini-3.5-flash-lite-001", 0.30),
        ("gemini-3.5-flash", 1.50),
        ("gpt-5.6-luna-2026-08-01", 0.20),
        ("gemini-decision-1", 0.10),
    ],
)
def test_a_served_model_is_priced_by_the_name_it_begins_with(model: str, usd: float) -> None:
    price = PriceList().price("whoever", model, TODAY)

    assert price is not None
    assert price.input_per_million == usd


def test_a_name_that_merely_looks_alike_has_no_price() -> None:
    assert PriceList().price("whoever", "gpt-5.6-lunar", TODAY) is None


@pytest.mark.parametrize(("day", "usd"), [(date(2026, 12, 31), 0.75), (date(2027, 1, 1), 1.50)])
def test_a_price_changes_on_its_day(day: date, usd: float) -> None:
    price = PriceList().price("gemini", "gemini-3.8-flash", day)

    assert price is not None
    assert price.input_per_million == usd


def test_a_provider_stands_for_models_without_a_price() -> None:
    price = PriceList().price("google_vision", "builtin/stable", TODAY)

    assert price is not None
    assert price.of(Usage("", images=2)) == pytest.approx(0.018)


def test_the_operators_word_counts() -> None:
    prices = PriceList({"gemini-3.5-flash-lite": Price(9.0)})

    assert prices.price("gemini", "gemini-3.5-flash-lite", TODAY) == Price(9.0)


def test_tokens_pictures_and_calls_add_up() -> None:
    price = Price(1.0, 10.0, per_image=0.5, per_call=0.25)
    used = Usage("m", calls=2, input_tokens=1_000_000, output_tokens=100_000, images=3)

    assert price.of(used) == pytest.approx(1.0 + 1.0 + 1.5 + 0.5)


def test_every_price_is_in_force_today() -> None:
    assert all(PriceList().price("", name, TODAY) is not None for name in PRICES)


def test_more_pictures_and_words_are_expected_to_cost_more() -> None:
    small = expected(Content((a_caption("hi"),)))
    large = expected(a_post(an_image(), an_image(), text="hi" * 500))

    assert large.input_tokens > small.input_tokens + 2000
