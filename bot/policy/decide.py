"""What follows from an assessment. Pure: the same post under the same policy, the same verdict."""

from collections.abc import Collection, Iterable, Sequence

from analysis.taxonomy import Category
from analysis.types import Assessment
from bot.actions.spec import merge
from bot.model import Context, Matched, Mode, Unanswered, Verdict
from bot.policy.cel import Activation, Lack, Unclear
from bot.policy.certainty import can_hold_without, only_rises
from bot.policy.effective import Effective
from bot.policy.post import Post
from bot.policy.rules import Rule
from bot.policy.variables import OPEN, values
from bot.ports import Action


def decide(policy: Effective, assessment: Assessment, context: Context) -> Verdict:
    """Apply the rules to one post.

    A rule that the post is exempt from is not asked, and an unanswered one does not match. The
    post needs a person when an action says so; when a live rule is unanswered because what it
    lacked was asked for and not had; or when the analysis is incomplete, or a provider would not
    look, and nothing destructive is done about the post. (A rule that merely logs must not let a
    post through that was only half looked at.)
    """
    post = Post(assessment, context)
    activation = Activation(values(post, policy.reads))
    matched: list[Rule] = []
    unanswered: list[tuple[Rule, Unanswered]] = []
    spared = policy.spared(context)
    strikes = context.author.strikes
    for rule in policy.rules:
        off = rule.mode is Mode.OFF or rule.id in spared
        answer = False if off else rule.when.ask(activation)
        if answer is True:
            matched.append(rule)
        elif isinstance(answer, Unclear):
            unanswered.append((rule, _unanswered(rule, post, activation, answer)))
    live = [rule for rule in matched if rule.mode is Mode.LIVE]
    actions = combined(action for rule in live for action in policy.then(rule, strikes))
    open_questions = [u for rule, u in unanswered if rule.mode is Mode.LIVE and u.asked]
    destroyed = any(action.destructive for action in actions)
    whole = assessment.complete and not assessment.refused
    unseen = not (whole or destroyed or len(spared) == len(policy.rules))
    return Verdict(
        matched=tuple(
            Matched(rule.id, rule.mode, tuple(map(str, policy.then(rule, strikes))))
            for rule in matched
        ),
        unanswered=tuple(u for _, u in unanswered),
        actions=actions,
        needs_review=_flagged(actions) or bool(open_questions) or unseen,
        explanation=_explanation(live, open_questions, unseen=unseen, assessment=assessment),
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


def could_change(policy: Effective, assessment: Assessment, context: Context) -> bool:
    """Whether what a provider may still say could add to what will be done about the post.

    Conservative: every score may still rise, and every fact that a provider can bring may still
    come. Rules in shadow do nothing, so no money is spent on them.
    """
    post = Post(assessment, context)
    known = values(post, policy.reads)
    now = Activation(known)
    settled_only = Activation({name: known[name] for name in known.keys() - OPEN})
    certain: list[Action] = []
    undecided: list[tuple[Action, ...]] = []
    spared = policy.spared(context)
    for rule in policy.rules:
        if rule.mode is not Mode.LIVE or rule.id in spared:
            continue
        then = policy.then(rule, context.author.strikes)
        later = rule.when.ask(settled_only)
        if later is True or (only_rises(rule.when.tree) and rule.when.ask(now) is True):
            certain += then
        elif later is not False:
            undecided.append(then)
    settled = combined(certain)
    return any(combined((*settled, *then)) != settled for then in undecided)


def unanswerable(policy: Effective, unasked: Collection[Category]) -> list[tuple[str, str]]:
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
    if family == "scores":
        return category not in post.assessment.unasked
    return not post.assessment.complete


def _flagged(actions: Iterable[Action]) -> bool:
    return any(action.name == "flag" for action in actions)


def _explanation(
    live: Sequence[Rule],
    open_questions: Sequence[Unanswered],
    *,
    unseen: bool,
    assessment: Assessment,
) -> str:
    if live:
        return " ".join(dict.fromkeys(rule.because for rule in _telling(live)))
    if open_questions:
        first = open_questions[0]
        return f"The rule {first.rule} could not be decided: {first.reason}."
    if unseen:
        kinds = sorted({failure.kind.value for failure in assessment.failures})
        kinds += ["a provider would not look"] if assessment.refused else []
        return f"It could not be looked at completely: {', '.join(kinds)}."
    return "No rule matched."


def _telling(live: Sequence[Rule]) -> list[Rule]:
    """The rules that bring something which no harsher rule has brought already.

    Why a post was removed says enough; that it is also to be looked at is no second reason.
    Rules as harsh as each other are different reasons, and all of them are told.
    """
    told: list[Rule] = []
    for rule in live:
        harsher = [a for other in live if _harshest(other) > _harshest(rule) for a in other.then]
        if not harsher or combined((*harsher, *rule.then)) != combined(harsher):
            told.append(rule)
    return told


def _harshest(rule: Rule) -> int:
    return max((action.harshness for action in rule.then), default=0)


def _names(names: Iterable[str]) -> str:
    return ", ".join(sorted(name.removeprefix("scores.") for name in names))
