"""The benchmark of providers runs and says what it measured."""

import pytest

from bench import remote


@pytest.mark.slow
async def test_it_measures_in_a_short_run() -> None:
    figures = {figure.name: figure for figure in await remote.run(seconds=1.0)}

    assert figures["posts judged by vision and text"].value > 0
    assert figures["posts in flight : one call after the other"].value > 1
