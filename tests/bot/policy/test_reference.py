"""The page about policies is kept true by the code."""

import re
from pathlib import Path

from bot.actions import ACTIONS
from bot.policy.policy import Policy
from bot.policy.reference import reference, renewed
from bot.policy.variables import VARIABLES

PAGE = (Path(__file__).parents[3] / "docs" / "policy.md").read_text()


def test_the_page_says_what_the_code_says() -> None:
    assert renewed(PAGE) == PAGE


def test_every_variable_is_explained() -> None:
    assert [name for name in VARIABLES if f"`{name}`" not in reference()] == []


def test_every_action_is_explained() -> None:
    assert [name for name in ACTIONS if f"`{name}`" not in PAGE] == []


def test_the_examples_of_the_page_are_valid() -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)

    assert examples
    for example in examples:
        Policy.parse(example.encode(), "docs/policy.md")
