"""Every variable that a rule may read: its type, its meaning, and where its value comes from.

A variable whose value is None is left out of what a rule sees, and a rule that needs it is
*unanswered*: neither true nor false.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analysis.taxonomy import Category
from analysis.types import FactKind
from bot.policy.post import PASSAGES, WORDS, FactRow, Post

Value = bool | float | str | Sequence[str] | Sequence[FactRow]


class Kind(StrEnum):
    """A variable's type in CEL."""

    BOOL = "bool"
    INT = "int"
    DOUBLE = "double"
    STRING = "string"
    STRINGS = "list(string)"
    FACTS = "list(fact)"


@dataclass(frozen=True, slots=True)
class Variable:
    """One name that a rule may read."""

    kind: Kind
    meaning: str
    read: Callable[[Post], Value | None]
    open: bool = False
    """Whether a remote provider that has not been asked yet could still change it."""
    kinds: tuple[FactKind, ...] = ()
    """The facts it is read from."""


FACT_FIELDS: Mapping[str, tuple[str, str]] = {
    "kind": ("string", "what it states: " + ", ".join(FactKind)),
    "value": ("string", "the text, label, name or address"),
    "score": ("double", "how sure, 0 to 1; of kind `sentiment` the compound, -1 to 1"),
    "modality": ("string", "`text`, `image` or `joint`"),
    "media": ("int", "which file of the post, counted from 0; -1 for none in particular"),
}
"""The fields of one element of ``facts``: type and meaning."""


def _score(category: Category) -> Variable:
    return Variable(
        Kind.DOUBLE,
        "how sure we are of it, 0 to 1; unanswered where nobody judged it",
        lambda post: post.assessment.scores.get(category),
        open=True,
    )


