"""How OpenAPI is told of ``bifocal.case/1`` and of what stands around it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.model import CaseState, Cause, EventKind, Status
from bot.web.plain import Plain

LONGEST = 2000
"""Characters of a note; as many as the desk's form takes."""


class Told(BaseModel):
    """What is answered holds nothing that is not described."""

    model_config = ConfigDict(extra="forbid")


class EventTold(Told):
    """One line of a case's history."""

    at: datetime
    kind: EventKind
    by: str = Field(description="Who did it; empty for Bifocal itself.")
    note: str


class AuthorTold(Told):
    """Who posted."""

    id: str
    name: str


class CaseSummary(Told):
    """A case as lists have it."""

    case: str = Field(description="Its id.")
    state: CaseState
    decision: EventTold | None = Field(description="The event that closed it.")
    opened_at: datetime
    version: int = Field(description="Counts changes; a decision names the one it was made on.")
    waiting: str = Field(description="What it waits for, such as `gemini:unavailable`, or empty.")
    platform: str
    community: str
    channel: str
    message: str
    author: AuthorTold
    sent_at: datetime
    text: str
    rules: list[str] = Field(description="Those that matched, in the latest judgement.")
    scores: dict[str, float | None]
    explanation: str


class CaseList(Told):
    """A page of cases, newest first."""

    cases: list[CaseSummary]
    next: str | None = Field(description="Give it as `before` for the page after; null at the end.")


class PassageTold(Told):
    """Words of the post, or read from a picture of it."""

    origin: str
    text: str
    media: int | None
    box: list[float] | None


class EvidenceTold(Told):
    """A picture of the case."""

    n: int = Field(description="Its number, to ask for it.")
    media: int
    width: int
    height: int
    sha256: str
    kept: bool = Field(description="False where it may not be kept, and cannot be asked for.")


class QuoteTold(Told):
    """Where a signal rests."""

    quote: str
    origin: str | None
    media: int | None
    box: list[float] | None


class SignalTold(Told):
    """Why a score is what it is."""

    category: str
    score: float
    modality: str
    grounds: str
    source: str
    evidence: QuoteTold | None


class FailureTold(Told):
    """What could not be analysed."""

    detector: str
    kind: str
    reason: str
    media: int | None = None


class OutcomeTold(Told):
    """What became of an action."""

    action: str
    status: Status
    at: datetime
    detail: str


class JudgementTold(Told):
    """One look at the post, and what came of it."""

    revision: str
    round: int
    cause: Cause
    judged_at: datetime
    scores: dict[str, float | None]
    signals: list[SignalTold]
    failures: list[FailureTold]
    rules: list[str]
    shadow_rules: list[str]
    explanation: str
    outcomes: list[OutcomeTold]


class CaseTold(CaseSummary):
    """Everything of a case: `bifocal.case/1`."""

    schema_: Literal["bifocal.case/1"] = Field(alias="schema")
    revision: str
    edited: bool
    files: list[str]
    embeds: list[str]
    forwarded: list[str]
    passages: list[PassageTold]
    evidence: list[EvidenceTold]
    judgements: list[JudgementTold]
    history: list[EventTold]


class Decision(BaseModel):
    """What a moderator makes of a case."""

    model_config = ConfigDict(extra="forbid")

    decision: Literal["uphold", "overturn", "escalate", "note"]
    version: int | None = Field(
        None,
        ge=0,
        le=2**31 - 1,
        description="The case's version that you looked at; only a note does without.",
    )
    note: Annotated[str, Field(max_length=LONGEST), Plain] = ""

    @model_validator(mode="after")
    def _whole(self) -> "Decision":
        if self.decision == "note":
            if not self.note.strip():
                raise ValueError("a note needs words")
        elif self.version is None:
            raise ValueError("name the version of the case that you looked at")
        return self


class Decided(Told):
    """The case after a decision."""

    case: CaseTold
    left: list[str] = Field(description="What could not be undone and why, one sentence each.")


class ActionCount(Told):
    """How often an action came to a status."""

    action: str
    status: Status
    number: int


class CommunityStats(Told):
    """What happened in one community."""

    platform: str
    community: str
    name: str
    posts: int = Field(description="Posts judged.")
    opened: int = Field(description="Cases opened.")
    upheld: int
    overturned: int
    actions: list[ActionCount]
    usd: float = Field(description="What providers cost.")


class Stats(Told):
    """What happened between two moments."""

    since: datetime
    until: datetime
    communities: list[CommunityStats]
