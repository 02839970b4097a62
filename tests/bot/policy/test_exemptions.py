"""Who is spared which rules."""

import pytest

from analysis.types import Failure, FailureKind
from bot.errors import Misconfigured
from bot.model import AuthorContext, Channel, Context
from tests.bot.policy.kit import a_policy, a_rule
from tests.builders import a_context, an_assessment

SCAM = a_rule("scores.scam >= 0.8", "delete", name="scam")
HATE = a_rule("scores.hate >= 0.5", "flag", name="hate")
BROKEN = Failure("gemini", FailureKind.TIMEOUT, "no answer")


def matched(exemption: str, context: Context) -> list[str]:
    policy = a_policy(SCAM, HATE, f"[[exempt]]\n{exemption}")
    verdict = policy.decide(an_assessment(scores={"scam": 0.9, "hate": 0.9}), context)
    return [one.rule for one in verdict.matched]


def by(*roles: str, labels: tuple[str, ...] = (), channel: str = "general") -> Context:
    author = AuthorContext(roles=roles, labels=labels)
    return Context("g1", "c1", Channel(channel), author)


@pytest.mark.parametrize(
    ("exemption", "context"),
    [
        ('roles = ["trusted", "staff"]', by("staff")),
        ('labels = ["vetted"]', by(labels=("vetted",))),
        ('channels = ["c1"]', by()),
        ('channels = ["general"]', by()),
        ('roles = ["staff"]\nchannels = ["c1"]', by("staff")),
    ],
)
def test_who_is_exempt_is_spared_every_rule(exemption: str, context: Context) -> None:
    assert matched(exemption, context) == []


THREAD = Channel("general", "thread", parent_id="p1", parent="memes")


@pytest.mark.parametrize("channel", ["memes", "p1", "c1"])
def test_an_exempt_channels_threads_are_exempt(channel: str) -> None:
    assert matched(f'channels = ["{channel}"]', Context("g1", "c1", THREAD)) == []


def test_nobody_is_exempt_by_calling_their_thread_like_an_exempt_channel() -> None:
    assert matched('channels = ["general"]', Context("g1", "c1", THREAD)) == ["scam", "hate"]


@pytest.mark.parametrize(
    ("exemption", "context"),
    [
        ('roles = ["trusted"]', by("member")),
        ('labels = ["vetted"]', by("vetted")),
        ('channels = ["c2"]', by()),
        ('roles = ["staff"]\nchannels = ["c2"]', by("staff")),
    ],
)
def test_everybody_else_is_not(exemption: str, context: Context) -> None:
    assert matched(exemption, context) == ["scam", "hate"]


def test_an_exemption_may_be_from_some_rules_only() -> None:
    assert matched('roles = ["staff"]\nrules = ["scam"]', by("staff")) == ["hate"]


def test_an_exemption_of_a_community_holds_only_there() -> None:
    policy = a_policy(SCAM, '[[community]]\nid = "g1"\n[[community.exempt]]\nroles = ["staff"]')
    post = an_assessment(scam=0.9)

    assert policy.decide(post, by("staff")).matched == ()
    elsewhere = Context("g2", "c1", author=AuthorContext(roles=("staff",)))
    assert policy.decide(post, elsewhere).matched != ()


def test_who_is_spared_every_rule_is_not_put_before_a_person_for_want_of_an_answer() -> None:
    policy = a_policy(SCAM, '[[exempt]]\nroles = ["staff"]')

    verdict = policy.decide(an_assessment(failures=[BROKEN]), by("staff"))

    assert (verdict.needs_review, verdict.explanation) == (False, "No rule matched.")


def test_who_is_spared_one_rule_still_is() -> None:
    policy = a_policy(SCAM, HATE, '[[exempt]]\nroles = ["staff"]\nrules = ["scam"]')

    assert policy.decide(an_assessment(failures=[BROKEN]), by("staff")).needs_review


def test_no_provider_is_asked_about_who_is_exempt() -> None:
    policy = a_policy(SCAM, '[[exempt]]\nroles = ["staff"]')

    assert policy.could_change(an_assessment(), a_context())
    assert not policy.could_change(an_assessment(), by("staff"))


def test_a_rule_in_shadow_does_not_keep_a_provider_from_being_asked() -> None:
    shadow = a_rule("scores.scam >= 0.5", "delete", name="shadow", mode="shadow")

    assert a_policy(shadow, SCAM).could_change(an_assessment(scam=0.6), a_context())


@pytest.mark.parametrize(
    ("exemption", "message"),
    [
        ("", "policy.toml:11: exempt: say whom it spares"),
        ('rules = ["scam"]', "exempt: say whom it spares"),
        ('roles = "staff"', r"policy.toml:12: roles is a list of texts, such as \[\"one\"\]"),
        ("roles = []", "roles is a list of texts"),
        ("roles = [1]", "roles is a list of texts"),
        ('role = ["staff"]', 'unknown key "role"; did you mean "roles"'),
        ('roles = ["a"]\nrules = ["scma"]', 'exempt: there is no rule "scma"; did you mean "scam"'),
    ],
)
def test_a_slip_in_an_exemption_is_refused(exemption: str, message: str) -> None:
    with pytest.raises(Misconfigured, match=message):
        a_policy(SCAM.rstrip("\n"), HATE.rstrip("\n"), f"[[exempt]]\n{exemption}")
