"""Tries changes of the policy on the past without holding up the bot that serves."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.errors import BotError
from bot.log import logger
from bot.policy.whatif import Wish

PATIENCE = timedelta(seconds=90)
"""For one trial; 5,000 judgements a second are read with ten rules (bench/backtest.py)."""
PROGRAM = (sys.executable, "-m", "bot.review.trying")
_log = logger("trials")


@dataclass(frozen=True, slots=True)
class There:
    """In which communities a policy is tried."""

    only_in: tuple[str, ...] | None = None
    """None: in all."""
    not_in: tuple[str, ...] = ()


EVERYWHERE = There()

Document = Mapping[str, Any]
"""A backtest or a tuning as ``bot.policy.report`` writes it."""


class TrialRefused(BotError):
    """Nothing came of it; the message is a sentence for whoever asked."""


class Trials:
    """One at a time, each in a process of its own that is killed when it takes too long."""

    def __init__(
        self,
        url: str,
        clock: Callable[[], datetime],
        *,
        patience: timedelta = PATIENCE,
        program: Sequence[str] = PROGRAM,
    ) -> None:
        """``url`` is the database's."""
        self._url = url
        self._clock = clock
        self._patience = patience
        self._program = program
        self._turn = asyncio.Lock()

    async def backtest(
        self,
        policy: bytes,
        name: str,
        days: int,
        wish: Wish | None = None,
        there: There = EVERYWHERE,
    ) -> Document:
        """What this policy, with the wish come true, would have made of the last days there.

        Raises:
            TrialRefused: the policy is not valid, it took too long, or another trial is running.
        """
        wanted = None if wish is None else _as_json(wish)
        return await self._run({"wish": wanted, **asdict(there)}, policy, name, days)

    async def tune(
        self,
        policy: bytes,
        name: str,
        days: int,
        *,
        rule: str,
        score: str | None,
        precision: float,
        there: There = EVERYWHERE,
    ) -> Document:
        """A rule's threshold with its curve. Raises as ``backtest`` does."""
        tune = {"rule": rule, "score": score, "precision": precision}
        return await self._run({"tune": tune, **asdict(there)}, policy, name, days)

    async def _run(
        self, wanted: Mapping[str, object], policy: bytes, name: str, days: int
    ) -> Document:
        if self._turn.locked():
            raise TrialRefused("Another change is being tried; wait a moment and ask again.")
        try:
            text = policy.decode()
        except UnicodeDecodeError:
            raise TrialRefused(f"{name}: it is not UTF-8 text") from None
        since = self._clock() - timedelta(days=days)
        request = {
            **wanted,
            "url": self._url,
            "since": since.isoformat(),
            "policy": text,
            "name": name,
        }
        async with self._turn:
            found = await self._asked(json.dumps(request).encode())
        if "refused" in found:
            raise TrialRefused(str(found["refused"]))
        return found

    async def _asked(self, request: bytes) -> Document:
        process = await asyncio.create_subprocess_exec(
            *self._program,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # No secret of ours is in its environment.
            env={"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        )
        try:
            async with asyncio.timeout(self._patience.total_seconds()):
                out, _ = await process.communicate(request)
        except TimeoutError:
            seconds = self._patience.total_seconds()
            raise TrialRefused(
                f"It took longer than {seconds:.0f} s and was stopped; try a shorter time."
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode:
            _log.error("trial.broke", code=process.returncode)
            raise TrialRefused("It broke off. Try a shorter time; the log holds the code.")
        found: Document = json.loads(out)
        return found


def _as_json(wish: Wish) -> Mapping[str, object]:
    return {"rule": wish.rule, "mode": wish.mode, "thresholds": dict(wish.thresholds)}
