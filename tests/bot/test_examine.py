"""The doctor's questions to platforms: trouble is an answer, never a crash."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot import examine
from bot.errors import PlatformUnavailable
from bot.ports import Examined
from tests.fakes import FakePlatform


@dataclass
class Breaking(FakePlatform):
    """Raises when it is examined."""

    error: Exception | None = None

    async def examine(self, community_id: str = "") -> tuple[Examined, ...]:
        if self.error:
            raise self.error
        return await super().examine(community_id)  # type: ignore[return-value] # a tuple


async def test_what_is_missing_is_said_with_the_platforms_name() -> None:
    (found,) = await examine.platform(FakePlatform(missing="no permission"))

    assert (found.well, found.sentence) == (False, "fake: NOT WELL: no permission")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PlatformUnavailable("503"), "fake: NOT WELL: 503"),
        (
            KeyError("canary"),
            "fake: NOT WELL: this is a fault of ours: KeyError; please report it.",
        ),
    ],
)
async def test_trouble_is_an_answer(error: Exception, said: str) -> None:
    (found,) = await examine.platform(Breaking(error=error))

    assert found.sentence == said


async def test_silence_is_an_answer() -> None:
    (found,) = await examine.platform(Breaking(error=TimeoutError()), patience=timedelta(seconds=1))

    assert "no answer within 1 s" in found.sentence
