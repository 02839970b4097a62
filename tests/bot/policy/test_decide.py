"""The verdict: what matches, what is unanswered, what is done, and when a person is needed."""

from hypothesis import given
from hypothesis import strategies as st

from analysis.taxonomy import Category
from analysis.types import Failure, FailureKind
from bot.actions.annotate import Annotate
from bot.actions.delete import Delete
from bot.actions.flag import Flag
from bot.actions.log import Log
from bot.actions.timeout import Timeout
from bot.model import AuthorContext, Matched, Mode, Unanswered
from bot.policy.post import MOST_CHARACTERS
from tests.bot.policy.kit import a_policy, a_rule
from tests.builders import a_context, a_fact, a_media, an_assessment

TIMED_OUT = Failure("nudenet", FailureKind.TIMEOUT, "took too long")
SCAM = a_rule("scores.scam >= 0.8", "delete", "timeout 1h", name="scam", because="A scam.")
NUDITY = a_rule("scores.nudity >= 0.8", "delete", name="nudity")


def test_a_rule_that_holds_matches() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(scam=0.9), a_context())

    assert verdict.matched == (Matched("scam", Mode.LIVE, ("delete", "timeout 1h")),)


def test_a_rule_that_does_not_hold_does_nothing() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(scam=0.7), a_context())

    assert (verdict.matched, verdict.actions, verdict.needs_review) == ((), (), False)
    assert verdict.explanation == "No rule matched."


def test_the_verdict_names_the_policy() -> None:
    policy = a_policy(SCAM)

    assert policy.decide(an_assessment(), a_context()).policy_version == policy.version


def test_the_explanation_is_the_rules_own() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(scam=0.9), a_context())

    assert verdict.explanation == "A scam."


def explained(*rules: str) -> str:
    return a_policy(*rules).decide(an_assessment(scam=0.9), a_context()).explanation


def test_what_a_harsher_rule_brings_already_is_not_explained_again() -> None:
    likely = a_rule("true", "flag", name="likely", because="Perhaps a scam.")
    certain = a_rule("true", "delete", "flag", name="certain", because="A scam.")

    assert explained(likely, certain) == "A scam."


def test_a_warning_beneath_a_removed_post_is_not_explained() -> None:
    warning = a_rule("true", "annotate 'Mind.'", name="warn", because="People were warned.")

    assert explained(SCAM, warning) == "A scam."


def test_what_a_milder_rule_adds_is_explained() -> None:
    flagged = a_rule("true", "flag", name="flagged", because="A person should look.")

    assert explained(SCAM, flagged) == "A scam. A person should look."


def test_rules_as_harsh_as_each_other_are_all_explained() -> None:
    one = a_rule("true", "flag", name="one", because="It may be a scam.")
    other = a_rule("true", "flag", name="other", because="It may threaten somebody.")

    assert explained(one, other) == "It may be a scam. It may threaten somebody."


def test_actions_of_all_matched_rules_merge_to_the_harsher() -> None:
    policy = a_policy(SCAM, a_rule("true", "timeout 1d", "flag", "log", name="all"))

    verdict = policy.decide(an_assessment(scam=0.9), a_context())

    assert verdict.actions == (Delete(), Timeout.parse("1d"), Flag(), Log())


def test_beneath_a_post_that_is_removed_nothing_is_written() -> None:
    policy = a_policy(SCAM, a_rule("true", "annotate 'Mind this.'", name="warn"))

    assert policy.decide(an_assessment(), a_context()).actions == (Annotate("Mind this."),)
    assert policy.decide(an_assessment(scam=0.9), a_context()).actions == (
        Delete(),
        Timeout.parse("1h"),
    )


def test_a_flag_needs_a_person() -> None:
    verdict = a_policy(a_rule("true", "flag")).decide(an_assessment(), a_context())

    assert verdict.needs_review


def test_a_rule_in_shadow_says_what_it_would_have_done_and_does_nothing() -> None:
    policy = a_policy(a_rule("true", "delete", "flag", mode="shadow"))

    verdict = policy.decide(an_assessment(), a_context())

    assert verdict.matched == (Matched("r", Mode.SHADOW, ("delete", "flag")),)
    assert (verdict.actions, verdict.needs_review) == ((), False)


def test_a_rule_that_is_off_is_not_asked() -> None:
    verdict = a_policy(a_rule("true", mode="off")).decide(an_assessment(), a_context())

    assert (verdict.matched, verdict.unanswered) == ((), ())


