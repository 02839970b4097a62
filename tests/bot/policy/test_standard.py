"""The standard preset: what it removes, what it only shows to people, and what it leaves alone."""

import pytest

from analysis.taxonomy import CONTEXTUAL, Category
from analysis.types import FactKind, Failure, FailureKind
from bot.model import AuthorContext, Channel, Context, Mode, Seen, Verdict
from bot.policy.policy import Policy, preset_bytes
from bot.policy.trial import try_rules
from tests.builders import a_context, a_fact, a_media, an_assessment

STANDARD = Policy.parse(preset_bytes("standard"), "standard.toml")
MODERATOR = a_context(author=AuthorContext(is_moderator=True))
NOT_INSTALLED = [Category.NUDITY, Category.SEXUAL_EXPLICIT, Category.CSAE, Category.GORE]


def done(verdict: Verdict) -> set[str]:
    return {action.name for action in verdict.actions}


def on_picture(context: Context | None = None, **scores: float | None) -> set[str]:
    """What is done about a post of one picture."""
    post = an_assessment(media=[a_media()], scores=scores)
    return done(STANDARD.decide(post, context or a_context()))


def matching(
    kind: FactKind, distance: int, *, good: bool = False, animated: bool = False
) -> set[str]:
    """What is done about a picture that looks like one of a bank."""
    facts = [a_fact(kind, "scams", (256 - distance) / 256, media=0)]
    harmless = [a_fact(FactKind.KNOWN_GOOD, "statues", media=0)]
    post = an_assessment(
        media=[a_media(animated=animated)], facts=facts + (harmless if good else [])
    )
    return done(STANDARD.decide(post, a_context()))


def test_every_test_beside_its_rules_passes() -> None:
    assert [tried for tried in try_rules(STANDARD.rules) if not tried.passed] == []


def test_it_neither_kicks_nor_bans() -> None:
    names = {action.name for rule in STANDARD.rules for action in rule.then}

    assert names <= {"annotate", "delete", "flag", "log", "timeout"}


def test_every_rule_says_why() -> None:
    assert not [rule.id for rule in STANDARD.rules if rule.because.startswith("The rule ")]


def test_a_rule_that_acts_shows_it_to_a_person_too() -> None:
    silent = [r.id for r in STANDARD.rules if "flag" not in {action.name for action in r.then}]

    assert silent == []


def test_an_ordinary_picture_is_left_alone() -> None:
    post = an_assessment(media=[a_media()], text="our cat", unasked=NOT_INSTALLED)

    verdict = STANDARD.decide(post, a_context())

    assert (verdict.actions, verdict.needs_review) == ((), False)


def test_a_scam_with_a_picture_is_removed() -> None:
    assert on_picture(scam=0.85) == {"delete", "timeout", "log", "flag"}


def test_a_scam_with_a_link_is_removed() -> None:
    post = an_assessment(scam=0.85, facts=[a_fact(FactKind.URL, "https://x.example")])

    assert "delete" in done(STANDARD.decide(post, a_context()))


def test_a_scam_of_words_alone_is_shown_to_a_person() -> None:
    assert done(STANDARD.decide(an_assessment(scam=0.9), a_context())) == {"flag", "annotate"}


def test_a_likely_scam_is_shown_to_a_person_and_people_are_warned() -> None:
    assert on_picture(scam=0.75) == {"flag", "annotate"}


def test_a_warning_about_scams_stays_without_a_word() -> None:
    assert on_picture(scam=0.4) == set()


def test_a_moderators_scam_is_shown_to_a_person_and_stays() -> None:
    assert on_picture(MODERATOR, scam=0.95) == {"flag"}


def test_a_near_match_of_a_known_bad_picture_is_removed() -> None:
    assert matching(FactKind.KNOWN_BAD, 10) == {"delete", "log", "flag"}


def test_an_unconfirmed_match_is_only_flagged() -> None:
    assert matching(FactKind.SUSPECTED_BAD, 0) == {"flag"}


def test_a_far_match_is_only_flagged() -> None:
    assert matching(FactKind.KNOWN_BAD, 11) == {"flag"}


def test_a_picture_said_to_be_both_good_and_bad_is_left_to_a_person() -> None:
    assert matching(FactKind.KNOWN_BAD, 0, good=True) == {"flag"}


def test_one_good_frame_does_not_excuse_an_animation() -> None:
    assert "delete" in matching(FactKind.KNOWN_BAD, 0, good=True, animated=True)


def test_a_known_good_picture_with_scamming_words_is_removed() -> None:
    good = a_fact(FactKind.KNOWN_GOOD, "memes", media=0)
    post = an_assessment(scam=0.9, media=[a_media()], facts=[good])

    assert "delete" in done(STANDARD.decide(post, a_context()))


@pytest.mark.parametrize("category", sorted(CONTEXTUAL))
def test_what_words_alone_say_in_context_is_only_flagged(category: Category) -> None:
    assert on_picture(None, **{category.value: 0.6}) == {"flag"}


@pytest.mark.parametrize("category", ["privacy", "prompt_attack", "provider_block"])
def test_what_a_person_should_see_is_flagged(category: str) -> None:
    assert on_picture(None, **{category: 0.6}) == {"flag"}


def test_profanity_only_shows_what_it_would_do() -> None:
    verdict = STANDARD.decide(an_assessment(profanity=0.9), a_context())

    assert [matched.mode for matched in verdict.matched] == [Mode.SHADOW]
    assert (verdict.actions, verdict.needs_review) == ((), False)


def test_nudity_is_removed() -> None:
    assert on_picture(nudity=0.9) == {"delete", "flag"}


def test_nudity_among_adults_stays() -> None:
    assert on_picture(a_context(channel=Channel("art", nsfw=True)), nudity=0.9) == set()


def test_the_same_picture_in_many_channels_is_removed() -> None:
    flood = a_context(author=AuthorContext(channels_1m=4), seen=Seen(4, 4, 1))

    assert on_picture(flood) == {"delete", "timeout", "log", "flag"}


def test_a_picture_that_could_not_be_read_is_shown_to_a_person() -> None:
    failure = Failure("media", FailureKind.UNREADABLE, "broken")

    verdict = STANDARD.decide(an_assessment(media=[None], failures=[failure]), a_context())

    assert verdict.needs_review


def test_what_is_not_installed_here_is_named() -> None:
    unanswerable = [rule for rule, _ in STANDARD.unanswerable(NOT_INSTALLED)]

    assert unanswerable == ["nudity", "sexual-explicit", "adult-likely", "child-safety"]


def test_a_removed_scam_needs_no_provider() -> None:
    post = an_assessment(scam=0.9, media=[a_media()])

    assert not STANDARD.could_change(post, a_context())


def test_an_ordinary_picture_is_worth_asking_about() -> None:
    assert STANDARD.could_change(an_assessment(media=[a_media()]), a_context())
