"""Readers, detectors and banks that behave as told: no mocks, every wait an event."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.detector import Awaits, Needs, Tier
from analysis.taxonomy import Category
from analysis.types import (
    BankKind,
    BankMatch,
    Content,
    Findings,
    Grounds,
    Image,
    Modality,
    Origin,
    Passage,
    Scope,
    Signal,
)

SCAM = Category.SCAM


def an_image(pixels: str = "aa", *, media: int = 0, frame: int = 0, quality: int = 100) -> Image:
    """A picture of one pixel whose digests are made of the two hex digits in ``pixels``."""
    return Image(
        data=b"\0\0\0",
        width=1,
        height=1,
        sha256=pixels * 32,
        pdq=pixels * 32,
        quality=quality,
        frame_of=media,
        frame=frame,
    )


def a_caption(text: str = "hello") -> Passage:
    return Passage(text, Origin.CAPTION)


def a_post(*images: Image, text: str = "hello") -> Content:
    """Words, unless empty, and pictures."""
    passages = (a_caption(text),) if text else ()
    return Content(passages=passages, images=images)


@dataclass
class Gate:
    """A fixed latency without a clock: whoever comes says so, and waits until let through."""

    reached: asyncio.Event = field(default_factory=asyncio.Event)
    opened: asyncio.Event = field(default_factory=asyncio.Event)

    async def passed(self) -> None:
        self.reached.set()
        await self.opened.wait()


def an_open_gate() -> Gate:
    gate = Gate()
    gate.opened.set()
    return gate


@dataclass
class FakeReader:
    """Reads what ``says`` has for a picture's digest; fails with ``error`` where it has one."""

    says: dict[str, tuple[Passage, ...]] = field(default_factory=dict)
    name: str = "ocr"
    version: str = "1"
    error: Exception | None = None
    gate: Gate = field(default_factory=an_open_gate)
    seen: list[Image] = field(default_factory=list)

    async def read(self, image: Image) -> tuple[Passage, ...]:
        self.seen.append(image)
        await self.gate.passed()
        if self.error is not None:
            raise self.error
        return self.says.get(image.sha256, ())


def a_reader(text: str, pixels: str = "aa", *, name: str = "ocr") -> FakeReader:
    """One that finds this text in pictures of these pixels."""
    return FakeReader({pixels * 32: (Passage(text, Origin.OCR, score=0.9),)}, name)


@dataclass
class FakeDetector:
    """Finds ``word`` in passages, and ``digest`` in pictures, and scores what it finds."""

    name: str = "words"
    needs: Needs = Needs.PASSAGES
    tier: Tier = Tier.LOCAL
    categories: frozenset[Category] = frozenset({SCAM})
    word: str = "nitro"
    digest: str = ""
    score: float = 0.45
    cost_usd: float = 0.0
    errors: list[Exception] = field(default_factory=list)
    """Raised by the first calls, one each."""
    gate: Gate = field(default_factory=an_open_gate)
    seen: list[Content] = field(default_factory=list)
    scopes: list[Scope] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    """``done`` or ``cancelled``, per call."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when a call has ended, either way."""

    async def detect(self, content: Content, scope: Scope) -> Findings:
        self.seen.append(content)
        self.scopes.append(scope)
        try:
            await self.gate.passed()
        except asyncio.CancelledError:
            self._end("cancelled")
            raise
        self._end("done")
        if self.errors:
            raise self.errors.pop(0)
        return Findings(signals=self._signals(content), cost_usd=self.cost_usd)

    def _end(self, how: str) -> None:
        self.ended.append(how)
        self.over.set()

    def _signals(self, content: Content) -> tuple[Signal, ...]:
        words = [Modality.TEXT for p in content.passages if self.word in p.text]
        pictures = [Modality.IMAGE for i in content.images if i.sha256 == self.digest * 32]
        return tuple(
            Signal(category, self.score, modality, Grounds.MODEL, f"{self.name}@1")
            for category in sorted(self.categories)
            for modality in words + pictures
        )


@dataclass
class PatientDetector(FakeDetector):
    """A detector that says itself what it waits for."""

    awaits: Awaits = Awaits.NOTHING


@dataclass
class StubbornDetector(FakeDetector):
    """Does not end when cancelled, until its gate is opened."""

    async def detect(self, content: Content, scope: Scope) -> Findings:
        while not self.gate.opened.is_set():
            try:
                await self.gate.passed()
            except asyncio.CancelledError:
                self.ended.append("cancelled")
        return await super().detect(content, scope)


def a_match(
    kind: BankKind = BankKind.BAD,
    *,
    exact: bool = True,
    distance: int = 0,
    confirmed: bool = True,
    bank: str = "ours",
    category: Category = SCAM,
) -> BankMatch:
    return BankMatch(bank, kind, category, confirmed, exact, distance)


class FakeBanks:
    """Knows what it is told of each digest's first two digits, and counts look-ups."""

    def __init__(
        self, known: dict[str, Sequence[BankMatch]], error: Exception | None = None
    ) -> None:
        self._known = known
        self._error = error
        self.lookups = 0

    def match(self, image: Image) -> Sequence[BankMatch]:
        self.lookups += 1
        if self._error is not None:
            raise self._error
        return self._known.get(image.sha256[:2], ())


class TickingClock:
    """Every look at it takes a millisecond."""

    def __init__(self) -> None:
        self._now = 0.0

    def __call__(self) -> float:
        self._now += 0.001
        return self._now
