"""The rules as moderators meet them: what they do, what they would do, and why they did not."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.communities import Community
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from bot.policy.policy import Policy, preset_bytes
from bot.policy.whatif import Wish, as_if, written
from bot.review.conduct import DAYS, Conduct, Observer
from bot.review.trials import Document, There, Trials
from bot.review.why import Why, why
from bot.storage.journal import Journal
from bot.storage.sightings import sightings

FRESH = timedelta(seconds=30)
"""How long figures are shown before they are counted anew; chosen by eye."""


class Source(Protocol):
    """A policy in force, and where it was written: ``PolicyFile`` is one."""

    @property
    def current(self) -> Policy:
        """The policy."""
        ...

    @property
    def data(self) -> bytes:
        """Its text's bytes."""
        ...

    @property
    def error(self) -> str | None:
        """Why its file, as it stands, is not in force; None when it is."""
        ...

    @property
    def has_file(self) -> bool:
        """Whether people write it."""
        ...


@dataclass(frozen=True, slots=True)
class Preset:
    """A policy that comes with Bifocal."""

    current: Policy
    data: bytes
    error: str | None = None
    has_file: bool = False


class RuleBook:
    """One policy and the communities it holds in. It reads, and never changes anything: the
    policy's file is written by people.
    """

    def __init__(
        self,
        rules: Source,
        choice: PolicyChoice,
        preset: str,
        *,
        there: Callable[[], There],
        journal: Journal,
        trials: Trials,
        clock: Callable[[], datetime],
    ) -> None:
        """``preset`` is what its communities chose; empty for the settings' policy."""
        self._rules = rules
        self._choice = choice
        self._there = there
        self._preset = preset
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
                    observer.add(one for one in page if self._holds_in(one.ref.community_id))
                self._counted = now, observer.rules
            return self._counted[1]

    def _holds_in(self, community_id: str) -> bool:
        return self._choice.differs(community_id) == self._preset

    async def why(self, which: str) -> Why | None:
        """Why a message was flagged or not; None where nothing is remembered of it."""
        return await why(self._journal, self._choice.of, which)

    async def what_if(self, wish: Wish, days: int) -> Document:
        """What the policy, with one rule changed, would have made of the last days.

        Raises:
            Misconfigured: there is no such rule, or it has no such threshold.
            TrialRefused: it took too long, or another trial is running.
        """
        as_if(self.policy, wish)  # a slip is told without starting a process
        name = self.policy.name
        return await self._trials.backtest(self._rules.data, name, days, wish, self._there())

    async def try_text(self, text: str, days: int) -> Document:
        """What a policy of this text would have made of the last days. Raises as ``what_if``."""
        there = self._there()
        return await self._trials.backtest(text.encode(), "candidate.toml", days, there=there)

    async def tune(self, rule: str, score: str | None, precision: float, days: int) -> Document:
        """A rule's threshold with its curve. Raises as ``what_if``."""
        return await self._trials.tune(
            self._rules.data,
            self.policy.name,
            days,
            rule=rule,
            score=score,
            precision=precision,
            there=self._there(),
        )

    def written(self, wish: Wish) -> str:
        """What to write into the policy's file so that the wish comes true."""
        begin = "" if self._rules.has_file else f"{self.text}\n"
        return begin + written(self.policy, wish)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A preset that is in force beside the settings' policy, and in which communities."""

    preset: str
    communities: tuple[Community, ...]


class RuleBooks:
    """The settings' policy, and every preset that some community chose instead."""

    def __init__(
        self,
        file: PolicyFile,
        choice: PolicyChoice,
        known: Callable[[], Sequence[Community]],
        *,
        journal: Journal,
        trials: Trials,
        clock: Callable[[], datetime],
    ) -> None:
        """``known`` is every community that was ever seen."""
        self._choice = choice
        self._known = known
        self._journal = journal
        self._trials = trials
        self._clock = clock
        self._books = {"": self._book(file, "")}

    def of(self, preset: str = "") -> RuleBook | None:
        """The settings' policy, or a preset; None where no community chose it."""
        if preset and preset not in {one.preset for one in self.chosen}:
            return None
        if preset not in self._books:
            policy = self._choice.preset(preset)
            if policy is None:
                return None
            self._books[preset] = self._book(Preset(policy, preset_bytes(preset)), preset)
        return self._books[preset]

    @property
    def chosen(self) -> Sequence[Chosen]:
        """The presets that communities chose which the bot is in, by name."""
        there = [(self._choice.differs(one.id), one) for one in self._known() if not one.left_at]
        presets = sorted({preset for preset, _ in there if preset})
        return [
            Chosen(preset, tuple(one for of, one in there if of == preset)) for preset in presets
        ]

    def _book(self, rules: Source, preset: str) -> RuleBook:
        return RuleBook(
            rules,
            self._choice,
            preset,
            there=lambda: self._where(preset),
            journal=self._journal,
            trials=self._trials,
            clock=self._clock,
        )

    def _where(self, preset: str) -> There:
        """Where a policy holds: the settings' wherever no community chose another."""
        differ = {one.id: self._choice.differs(one.id) for one in self._known()}
        if preset:
            return There(only_in=tuple(name for name, of in differ.items() if of == preset))
        return There(not_in=tuple(name for name, of in differ.items() if of))
