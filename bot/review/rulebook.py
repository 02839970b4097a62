"""The rules as moderators meet them: what they do, what they would do, and why they did not."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from bot.policy.file import PolicyFile
from bot.policy.policy import Policy
from bot.policy.whatif import Wish, as_if, written
from bot.review.conduct import DAYS, Conduct, Observer
from bot.review.trials import Document, Trials
from bot.review.why import Why, why
from bot.storage.journal import Journal
from bot.storage.sightings import sightings

FRESH = timedelta(seconds=30)
"""How long figures are shown before they are counted anew; chosen by eye."""


class RuleBook:
    """Reads, and never changes anything: the policy's file is written by people."""

    def __init__(
        self, rules: PolicyFile, journal: Journal, trials: Trials, clock: Callable[[], datetime]
    ) -> None:
        self._rules = rules
        self._journal = journal
        self._trials = trials
        self._clock = clock
        self._counting = asyncio.Lock()
        self._counted: tuple[datetime, Mapping[str, Conduct]] | None = None

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        return self._rules.current

    @property
    def error(self) -> str | None:
        """Why the policy's file, as it stands, is not in force; None when it is."""
        return self._rules.error

    @property
    def text(self) -> str:
        """The file's text, or without one what a file that changes the preset begins with."""
        if self._rules.has_file:
            return self._rules.data.decode()
        return f'extends = "{self.policy.name.removesuffix(".toml")}"\n'

    async def conduct(self) -> Mapping[str, Conduct]:
        """What each rule did in the last 30 days; half a minute old at most."""
        async with self._counting:
            now = self._clock()
            if self._counted is None or not timedelta() <= now - self._counted[0] < FRESH:
                observer = Observer(now)
                since = now - timedelta(days=DAYS)
                async for page in sightings(self._journal.database, since):
                    observer.add(page)
                self._counted = now, observer.rules
            return self._counted[1]

    async def why(self, which: str) -> Why | None:
        """Why a message was flagged or not; None where nothing is remembered of it."""
        return await why(self._journal, lambda _community: self.policy, which)

    async def what_if(self, wish: Wish, days: int) -> Document:
        """What the policy, with one rule changed, would have made of the last days.

        Raises:
            Misconfigured: there is no such rule, or it has no such threshold.
            TrialRefused: it took too long, or another trial is running.
        """
        as_if(self.policy, wish)  # a slip is told without starting a process
        return await self._trials.backtest(self._rules.data, self.policy.name, days, wish)

    async def try_text(self, text: str, days: int) -> Document:
        """What a policy of this text would have made of the last days. Raises as ``what_if``."""
        return await self._trials.backtest(text.encode(), "candidate.toml", days)

    async def tune(self, rule: str, score: str | None, precision: float, days: int) -> Document:
        """A rule's threshold with its curve. Raises as ``what_if``."""
        return await self._trials.tune(
            self._rules.data, self.policy.name, days, rule=rule, score=score, precision=precision
        )

    def written(self, wish: Wish) -> str:
        """What to write into the policy's file so that the wish comes true."""
        begin = "" if self._rules.has_file else f"{self.text}\n"
        return begin + written(self.policy, wish)
