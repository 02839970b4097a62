"""Joint judgement by a model that takes words and pictures in one prompt, whoever serves it.

A vendor's file says how one question is put on its wire (``Speaker.say``). What is shown, how an
answer is read, when it is asked again and what becomes of a refusal is here, the same for all.

Calls per post: one; one more with a larger budget where the answer was cut off; one more with the
complaint where it was no judgement. Then it is garbled. Nothing is ever filled in.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from analysis.errors import AnalysisError, ProviderError, ProviderGarbled
from analysis.failing import failure_of, once
from analysis.providers import findings, markers
from analysis.providers.answer import Unfit, is_refusal, read
from analysis.providers.findings import Block
from analysis.providers.provider import Fit, Prepare
from analysis.providers.question import Brief, Question, Shown, question
from analysis.providers.schema import Answer
from analysis.taxonomy import Category
from analysis.types import (
    Content,
    Failure,
    FailureKind,
    Findings,
    Image,
    Origin,
    Passage,
    Signal,
    Usage,
)

DECLINED = Block(0.6)
"""A refusal in prose: the model said no where the vendor's filters did not. Chosen by eye."""
LARGER = 4
"""How many times the budget of an answer that was cut off is given to the second."""
INLINE = 4_000
"""Characters searched for markers on the event loop, some milliseconds; more goes to a thread."""

_ORDER = (Origin.CAPTION, Origin.FORWARD, Origin.EMBED, Origin.ALT, Origin.OCR, Origin.QR)
"""What is sent, and what is left out last when there is too much. File names are never sent."""


@dataclass(frozen=True, slots=True)
class Said:
    """One answer off the wire."""

    model: str
    """As served."""
    usage: Usage
    text: str = field(default="", repr=False)
    block: Block | None = None
    cut: bool = False
    """It ended for want of tokens."""
    loose: bool = False
    """Nothing constrained the model, so prose around the object is forgiven."""


class Speaker(Protocol):
    """One vendor's way of putting a question."""

    @property
    def name(self) -> str:
        """The provider's name in the registry."""
        ...

    async def say(self, asked: Question, tokens: int) -> Said:
        """Put the question, allowing an answer of so many tokens.

        Raises:
            ProviderError: it was not answered.
        """
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How much is shown, what is asked, and how long an answer may be."""

    categories: tuple[Category, ...]
    fit: Fit
    prepare: Prepare
    pictures: int
    characters: int
    tokens: int


async def judge(speaker: Speaker, content: Content, plan: Plan) -> Findings:
    """Have words and pictures judged in one call, as ``Findings``; see the module.

    Raises:
        ProviderError: unavailable, rejected, or garbled; ``usage`` says what it cost.
        AnalysisError: nothing could be made ready to be shown.
    """
    brief, failures = await _brief(speaker.name, content, plan)
    if not brief.items:
        # A file name is all there is, and those are not sent: local detectors read them.
        return Findings(failures=failures)
    talk = _Talk(speaker, brief, plan.tokens)
    try:
        heard = await talk.answered()
    except ProviderError as exc:
        exc.usage = (*talk.usage, *exc.usage)
        raise
    signed = findings.source(speaker.name, talk.model)
    found = Findings(await _cautions(brief), failures=failures, usage=tuple(talk.usage))
    if isinstance(heard, Block):
        return replace(
            found,
            signals=findings.refused(heard, brief, signed) + found.signals,
            # Asked and not judged, so that the scores stay open instead of 0.
            asked=frozenset({*brief.categories, Category.PROVIDER_BLOCK}),
            judged=frozenset({Category.PROVIDER_BLOCK}),
        )
    said = findings.signals(heard, brief, signed) + found.signals
    return replace(found, signals=said, facts=findings.facts(heard, brief))


class _Talk:
    """One post's calls, and what they used."""

    def __init__(self, speaker: Speaker, brief: Brief, tokens: int) -> None:
        self.usage: list[Usage] = []
        self.model = ""
        self._speaker = speaker
        self._brief = brief
        self._tokens = tokens

    async def answered(self) -> Answer | Block:
        """The judgement, or that it was refused; one repair is tried in between."""
        try:
            return await self._once("")
        except Unfit as exc:
            complaint = str(exc)
        try:
            return await self._once(complaint)
        except Unfit as exc:
            raise ProviderGarbled(f"asked twice: {exc}", provider=self._speaker.name) from exc

    async def _once(self, complaint: str) -> Answer | Block:
        asked = question(self._brief, complaint=complaint)
        said = await self._said(asked)
        if said.cut and said.block is None:
            self._tokens *= LARGER
            asked = question(self._brief, complaint=complaint)
            said = await self._said(asked)
        if said.block is not None:
            return said.block
        if said.cut:
            raise ProviderGarbled(f"cut off at {self._tokens} tokens", provider=self._speaker.name)
        if is_refusal(said.text):
            return DECLINED
        return read(said.text, asked, loose=said.loose)

    async def _said(self, asked: Question) -> Said:
        said = await self._speaker.say(asked, self._tokens)
        self.usage.append(said.usage)
        self.model = said.model
        return said


