"""Runs the tests that stand beside rules, as far as words and scores go. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind
from bot.model import AuthorContext, Context
from bot.policy.cel import Activation, Unclear
from bot.policy.examples import Expect, RuleTest
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.variables import Value, values


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one test of one rule."""

    rule: str
    test: RuleTest
    got: Expect | None
    """None for a test with a picture or a stored case, which needs more than words."""

    @property
    def passed(self) -> bool:
        """Whether what came out is what was expected."""
        return self.got is self.test.expect


def try_rules(rules: tuple[Rule, ...]) -> Iterator[Tried]:
    """Run every test of every rule, whatever its mode."""
    for rule in rules:
        for test in rule.tests:
            beyond_words = test.image is not None or test.case is not None
            yield Tried(rule.id, test, None if beyond_words else _try(rule, test))


def _try(rule: Rule, test: RuleTest) -> Expect:
    known: dict[str, Value] = values(_post(test), rule.when.references)
    answer = rule.when.ask(Activation({**known, **(test.given or {})}))
    if isinstance(answer, Unclear):
        return Expect.UNANSWERED
    return Expect.MATCH if answer else Expect.NO_MATCH


def _post(test: RuleTest) -> Post:
    """One picture by an author who joined just now; scores that are not given are 0."""
    scores: dict[Category, float | None] = dict.fromkeys(Category, 0.0)
    caption = () if test.text is None else (Fact(FactKind.CAPTION, test.text),)
    assessment = Assessment(
        media=(None,),
        signals=(),
        facts=caption,
        scores={**scores, **(test.scores or {})},
        made_by={},
        unasked=(),
    )
    author = AuthorContext(days_old=0.0, days_in_community=0.0)
    return Post(assessment, Context("community", "channel", author=author))
