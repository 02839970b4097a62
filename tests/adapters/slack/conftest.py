"""A fresh Slack for each test that names it."""

from collections.abc import AsyncIterator

import pytest

from tests.adapters.slack.kit import Started, a_slack
from tests.emulators.slack import World, slack_world


@pytest.fixture
async def world() -> AsyncIterator[World]:
    """All of Slack, without us."""
    async with slack_world() as made:
        made.office.retries = (0.0, 0.0, 0.0)
        yield made


@pytest.fixture
async def started(world: World) -> AsyncIterator[Started]:
    """The adapter in Socket Mode."""
    async with a_slack(world) as made:
        yield made


@pytest.fixture(params=["sockets", "http"])
async def either(request: pytest.FixtureRequest, world: World) -> AsyncIterator[Started]:
    """The adapter by each of its two roads."""
    async with a_slack(world, http=request.param == "http") as made:
        yield made
