"""The rehearsal that docs/policy.md shows is played, and comes out as it is shown."""

from pathlib import Path

import pytest

from tests.bot.policy.rehearsal import PAGE, masked, played


@pytest.mark.slow
def test_the_rehearsal_comes_out_as_the_page_shows_it(tmp_path: Path) -> None:
    """Otherwise run ``python -m tests.bot.policy.rehearsal``."""
    page = PAGE.read_text("utf-8")

    assert masked(played(page, tmp_path)) == masked(page)
