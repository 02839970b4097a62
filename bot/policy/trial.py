"""Runs the tests that stand beside rules. Pure: what is seen in a picture is handed in."""

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from analysis.taxonomy import Category
from analysis.types import Assessment, Fact, FactKind
from bot.model import AuthorContext, Context
from bot.policy.examples import Expect, RuleTest
from bot.policy.explain import Came, Explained, explain_values
from bot.policy.policy import Policy
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.variables import Value, values

NEWCOMER = Context("community", "channel", author=AuthorContext(0.0, 0.0))
"""Whoever posts in a test, unless it says otherwise: somebody who joined just now."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of one test of one rule."""

    rule: str
    test: RuleTest
    got: Expect | None
    """None for a test with a picture or a stored case that nobody looked at."""
    explained: Explained | None = None
    unseen: tuple[str, ...] = ()
    """What of its picture or case could not be looked at, and why."""

    @property
    def passed(self) -> bool:
        """Whether what came out is what was expected."""
        return self.got is self.test.expect


def every_test(policy: Policy) -> Iterator[tuple[str, Rule, RuleTest]]:
    """Every test of the policy: where its rule holds (empty: everywhere), the rule, the test."""
    for rule in policy.rules:
        for test in rule.tests:
            yield "", rule, test
    for layer, rules in policy.elsewhere():
        written = {rule.id for rule in layer.rules} | {change.id for change in layer.changes}
        for rule in rules.rules:
            if rule.id in written:
                for test in rule.tests:
                    yield layer.name, rule, test


def try_rules(rules: tuple[Rule, ...]) -> Iterator[Tried]:
    """Run every test of every rule, whatever its mode, as far as words and scores go."""
    for rule in rules:
        for test in rule.tests:
            yield try_test(rule, test)


def beyond_words(test: RuleTest) -> bool:
    """Whether somebody must look at a picture or a stored case first."""
    return test.image is not None or test.case is not None


def try_test(rule: Rule, test: RuleTest, seen: Post | None = None) -> Tried:
    """Run one test; ``seen`` is the picture or the case it names, looked at."""
    if seen is None and beyond_words(test):
        return Tried(rule.id, test, None)
    post = _post(test) if seen is None else _with_scores(seen, test)
    known: dict[str, Value] = values(post, rule.when.references)
    explained = explain_values(rule, {**known, **(test.given or {})})
    unseen = tuple(f"{one.detector}: {one.reason}" for one in post.assessment.failures)
    return Tried(rule.id, test, _EXPECTED[explained.came], explained, unseen)


_EXPECTED = {
    Came.MATCH: Expect.MATCH,
    Came.NO_MATCH: Expect.NO_MATCH,
    Came.UNANSWERED: Expect.UNANSWERED,
}


def _with_scores(seen: Post, test: RuleTest) -> Post:
    scores = {**seen.assessment.scores, **(test.scores or {})}
    return Post(dataclasses.replace(seen.assessment, scores=scores), seen.context)


def _post(test: RuleTest) -> Post:
    """One picture by a newcomer; scores that are not given are 0."""
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
    return Post(assessment, NEWCOMER)
