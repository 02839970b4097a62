"""In which order tests run, and what each leaves as it found it."""

import logging
from collections.abc import Iterator

import pytest
import structlog

_LONG = ("slow", "browser")


@pytest.fixture(autouse=True)
def logs_as_they_were() -> Iterator[None]:
    """Put logging back: whatever a test runs may set it up for its whole process."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with the files that take long: last, one would keep a single worker busy alone."""
    long = {item.path for item in items if any(map(item.get_closest_marker, _LONG))}
    items.sort(key=lambda item: item.path not in long)