VARIABLES: Mapping[str, Variable] = {
    **{f"scores.{category}": _score(category) for category in sorted(Category)},
    "facts": Variable(
        Kind.FACTS,
        "everything seen or read, see below",
        lambda p: p.fact_rows(),
        open=True,
        kinds=tuple(FactKind),
    ),
    "image.count": Variable(
        Kind.INT, "files of the post, unreadable ones included", lambda p: len(p.assessment.media)
    ),
    "image.ocr": Variable(
        Kind.STRING,
        "the words written in the pictures",
        lambda p: p.words(FactKind.OCR),
        open=True,
        kinds=(FactKind.OCR,),
    ),
    "image.qr": Variable(
        Kind.STRING,
        "what the QR codes in the pictures say",
        lambda p: p.words(FactKind.QR),
        kinds=(FactKind.QR,),
    ),
    "image.labels": Variable(
        Kind.STRINGS,
        "what the pictures show",
        lambda p: p.values(FactKind.LABEL),
        open=True,
        kinds=(FactKind.LABEL,),
    ),
    "image.logos": Variable(
        Kind.STRINGS,
        "logos in the pictures",
        lambda p: p.values(FactKind.LOGO),
        open=True,
        kinds=(FactKind.LOGO,),
    ),
    "image.objects": Variable(
        Kind.STRINGS,
        "things in the pictures",
        lambda p: p.values(FactKind.OBJECT),
        open=True,
        kinds=(FactKind.OBJECT,),
    ),
    "image.faces": Variable(
        Kind.INT,
        "faces counted, never named",
        lambda p: len(p.of(FactKind.FACE)),
        open=True,
        kinds=(FactKind.FACE,),
    ),
    "image.known_bad": Variable(
        Kind.BOOL,
        "a picture is in a bank of bad ones or looks like it, and that entry is confirmed",
        lambda p: bool(p.of(FactKind.KNOWN_BAD)),
        kinds=(FactKind.KNOWN_BAD,),
    ),
    "image.suspected_bad": Variable(
        Kind.BOOL,
        "the same of an entry that nobody has confirmed yet",
        lambda p: bool(p.of(FactKind.SUSPECTED_BAD)),
        kinds=(FactKind.SUSPECTED_BAD,),
    ),
    "image.known_good": Variable(
        Kind.BOOL,
        "every picture is in a bank of good ones, exactly",
        lambda p: p.known_good,
        kinds=(FactKind.KNOWN_GOOD,),
    ),
    "image.bank": Variable(
        Kind.STRING,
        "the bank of the nearest known-bad match, or empty",
        lambda p: p.bank,
        kinds=(FactKind.KNOWN_BAD,),
    ),
    "image.distance": Variable(
        Kind.INT,
        "its PDQ distance in bits, 0 to 31; 256 without a match",
        lambda p: p.distance,
        kinds=(FactKind.KNOWN_BAD,),
    ),
    "image.animated": Variable(Kind.BOOL, "a file has several frames", lambda p: p.animated),
    "text.content": Variable(
        Kind.STRING,
        "the post's words, forwarded and embedded ones too",
        lambda p: p.content,
        kinds=WORDS,
    ),
    "text.language": Variable(
        Kind.STRING,
        "its language, such as `en`; empty when unsure",
        lambda p: p.language,
        open=True,
        kinds=(FactKind.LANGUAGE,),
    ),
    "text.sentiment": Variable(
        Kind.DOUBLE,
        "-1 (bad) to 1 (good); 0 without words, unanswered where nobody judged",
        lambda p: p.sentiment,
        open=True,
        kinds=(FactKind.SENTIMENT, *PASSAGES),
    ),
    "text.urls": Variable(
        Kind.STRINGS,
        "links, in words, pictures and QR codes",
        lambda p: p.values(FactKind.URL),
        kinds=(FactKind.URL,),
    ),
    "text.domains": Variable(
        Kind.STRINGS,
        "the links' registered domains",
        lambda p: p.values(FactKind.DOMAIN),
        kinds=(FactKind.DOMAIN,),
    ),
    "text.mentions": Variable(
        Kind.INT, "people and roles it mentions", lambda p: p.context.mentions
    ),
    "text.length": Variable(Kind.INT, "characters of its words", lambda p: p.length, kinds=WORDS),
    "author.days_old": Variable(
        Kind.DOUBLE,
        "age of the account; unanswered where the platform does not say",
        lambda p: p.context.author.days_old,
    ),
    "author.days_in_community": Variable(
        Kind.DOUBLE,
        "since joining; unanswered where the platform does not say",
        lambda p: p.context.author.days_in_community,
    ),
    "author.roles": Variable(
        Kind.STRINGS, "the author's roles", lambda p: p.clean(p.context.author.roles)
    ),
    "author.is_bot": Variable(Kind.BOOL, "a bot posted it", lambda p: p.context.author.is_bot),
    "author.is_moderator": Variable(
        Kind.BOOL, "a moderator posted it", lambda p: p.context.author.is_moderator
    ),
    "author.strikes": Variable(
        Kind.INT, "strikes that have not expired", lambda p: p.context.author.strikes
    ),
    "author.labels": Variable(
        Kind.STRINGS, "labels on the author", lambda p: p.clean(p.context.author.labels)
    ),
    "author.messages_1m": Variable(
        Kind.INT, "posts in the last minute", lambda p: p.context.author.messages_1m
    ),
    "author.channels_1m": Variable(
        Kind.INT,
        "channels posted in during the last minute",
        lambda p: p.context.author.channels_1m,
    ),
    "channel.id": Variable(
        Kind.STRING, "the channel's id", lambda p: p.clean([p.context.channel_id])[0]
    ),
    "channel.name": Variable(
        Kind.STRING,
        "its name, without `#`; in a thread that of the thread's channel",
        lambda p: p.clean([p.context.channel.lasting])[0],
    ),
    "channel.kind": Variable(
        Kind.STRING,
        "`text`, `thread`, `forum`, `direct` …",
        lambda p: p.clean([p.context.channel.kind])[0],
    ),
    "channel.nsfw": Variable(
        Kind.BOOL, "marked for adults on the platform", lambda p: p.context.channel.nsfw
    ),
    "community.id": Variable(
        Kind.STRING, "the community's id", lambda p: p.clean([p.context.community_id])[0]
    ),
    "seen.image_times_10m": Variable(
        Kind.INT,
        "how often its pictures were posted in ten minutes, this post included",
        lambda p: p.context.seen.image_times_10m,
    ),
    "seen.image_channels_10m": Variable(
        Kind.INT, "in how many channels", lambda p: p.context.seen.image_channels_10m
    ),
    "seen.image_authors_10m": Variable(
        Kind.INT, "by how many authors", lambda p: p.context.seen.image_authors_10m
    ),
    "complete": Variable(
        Kind.BOOL,
        "everything that was asked was answered",
        lambda p: p.assessment.complete,
        open=True,
    ),
    "failures": Variable(
        Kind.STRINGS,
        "what went wrong, such as `timeout` or `unreadable`",
        lambda p: sorted({failure.kind.value for failure in p.assessment.failures}),
        open=True,
    ),
}

OPEN = frozenset(name for name, variable in VARIABLES.items() if variable.open)
"""The variables that a provider's answer could still change."""


def kinds_of(names: Collection[str]) -> frozenset[FactKind]:
    """The facts that these variables are read from."""
    return frozenset(kind for name in names for kind in VARIABLES[name].kinds)


def values(post: Post, wanted: Collection[str]) -> dict[str, Value]:
    """The wanted variables of one post, without those that have no value."""
    found = ((name, VARIABLES[name].read(post)) for name in wanted)
    return {name: value for name, value in found if value is not None}
