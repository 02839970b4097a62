"""How long a start takes, how much memory the running bot holds, and how large it is on disk.

Memory is the proportional set size of the bot and every process it started, as Linux counts it:
what processes share is counted once.
"""

import asyncio
import re
import tempfile
import time
from importlib.metadata import distributions
from pathlib import Path

from bench.figures import Figure
from tests.journey.process import Bot
from tests.pictures import encoded, text_on

MEBIBYTE = 1 << 20
WITH_OCR = {
    "BIFOCAL_ANALYSIS__OCR": "true",
    "BIFOCAL_ANALYSIS__DECODE_WORKERS": "2",
}


async def run() -> list[Figure]:
    """Start the real process twice, with OCR and without; takes about half a minute."""
    started, rest, after = await _one(WITH_OCR)
    _, lean, _ = await _one({})
    return [
        Figure("start to ready", started, "s", note="`bifocal run`, its database new"),
        Figure(
            "memory at rest",
            rest,
            "MiB",
            note="OCR switched on, models loaded, no picture read yet",
        ),
        Figure("memory after OCR", after, "MiB", 2048, note="all processes, four pictures read"),
        Figure("memory without OCR", lean, "MiB", 512, note="all processes, word lists loaded"),
        Figure(
            "installed",
            _installed() / MEBIBYTE,
            "MiB",
            note="requirements.lock, as `make run` installs it",
        ),
    ]


async def _one(settings: dict[str, str]) -> tuple[float, float, float]:
    """Seconds until it was ready, memory once it is warm, and after four pictures, in MiB."""
    with tempfile.TemporaryDirectory(prefix="bifocal-") as folder:
        bot = Bot(Path(folder), dict(settings))
        await bot.sign_up()
        began = time.perf_counter()
        async with bot, bot.client() as client:
            await bot.until('"warm"')
            (await client.get("/readyz")).raise_for_status()
            ready = time.perf_counter() - began
            rest = memory(bot.pid)
            for number in range(4):
                picture = encoded(
                    text_on("navy", "white", f"Claim your prize {number}", size=60, box=(1024, 768))
                )
                files = {"image": (f"{number}.png", picture, "image/png")}
                (await client.post("/api/v1/analyze", files=files)).raise_for_status()
            return ready, rest, memory(bot.pid)


def memory(pid: int) -> float:
    """Of a process and all that descend from it, in MiB."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()
    return own_memory(pid) + sum(memory(int(child)) for child in children)


def own_memory(pid: int) -> float:
    """Of one process, in MiB."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text("ascii")
    own = next(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return own / 1024


def _installed() -> int:
    """Bytes of the files of every package that ``make run`` installs."""
    lock = Path("requirements.lock").read_text("utf-8")
    wanted = {_plain(name) for name in re.findall(r"(?m)^([\w.-]+)==", lock)}
    packages = [found for found in distributions() if _plain(found.name) in wanted]
    files = {Path(str(file.locate())) for found in packages for file in found.files or ()}
    return sum(path.stat().st_size for path in files if path.is_file())


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


if __name__ == "__main__":
    for figure in asyncio.run(run()):
        print(figure.row())
