"""What stands beside the desk: set-aside jobs, withheld actions, and what decisions teach."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Protocol

from analysis.bank import BankEntry
from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.errors import BotError
from bot.jobs import Job, Parked
from bot.model import Case, Outcome, Status
from bot.review.which import Settled, Which
from bot.review.worth import Worth

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


class Holds(Protocol):
    """A desk that holds cases."""

    held: dict[str, Case]


@dataclass
class FakeQueue:
    """Jobs that were set aside, by key."""

    jobs: dict[str, Parked] = field(default_factory=dict)
    driven: list[str] = field(default_factory=list)

    async def parked(self) -> Sequence[Parked]:
        return list(self.jobs.values())

    async def redrive(self, key: str) -> bool:
        if self.jobs.pop(key, None) is None:
            return False
        self.driven.append(key)
        return True

    def park(self, case: Case) -> str:
        """Set the job of a case's post aside, and return its key."""
        key = case.message.key
        self.jobs[key] = Parked(Job(key, "canary of the body", 3), "it took its worker down", NOW)
        return key


@dataclass
class FakeWithheld:
    """Withheld actions of the desk's own cases, released and dropped on the values."""

    desk: Holds
    refuses: str = ""
    """Why nothing can be done, if it cannot."""
    asked: list[tuple[str, Which, str]] = field(default_factory=list)

    async def count(self, which: Which) -> int:
        return sum(len(self._mine(case, which)) for case in self.desk.held.values())

    async def cases(self, which: Which, limit: int) -> Sequence[Case]:
        return [case for case in self.desk.held.values() if self._mine(case, which)][:limit]

    async def release(self, which: Which, by: str) -> Settled:
        self.asked.append(("do", which, by))
        if self.refuses:
            return Settled(0, (self.refuses,), await self.count(which))
        return self._settle(which, Status.APPLIED)

    async def drop(self, which: Which, by: str) -> Settled:
        self.asked.append(("drop", which, by))
        return self._settle(which, Status.DROPPED)

    def _settle(self, which: Which, status: Status) -> Settled:
        done = 0
        for name, case in list(self.desk.held.items()):
            mine = self._mine(case, which)
            done += len(mine)
            (judgement,) = case.judgements
            outcomes = tuple(
                replace(one, status=status) if one in mine else one for one in judgement.outcomes
            )
            judgements = (replace(judgement, outcomes=outcomes),)
            self.desk.held[name] = replace(case, judgements=judgements)
        return Settled(done)

    @staticmethod
    def _mine(case: Case, which: Which) -> list[Outcome]:
        if which.case_id not in {None, case.id}:
            return []
        return [
            one
            for judgement in case.judgements
            for one in judgement.outcomes
            if one.status is Status.WITHHELD and which.action in {None, one.action}
        ]


@dataclass(frozen=True, slots=True)
class Isolated:
    """A bank's entry that is out of force."""

    entry: BankEntry
    quarantined_at: datetime | None = NOW


@dataclass
class FakeLessons:
    """Remembers what was taught, and holds what is out of force."""

    taught: list[tuple[str, BankKind, Category, str, bool]] = field(default_factory=list)
    isolated: dict[str, Isolated] = field(default_factory=dict)
    rules: tuple[Worth, ...] = (Worth("scam-screenshot", 4, 2, 1),)
    detectors: tuple[Worth, ...] = (Worth("links", 1, 0, 0),)
    refuses: str = ""

    async def known(
        self, case_id: str, kind: BankKind, category: Category, *, by: str, confirmed: bool
    ) -> str:
        if self.refuses:
            raise BotError(self.refuses)
        self.taught.append((case_id, kind, category, by, confirmed))
        return "Its pictures flag from now on."

    async def quarantined(self) -> Sequence[Isolated]:
        return list(self.isolated.values())

    async def put_back(self, entry: str, *, by: str) -> bool:
        return self.isolated.pop(entry, None) is not None

    async def remove(self, entry: str, *, by: str) -> bool:
        return self.isolated.pop(entry, None) is not None

    async def worth(self) -> tuple[Sequence[Worth], Sequence[Worth]]:
        return self.rules, self.detectors

    def isolate(self, bank: str = "shared") -> None:
        """Put entry 7 of a bank out of force."""
        entry = BankEntry(
            "7",
            bank,
            BankKind.BAD,
            Category.SCAM,
            confirmed=False,
            sha256="ab" * 32,
            pdq="cd" * 32,
            quality=0,
        )
        self.isolated["7"] = Isolated(entry)


@dataclass
class FakeHealth:
    """Lacks what it is told to lack."""

    lacks: dict[str, str] = field(default_factory=dict)

    async def missing(self) -> Mapping[str, str]:
        return self.lacks
