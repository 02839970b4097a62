"""A town of one's own for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.discord.flows.town import Town, a_town


@pytest.fixture
async def town(tmp_path: Path) -> AsyncIterator[Town]:
    async with a_town(tmp_path) as town:
        yield town
