"""Everything that was judged can be asked for, and nothing asked for is ever an operator."""

import dataclasses
from datetime import timedelta
from pathlib import Path

import pytest

from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Media, Modality, Origin
from bench.search import measure
from bot.errors import Misconfigured
from bot.model import Matched, Mode, Record
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import Seal
from bot.storage.search import Question, Search
from bot.storage.words import words_of
from tests.bot.storage.builders import (
    CANARY,
    NOON,
    OCR_CANARY,
    a_key,
    a_new_case,
    a_record,
    disk,
    parse,
)

SIGNS = ['"', "*", "NEAR(", "^", "'", "%", "%%%", "_", "a AND b OR", "{", "\\", "\x00", "\ud800"]


@pytest.fixture
async def search(database: Database, journal: Journal, seal: Seal) -> Search:
    """Over four posts: the third is a case, the fourth shows another logo and is friendly."""
    for number in range(1, 4):
        case = a_new_case(number) if number == 3 else None
        record = a_record(a_key(number))
        record = dataclasses.replace(record, sent_at=NOON + timedelta(minutes=number))
        await journal.write(record, case)
    await journal.write(friendly(), None)
    return Search(database, seal)


def friendly() -> Record:
    record = a_record(a_key(4))
    found = dataclasses.replace(
        record.assessment,
        media=(Media("ee" * 32, "0f" * 32, 90, "image/png", 64, 64, 1, animated=False),),
        facts=(
            Fact(FactKind.LOGO, "Globex"),
            Fact(FactKind.LOGO, "globex"),
            Fact(FactKind.FACE, "3", 1.0, Modality.IMAGE, 0),
            Fact(FactKind.SENTIMENT, "0.7"),
        ),
        scores=dict.fromkeys(Category),
    )
    return dataclasses.replace(
        record, assessment=found, author_id="u2", sent_at=NOON + timedelta(minutes=4)
    )


async def found(search: Search, question: Question) -> list[str]:
    return [hit.key.ref.message_id for hit in await search.page(question)]


ALL, BRANDED = ["m4", "m3", "m2", "m1"], ["m3", "m2", "m1"]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        pytest.param(Question(), ALL, id="everything"),
        pytest.param(Question(facts=((FactKind.LOGO, "acme"),)), BRANDED, id="logo"),
        pytest.param(Question(facts=((FactKind.LOGO, "GLOBEX"),)), ["m4"], id="stated-twice"),
        pytest.param(Question(facts=((FactKind.LOGO, "acm%"),)), [], id="no-wildcard"),
        pytest.param(
            Question(facts=((FactKind.LOGO, "acme"), (FactKind.LOGO, "globex"))), [], id="and"
        ),
        pytest.param(
            Question(facts=((FactKind.LOGO, "acme"),), sentiment=(-1, -0.5)), BRANDED, id="bad"
        ),
        pytest.param(Question(facts=((FactKind.LOGO, "acme"),), sentiment=(0, 1)), [], id="good"),
        pytest.param(Question(sentiment=(0, 1)), ["m4"], id="sentiment-alone"),
        pytest.param(Question(faces=(2, 9)), ["m4"], id="faces"),
        pytest.param(Question(faces=(4, 9)), [], id="more-faces"),
        pytest.param(Question(category=Category.SCAM, score=(0.8, 1)), BRANDED, id="score"),
        pytest.param(Question(category=Category.GORE), [], id="unscored"),
        pytest.param(Question(rule="scam-screenshot", author="u2"), ["m4"], id="rule-author"),
        pytest.param(Question(rule="scam"), [], id="half-a-rule"),
        pytest.param(Question(author="u1", channel="general", community="home"), BRANDED, id="who"),
        pytest.param(Question(platform="discord"), [], id="platform"),
        pytest.param(
            Question(since=NOON + timedelta(minutes=2), until=NOON + timedelta(minutes=4)),
            ["m3", "m2"],
            id="time",
        ),
        pytest.param(Question(words=((None, "WALRUS"),)), ["m3"], id="a-word"),
        pytest.param(Question(words=((Origin.OCR, "ocr walrus"),)), ["m3"], id="ocr"),
        pytest.param(Question(words=((Origin.CAPTION, "walrus"),)), [], id="not-the-caption"),
        pytest.param(Question(words=((None, "zebra caption canary"),)), ["m3"], id="any-order"),
        pytest.param(Question(words=((None, "zebra giraffe"),)), [], id="all-of-them"),
        pytest.param(Question(picture="0f" * 32), ["m4"], id="picture"),
        pytest.param(Question(picture="0f" * 31 + "0e"), ["m4"], id="like-it"),
        pytest.param(Question(picture="5a" * 32), ["m4"], id="mirrored"),
    ],
)
async def test_a_question_finds(search: Search, question: Question, expected: list[str]) -> None:
    assert await found(search, question) == expected


