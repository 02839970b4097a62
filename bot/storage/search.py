"""Questions over everything that was judged, answered newest first and a page at a time.

Every text a caller gives is data: it is bound, never pasted, and no sign in it is an operator.
A post that was judged again (edited, or a late answer) is found once per judgement, since each
saw other things.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    exists,
    false,
    func,
    select,
    type_coerce,
)
from sqlalchemy.dialects.postgresql import JSONB

from analysis.taxonomy import Category
from analysis.text import well_formed
from analysis.types import FactKind, Origin
from bot.model import JudgementKey, Mode
from bot.storage import rows
from bot.storage.alike import WITHIN, Pictures
from bot.storage.database import Database
from bot.storage.rows import TERM_LENGTH, Line
from bot.storage.seal import Seal
from bot.storage.tables import case_words, facts, judgements, messages
from bot.storage.words import words_of

PAGE = 50
MOST_FACES = 500
"""Faces in one picture that a question tells apart; chosen by eye, more than any detector says."""

Cursor = tuple[datetime, int]
"""Time and id of the last hit of a page."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is looked for. Everything given must hold; what is left out does not matter."""

    facts: tuple[tuple[FactKind, str], ...] = ()
    """Such as (logo, ACME): the value in full; upper and lower case do not matter."""
    words: tuple[tuple[Origin | None, str], ...] = ()
    """Text of cases, all words of it, in the caption, the OCR text, or (None) anywhere."""
    sentiment: tuple[float, float] | None = None
    """From and to, both included, in [-1, 1]."""
    faces: tuple[int, int] | None = None
    """From and to, both included, in one picture."""
    category: Category | None = None
    score: tuple[float, float] = (0.0, 1.0)
    """From and to, both included; asked only together with a category."""
    rule: str = ""
    """A rule that matched, live or in shadow."""
    platform: str = ""
    community: str = ""
    channel: str = ""
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    """Exclusive."""
    picture: str = ""
    """A PDQ hash in 64 hex digits; finds pictures like it, mirrored ones too."""
    within: int = WITHIN
    """Bits a similar picture may differ by."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One judgement that answers a question."""

    id: int
    at: datetime
    """When it was posted."""
    key: JudgementKey
    author_id: str
    case_id: str | None
    rules: tuple[str, ...]
    """Live rules that matched."""
    scores: Mapping[str, float | None]
    explanation: str
    distance: int | None = None
    """Bits between its nearest picture and the one asked for."""

    @property
    def cursor(self) -> Cursor:
        """Where the next page begins."""
        return self.at, self.id


class Search:
    """Answers questions."""

    def __init__(self, database: Database, seal: Seal) -> None:
        self._database = database
        self._seal = seal
        self._pictures = Pictures()

    @property
    def held_bytes(self) -> int:
        """Memory that the hashes of pictures take, once a picture was asked for."""
        return self._pictures.held_bytes

    async def page(
        self, question: Question, *, before: Cursor | None = None, limit: int = PAGE
    ) -> Sequence[Hit]:
        """The newest hits, or with ``before`` those older than that; at most ``limit``."""

        def work(conn: Connection) -> Sequence[Hit]:
            query = self._query(conn.dialect.name, question, before).limit(limit)
            near: Mapping[int, int] = {}
            if question.picture:
                near = self._pictures.near(conn, question.picture, question.within)
                query = query.where(judgements.c.id.in_(list(near)))
            return [_hit(line, near.get(line.id)) for line in conn.execute(query)]

        return await self._database.read(work)

    def _query(
        self, dialect: str, asked: Question, before: Cursor | None
    ) -> Select[*tuple[object, ...]]:
        """Walks facts from the newest on where one is asked for, else messages."""
        query = select(
            *judgements.c["id", "revision", "round", "cause", "case_id"],
            *judgements.c["scores", "matched", "explanation"],
            *messages.c["platform", "community_id", "channel_id", "message_id"],
            *messages.c["author_id", "sent_at"],
        )
        at: ColumnElement[datetime] = messages.c.sent_at
        number: ColumnElement[int] = judgements.c.id
        if asked.facts:
            query = query.join_from(facts, judgements, facts.c.judgement == judgements.c.id)
            query = query.join(messages, judgements.c.message == messages.c.id)
            query = query.where(*_walked(*asked.facts[0]))
            at, number = facts.c.at, facts.c.judgement
        else:
            # SQLite would read every judgement and sort; without the key it walks the messages.
            narrow = asked.words or asked.picture
            message = messages.c.id if narrow else messages.c.id + 0
            query = query.join_from(messages, judgements, judgements.c.message == message)
        if before is not None:
            query = query.where(at <= before[0], ~and_(at == before[0], number >= before[1]))
        query = query.where(*_when(at, asked), *_where(asked), *_found(dialect, asked))
        return query.where(*self._worded(asked)).order_by(at.desc(), number.desc())

    def _worded(self, asked: Question) -> list[ColumnElement[bool]]:
        clauses: list[ColumnElement[bool]] = []
        for origin, text in asked.words:
            words = words_of(well_formed(text))
            if not words:
                return [false()]  # nothing but signs: no text has such a word
            for word in words:
                mine = select(case_words.c.case_id).where(
                    case_words.c.mark.in_(self._seal.marks(word))
                )
                if origin is not None:
                    mine = mine.where(case_words.c.origin == origin.value)
                clauses.append(judgements.c.case_id.in_(mine))
        return clauses


