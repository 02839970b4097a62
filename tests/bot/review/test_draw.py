"""Cards say what was found and done, in the post's own words."""

from dataclasses import replace

from bot.model import Case, CaseState, Judgement
from bot.review.draw import draw_case, highest
from tests.bot.storage.builders import (
    CANARY,
    NOON,
    a_key,
    a_message,
    applied,
)


def a_judgement(rules: tuple[str, ...], *, turn: int = 0, action: str = "delete") -> Judgement:
    return Judgement(
        a_key(turn=turn), NOON, (), {"scam": 0.9}, (), rules, (), "Why.", (applied(action),)
    )


def a_case(*judgements: Judgement, **scores: float | None) -> Case:
    judged = judgements or (replace(a_judgement(("scam-screenshot",)), scores=scores),)
    return Case("c1", a_message(), (), (), judged, CaseState.OPEN, (), NOON, 2)


def test_a_card_names_the_worst_and_where() -> None:
    card = draw_case(a_case(scam=0.9, nudity=0.4))

    assert card.title == "Scam in #general"
    assert (card.author, card.caption) == ("Ada", CANARY)


def test_a_card_tells_rules_that_acted_from_those_in_shadow() -> None:
    card = draw_case(a_case(replace(a_judgement(("scam",)), shadow_rules=("trial",))))

    assert (card.rules, card.shadow_rules) == (("scam",), ("trial",))


def test_a_card_without_scores_still_has_a_title() -> None:
    assert draw_case(a_case(scam=0.0, nudity=None)).title == "Post in #general"


def test_a_card_shows_what_was_done() -> None:
    assert draw_case(a_case()).outcomes == (("delete", "applied"),)


def test_scores_stand_highest_first_and_low_ones_not_at_all() -> None:
    found = highest({"scam": 0.5, "hate": 0.9, "threat": 0.5, "gore": 0.1, "nudity": None})

    assert found == (("hate", 0.9), ("scam", 0.5), ("threat", 0.5))


def test_the_card_of_a_case_gathers_every_judgement() -> None:
    judgements = a_judgement(("a", "b")), a_judgement(("b", "c"), turn=1, action="warn")
    card = draw_case(a_case(*judgements), url="https://desk.example/c1")

    assert (card.case_id, card.url) == ("c1", "https://desk.example/c1")
    assert card.rules == ("a", "b", "c")
    assert card.outcomes == (("delete", "applied"), ("warn", "applied"))
