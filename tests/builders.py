"""Values for tests, each whole and valid, with only what a test is about said by it."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind, Failure, Grounds, Media, Modality, Signal
from bot.house import House
from bot.model import (
    Attachment,
    Author,
    AuthorContext,
    Channel,
    Context,
    Message,
    Ref,
    Seen,
)
from bot.ports import Target
from bot.review.card import Card

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""When everything in a test happens unless it says otherwise."""


def a_ref(message_id: str = "m1", channel_id: str = "c1", community_id: str = "g1") -> Ref:
    return Ref("fake", community_id, channel_id, message_id)


def an_author(
    id: str = "u1",  # noqa: A002 - the field's own name
    *,
    name: str = "newcomer",
    roles: tuple[str, ...] = (),
    is_moderator: bool = False,
    is_bot: bool = False,
) -> Author:
    return Author(id, name, roles=roles, is_moderator=is_moderator, is_bot=is_bot)


def a_message(
    text: str = "hello",
    *,
    ref: Ref | None = None,
    revision: str = "0",
    author: Author | None = None,
    channel: Channel | None = None,
    attachments: tuple[Attachment, ...] = (),
    mentions: int = 0,
) -> Message:
    return Message(
        ref=ref or a_ref(),
        revision=revision,
        author=author or an_author(),
        channel=channel or Channel("general"),
        text=text,
        sent_at=NOON,
        attachments=attachments,
        mentions=mentions,
    )


def a_card(title: str = "Scam in #general", case_id: str = "case-1") -> Card:
    return Card(
        case_id=case_id,
        title=title,
        author="newcomer",
        channel="general",
        caption="free nitro",
        explanation="It looks like a scam.",
        rules=("scam",),
        scores=(("scam", 0.9),),
        outcomes=(("delete", "applied"),),
    )


def a_target(
    message: Message | None = None,
    *,
    nonce: str = "nonce-1",
    now: datetime = NOON,
    house: House | None = None,
) -> Target:
    return Target(
        message=message or a_message(),
        nonce=nonce,
        reason="rule scam",
        now=now,
        house=house,
    )


def a_media(*, sha256: str = "0" * 64, animated: bool = False) -> Media:
    return Media(
        sha256=sha256,
        pdq="0" * 64,
        quality=100,
        media_type="image/gif" if animated else "image/png",
        width=64,
        height=64,
        frames=2 if animated else 1,
        animated=animated,
    )


def a_fact(
    kind: FactKind = FactKind.CAPTION,
    value: str = "hello",
    score: float = 1.0,
    *,
    modality: Modality = Modality.TEXT,
    media: int | None = None,
) -> Fact:
    return Fact(kind, value, score, modality, media)


def an_assessment(
    *,
    media: Sequence[Media | None] = (),
    signals: Sequence[Signal] = (),
    facts: Sequence[Fact] = (),
    unasked: Sequence[Category] = (),
    failures: Sequence[Failure] = (),
    text: str | None = None,
    scores: Mapping[str, float | None] | None = None,
    **more_scores: float | None,
) -> Assessment:
    """An assessment in which every category scores 0 but those named: ``scam=0.9``.

    Each score above 0 is made by one signal; ``text`` adds the caption as a fact.
    """
    named = {**(scores or {}), **more_scores}
    given = {Category(name): score for name, score in named.items()}
    made = [
        Signal(category, score, Modality.TEXT, Grounds.PATTERN, "fake@1")
        for category, score in given.items()
        if score
    ]
    every = [*signals, *made]
    caption = [] if text is None else [Fact(FactKind.CAPTION, text)]
    return Assessment(
        media=tuple(media),
        signals=tuple(every),
        facts=(*caption, *facts),
        scores=_scores(given, unasked),
        made_by={
            category: tuple(n for n, signal in enumerate(every) if signal.category == category)
            for category in {signal.category for signal in every}
        },
        unasked=tuple(unasked),
        failures=tuple(failures),
    )


def _scores(
    given: Mapping[Category, float | None], unasked: Sequence[Category]
) -> dict[Category, float | None]:
    rest = {category: None if category in unasked else 0.0 for category in Category}
    return {**rest, **given}


def a_context(
    *,
    author: AuthorContext | None = None,
    channel: Channel | None = None,
    seen: Seen | None = None,
    mentions: int = 0,
) -> Context:
    return Context(
        community_id="g1",
        channel_id="c1",
        channel=channel or Channel("general"),
        author=author or AuthorContext(days_old=400.0, days_in_community=200.0),
        seen=seen or Seen(),
        mentions=mentions,
    )
