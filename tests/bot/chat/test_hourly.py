"""One person may ask so often an hour."""

from datetime import datetime, timedelta

import pytest

from bot.chat.asker import Refused
from bot.chat.hourly import HOUR, Hourly
from tests.bot.chat.kit import an_asker
from tests.builders import NOON


class Clock:
    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now


def test_beyond_the_limit_it_is_refused_with_how_long() -> None:
    hourly = Hourly(2, Clock())
    hourly.spend(an_asker())
    hourly.spend(an_asker())

    with pytest.raises(Refused, match="60 minutes"):
        hourly.spend(an_asker())


def test_after_an_hour_they_may_again() -> None:
    clock = Clock()
    hourly = Hourly(1, clock)
    hourly.spend(an_asker())
    clock.now += HOUR

    hourly.spend(an_asker())


def test_one_persons_asking_is_not_anothers() -> None:
    hourly = Hourly(1, Clock())
    hourly.spend(an_asker(id="a"))

    hourly.spend(an_asker(id="b"))


def test_nobody_may_where_it_is_switched_off() -> None:
    with pytest.raises(Refused):
        Hourly(0, Clock()).spend(an_asker())


def test_a_clock_that_goes_back_lets_nobody_ask_more() -> None:
    clock = Clock()
    hourly = Hourly(1, clock)
    hourly.spend(an_asker())
    clock.now -= timedelta(days=1)

    with pytest.raises(Refused):
        hourly.spend(an_asker())
