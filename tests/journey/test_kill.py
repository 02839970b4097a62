"""kill -9 at any point loses nothing and repeats no action."""

from pathlib import Path

import pytest

from tests.journey.kills import under_fire
from tests.journey.process import Bot


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_ten_kills_over_120_posts_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    async with Bot(tmp_path) as bot:
        count = await under_fire(bot, posts=120, kills=10)

    assert count.accepted >= 120
    assert count.actions > 0


@pytest.mark.soak
@pytest.mark.timeout(1800)
async def test_fifty_kills_over_500_posts_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    async with Bot(tmp_path) as bot:
        count = await under_fire(bot, posts=500, kills=50, seed=1)
    print(count)  # noqa: T201 - what `make soak` is for

    assert count.accepted >= 500
