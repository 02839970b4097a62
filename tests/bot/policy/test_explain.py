"""Why a rule matched, or did not."""

import pytest

from bot.model import AuthorContext, Context
from bot.policy.explain import Came, Explained, conjuncts, explain
from tests.bot.policy.kit import a_condition, a_policy, a_rule
from tests.builders import a_context, a_media, an_assessment

SCAM = a_rule("scores.scam >= 0.8 && image.count > 0 && !author.is_bot", name="scam")


def explained(*rules: str, context: Context | None = None, **scores: float) -> list[Explained]:
    policy, context = a_policy(*rules), context or a_context()
    post = an_assessment(media=[a_media()], scores=scores)
    return list(explain(policy.at(context.community_id, context.channel_id), post, context))


def test_each_part_says_what_it_read() -> None:
    (scam,) = explained(SCAM, scam=0.45)

    assert [(part.answer, part.text, part.read) for part in scam.parts] == [
        (False, "scores.scam >= 0.8", (("scores.scam", "0.45"),)),
        (True, "image.count > 0", (("image.count", "1"),)),
        (True, "!author.is_bot", (("author.is_bot", "false"),)),
    ]


def test_what_is_not_known_is_said() -> None:
    (old,) = explained(
        a_rule("author.days_old < 3.0", name="old"), context=a_context(author=AuthorContext())
    )

    assert (old.came, old.reason) == (Came.UNANSWERED, "author.days_old not known")
    assert old.parts[0].answer is None


def test_the_nearest_miss_comes_first_and_what_matched_before_it() -> None:
    far = a_rule("scores.hate >= 0.8 && scores.threat >= 0.8", name="far")
    near = a_rule("scores.hate >= 0.8", name="near")
    hit = a_rule("true", name="hit")

    assert [one.rule.id for one in explained(far, near, hit)] == ["hit", "near", "far"]


def test_a_rule_that_is_off_is_said_to_be() -> None:
    (one,) = explained(a_rule("true", mode="off"))

    assert one.came is Came.OFF


def test_an_exempt_author_is_told_by_which_line() -> None:
    spared = '[[exempt]]\nroles = ["staff"]'
    staff = a_context(author=AuthorContext(roles=("staff",)))

    (one,) = explained(SCAM, spared, context=staff, scam=0.9)

    assert (one.came, one.reason) == (Came.EXEMPT, "role staff (policy.toml:7)")


@pytest.mark.parametrize(
    ("condition", "parts"),
    [
        ("true", ("true",)),
        ("complete && true && true", ("complete", "true", "true")),
        ("(complete && true) && true", ("(complete && true)", "true")),
        ("complete || true && true", ("complete || true && true",)),
        ("channel.name == '&& (' && true", ("channel.name == '&& ('  && true".replace("  ", " "),)),
        ("facts.exists(f, f.kind == 'logo' && f.score > 0.5) && true",
         ("facts.exists(f, f.kind == 'logo' && f.score > 0.5)", "true")),
        ("channel.name == '🤖ä' &&\n  true", ("channel.name == '🤖ä'", "true")),
    ],
)  # fmt: skip
def test_a_condition_is_split_where_and_joins_at_the_top(
    condition: str, parts: tuple[str, ...]
) -> None:
    assert conjuncts(a_condition(condition)) == parts


def test_a_long_value_is_cut() -> None:
    rule = a_rule('channel.name == "x"', name="r")
    from_long = Context("g", "c", channel=a_context().channel.__class__("n" * 500))

    ((_, value),) = explained(rule, context=from_long)[0].parts[0].read

    assert len(value) == 60