async def _cautions(brief: Brief) -> tuple[Signal, ...]:
    """A model that was spoken to is not to be believed when it finds nothing.

    Stated whatever it answered: a signal only ever adds, and beside harm it does no harm.
    """
    if sum(len(passage.text) for passage in brief.passages) <= INLINE:
        found = markers.signal(brief.passages)
    else:
        found = await asyncio.to_thread(markers.signal, brief.passages)
    return () if found is None else (found,)


async def _brief(name: str, content: Content, plan: Plan) -> tuple[Brief, tuple[Failure, ...]]:
    images, unshown = chosen(content.images, plan.pictures)
    ready = await asyncio.gather(
        *(plan.prepare(image, plan.fit) for image in images), return_exceptions=True
    )
    shown: list[Shown] = []
    broken: list[BaseException] = []
    failures = [_unshown(name, image, plan.pictures) for image in unshown]
    for image, made in zip(images, ready, strict=True):
        if isinstance(made, AnalysisError):
            broken.append(made)
            failures.append(failure_of(made, name, image.frame_of))
        elif isinstance(made, BaseException):
            raise made
        else:
            shown.append(Shown(made, image.frame_of))
    passages, unsent = spoken(content.passages, plan.characters)
    if unsent:
        reason = f"{unsent} characters beyond {plan.characters} were not sent"
        failures.append(Failure(name, FailureKind.NOT_SUPPORTED, reason))
    if broken and not shown and not passages:
        raise broken[0]
    return Brief(passages, tuple(shown), plan.categories), once(failures)


def _unshown(name: str, image: Image, most: int) -> Failure:
    reason = f"more than {most} pictures; not all of this file was shown"
    return Failure(name, FailureKind.NOT_SUPPORTED, reason, image.frame_of)


def chosen(images: Sequence[Image], most: int) -> tuple[list[Image], list[Image]]:
    """The images shown and those left out: equal pixels once, and a turn for every file first."""
    distinct = {image.sha256: image for image in reversed(images)}.values()
    turns: dict[int, int] = {}
    ranked: list[tuple[int, int, Image]] = []
    for position, image in enumerate(reversed(distinct)):
        turn = turns[image.frame_of] = turns.get(image.frame_of, -1) + 1
        ranked.append((turn, position, image))
    ranked.sort(key=lambda each: each[:2])
    taken = sorted(ranked[:most], key=lambda each: each[1])
    return [image for *_, image in taken], [image for *_, image in ranked[most:]]


def spoken(passages: Sequence[Passage], most: int) -> tuple[tuple[Passage, ...], int]:
    """The passages sent, the post's own words first, and how many characters are not sent."""
    ranked = sorted(
        (p for p in passages if p.origin in _ORDER and p.text.strip()),
        key=lambda passage: _ORDER.index(passage.origin),
    )
    kept: list[Passage] = []
    left = most
    for passage in ranked:
        text = passage.text[:left]
        left -= len(text)
        if text:
            kept.append(passage if text == passage.text else replace(passage, text=text))
    return tuple(kept), sum(len(passage.text) for passage in ranked) - (most - left)
