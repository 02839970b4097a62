"""What follows from an assessment. Pure: the same post under the same policy, the same verdict."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from analysis.taxonomy import Category
from analysis.types import Assessment
from bot.actions.spec import merge
from bot.model import Context, Matched, Mode, Unanswered, Verdict
from bot.policy.cel import Activation, Lack, Unclear
from bot.policy.certainty import can_hold_without, only_rises
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.variables import OPEN, values
from bot.ports import Action

if TYPE_CHECKING:  # a policy decides by what is here
    from bot.policy.policy import Policy


def decide(policy: "Policy", assessment: Assessment, context: Context) -> Verdict:
    """Apply the rules to one post.

    An unanswered rule does not match. The post needs a person when an action says so; when a live
    rule is unanswered because what it lacked was asked for and not had; or when the analysis is
    incomplete and nothing destructive is done about the post. (A rule that merely logs must not
    let a post through that was only half looked at.)
    """
    post = Post(assessment, context)
    activation = Activation(values(post, policy.reads))
    matched: list[Rule] = []
    unanswered: list[tuple[Rule, Unanswered]] = []
    for rule in policy.rules:
        answer = False if rule.mode is Mode.OFF else rule.when.ask(activation)
        if answer is True:
            matched.append(rule)
        elif isinstance(answer, Unclear):
            unanswered.append((rule, _unanswered(rule, post, activation, answer)))
    live = [rule for rule in matched if rule.mode is Mode.LIVE]
    actions = combined(action for rule in live for action in rule.then)
    open_questions = [u for rule, u in unanswered if rule.mode is Mode.LIVE and u.asked]
    unseen = not assessment.complete and not any(action.destructive for action in actions)
    return Verdict(
        matched=tuple(Matched(r.id, r.mode, tuple(map(str, r.then))) for r in matched),
        unanswered=tuple(u for _, u in unanswered),
        actions=actions,
        needs_review=_flagged(actions) or bool(open_questions) or unseen,
        explanation=_explanation(live, open_questions, assessment),
        policy_version=policy.version,
    )


def combined(actions: Iterable[Action]) -> tuple[Action, ...]:
    """The actions of all matched rules as one: merged, and without what makes no sense together.

    On a post that is removed nothing is written, put or covered.
    """
    merged = merge(actions)
    removed = any(action.name == "delete" for action in merged)
    return tuple(action for action in merged if not (removed and action.name in _ON_THE_POST))


_ON_THE_POST = frozenset({"annotate", "react", "spoiler"})
"""Actions that need the post to stand."""


def could_change(policy: "Policy", assessment: Assessment, context: Context) -> bool:
    """Whether what a provider may still say could add to what will be done about the post.

    Conservative: every score may still rise, and every fact that a provider can bring may still
    come. Rules in shadow do nothing, so no money is spent on them.
    """
    post = Post(assessment, context)
    known = values(post, policy.reads)
    now = Activation(known)
    settled_only = Activation({name: known[name] for name in known.keys() - OPEN})
    certain: list[Action] = []
    undecided: list[Rule] = []
    for rule in policy.rules:
        later = rule.mode is Mode.LIVE and rule.when.ask(settled_only)
        if later is True or (only_rises(rule.when.tree) and rule.when.ask(now) is True):
            certain += rule.then
        elif later is not False:
            undecided.append(rule)
    settled = combined(certain)
    return any(combined((*settled, *rule.then)) != settled for rule in undecided)


def unanswerable(policy: "Policy", unasked: Collection[Category]) -> list[tuple[str, str]]:
    """The rules that can never match where nobody judges these categories: (id, why)."""
    missing = {f"scores.{category}" for category in unasked}
    return [
        (rule.id, f"nothing installed here judges {_names(rule.when.references & missing)}")
        for rule in policy.rules
        if rule.mode is not Mode.OFF and not can_hold_without(rule.when.tree, missing)
    ]


def _unanswered(rule: Rule, post: Post, activation: Activation, answer: Unclear) -> Unanswered:
    """What the rule lacked, and whether that had been asked for."""
    lacking = sorted(rule.when.references - activation.names)
    if answer.lack is not Lack.VALUE or not lacking:
        return Unanswered(rule.id, answer.lack, asked=answer.lack is not Lack.TEXT)
    asked = [name for name in lacking if _was_asked(name, post)]
    reason = f"{_names(asked)} asked and not answered" if asked else f"{_names(lacking)} not known"
    return Unanswered(rule.id, reason, asked=bool(asked))


def _was_asked(name: str, post: Post) -> bool:
    if name.startswith("author."):
        return False  # the platform does not say, and nobody else could
    if post.too_much:
        return True
    family, _, category = name.partition(".")
    if family == "scores" and category in post.assessment.unasked:
        return False
    return not post.assessment.complete


def _flagged(actions: Iterable[Action]) -> bool:
    return any(action.name == "flag" for action in actions)


def _explanation(
    live: Sequence[Rule], open_questions: Sequence[Unanswered], assessment: Assessment
) -> str:
    if live:
        return " ".join(dict.fromkeys(rule.because for rule in live))
    if open_questions:
        first = open_questions[0]
        return f"The rule {first.rule} could not be decided: {first.reason}."
    if not assessment.complete:
        kinds = sorted({failure.kind.value for failure in assessment.failures})
        return f"It could not be looked at completely: {', '.join(kinds)}."
    return "No rule matched."


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.removeprefix("scores.") for name in names))
