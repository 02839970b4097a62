"""An in-memory world for the web application: fakes that behave, and builders of values."""

import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from fastapi import APIRouter
from PIL import Image as Picture

from analysis.taxonomy import Category
from analysis.types import (
    Assessment,
    Box,
    Content,
    Evidence,
    Fact,
    FactKind,
    Failure,
    FailureKind,
    Grounds,
    Media,
    Modality,
    Origin,
    Passage,
    Signal,
)
from bot.analysis_report import Analysis
from bot.communities import Community, CommunityName
from bot.errors import BotError
from bot.model import (
    Attachment,
    Author,
    Case,
    CaseEvent,
    CaseState,
    Channel,
    EventKind,
    Judgement,
    JudgementKey,
    Matched,
    Message,
    Mode,
    Outcome,
    Receipt,
    Ref,
    Status,
    Unanswered,
    Verdict,
)
from bot.model import Evidence as Kept
from bot.ports import Client, Presence, Target
from bot.review.states import Command, move, replay
from bot.review.waiting import Incident
from bot.storage.activity import Activity
from bot.web.access import Identity, MemorySessions, Scope
from bot.web.places import Places
from bot.web.services import Limits, Mounted, OnStage, Reach, Services
from tests.bot.web.desk_fakes import FakeHealth, FakeLessons, FakeQueue, FakeWithheld
from tests.bot.web.rules_fakes import FakeDeliveries, FakeRules

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
STAGES = (("decoded", 12.0), ("read", 220.0), ("judged", 31.0), ("fused", 0.4))
TOKENS = {f"token-{scope.value}": scope for scope in Scope}


