"""The cache over a real Redis: JSON in, JSON out, and trouble with it is a miss."""

import os
import socket
from datetime import timedelta
from uuid import uuid4

import pytest

from analysis.cache import Cache

# cashews closes redis-py by the name it had before version 5.
pytestmark = pytest.mark.filterwarnings("ignore:Call to deprecated close:DeprecationWarning")
HOST, PORT = "127.0.0.1", 6379


def _answers() -> bool:
    try:
        socket.create_connection((HOST, PORT), timeout=1).close()
    except OSError:
        return False
    return True


@pytest.fixture
def url() -> str:
    if not _answers():
        say = pytest.fail if os.environ.get("CI") else pytest.skip
        say(f"no Redis answers on {HOST}:{PORT}")
    return f"redis://{HOST}:{PORT}/9"


async def test_what_is_kept_in_redis_comes_back_as_json(url: str) -> None:
    cache, key = Cache(url), uuid4().hex
    await cache.put(key, {"a": [1, 2.5, None, "ü"]}, timedelta(minutes=1))
    found = await cache.get(key)
    await cache.close()

    assert found == {"a": [1, 2.5, None, "ü"]}


async def test_a_redis_that_is_away_is_a_miss() -> None:
    cache = Cache("redis://127.0.0.1:1/0")
    found = await cache.get("anything")
    await cache.close()

    assert found is None
