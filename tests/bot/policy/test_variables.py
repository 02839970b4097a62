"""Where the values come from that rules read."""

import pytest

from analysis.taxonomy import Category
from analysis.types import FactKind, Failure, FailureKind, Modality
from bot.model import AuthorContext, Channel, Seen
from bot.policy.cel import Activation
from bot.policy.post import MOST_FACTS, Post
from bot.policy.variables import VARIABLES, Value, values
from tests.bot.policy.kit import a_condition
from tests.builders import a_context, a_fact, a_media, an_assessment

POST = Post(
    an_assessment(
        scam=0.9,
        media=[a_media(), a_media(animated=True)],
        text="hello",
        facts=[
            a_fact(FactKind.EMBED, "world"),
            a_fact(FactKind.OCR, "FREE", media=0),
            a_fact(FactKind.OCR, "NITRO", media=1),
            a_fact(FactKind.QR, "https://x.example", media=0),
            a_fact(FactKind.LABEL, "cat"),
            a_fact(FactKind.LABEL, "cat"),
            a_fact(FactKind.LOGO, "acme"),
            a_fact(FactKind.OBJECT, "car"),
            a_fact(FactKind.FACE, "face"),
            a_fact(FactKind.FACE, "face"),
            a_fact(FactKind.URL, "https://x.example/a"),
            a_fact(FactKind.DOMAIN, "x.example"),
            a_fact(FactKind.LANGUAGE, "en", 0.9),
            a_fact(FactKind.LANGUAGE, "de", 0.2),
            a_fact(FactKind.SENTIMENT, "negative", -0.7),
            a_fact(FactKind.SENTIMENT, "negative", -0.9, modality=Modality.IMAGE),
            a_fact(FactKind.KNOWN_BAD, "fraud", 0.5, media=0),
            a_fact(FactKind.KNOWN_BAD, "scams", 246 / 256, media=1),
            a_fact(FactKind.SUSPECTED_BAD, "maybe", 1.0, media=1),
            a_fact(FactKind.KNOWN_GOOD, "memes", media=0),
        ],
    ),
    a_context(
        author=AuthorContext(
            days_old=1.5,
            days_in_community=0.5,
            roles=("member",),
            is_bot=True,
            is_moderator=True,
            strikes=2,
            labels=("trusted",),
            messages_1m=3,
            channels_1m=4,
        ),
        channel=Channel("general", "thread", nsfw=True),
        seen=Seen(5, 6, 7),
        mentions=8,
    ),
)

READ: dict[str, Value] = {
    "scores.scam": 0.9,
    "scores.hate": 0.0,
    "image.count": 2,
    "image.ocr": "FREE\nNITRO",
    "image.qr": "https://x.example",
    "image.labels": ["cat"],
    "image.logos": ["acme"],
    "image.objects": ["car"],
    "image.faces": 2,
    "image.known_bad": True,
    "image.suspected_bad": True,
    "image.known_good": False,
    "image.bank": "scams",
    "image.distance": 10,
    "image.animated": True,
    "text.content": "hello\nworld",
    "text.language": "en",
    "text.sentiment": -0.7,
    "text.urls": ["https://x.example/a"],
    "text.domains": ["x.example"],
    "text.mentions": 8,
    "text.length": 11,
    "author.days_old": 1.5,
    "author.days_in_community": 0.5,
    "author.roles": ["member"],
    "author.is_bot": True,
    "author.is_moderator": True,
    "author.strikes": 2,
    "author.labels": ["trusted"],
    "author.messages_1m": 3,
    "author.channels_1m": 4,
    "channel.id": "c1",
    "channel.name": "general",
    "channel.kind": "thread",
    "channel.nsfw": True,
    "community.id": "g1",
    "seen.image_times_10m": 5,
    "seen.image_channels_10m": 6,
    "seen.image_authors_10m": 7,
    "complete": True,
    "failures": [],
}


@pytest.mark.parametrize("name", READ)
def test_a_variable_reads_what_it_says(name: str) -> None:
    assert values(POST, [name]) == {name: READ[name]}


def test_every_variable_is_tried() -> None:
    scores = {f"scores.{category}" for category in Category}

    assert set(READ) | scores | {"facts"} == set(VARIABLES)


def test_every_value_is_of_the_type_its_variable_declares() -> None:
    tried = {
        name: a_condition(f"{name} == {name}").ask(Activation(values(POST, [name])))
        for name in VARIABLES
    }

    assert set(tried.values()) == {True}


def test_a_fact_has_the_fields_it_should() -> None:
    post = Post(an_assessment(facts=[a_fact(FactKind.OCR, "hi", 0.5, media=0)]), a_context())

    assert post.fact_rows() == [
        {"kind": "ocr", "value": "hi", "score": 0.5, "modality": "text", "media": 0}
    ]


def read(name: str, **changes: object) -> Value | None:
    """One variable of a post made with these arguments to ``an_assessment``."""
    post = Post(an_assessment(**changes), a_context())  # type: ignore[arg-type]  # handed through
    return values(post, [name]).get(name)


def test_nobody_asked_is_no_value() -> None:
    assert read("scores.nudity", unasked=[Category.NUDITY]) is None


def test_without_a_match_the_distance_is_the_farthest() -> None:
    assert (read("image.distance"), read("image.bank")) == (256, "")


def test_one_good_picture_excuses_no_other() -> None:
    good = a_fact(FactKind.KNOWN_GOOD, "memes", media=0)

    assert read("image.known_good", media=[a_media()], facts=[good]) is True
    assert read("image.known_good", media=[a_media(), a_media()], facts=[good]) is False


def test_a_suspicion_is_no_knowledge() -> None:
    suspicion = a_fact(FactKind.SUSPECTED_BAD, "maybe", 1.0, media=0)

    assert read("image.known_bad", facts=[suspicion]) is False
    assert read("image.distance", facts=[suspicion]) == 256


def test_without_words_there_is_no_sentiment_to_miss() -> None:
    assert read("text.sentiment", media=[a_media()]) == 0.0


def test_words_that_nobody_judged_have_no_sentiment() -> None:
    assert read("text.sentiment", text="hello") is None


def test_where_reading_failed_there_may_have_been_words() -> None:
    failure = Failure("ocr", FailureKind.TIMEOUT, "too slow")

    assert read("text.sentiment", failures=[failure]) is None


def test_failures_are_named_by_their_kinds() -> None:
    failures = [Failure("a", FailureKind.TIMEOUT, ""), Failure("b", FailureKind.TIMEOUT, "")]

    assert read("failures", failures=failures) == ["timeout"]


def test_a_text_that_was_not_kept_is_no_value() -> None:
    assert read("text.content", text="") is None


def test_a_fact_whose_text_was_not_kept_has_no_value() -> None:
    (row,) = Post(an_assessment(text=""), a_context()).fact_rows() or [{}]

    assert "value" not in row


def test_too_many_facts_are_no_value() -> None:
    facts = [a_fact(FactKind.LABEL, "x")] * (MOST_FACTS + 1)

    assert read("facts", facts=facts) is None
    assert read("image.labels", facts=facts) is None


def test_a_nul_does_not_hide_what_follows() -> None:
    post = Post(an_assessment(text="harmless\0free nitro"), a_context())
    condition = a_condition("text.content.contains('free nitro')")

    assert condition.ask(Activation(values(post, condition.references))) is True


def test_a_lone_surrogate_does_not_hide_what_follows() -> None:
    post = Post(an_assessment(text="é\ud800free nitro"), a_context())
    condition = a_condition("facts.exists(f, f.value.contains('free nitro'))")

    assert condition.ask(Activation(values(post, condition.references))) is True
