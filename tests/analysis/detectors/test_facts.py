"""Personal data has its strengths; language and sentiment are facts, and only when they tell."""

import time

import pytest

from analysis.detectors.language import Language, language_of
from analysis.detectors.personal_data import PersonalData
from analysis.detectors.sentiment import Sentiment, compound
from analysis.taxonomy import Category
from analysis.types import FactKind, Origin
from tests.analysis.detectors.judging import found_in, score_of


@pytest.mark.parametrize(
    ("text", "score"),
    [
        ("mail me at jane.doe@example.com", 0.3),
        ("call +44 20 7946 0958", 0.4),
        ("(415) 555-2671", 0.4),
        ("4111 1111 1111 1111", 0.8),
        ("5500-0000-0000-0004", 0.8),
        ("378282246310005", 0.8),
        ("DE89 3704 0044 0532 0130 00", 0.6),
        ("GB82WEST12345698765432", 0.6),
        ("my ssn is 123-45-6789", 0.85),
        ("219-09-9999", 0.55),
        ("the server is 185.199.108.153", 0.2),
        ("48.85837, 2.29448", 0.35),
        ("742 Evergreen Terrace", 0.4),
        ("742 evergreen road, springfield, or 97403", 0.4),
        ("Musterstraße 12", 0.4),
        ("12 rue de Rivoli", 0.4),
        ("Calle Mayor 5", 0.4),
        ("he lives at 742 Evergreen Terrace", 0.8),
        ("here is her number: +44 20 7946 0958", 0.8),
        ("-----BEGIN RSA PRIVATE KEY-----", 0.95),
        ("my private key is " + "a1" * 32, 0.85),
        (
            "seed: legal winner thank year wave sausage worth useful legal winner thank yellow",
            0.85,
        ),
    ],
)
async def test_personal_data_has_its_strength(text: str, score: float) -> None:
    assert await score_of(PersonalData(), Category.PRIVACY, text) == pytest.approx(score)


@pytest.mark.parametrize(
    "text",
    [
        "<@123456789012345678>",
        "version 1.2.3.4",
        "2125551234",
        "12/25/2024",
        "1999-12-31 12:00",
        "10 people on the road",
        "2026-11-23",
        "100 000 000",
        "the score was 3-2 4-1",
        "ISBN 978-3-16-148410-0",
        "00:11:22:33",
        "1,000,000.00",
        "4111 1111 1111 1112",
        "127.0.0.1",
        "192.168.1.1",
        "DE89 3704 0044 0532 0130 01",
        "000-12-3456",
        "0000 0000 0000 0000",
        "my seed phrase is something that you should never have been told the other day",
        "e" * 64,
        "@someone hello",
        "pi is 3.14159",
        "50 % off",
        "user@localhost",
    ],
)
async def test_other_numbers_are_not_personal(text: str) -> None:
    assert await score_of(PersonalData(), Category.PRIVACY, text) == 0.0


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("this is a perfectly ordinary English sentence", "en"),
        ("ich bin heute wirklich sehr müde gewesen", "de"),
        ("hoy hace muy buen tiempo en la ciudad", "es"),
        ("je suis très content de vous voir ici", "fr"),
        ("hoje o tempo está muito bom na cidade", "pt"),
        ("привет, как твои дела сегодня", "ru"),
        ("bugün hava çok güzel değil mi acaba", "tr"),
        ("今日はとても良い天気ですね", "ja"),
    ],
)
async def test_the_language_is_a_fact(text: str, code: str) -> None:
    findings = await found_in(Language(), text)

    assert [(fact.kind, fact.value) for fact in findings.facts] == [(FactKind.LANGUAGE, code)]


@pytest.mark.parametrize(
    "text", ["hi", "ok lol", "12345 67890", "https://example.com/some/long/path", "😀😀"]
)
def test_too_few_letters_tell_no_language(text: str) -> None:
    assert language_of(text) is None


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("I love this so much, thank you all!", "positive"),
        ("This is horrible, I hate everything about it", "negative"),
        ("the meeting is at nine", "neutral"),
    ],
)
async def test_sentiment_is_named_and_scored(text: str, name: str) -> None:
    fact = (await found_in(Sentiment(), text)).facts[0]

    assert (fact.kind, fact.value) == (FactKind.SENTIMENT, name)
    assert (fact.score > 0) == (name == "positive")
    assert -1 <= fact.score <= 1


@pytest.mark.parametrize(
    "text", ["Ich hasse das alles so sehr, schrecklich", "привет, как твои дела"]
)
async def test_other_languages_have_no_sentiment(text: str) -> None:
    assert (await found_in(Sentiment(), text)).facts == ()


async def test_words_in_pictures_are_not_the_authors_feeling() -> None:
    findings = await found_in(Sentiment(), "I hate this", origin=Origin.OCR)

    assert findings.facts == ()


async def test_several_passages_give_one_sentiment() -> None:
    findings = await found_in(Sentiment(), "I love this", "and I love that")

    assert len(findings.facts) == 1


def test_sentiment_takes_linear_time() -> None:
    compound("warm up")
    before = time.thread_time()

    compound("this is great! " * 2_000)

    assert time.thread_time() - before < 1