@dataclass(frozen=True, slots=True)
class AnAction:
    """An action that is only its name."""

    name: str
    harshness: int = 50
    destructive: bool = True

    @property
    def slot(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name

    def __or__(self, other: "AnAction") -> "AnAction":
        return max(self, other, key=lambda action: action.harshness)

    async def apply(self, client: Client, target: Target) -> Receipt:
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        return Presence.ABSENT


def a_png(width: int = 320, height: int = 200) -> bytes:
    """A small picture of two bands."""
    made = Picture.new("RGB", (width, height), (46, 58, 89))
    made.paste((214, 164, 82), (0, height // 2, width, height))
    out = io.BytesIO()
    made.save(out, "PNG")
    return out.getvalue()


def signals(quote: str = "free nitro") -> tuple[Signal, ...]:
    """A joint one and one of each modality, with evidence."""
    return (
        Signal(
            Category.SCAM, 0.93, Modality.JOINT, Grounds.PATTERN, "scam_phrases@1",
            Evidence(quote, Origin.OCR, 0, Box(0.1, 0.2, 0.6, 0.4)),
        ),
        Signal(
            Category.SCAM, 0.62, Modality.TEXT, Grounds.PATTERN, "links@1",
            Evidence("bit.example/x", Origin.CAPTION),
        ),
        Signal(
            Category.PRIVACY, 0.41, Modality.IMAGE, Grounds.MODEL, "vision/m@2",
            Evidence("", None, 0, Box(0.55, 0.5, 0.9, 0.9)),
        ),
    )  # fmt: skip


def an_analysis(
    *,
    names: tuple[str, ...] = ("a.png",),
    text: str = "get yours at bit.example/x",
    ocr: str = "claim your free nitro now",
    quote: str = "free nitro",
    rule: str = "scam-screenshot",
    explanation: str = "The picture promises a gift and the caption links to a shortener.",
    reason: str = "connection refused",
) -> Analysis:
    """A scam, seen in both words and picture; gemini was away."""
    media = tuple(
        Media("ab" * 32, "cd" * 32, 100, "image/png", 320, 200, 1, animated=False) for _ in names
    )
    found = signals(quote)
    passages = (
        Passage(text, Origin.CAPTION),
        Passage(ocr, Origin.OCR, 0, Box(0.1, 0.2, 0.6, 0.4), 0.98),
    )
    scores: dict[Category, float | None] = dict.fromkeys(Category, 0.0)
    scores |= {
        Category.SCAM: 0.96,
        Category.PRIVACY: 0.41,
        Category.NUDITY: None,
        Category.GORE: None,
    }
    return Analysis(
        names,
        Content(passages, (), media),
        Assessment(
            media=media,
            signals=found,
            facts=(
                Fact(FactKind.LOGO, "acme", 0.8, Modality.IMAGE, 0, Box(0.7, 0.05, 0.95, 0.25)),
                Fact(FactKind.LANGUAGE, "en"),
            ),
            scores=scores,
            made_by={Category.SCAM: (0, 1), Category.PRIVACY: (2,)},
            unasked=(Category.NUDITY, Category.GORE),
            failures=(Failure("gemini", FailureKind.UNAVAILABLE, reason),),
            timings_ms={"decoded": 12.0, "read": 220.0, "total": 271.0},
        ),
        Verdict(
            (
                Matched(rule, Mode.LIVE, ("delete", "timeout 1h")),
                Matched("watch-links", Mode.SHADOW, ("flag",)),
            ),
            (Unanswered("no-nudity", "nudity was never asked", asked=False),),
            (AnAction("delete"), AnAction("timeout 1h")),
            needs_review=True,
            explanation=explanation,
            policy_version="3",
        ),
    )


@dataclass
class FakeAnalyser:
    """Answers the same analysis for whatever is sent, under the names that were sent."""

    analysis: Analysis = field(default_factory=an_analysis)
    trouble: Exception | None = None
    seen: list[tuple[tuple[str, ...], str]] = field(default_factory=list)

    async def analyse(
        self,
        files: Sequence[tuple[str, bytes]],
        text: str,
        on_stage: OnStage | None = None,
    ) -> Analysis:
        if self.trouble:
            raise self.trouble
        names = tuple(name for name, _ in files)
        self.seen.append((names, text))
        for stage, ms in STAGES:
            if on_stage:
                on_stage(stage, ms)
        media = self.analysis.assessment.media[:1] * len(names)
        return replace(
            self.analysis, names=names, assessment=replace(self.analysis.assessment, media=media)
        )


def a_case(
    case_id: str = "c1",
    *,
    text: str = "get yours at bit.example/x",
    author: str = "newcomer",
    channel: str = "general",
    filename: str = "a.png",
    ocr: str = "claim your free nitro now",
    quote: str = "free nitro",
    rule: str = "scam-screenshot",
    note: str = "",
    opened_at: datetime = NOW,
) -> Case:
    """An open case: a scam was removed, its author timed out in simulation."""
    ref = Ref("playground", "room", "general", case_id)
    message = Message(
        ref, "0", Author("u1", author), Channel(channel), text, opened_at,
        (Attachment("bifocal:1", filename),),
    )  # fmt: skip
    outcomes = (
        Outcome("delete", Status.APPLIED, opened_at),
        Outcome("timeout 1h", Status.SIMULATED, opened_at, detail="simulated here"),
    )
    scores: Mapping[str, float | None] = {
        "scam": 0.96, "privacy": 0.41, "hate": 0.02, "nudity": None,
    }  # fmt: skip
    judgement = Judgement(
        JudgementKey(ref, "0"), opened_at, signals(quote), scores,
        (Failure("gemini", FailureKind.TIMEOUT, "no answer in 8 s"),),
        (rule,), ("watch-links",), "The picture promises a gift.", outcomes,
    )  # fmt: skip
    return Case(
        case_id,
        message,
        (
            Passage(text, Origin.CAPTION),
            Passage(ocr, Origin.OCR, 0, Box(0.1, 0.2, 0.6, 0.4)),
        ),
        (Kept("k1", 0, 320, 200, "ab" * 32),),
        (judgement,),
        CaseState.OPEN,
        (CaseEvent(EventKind.OPENED, opened_at, note=note),),
        opened_at,
        1,
    )


@dataclass(frozen=True, slots=True)
class FakeDecided:
    """An overturned case and what stayed."""

    case: Case
    left: tuple[str, ...]


class AlreadyDecided(BotError):
    """Somebody was faster; the message says who and when."""


@dataclass
class FakeDesk:
    """Cases in a dict, decided as the real desk decides them."""

    held: dict[str, Case] = field(default_factory=lambda: {"c1": a_case()})
    picture: bytes = field(default_factory=a_png)

    async def cases(
        self,
        state: CaseState | None,
        *,
        before: tuple[datetime, str] | None,
        limit: int,
        waiting: str = "",
        community: CommunityName | None = None,
    ) -> Sequence[Case]:
        newest = sorted(self.held.values(), key=lambda c: (c.opened_at, c.id), reverse=True)
        return [
            case
            for case in newest
            if state in {None, case.state}
            and case.waiting == waiting
            and (community is None or community == case.message.ref[:2])
            and (before is None or (case.opened_at, case.id) < before)
        ][:limit]

    async def case(self, case_id: str) -> Case | None:
        return self.held.get(case_id)

    async def incidents(self) -> Sequence[Incident]:
        waiting = [c for c in self.held.values() if c.waiting and c.state is CaseState.OPEN]
        keys = sorted({c.waiting for c in waiting})
        return [
            Incident(key, len(mine), min(c.opened_at for c in mine))
            for key in keys
            if (mine := [c for c in waiting if c.waiting == key])
        ]

    async def claim(self, case_id: str, by: str) -> Case:
        case = self.held[case_id]
        standing = replay(case.events)
        move(standing, Command.CLAIM, by=by, at=NOW)
        return self._add_event(case, EventKind.CLAIMED, by, "")

    async def uphold(self, case_id: str, *, by: str, version: int, note: str) -> Case:
        return self._decide(case_id, EventKind.UPHELD, by, version, note)

    async def overturn(self, case_id: str, *, by: str, version: int, note: str) -> FakeDecided:
        case = self._decide(case_id, EventKind.OVERTURNED, by, version, note)
        return FakeDecided(case, ("The message was deleted; it can be posted again.",))

    async def escalate(self, case_id: str, *, by: str, version: int, note: str) -> Case:
        return self._decide(case_id, EventKind.ESCALATED, by, version, note)

    async def note(self, case_id: str, *, by: str, note: str) -> Case:
        return self._add_event(self.held[case_id], EventKind.NOTED, by, note)

    async def evidence(self, case_id: str, n: int) -> bytes:
        if n < 0 or n >= len(self.held[case_id].evidence):
            raise LookupError(n)
        return self.picture

    def add(self, case: Case) -> None:
        """Open one more case."""
        self.held[case.id] = case

    def _decide(self, case_id: str, kind: EventKind, by: str, version: int, note: str) -> Case:
        case = self.held[case_id]
        last = case.events[-1]
        if case.version != version:
            raise AlreadyDecided(f"{last.by} already decided this case at {last.at:%H:%M} UTC.")
        state = CaseState.ESCALATED if kind is EventKind.ESCALATED else CaseState.CLOSED
        return self._add_event(replace(case, state=state), kind, by, note)

    def _add_event(self, case: Case, kind: EventKind, by: str, note: str) -> Case:
        event = CaseEvent(kind, NOW + timedelta(minutes=5), by, note)
        changed = replace(case, events=(*case.events, event), version=case.version + 1)
        self.held[case.id] = changed
        return changed


class FakeTokens:
    """Knows ``token-<scope>`` for every scope."""

    async def verify_token(self, text: str) -> Identity | None:
        scope = TOKENS.get(text)
        return Identity(text, frozenset({scope})) if scope else None


def a_platform() -> Mounted:
    """A platform with a page and one mutating route, guarded by the application."""
    router = APIRouter()

    @router.get("/playground")
    async def page() -> dict[str, str]:
        return {"page": "playground"}

    @router.post("/api/v1/playground/messages")
    async def post() -> dict[str, str]:
        return {"ref": "1"}

    return Mounted("playground", router, Scope.PLAYGROUND, "/playground")


@dataclass
class World:
    """The fakes behind one application, and the sessions it knows."""

    analyser: FakeAnalyser = field(default_factory=FakeAnalyser)
    desk: FakeDesk = field(default_factory=FakeDesk)
    health: FakeHealth = field(default_factory=FakeHealth)
    sessions: MemorySessions = field(default_factory=MemorySessions)
    limits: Limits = field(default_factory=Limits)
    reach: Reach = field(default_factory=Reach)
    platforms: tuple[Mounted, ...] = ()
    queue: FakeQueue = field(default_factory=FakeQueue)
    lessons: FakeLessons = field(default_factory=FakeLessons)
    deliveries: FakeDeliveries = field(default_factory=FakeDeliveries)
    rules: FakeRules = field(default_factory=FakeRules)
    time: datetime = NOW
    communities: tuple[Community, ...] = (Community("playground", "room", "Playground"),)
    addresses: dict[str, str] = field(default_factory=dict)
    """Where posts open, by their refs."""

    def __post_init__(self) -> None:
        self.withheld = FakeWithheld(self.desk)

    def services(self) -> Services:
        """What ``create_app`` takes."""
        return Services(
            analyser=self.analyser,
            desk=self.desk,
            tokens=FakeTokens(),
            sessions=self.sessions,
            health=self.health,
            parked=self.queue,
            withheld=self.withheld,
            lessons=self.lessons,
            deliveries=self.deliveries,
            rules=self.rules,
            activity=self.happened,
            places=Places(lambda: self.communities, lambda ref: self.addresses.get(str(ref), "")),
            clock=lambda: self.time,
            limits=self.limits,
            reach=self.reach,
            platforms=self.platforms,
        )

    async def happened(
        self, platform: str, community_id: str, since: datetime, until: datetime
    ) -> Activity:
        """What the desk's cases of that time amount to."""
        mine = [
            case
            for case in self.desk.held.values()
            if case.message.ref[:2] == (platform, community_id) and since <= case.opened_at < until
        ]
        done = Counter(
            (outcome.action.split()[0], outcome.status.value)
            for case in mine
            for judgement in case.judgements
            for outcome in judgement.outcomes
        )
        return Activity(len(mine), len(mine), 0, 0, done, 0.25)

    def code(self, *scopes: Scope) -> str:
        """A sign-in code, for an administrator unless scopes are given."""
        return self.sessions.issue(Identity("mod", frozenset(scopes or {Scope.ADMIN})))
