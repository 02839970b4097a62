"""The words of cases as an index that can be asked and not read.

A case's text is sealed, so no full-text engine may hold it. Each word is folded and stands as a
keyed digest (``Seal.marks``) beside its case. What that gives and what it does not:

- Whole words, in any order, all of them; accents and case do not matter. Scripts without spaces
  are cut into pairs of letters, so that any two neighbours are found.
- No beginnings of words, no phrases, no wildcards, no ranking.
- Who copies the disk learns how many distinct words a case has, and which cases share a word,
  but not which word: guessing needs the key.
"""

import re
import unicodedata
from collections.abc import Iterable

from sqlalchemy import Connection

from analysis.types import Origin, Passage
from bot.storage.seal import Seal
from bot.storage.sealed import NewCase
from bot.storage.sql import insert_new
from bot.storage.tables import case_words

LONGEST = 64
"""Letters of a word that count; chosen by eye, so that links and keys are found by their start."""
MOST_WORDS = 2000
"""Distinct words indexed of one case and origin; chosen by eye, a long post has some hundred."""
CHUNK = 200
"""Rows a statement; chosen by eye."""

_WORD = re.compile(r"[^\W_]+")
# Thai, Lao, Tibetan, Burmese, Khmer; kana and Han: written without spaces.
_UNSPACED = re.compile(
    "([\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uf900-\ufaff\U00020000-\U0003ffff]+)"
)

Row = tuple[str, str]
"""A mark and the origin it was read from."""


def words_of(text: str) -> list[str]:
    """The words of a text as the index knows them, each once, in order."""
    plain = unicodedata.normalize("NFKD", unicodedata.normalize("NFKC", text).casefold())
    bare = "".join(sign for sign in plain if unicodedata.category(sign) != "Mn")
    folded = unicodedata.normalize("NFKC", bare)
    found: dict[str, None] = {}
    for run in _WORD.findall(folded):
        for part in _UNSPACED.split(run):
            found.update(dict.fromkeys(_pieces(part)))
    return list(found)


def _pieces(part: str) -> Iterable[str]:
    if not part:
        return ()
    if _UNSPACED.match(part) and len(part) > 1:
        return (part[at : at + 2] for at in range(len(part) - 1))
    return (part[:LONGEST],)


def rows_of(case: NewCase, seal: Seal) -> frozenset[Row]:
    """What is to be indexed of a case's words: nothing of one whose words are not kept."""
    if case.wordless:
        return frozenset()
    return rows_for((Passage(case.message.text, Origin.CAPTION), *case.passages), seal)


def rows_for(passages: Iterable[Passage], seal: Seal) -> frozenset[Row]:
    """The marks of passages, under the newest key."""
    found: dict[str, dict[str, None]] = {}
    for passage in passages:
        words = words_of(passage.text)
        found.setdefault(passage.origin.value, {}).update(dict.fromkeys(words))
    return frozenset(
        (seal.marks(word)[0], origin)
        for origin, words in found.items()
        for word in list(words)[:MOST_WORDS]
    )


def add_words(conn: Connection, case_id: str, rows: Iterable[Row]) -> None:
    """Put words into the index; those that stand there stay."""
    values = [{"case_id": case_id, "mark": mark, "origin": origin} for mark, origin in sorted(rows)]
    for start in range(0, len(values), CHUNK):
        conn.execute(insert_new(conn, case_words), values[start : start + CHUNK])