def test_what_nobody_was_asked_leaves_its_rule_unanswered_and_needs_nobody() -> None:
    post = an_assessment(unasked=[Category.NUDITY])

    verdict = a_policy(NUDITY).decide(post, a_context())

    assert verdict.unanswered == (Unanswered("nudity", "nudity not known", asked=False),)
    assert not verdict.needs_review


def test_what_was_asked_and_failed_needs_a_person() -> None:
    post = an_assessment(nudity=None, failures=[TIMED_OUT])

    verdict = a_policy(NUDITY).decide(post, a_context())

    assert verdict.unanswered == (
        Unanswered("nudity", "nudity asked and not answered", asked=True),
    )
    assert verdict.needs_review


def test_it_needs_a_person_even_where_another_rule_removes_the_post() -> None:
    post = an_assessment(scam=0.9, nudity=None, failures=[TIMED_OUT])

    verdict = a_policy(SCAM, NUDITY).decide(post, a_context())

    assert verdict.actions == (Delete(), Timeout.parse("1h"))
    assert verdict.needs_review


def test_an_unanswered_rule_in_shadow_needs_nobody() -> None:
    shadow = a_rule("scores.nudity >= 0.8", name="n", mode="shadow")
    post = an_assessment(scam=0.9, nudity=None, failures=[TIMED_OUT])

    verdict = a_policy(SCAM, shadow).decide(post, a_context())

    assert len(verdict.unanswered) == 1
    assert not verdict.needs_review


def test_an_incomplete_analysis_without_a_match_needs_a_person() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(failures=[TIMED_OUT]), a_context())

    assert verdict.needs_review
    assert verdict.explanation == "It could not be looked at completely: timeout."


def test_what_a_provider_would_not_look_at_needs_a_person_whatever_the_rules_ask() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(provider_block=0.9), a_context())

    assert verdict.needs_review
    assert verdict.explanation == "It could not be looked at completely: a provider would not look."


def test_a_match_that_removes_the_post_excuses_a_provider_that_would_not_look() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(scam=0.9, provider_block=0.9), a_context())

    assert not verdict.needs_review


def test_a_question_that_a_provider_refused_was_asked() -> None:
    verdict = a_policy(NUDITY).decide(an_assessment(nudity=None), a_context())

    assert verdict.unanswered == (
        Unanswered("nudity", "nudity asked and not answered", asked=True),
    )
    assert verdict.needs_review


def test_a_match_that_only_logs_does_not_excuse_an_incomplete_analysis() -> None:
    policy = a_policy(a_rule("true", "log"))

    assert policy.decide(an_assessment(failures=[TIMED_OUT]), a_context()).needs_review


def test_a_match_that_removes_the_post_excuses_an_incomplete_analysis() -> None:
    verdict = a_policy(SCAM).decide(an_assessment(scam=0.9, failures=[TIMED_OUT]), a_context())

    assert not verdict.needs_review


def test_an_age_the_platform_does_not_say_leaves_the_rule_unanswered() -> None:
    policy = a_policy(a_rule("author.days_in_community < 30.0"))

    verdict = policy.decide(an_assessment(), a_context(author=AuthorContext()))

    assert verdict.unanswered == (
        Unanswered("r", "author.days_in_community not known", asked=False),
    )


def test_more_text_than_a_rule_may_read_goes_to_a_person() -> None:
    policy = a_policy(a_rule("text.content.contains('free nitro')"))
    post = an_assessment(text="a" * MOST_CHARACTERS + "free nitro")

    verdict = policy.decide(post, a_context())

    assert verdict.needs_review


def test_a_condition_that_runs_out_of_steps_goes_to_a_person() -> None:
    nested = "facts.all(a, facts.all(b, facts.all(c, a.value == 'x')))"
    post = an_assessment(facts=[a_fact(value="x")] * 60)

    verdict = a_policy(a_rule(nested)).decide(post, a_context())

    assert verdict.needs_review


SCORES = st.dictionaries(
    st.sampled_from(["scam", "nudity", "hate", "privacy"]),
    st.one_of(st.none(), st.floats(0, 1)),
)
RULES = st.lists(
    st.builds(
        lambda when, then, mode: (when, then, mode),
        st.sampled_from(
            [
                "scores.scam >= 0.5",
                "scores.nudity > 0.3 || scores.scam > 0.9",
                "!(scores.hate > 0.2)",
                "scores.privacy < 0.5 && image.count == 0",
                "complete",
            ]
        ),
        st.lists(
            st.sampled_from(["flag", "delete", "timeout 1h", "timeout 5m", "log", "annotate 'x'"]),
            min_size=1,
            max_size=3,
        ),
        st.sampled_from(["live", "live", "shadow", "off"]),
    ),
    min_size=1,
    max_size=5,
)
Written = list[tuple[str, list[str], str]]
Scores = dict[str, float | None]


