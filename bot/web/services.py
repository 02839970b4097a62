"""What the web application is given: protocols for the work, values for how it is reached."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from fastapi import APIRouter
from prometheus_client import CollectorRegistry

from analysis.bank import BankEntry
from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.activity_report import Count
from bot.analysis_report import Analysis
from bot.communities import CommunityName
from bot.jobs import Parked
from bot.model import Case, CaseState
from bot.policy.policy import Policy
from bot.policy.whatif import Wish
from bot.review.conduct import Conduct
from bot.review.rulebook import Chosen
from bot.review.trials import Document
from bot.review.waiting import Incident
from bot.review.which import Settled, Which
from bot.review.why import Why
from bot.review.worth import Worth
from bot.storage.outbox import Waiting
from bot.web.access import Scope, Sessions, Tokens
from bot.web.places import NOWHERE, Places


def _utc_now() -> datetime:
    return datetime.now(UTC)


OnStage = Callable[[str, float], None]
"""Called as each stage ends (decoded, read, judged, fused) with its wall milliseconds."""


class Analyser(Protocol):
    """Judges what is sent for a look, by the current policy; acts on nothing, stores nothing."""

    async def analyse(
        self,
        files: Sequence[tuple[str, bytes]],
        text: str,
        on_stage: OnStage | None = None,
    ) -> Analysis:
        """Analyse named files and words together. Trouble is part of the answer."""
        ...


class Decided(Protocol):
    """What an overturn left behind."""

    @property
    def case(self) -> Case:
        """The case as it stands now."""
        ...

    @property
    def left(self) -> tuple[str, ...]:
        """What could not be undone, each a sentence for a moderator."""
        ...


class Desk(Protocol):
    """The moderators' queue. ``by`` is the moderator's name, ``version`` the case as seen.

    What cannot be decided (any more) raises a ``BotError`` whose message is a sentence for the
    moderator, such as who was faster and when.
    """

    async def cases(
        self,
        state: CaseState | None,
        *,
        before: tuple[datetime, str] | None,
        limit: int,
        waiting: str,
        community: CommunityName | None = None,
    ) -> Sequence[Case]:
        """Newest first, every state when None; ``before`` is the last one's (opened_at, id).

        ``waiting`` asks for those of one incident; empty for those of none. ``community`` asks
        for those of one.
        """
        ...

    async def incidents(self) -> Sequence[Incident]:
        """What open cases wait for."""
        ...

    async def claim(self, case_id: str, by: str) -> object:
        """Reserve the case for a while."""
        ...

    async def case(self, case_id: str) -> Case | None:
        """One case; None or a ``BotError`` when there is none."""
        ...

    async def uphold(self, case_id: str, *, by: str, version: int, note: str) -> object:
        """Confirm what was done, and close the case."""
        ...

    async def overturn(self, case_id: str, *, by: str, version: int, note: str) -> Decided:
        """Close the case and undo what can be undone."""
        ...

    async def escalate(self, case_id: str, *, by: str, version: int, note: str) -> object:
        """Put it before senior moderators."""
        ...

    async def note(self, case_id: str, *, by: str, note: str) -> object:
        """Add words to the history; it decides nothing."""
        ...

    async def evidence(self, case_id: str, n: int) -> bytes:
        """The case's nth picture as PNG, JPEG or WebP, encoded by us.

        Raises:
            LookupError, BotError: there is none.
        """
        ...


class ParkedJobs(Protocol):
    """Jobs that took their worker down three times: the queue."""

    async def parked(self) -> Sequence[Parked]:
        """Every parked job, newest first."""
        ...

    async def redrive(self, key: str) -> bool:
        """Let it be tried again; False if it is not parked."""
        ...


class Withheld(Protocol):
    """Actions that wait for a person."""

    async def count(self, which: Which) -> int:
        """How many wait."""
        ...

    async def cases(self, which: Which, limit: int) -> Sequence[Case]:
        """The cases they belong to, the one that waits longest first."""
        ...

    async def release(self, which: Which, by: str) -> Settled:
        """Have them done, some at once."""
        ...

    async def drop(self, which: Which, by: str) -> Settled:
        """They are not to be done."""
        ...


class Quarantined(Protocol):
    """A bank entry that matched what it should not."""

    @property
    def entry(self) -> BankEntry:
        """The entry."""
        ...

    @property
    def quarantined_at(self) -> datetime | None:
        """Since when."""
        ...


class Lessons(Protocol):
    """What decisions teach."""

    async def known(
        self, case_id: str, kind: BankKind, category: Category, *, by: str, confirmed: bool
    ) -> str:
        """Put a case's pictures into a bank; says what came of it, or raises a ``BotError``."""
        ...

    async def quarantined(self) -> Sequence[Quarantined]:
        """Bank entries out of force until a person has looked."""
        ...

    async def put_back(self, entry: str, *, by: str) -> bool:
        """Let an entry match again."""
        ...

    async def remove(self, entry: str, *, by: str) -> bool:
        """Take an entry out."""
        ...

    async def worth(self) -> tuple[Sequence[Worth], Sequence[Worth]]:
        """What the rules, and what the detectors are worth."""
        ...


