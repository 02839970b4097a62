"""What an operator reads at the start, and what they are spared."""

import subprocess
import sys
from pathlib import Path

STARTS = """
import logging
logging.basicConfig(level=logging.WARNING, format="%(name)s %(message)s")
import aiohttp, asyncio
from adapters.discord.gateway import Gateway, Visiting
async def main():
    Gateway(Visiting(), aiohttp.TraceConfig(), lambda: 0.0)
    logging.getLogger("discord.client").warning("anything else")
asyncio.run(main())
"""


def test_nobody_is_told_that_voice_lacks_a_library_and_everything_else_is_told() -> None:
    started = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", STARTS],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )

    assert started.stderr.splitlines() == ["discord.client anything else"]
