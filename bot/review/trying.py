"""Tries a policy on the past, in a process of its own: ``python -m bot.review.trying``.

Reads one request as JSON from standard input and writes one answer to standard output. It is
started by ``bot.review.trials``, with an empty environment, and bounds itself in memory,
processor time and priority: whatever it does, the bot that serves goes on.
"""

import asyncio
import json
import os
import resource
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from analysis.taxonomy import Category
from bot.errors import BotError
from bot.model import Mode
from bot.policy.backtest import Backtest
from bot.policy.policy import Policy
from bot.policy.report import backtest_document, tuning_document
from bot.policy.tune import Tuner
from bot.policy.variables import kinds_of
from bot.policy.whatif import Wish, as_if
from bot.storage import replay
from bot.storage.database import Database

MEMORY = 1 << 30
"""Bytes of address space: Python and the libraries take a third of it (measured)."""
CPU_S = 120
KEPT = 200
"""Changed outcomes that are told; the rest are counted."""


async def answer(request: Mapping[str, Any]) -> Mapping[str, object]:
    """What came of it; ``refused`` with a sentence where nothing could.

    ``tune`` asks for a curve of one rule, anything else for a backtest.
    """
    try:
        policy = Policy.parse(request["policy"].encode(), request["name"])
        if wish := request.get("wish"):
            policy = as_if(policy, _wish(**wish))
        database = await Database.open(request["url"], upgrade=False)
        try:
            since = datetime.fromisoformat(request["since"])
            there = {"only_in": request.get("only_in"), "not_in": request.get("not_in") or ()}
            if tune := request.get("tune"):
                return await _tuned(policy, database, since, there, **tune)
            return await _backtested(policy, database, since, there)
        finally:
            await database.close()
    except BotError as exc:
        return {"refused": str(exc)}


def _wish(rule: str, mode: str | None, thresholds: Mapping[str, float]) -> Wish:
    scores = {Category(name): value for name, value in thresholds.items()}
    return Wish(rule, Mode(mode) if mode else None, scores)


async def _backtested(
    policy: Policy, database: Database, since: datetime, there: Mapping[str, Any]
) -> Mapping[str, object]:
    run = Backtest(policy, keep=KEPT)
    wanted = replace(replay.wanted(policy, since), **there)
    async for past in replay.past(database, wanted):
        run.add(past)
    return backtest_document(run.report)


async def _tuned(
    policy: Policy,
    database: Database,
    since: datetime,
    there: Mapping[str, Any],
    *,
    rule: str,
    score: str | None,
    precision: float,
) -> Mapping[str, object]:
    tuner = Tuner(policy, rule, score)
    kinds = kinds_of(tuner.reads)
    wanted = replay.Wanted(since, kinds, animated=True, decided=True, **there)
    async for past in replay.past(database, wanted):
        tuner.add(past)
    return tuning_document(tuner.tuning(precision))


def main() -> None:
    """Answer one request."""
    os.nice(10)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_S, CPU_S))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        found = asyncio.run(answer(json.load(sys.stdin.buffer)))
    except MemoryError:
        found = {"refused": "It takes more memory than it may; try a shorter time."}
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