def written(rules: Written) -> list[str]:
    return [
        a_rule(when, *then, name=f"r{n}", mode=mode) for n, (when, then, mode) in enumerate(rules)
    ]


@given(RULES, SCORES)
def test_the_same_post_has_the_same_verdict(rules: Written, scores: Scores) -> None:
    policy, post = a_policy(*written(rules)), an_assessment(scores=scores)

    assert policy.decide(post, a_context()) == policy.decide(post, a_context())


@given(RULES, SCORES)
def test_the_order_of_rules_does_not_change_what_is_done(rules: Written, scores: Scores) -> None:
    post = an_assessment(scores=scores)
    there, back = a_policy(*written(rules)), a_policy(*reversed(written(rules)))

    one, other = there.decide(post, a_context()), back.decide(post, a_context())

    assert (one.actions, one.needs_review) == (other.actions, other.needs_review)


@given(RULES, SCORES, st.sampled_from(["true", "scores.scam > 0.5", "scores.hate > 0.5"]))
def test_a_further_rule_in_shadow_changes_nothing_that_is_done(
    rules: Written, scores: Scores, when: str
) -> None:
    post = an_assessment(scores=scores)
    shadow = a_rule(when, "delete", "flag", name="shadow", mode="shadow")

    one = a_policy(*written(rules)).decide(post, a_context())
    other = a_policy(*written(rules), shadow).decide(post, a_context())

    assert (one.actions, one.needs_review) == (other.actions, other.needs_review)


def test_a_score_that_may_still_rise_could_change_the_verdict() -> None:
    assert a_policy(SCAM).could_change(an_assessment(scam=0.1), a_context())


def test_a_score_that_is_high_enough_could_not() -> None:
    assert not a_policy(SCAM).could_change(an_assessment(scam=0.9), a_context())


def test_a_rule_that_would_do_nothing_further_could_not() -> None:
    policy = a_policy(SCAM, NUDITY)

    assert not policy.could_change(an_assessment(scam=0.9), a_context())


def test_a_rule_that_would_do_more_could() -> None:
    policy = a_policy(SCAM, a_rule("scores.hate > 0.5", "flag", name="hate"))

    assert policy.could_change(an_assessment(scam=0.9), a_context())


def test_a_rule_that_what_is_known_rules_out_could_not() -> None:
    policy = a_policy(a_rule("scores.scam > 0.5 && image.count > 0"))

    assert not policy.could_change(an_assessment(), a_context())
    assert policy.could_change(an_assessment(media=[a_media()]), a_context())


def test_facts_that_may_still_come_could() -> None:
    policy = a_policy(a_rule("facts.exists(f, f.kind == 'logo')"))

    assert policy.could_change(an_assessment(), a_context())


def test_a_match_that_may_come_undone_is_not_counted_upon() -> None:
    policy = a_policy(a_rule("scores.hate < 0.5", "delete", name="a"), SCAM)

    assert policy.could_change(an_assessment(scam=0.9, hate=0.1), a_context()) is False
    assert policy.could_change(an_assessment(scam=0.1, hate=0.1), a_context())


def test_a_match_that_a_rising_score_undoes_could() -> None:
    policy = a_policy(a_rule("scores.hate < 0.5", "delete"))

    assert policy.could_change(an_assessment(hate=0.1), a_context())


def test_no_money_is_spent_on_rules_in_shadow() -> None:
    policy = a_policy(a_rule("scores.scam > 0.5", mode="shadow"))

    assert not policy.could_change(an_assessment(), a_context())


@given(RULES, SCORES, SCORES)
def test_where_nothing_could_change_nothing_does(
    rules: Written, scores: Scores, more: Scores
) -> None:
    policy = a_policy(*written(rules))
    later = scores | {
        name: max(score or 0.0, scores.get(name) or 0.0) for name, score in more.items()
    }
    before, after = an_assessment(scores=scores), an_assessment(scores=later)

    now = policy.decide(before, a_context()).actions
    then = policy.decide(after, a_context()).actions

    assert policy.could_change(before, a_context()) or then == now


def test_a_rule_about_what_nobody_judges_can_never_match() -> None:
    (answer,) = a_policy(SCAM, NUDITY).unanswerable([Category.NUDITY])

    assert answer == ("nudity", "nothing installed here judges nudity")


def test_a_rule_with_another_way_to_match_still_can() -> None:
    policy = a_policy(a_rule("scores.nudity > 0.5 || scores.scam > 0.5"))

    assert policy.unanswerable([Category.NUDITY]) == []