def _walked(kind: FactKind, value: str) -> list[ColumnElement[bool]]:
    """The fact that is walked along; of a judgement that states it twice, the first."""
    other = facts.alias("other")
    earlier = and_(
        other.c.judgement == facts.c.judgement,
        other.c.position < facts.c.position,
        other.c.kind == facts.c.kind,
        other.c.term == facts.c.term,
    )
    return [
        facts.c.kind == kind.value,
        facts.c.term == _term(value),
        ~exists(select(other.c.judgement).where(earlier)),
    ]


def _term(value: str) -> str:
    return well_formed(value).casefold()[:TERM_LENGTH]


def _when(at: ColumnElement[datetime], asked: Question) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    if asked.since is not None:
        clauses.append(at >= asked.since)
    if asked.until is not None:
        clauses.append(at < asked.until)
    return clauses


def _where(asked: Question) -> list[ColumnElement[bool]]:
    wanted = {
        "platform": asked.platform,
        "community_id": asked.community,
        "channel_id": asked.channel,
        "author_id": asked.author,
    }
    return [messages.c[name] == well_formed(value) for name, value in wanted.items() if value]


def _found(dialect: str, asked: Question) -> list[ColumnElement[bool]]:
    clauses: list[ColumnElement[bool]] = []
    for kind, value in asked.facts[1:]:
        clauses.append(_states(kind, [_term(value)]))
    if asked.faces is not None:
        low, high = max(asked.faces[0], 0), min(asked.faces[1], MOST_FACES)
        clauses.append(_states(FactKind.FACE, [str(n) for n in range(low, high + 1)]))
    if asked.sentiment is not None:
        low_, high_ = asked.sentiment
        if asked.facts:
            clauses.append(facts.c.sentiment.between(low_, high_))
        else:
            other = facts.alias()
            mine = other.c.judgement == judgements.c.id
            clauses.append(
                exists(
                    select(other.c.judgement).where(mine, other.c.sentiment.between(low_, high_))
                )
            )
    if asked.category is not None:
        fused = judgements.c.scores[asked.category.value].as_float()
        clauses.append(fused.between(*asked.score))
    if asked.rule:
        clauses.append(_matched(dialect, well_formed(asked.rule)))
    return clauses


def _states(kind: FactKind, terms: Sequence[str]) -> ColumnElement[bool]:
    other = facts.alias()
    return exists(
        select(other.c.judgement).where(
            other.c.judgement == judgements.c.id,
            other.c.kind == kind.value,
            other.c.term.in_(list(terms)),
        )
    )


def _matched(dialect: str, rule: str) -> ColumnElement[bool]:
    if dialect == "postgresql":
        return type_coerce(judgements.c.matched, JSONB).contains([{"rule": rule}])
    each = func.json_each(judgements.c.matched).table_valued("value", name="each")
    name = func.json_extract(each.c.value, "$.rule")
    return exists(select(each.c.value).where(name == rule))


def _hit(line: Line, distance: int | None) -> Hit:
    live = (one["rule"] for one in line.matched if one["mode"] == Mode.LIVE.value)
    return Hit(
        line.id,
        line.sent_at,
        rows.to_key(line),
        line.author_id,
        line.case_id,
        tuple(live),
        line.scores,
        line.explanation,
        distance,
    )
