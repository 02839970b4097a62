"""What tests of the policy share: a policy from rules, and rules from a few words."""

from bot.policy.cel import Condition, compile_condition
from bot.policy.policy import Policy

LADDER = """
[[ladder]]
strikes = 0
then = ["annotate 'Please mind the rules.'"]
[[ladder]]
strikes = 1
then = ["timeout 10m"]
[[ladder]]
strikes = 2
then = ["timeout 1h"]
[[ladder]]
strikes = 3
then = ["timeout 1d"]
[[ladder]]
strikes = 4
then = ["flag"]
"""
"""Warn, ten minutes, an hour, a day, and then a person decides."""


def a_rule(when: str, *then: str, name: str = "r", mode: str = "live", because: str = "") -> str:
    actions = ", ".join(f'"{action}"' for action in then or ("flag",))
    sentence = f'because = "{because}"\n' if because else ""
    return (
        f'[[rule]]\nid = "{name}"\nwhen = """{when}"""\nthen = [{actions}]\n'
        f'mode = "{mode}"\n{sentence}'
    )


def a_policy(*rules: str) -> Policy:
    return Policy.parse("\n".join(rules).encode(), "policy.toml")


def a_condition(text: str) -> Condition:
    return compile_condition(text, "policy.toml:3")
