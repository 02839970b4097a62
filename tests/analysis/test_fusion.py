"""The laws of fusion, and the examples its weights were chosen by."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.fusion import PATTERN_CAP, Score, family, fuse
from analysis.taxonomy import CONTEXTUAL, Category
from analysis.types import Grounds, Modality, Signal

SCAM = Category.SCAM
EVERY = tuple(Category)
SOURCES = ("phrases@1", "links@1", "acme/eye@1", "acme/ear@2", "zenith/both@3")

scores = st.floats(min_value=0.0, max_value=1.0, allow_nan=False)
signals = st.builds(
    Signal,
    category=st.sampled_from((SCAM, Category.HATE)),
    score=scores,
    modality=st.sampled_from(Modality),
    grounds=st.sampled_from(Grounds),
    source=st.sampled_from(SOURCES),
)
several = st.lists(signals, max_size=7)


def a_signal(
    score: float,
    modality: Modality = Modality.TEXT,
    source: str = "phrases@1",
    *,
    category: Category = SCAM,
    grounds: Grounds = Grounds.MODEL,
) -> Signal:
    return Signal(category, score, modality, grounds, source)


def fused(*given_signals: Signal, category: Category = SCAM) -> float:
    return fuse(given_signals, [category])[category].value


@given(several)
def test_every_score_is_within_bounds(given_signals: list[Signal]) -> None:
    result = fuse(given_signals, EVERY)

    assert all(0.0 <= score.value <= 1.0 for score in result.values())


@given(several, signals)
def test_adding_a_signal_of_harm_never_lowers_a_score(before: list[Signal], added: Signal) -> None:
    less, more = fuse(before, EVERY), fuse([*before, added], EVERY)

    assert all(more[category].value >= less[category].value for category in EVERY)


@given(several, st.data())
def test_raising_a_signal_never_lowers_a_score(before: list[Signal], data: st.DataObject) -> None:
    raised = [
        replace(s, score=data.draw(st.floats(min_value=s.score, max_value=1.0))) for s in before
    ]
    less, more = fuse(before, EVERY), fuse(raised, EVERY)

    assert all(more[category].value >= less[category].value for category in EVERY)


@given(several, st.data())
def test_order_does_not_matter(given_signals: list[Signal], data: st.DataObject) -> None:
    turned = data.draw(st.permutations(given_signals))

    one, other = fuse(given_signals, EVERY), fuse(turned, EVERY)

    assert {c: s.value for c, s in one.items()} == {c: s.value for c, s in other.items()}


@given(several)
def test_what_made_a_score_does_not_hang_on_order(given_signals: list[Signal]) -> None:
    turned = list(reversed(given_signals))

    one, other = fuse(given_signals, EVERY), fuse(turned, EVERY)

    for category in EVERY:
        assert sorted(map(repr, (given_signals[i] for i in one[category].made_by))) == sorted(
            map(repr, (turned[i] for i in other[category].made_by))
        )


@given(several)
def test_only_what_speaks_of_a_category_makes_its_score(given_signals: list[Signal]) -> None:
    result = fuse(given_signals, EVERY)

    for category, score in result.items():
        makers = [given_signals[i] for i in score.made_by]
        assert all(maker.category is category and maker.score > 0 for maker in makers)
        assert makers or score.value == 0


@given(several)
def test_a_score_is_what_its_makers_alone_would_give(given_signals: list[Signal]) -> None:
    result = fuse(given_signals, EVERY)

    for category, score in result.items():
        alone = fuse([given_signals[i] for i in score.made_by], [category])[category]
        assert alone.value <= score.value


@given(several)
def test_a_signal_that_scores_nothing_contributes_nothing(given_signals: list[Signal]) -> None:
    silent = a_signal(0.0, source="silent@1")

    assert fuse([*given_signals, silent], EVERY) == fuse(given_signals, EVERY)


@given(scores, st.sampled_from((Modality.TEXT, Modality.IMAGE)))
def test_one_judge_alone_is_taken_at_its_word(score: float, modality: Modality) -> None:
    assert fused(a_signal(score, modality)) == pytest.approx(score, abs=1e-9)


@given(scores, scores, st.sampled_from(Modality))
def test_one_vendors_two_models_count_as_the_louder(
    one: float, other: float, modality: Modality
) -> None:
    both = fused(a_signal(one, modality, "acme/a@1"), a_signal(other, modality, "acme/b@2"))

    assert both == fused(a_signal(max(one, other), modality, "acme/a@1"))


@given(several)
def test_saying_everything_twice_changes_nothing(given_signals: list[Signal]) -> None:
    once, twice = fuse(given_signals, EVERY), fuse(given_signals * 2, EVERY)

    assert {c: s.value for c, s in once.items()} == {c: s.value for c, s in twice.items()}


middling = st.floats(min_value=0.01, max_value=0.99)


@given(middling, st.sampled_from((Modality.TEXT, Modality.IMAGE)))
def test_a_joint_judgement_weighs_more_than_one_modality_alone(
    score: float, modality: Modality
) -> None:
    assert fused(a_signal(score, Modality.JOINT)) > fused(a_signal(score, modality))


@given(several, scores)
def test_a_joint_judgement_is_never_outvoted_by_what_stands_beside_it(
    beside: list[Signal], score: float
) -> None:
    joint = a_signal(score, Modality.JOINT, "zenith@1")

    assert fused(*beside, joint) >= fused(joint)


@given(middling, middling, st.sampled_from(("phrases@1", "acme/eye@1")))
def test_both_modalities_end_higher_than_either(one: float, other: float, seer: str) -> None:
    words, picture = a_signal(one), a_signal(other, Modality.IMAGE, seer)

    assert fused(words, picture) > max(fused(words), fused(picture))


def test_two_mild_halves_from_two_sources_reach_review() -> None:
    assert fused(a_signal(0.45), a_signal(0.45, Modality.IMAGE, "eye@1")) == 0.6975


def test_two_mild_halves_from_one_source_reach_review_too() -> None:
    assert fused(a_signal(0.45), a_signal(0.45, Modality.IMAGE)) == pytest.approx(0.648)


@given(middling, middling)
def test_one_source_about_both_halves_counts_less_than_two_sources(
    one: float, other: float
) -> None:
    same = fused(a_signal(one), a_signal(other, Modality.IMAGE))
    two = fused(a_signal(one), a_signal(other, Modality.IMAGE, "eye@1"))

    assert same < two


def test_a_pile_of_weak_cues_in_one_modality_is_not_a_proof() -> None:
    pile = [a_signal(0.45, source=f"detector{n}@1") for n in range(100)]

    assert fused(*pile) < 0.54


@given(several, st.sampled_from(sorted(CONTEXTUAL)))
def test_patterns_alone_never_pass_the_cap_of_a_contextual_category(
    given_signals: list[Signal], category: Category
) -> None:
    patterns = [replace(s, category=category, grounds=Grounds.PATTERN) for s in given_signals]

    assert fused(*patterns, category=category) <= PATTERN_CAP


def test_patterns_may_pass_the_cap_where_words_can_judge() -> None:
    assert fused(a_signal(0.9, grounds=Grounds.PATTERN)) == 0.9


def test_a_faint_model_does_not_lift_the_cap_off_loud_patterns() -> None:
    loud = a_signal(1.0, category=Category.HATE, grounds=Grounds.PATTERN)
    faint = a_signal(0.05, category=Category.HATE, source="acme@1")

    assert fused(loud, faint, category=Category.HATE) == pytest.approx(0.62)


def test_a_model_that_agrees_passes_the_cap() -> None:
    words = a_signal(0.9, category=Category.HATE, grounds=Grounds.PATTERN)
    model = a_signal(0.8, category=Category.HATE, source="acme@1")

    assert fused(words, model, category=Category.HATE) > 0.9


def test_a_category_that_was_asked_and_has_no_signal_scores_nothing() -> None:
    assert fuse([], [SCAM]) == {SCAM: Score(0.0)}


def test_a_category_nobody_judged_has_no_score() -> None:
    assert Category.NUDITY not in fuse([a_signal(0.5)], [SCAM])


def test_a_signal_speaks_for_its_category_even_unasked() -> None:
    assert fuse([a_signal(0.5)], []) == {SCAM: Score(0.5, (0,))}


def test_the_makers_stand_weightiest_first() -> None:
    result = fuse([a_signal(0.3), a_signal(0.6, Modality.IMAGE, "eye@1")], [SCAM])

    assert result[SCAM].made_by == (1, 0)


@pytest.mark.parametrize("source", ["acme@1", "acme/eye@1", "acme/eye/large@2024@b", "acme"])
def test_a_family_is_what_stands_before_model_and_version(source: str) -> None:
    assert family(source) == "acme"