class Deliveries(Protocol):
    """What webhooks could not be told."""

    async def parked(self) -> int:
        """How many deliveries were given up."""
        ...

    async def troubled(self) -> Sequence[Waiting]:
        """Those that were given up, then those that failed so far."""
        ...

    async def retry(self, delivery: str, *, by: str) -> bool:
        """Try one again that was given up; False where none of that name was."""
        ...

    async def drop(self, delivery: str, *, by: str) -> bool:
        """Send one no more that was given up; False where none of that name was."""
        ...


class Rules(Protocol):
    """The policy in force, what its rules did, and what they would do."""

    @property
    def policy(self) -> Policy:
        """The policy in force."""
        ...

    @property
    def error(self) -> str | None:
        """Why the policy's file is not in force; None when it is."""
        ...

    @property
    def text(self) -> str:
        """What to begin a change with: the file's text."""
        ...

    async def conduct(self) -> Mapping[str, Conduct]:
        """What each rule did in the last 30 days."""
        ...

    async def why(self, which: str) -> Why | None:
        """Why a message was flagged or not; None where nothing is remembered of it."""
        ...

    async def what_if(self, wish: Wish, days: int) -> Document:
        """A backtest with one rule changed; raises a ``BotError`` whose message is a sentence."""
        ...

    async def try_text(self, text: str, days: int) -> Document:
        """A backtest of another policy's text; raises as ``what_if`` does."""
        ...

    async def tune(self, rule: str, score: str | None, precision: float, days: int) -> Document:
        """A rule's threshold with its curve; raises as ``what_if`` does."""
        ...

    def written(self, wish: Wish) -> str:
        """What to write into the policy's file so that the wish comes true."""
        ...


class RuleBooks(Protocol):
    """The policies in force: the settings', and the presets that communities chose instead."""

    @property
    def chosen(self) -> Sequence[Chosen]:
        """The presets, each with its communities; none where a policy file is named."""
        ...

    def of(self, preset: str = "") -> Rules | None:
        """The settings' policy, or a preset's; None where no community chose it."""
        ...


class Health(Protocol):
    """Whether the parts can work."""

    async def missing(self) -> Mapping[str, str]:
        """What is not ready: part (database, queue, a platform, a provider) to what it lacks."""
        ...


@dataclass(frozen=True, slots=True)
class Mounted:
    """A platform's own routes, and who may use them."""

    name: str
    router: APIRouter
    scope: Scope | None
    """Required of every route; None where the platform checks for itself, as Slack signs."""
    home: str = ""
    """The address of its page, for the top bar; empty when it has none."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one request may bring. Chosen by eye; the decoder has its own caps."""

    files: int = 10
    file_bytes: int = 25 * 2**20
    total_bytes: int = 64 * 2**20
    text_bytes: int = 2 * 2**20
    form_bytes: int = 256 * 2**10
    """For requests that carry no files."""
    at_once: int = 4
    """Analyses asked for over HTTP that may run at the same time."""
    waiting: int = 12
    """How many more may wait for their turn before the answer is 429."""


@dataclass(frozen=True, slots=True)
class Reach:
    """How the application is reached: the ``[web]`` table."""

    host: str = "127.0.0.1"
    port: int = 8080
    public_url: str = ""
    allowed_ips: tuple[str, ...] = ()
    """Addresses or networks; empty lets everyone in."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks whose ``X-Forwarded-*`` headers are believed."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything ``create_app`` needs."""

    analyser: Analyser
    desk: Desk
    tokens: Tokens
    sessions: Sessions
    health: Health
    parked: ParkedJobs
    withheld: Withheld
    lessons: Lessons
    deliveries: Deliveries
    rules: RuleBooks
    activity: Count
    places: Places = NOWHERE
    metrics: CollectorRegistry = field(default_factory=CollectorRegistry)
    platforms: tuple[Mounted, ...] = ()
    reach: Reach = Reach()
    limits: Limits = Limits()
    clock: Callable[[], datetime] = _utc_now
