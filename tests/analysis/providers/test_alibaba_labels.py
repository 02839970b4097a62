"""Every documented label of Alibaba's falls into our categories, or becomes a fact."""

import pytest

from analysis.providers.alibaba_labels import LabelTable, in_text
from analysis.providers.alibaba_replies import GuardVerdict, PictureVerdict, TextVerdict, read
from analysis.providers.alibaba_verdicts import About, Reader
from analysis.taxonomy import Category
from analysis.types import Fact, FactKind, Findings, Modality
from tests.analysis.providers.alibaba_kit import options
from tests.emulators.alibaba import Json, a_hit

ABOUT = About("alibaba/x@1", Modality.TEXT)
GUARD = About("alibaba/x@1", Modality.IMAGE, 0)


def text(hits: list[Json], level: str = "high", **more: object) -> Findings:
    data = {"RiskLevel": level, "Result": hits, **more}
    return Reader(options()).text(read(TextVerdict, data), ABOUT)


def guard(kind: str, level: str, *hits: Json) -> Findings:
    check = {"Type": kind, "Level": level, "Suggestion": "pass", "Result": list(hits)}
    data = {"Suggestion": "watch", "Detail": [check]}
    return Reader(options()).guard(read(GuardVerdict, data), GUARD)


@pytest.mark.parametrize(
    ("label", "categories"),
    [
        ("pornographic_adult", {Category.SEXUAL_EXPLICIT}),
        ("pornographic_adultContent_tii", {Category.SEXUAL_EXPLICIT}),
        ("sexual_terms", {Category.NUDITY}),
        ("sexual_breastNudity", {Category.NUDITY}),
        ("sexual_suggestive", {Category.SUGGESTIVE}),
        ("sexual_femaleUnderwear", {Category.SUGGESTIVE}),
        ("sexual_underage", {Category.CSAE}),
        ("PDA_kiss", {Category.SUGGESTIVE}),
        ("violent_extremist", {Category.EXTREMISM}),
        ("violent_armedForces", {Category.EXTREMISM}),
        ("violent_incidents", {Category.THREAT, Category.VIOLENCE}),
        ("violent_explosion", {Category.VIOLENCE}),
        ("violent_weapons", {Category.WEAPONS}),
        ("violent_Knives", {Category.WEAPONS}),
        ("violent_gunKnives_tii", {Category.WEAPONS}),
        ("violent_blood", {Category.GORE}),
        ("violent_horrificContent", {Category.GORE}),
        ("violent_horrific_tii", {Category.THREAT}),
        ("contraband_drug_tii", {Category.DRUGS}),
        ("contraband_gambling", {Category.REGULATED}),
        ("contraband_gamble_tii", {Category.REGULATED}),
        ("contraband_certificate_tii", {Category.ILLICIT}),
        ("inappropriate_discrimination", {Category.HATE}),
        ("racism_tii", {Category.HATE}),
        ("political_racism_tii", {Category.HATE}),
        ("inappropriate_profanity", {Category.HARASSMENT, Category.PROFANITY}),
        ("inappropriate_middleFinger", {Category.HARASSMENT}),
        ("inappropriate_smoking", {Category.REGULATED}),
        ("pt_to_sites", {Category.SCAM}),
        ("ad_compliance_finance_tii", {Category.SCAM}),
        ("political_CNflag", set()),
        ("religion_buddhism", set()),
        ("inappropriate_tattoo", set()),
        ("object_cat", set()),
        ("customized", set()),
        ("brand_new_label", set()),
    ],
)
def test_a_label_speaks_of_its_categories(label: str, categories: set[Category]) -> None:
    assert set(LabelTable({}, politics=False).of(label)) == categories


def test_politics_are_scored_only_on_request() -> None:
    table = LabelTable({}, politics=True)

    assert table.of("political_politicalFigure_1") == (Category.ELECTIONS_POLITICS,)
    assert Category.ELECTIONS_POLITICS not in Reader(options()).categories


def test_an_operator_s_own_label_wins() -> None:
    table = LabelTable({"Contraband_drug_cbd": Category.REGULATED}, politics=False)

    assert table.of("contraband_drug_CBD_2") == (Category.REGULATED,)
    assert table.of("contraband_drug") == (Category.DRUGS,)


def test_tii_says_that_it_was_read_in_the_picture() -> None:
    assert [in_text("racism_tii"), in_text("violent_blood")] == [True, False]


@pytest.mark.parametrize(
    ("level", "confidence", "score"),
    [
        ("high", 90.0, 0.9),
        ("medium", 90.0, 0.63),
        ("low", 90.0, 0.36),
        ("high", None, 1.0),
        ("low", None, 0.4),
        ("high", 0, None),
    ],
)
def test_a_score_is_confidence_times_level(
    level: str, confidence: float | None, score: float | None
) -> None:
    signals = text([a_hit("violent_blood", confidence)], level).signals

    assert [round(s.score, 6) for s in signals] == ([] if score is None else [score])


def test_an_unknown_label_is_a_fact() -> None:
    found = text([a_hit("brand_new_label", 40.0)])

    assert (found.signals, found.facts) == ((), (Fact(FactKind.LABEL, "brand_new_label", 0.4),))


def test_a_label_without_risk_is_a_fact() -> None:
    found = text([a_hit("violent_blood", 40.0)], "none")

    assert (found.signals, found.facts) == ((), (Fact(FactKind.LABEL, "violent_blood", 0.4),))


def test_each_picture_label_has_its_own_level() -> None:
    data = {"RiskLevel": "high", "Result": [a_hit("violent_blood", 50.0, RiskLevel="low")]}
    (signal,) = Reader(options()).picture(read(PictureVerdict, data), GUARD).signals

    assert signal.score == pytest.approx(0.2)


@pytest.mark.parametrize(
    ("more", "category", "score"),
    [
        ({"AttackLevel": "medium"}, Category.PROMPT_ATTACK, 0.7),
        ({"SensitiveLevel": "S3"}, Category.PRIVACY, 1.0),
    ],
)
def test_attacks_and_personal_data_are_signals(
    more: Json, category: Category, score: float
) -> None:
    (signal,) = text([], "none", **more).signals

    assert (signal.category, signal.score) == (category, score)


def test_no_attack_is_no_signal() -> None:
    assert text([], "none", AttackLevel="none", SensitiveLevel="S0") == Findings()


def test_an_attack_level_nobody_documented_is_a_fact() -> None:
    assert text([], "none", AttackLevel="L9").facts == (Fact(FactKind.LABEL, "prompt_attack: L9"),)


@pytest.mark.parametrize(
    ("kind", "category"),
    [
        ("promptAttack", Category.PROMPT_ATTACK),
        ("sensitiveData", Category.PRIVACY),
        ("maliciousUrl", Category.SCAM),
    ],
)
def test_a_guard_s_check_without_labels_has_a_category(kind: str, category: Category) -> None:
    assert [(s.category, s.score) for s in guard(kind, "high").signals] == [(category, 1.0)]


def test_a_guard_s_unknown_check_is_read_by_its_labels() -> None:
    found = guard("newModeration", "low", a_hit("violent_blood", 100.0))

    assert [(s.category, s.score) for s in found.signals] == [(Category.GORE, 0.4)]