@pytest.mark.parametrize("text", SIGNS)
async def test_no_sign_is_an_operator(search: Search, text: str) -> None:
    questions = [
        Question(words=((None, text),)),
        Question(facts=((FactKind.LOGO, text),)),
        Question(rule=text),
        Question(author=text),
        Question(channel=text, community=text, platform=text),
    ]

    assert [await found(search, question) for question in questions] == [[]] * 5


@pytest.mark.parametrize("text", ['"', "*", "NEAR(", "^", "%%%", "_", "a'b; DROP TABLE facts;--"])
async def test_a_sign_finds_what_is_literally_it_and_nothing_else(
    journal: Journal, search: Search, text: str
) -> None:
    record = a_record(a_key(5))
    found_ = dataclasses.replace(record.assessment, facts=(Fact(FactKind.LOGO, text),))
    verdict = dataclasses.replace(record.verdict, matched=(Matched(text, Mode.LIVE, ()),))
    odd = dataclasses.replace(record, author_id=text, assessment=found_, verdict=verdict)
    await journal.write(odd, None)

    questions = [
        Question(facts=((FactKind.LOGO, text),)),
        Question(author=text),
        Question(rule=text),
    ]
    assert [await found(search, question) for question in questions] == [["m5"]] * 3
    assert len(await search.page(Question())) == 5


async def test_signs_around_a_word_do_not_matter(search: Search) -> None:
    assert await found(search, Question(words=((None, 'NEAR("walrus"*) OR %'),))) == []
    assert await found(search, Question(words=((None, '"walrus"*^'),))) == ["m3"]


async def test_pages_meet_and_do_not_overlap(search: Search) -> None:
    for question in (Question(), Question(facts=((FactKind.LOGO, "acme"),))):
        whole = await search.page(question)
        first = await search.page(question, limit=2)
        rest = await search.page(question, before=first[-1].cursor)

        assert [*first, *rest] == list(whole)


async def test_a_picture_is_asked_for_by_its_hash(search: Search) -> None:
    with pytest.raises(Misconfigured, match="64 hex digits"):
        await search.page(Question(picture="zz"))


async def test_a_hit_says_how_far_its_picture_is(search: Search) -> None:
    (hit,) = await search.page(Question(picture="0f" * 31 + "0e"))

    assert hit.distance == 1


async def test_the_index_of_words_is_not_readable(
    sqlite: Database, seal: Seal, tmp_path: Path
) -> None:
    await Journal(sqlite, seal, parse).write(a_record(), a_new_case())

    assert not any(word in disk(tmp_path) for word in (b"zebra", b"walrus"))


async def test_words_that_may_not_be_kept_are_not_indexed(
    database: Database, journal: Journal, seal: Seal
) -> None:
    await journal.write(a_record(), a_new_case().bare())

    assert await found(Search(database, seal), Question(words=((None, "zebra"),))) == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (CANARY, ["canary", "caption", "zebra"]),
        (OCR_CANARY.upper(), ["canary", "ocr", "walrus"]),
        ("Crème brûlée", ["creme", "brulee"]),
        ("免费礼物", ["免费", "费礼", "礼物"]),
        ("A免B", ["a", "免", "b"]),
        ("\N{FULLWIDTH LATIN CAPITAL LETTER F}ree", ["free"]),
        ('"*%^ --', []),
    ],
)
def test_the_words_of_a_text(text: str, words: list[str]) -> None:
    assert words_of(text) == words


async def test_the_bench_runs() -> None:
    figures = {figure.name: figure for figure in await measure(200, 1)}

    assert figures["hashes in memory"].value == 200 * 40 / 2**20
    assert {figure.unit for figure in figures.values()} == {"ms", "MiB"}
