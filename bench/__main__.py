"""``python -m bench [NAME…] [--write]``: run the benchmarks, print a table, keep it if asked.

A benchmark is a module of ``MODULES`` with ``async def run() -> list[Figure]``.
"""

import argparse
import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import cast

from bench.figures import Figure, machine, table

MODULES = (
    "bench.pipeline",
    "bench.journey",
    "bench.intake",
    "bench.remote",
    "bench.footprint",
    "bench.chat",
    "bench.bank",
    "bench.policy",
    "bench.backtest",
    "bench.search",
)

_REPORT = Path("docs/performance.md")
_PREFACE = """# Performance

Written by `make bench` with `--write`. Ratios compare two ways within one run on one machine;
other figures are of the machine below and say little about yours.
"""


def main() -> None:
    """Run what was asked for, all by default."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("names", nargs="*", help="such as pipeline; all when none is given")
    parser.add_argument("--write", action="store_true", help=f"write {_REPORT}")
    options = parser.parse_args()
    wanted = [f"bench.{name}" for name in options.names] or list(MODULES)
    report = _report(wanted)
    print(report)
    if options.write:
        _REPORT.parent.mkdir(exist_ok=True)
        _REPORT.write_text(f"{_PREFACE}\n{report}\n", encoding="utf-8")


def _report(modules: Sequence[str]) -> str:
    parts = [f"{machine()}; {datetime.now(UTC):%Y-%m-%d}"]
    for name in modules:
        print(f"running {name} …", flush=True)
        parts.append(f"## {name.removeprefix('bench.')}\n\n{_figures(name)}")
    return "\n\n".join(parts)


def _figures(name: str) -> str:
    try:
        run = cast("Callable[[], Awaitable[list[Figure]]]", import_module(name).run)
    except ImportError as exc:
        return f"Not run: {exc}"
    return table(asyncio.run(_awaited(run)))


async def _awaited(run: Callable[[], Awaitable[list[Figure]]]) -> list[Figure]:
    return await run()


if __name__ == "__main__":
    main()
