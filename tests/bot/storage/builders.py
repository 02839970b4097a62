"""Posts, records and actions to remember, and a clock that stands still until it is told."""

import dataclasses
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from analysis.taxonomy import Category
from analysis.types import (
    Assessment,
    Box,
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
from bot import model
from bot.model import (
    Author,
    AuthorContext,
    Channel,
    Context,
    JudgementKey,
    Matched,
    Message,
    Mode,
    Outcome,
    Receipt,
    Record,
    Ref,
    Status,
    Unanswered,
    Verdict,
)
from bot.ports import Action, Client, Presence, Target
from bot.storage.sealed import NewCase

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CANARY = "canary-caption-zebra"
OCR_CANARY = "canary-ocr-walrus"
QUOTE_CANARY = "canary-quote-heron"
NOTE_CANARY = "canary-note-ibis"


@dataclass(frozen=True, slots=True)
class Plain:
    """An action that does nothing but say so to whoever it is given; ``name`` is all it has."""

    name: str
    harshness: int = 10
    destructive: bool = False

    @property
    def slot(self) -> str:
        return self.name

    def __str__(self) -> str:
        return self.name

    def __or__(self, other: "Plain") -> "Plain":
        return max(self, other, key=lambda action: action.harshness)

    async def apply(self, client: Client, target: Target) -> Receipt:
        return Receipt({"reply": await client.annotate(target.message.ref, "", nonce=self.name)})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        if self.name == "delete":
            return await client.restore(target.message, reason=target.reason)
        await client.unannotate(target.message.ref, self.name)
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        found = await client.annotation(target.message.ref, self.name)
        return Presence.ABSENT if found is None else Presence.APPLIED


def parse(spec: str) -> Action:
    """Read back what ``str`` wrote."""
    return Plain(spec)


@dataclass
class Clock:
    """Says the time it was told."""

    now: datetime = field(default=NOON)

    def __call__(self) -> datetime:
        return self.now

    def passes(self, time: timedelta) -> None:
        self.now += time


def a_ref(number: int = 1) -> Ref:
    return Ref("playground", "home", "general", f"m{number}")


def a_key(number: int = 1, *, revision: str = "0", turn: int = 0) -> JudgementKey:
    return JudgementKey(a_ref(number), revision, turn)


def a_message(number: int = 1, *, revision: str = "0", text: str = CANARY) -> Message:
    author = Author("u1", "Ada", ("member",), created_at=NOON, joined_at=NOON)
    attachment = model.Attachment("https://files.example/a.png", "a.png", "image/png", 10)
    return Message(
        a_ref(number), revision, author, Channel("general"), text, NOON, (attachment,), mentions=2
    )


def an_assessment() -> Assessment:
    evidence = Evidence(QUOTE_CANARY, Origin.OCR, 0, Box(0.1, 0.2, 0.3, 0.4))
    return Assessment(
        media=(None, Media("ab" * 32, "cd" * 32, 100, "image/png", 640, 480, 1, animated=False)),
        signals=(
            Signal(Category.SCAM, 0.9, Modality.JOINT, Grounds.PATTERN, "scam_phrases@1", evidence),
            Signal(Category.NUDITY, 0.1, Modality.IMAGE, Grounds.MODEL, "nude@2"),
        ),
        facts=(
            Fact(FactKind.CAPTION, CANARY),
            Fact(FactKind.OCR, OCR_CANARY, 0.98, Modality.IMAGE, 1, Box(0.1, 0.2, 0.3, 0.4)),
            Fact(FactKind.LOGO, "ACME", 0.7, Modality.IMAGE, 1),
            Fact(FactKind.SENTIMENT, "-0.6"),
        ),
        scores={category: 0.9 if category is Category.SCAM else None for category in Category},
        made_by={Category.SCAM: (0,)},
        unasked=(Category.GORE,),
        failures=(Failure("gemini", FailureKind.TIMEOUT, "no answer in 5 s", 1),),
        cost_usd=0.002,
        timings_ms={"total": 41.5},
    )


def a_verdict(*actions: str) -> Verdict:
    return Verdict(
        matched=(
            Matched("scam-screenshot", Mode.LIVE, actions),
            Matched("trial", Mode.SHADOW, ("ban",)),
        ),
        unanswered=(Unanswered("nudes", "nobody was asked", asked=False),),
        actions=tuple(Plain(spec) for spec in actions),
        needs_review=True,
        explanation="A scam.",
        policy_version="v1",
    )


def a_record(
    key: JudgementKey | None = None,
    *,
    actions: tuple[str, ...] = ("delete", "annotate"),
    judged_at: datetime = NOON,
) -> Record:
    return Record(
        key=key or a_key(),
        author_id="u1",
        sent_at=NOON,
        judged_at=judged_at,
        assessment=an_assessment(),
        context=Context("home", "general", Channel("general"), AuthorContext(days_old=3.5)),
        verdict=a_verdict(*actions),
        outcomes=(),
    )


def wordless(record: Record) -> Record:
    """The record as it is remembered: no quotes, no passages, every action intended."""
    found = record.assessment
    signals = tuple(
        dataclasses.replace(
            signal, evidence=signal.evidence and dataclasses.replace(signal.evidence, quote="")
        )
        for signal in found.signals
    )
    facts = tuple(
        dataclasses.replace(fact, value="")
        if fact.kind in {FactKind.CAPTION, FactKind.OCR}
        else fact
        for fact in found.facts
    )
    outcomes = tuple(
        Outcome(str(action), Status.INTENDED, record.judged_at) for action in record.verdict.actions
    )
    return dataclasses.replace(
        record,
        assessment=dataclasses.replace(found, signals=signals, facts=facts),
        outcomes=outcomes,
    )


def a_new_case(number: int = 1, *, revision: str = "0", text: str = CANARY) -> NewCase:
    return NewCase(
        a_message(number, revision=revision, text=text),
        (Passage(text, Origin.CAPTION), Passage(OCR_CANARY, Origin.OCR, 0, Box(0, 0, 1, 1), 0.9)),
        (model.Evidence("f" * 64, 0, 640, 480, "ab" * 32),),
    )


def applied(action: str, at: datetime = NOON) -> Outcome:
    return Outcome(action, Status.APPLIED, at, Receipt({"reply": action}))


def files(folder: Path) -> list[Path]:
    """Every file beneath."""
    return [path for path in folder.rglob("*") if path.is_file()]


def disk(folder: Path) -> bytes:
    """Everything that somebody who copies the folder could read."""
    return b"".join(path.read_bytes() for path in files(folder))
