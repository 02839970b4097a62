"""A fresh playground for each test that names it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.playground.kit import Started, a_playground


@pytest.fixture
async def started(tmp_path: Path) -> AsyncIterator[Started]:
    async with a_playground(tmp_path) as made:
        yield made
