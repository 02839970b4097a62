"""Each community is judged by its own rules, as far as it may choose them."""

from pathlib import Path

import pytest

from analysis.cache import Cache
from analysis.pipeline import Pipeline
from analysis.types import Banks, Content, NoBanks
from bot.journey.judge import Judge
from bot.model import Context
from bot.policy.choice import PolicyChoice
from bot.policy.file import PolicyFile
from bot.policy.policy import Policy, preset_bytes
from tests.bot.policy.kit import a_rule


def version(preset: str) -> str:
    return Policy.parse(preset_bytes(preset), f"{preset}.toml").version


def chosen(**presets: str) -> PolicyChoice:
    """Communities' choices over a configured standard."""
    return PolicyChoice(PolicyFile(None, "standard"), lambda one: presets.get(one, ""))


def test_a_communitys_preset_decides() -> None:
    assert chosen(g1="strict").of("g1").version == version("strict")


@pytest.mark.parametrize("presets", [{}, {"g1": ""}, {"g2": "strict"}, {"g1": "no such preset"}])
def test_without_a_choice_the_configured_preset_decides(presets: dict[str, str]) -> None:
    assert chosen(**presets).of("g1").version == version("standard")


def test_where_a_file_is_named_it_decides(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(a_rule("scores.scam >= 0.8", name="ours"))
    choice = PolicyChoice(PolicyFile(path), lambda _: "strict")

    assert [rule.id for rule in choice.of("g1").rules] == ["ours"]


def test_a_choice_holds_from_the_next_post_on() -> None:
    presets: dict[str, str] = {}
    choice = PolicyChoice(PolicyFile(None, "standard"), lambda one: presets.get(one, ""))
    presets["g1"] = "relaxed"

    assert choice.of("g1").version == version("relaxed")


async def test_a_post_is_judged_by_the_rules_of_its_community() -> None:
    async def no_banks(_: str) -> Banks:
        return NoBanks()

    judge = Judge(Pipeline((), [], cache=Cache()), chosen(g1="strict"), no_banks, "never")
    judged = {
        community: (await judge.judge(Content(), Context(community, "c1")))[1].policy_version
        for community in ("g1", "g2")
    }

    assert judged == {"g1": version("strict"), "g2": version("standard")}


def test_a_choice_of_the_settings_own_preset_is_no_difference() -> None:
    choice = chosen(g1="standard", g2="strict", g3="nonsense")

    assert [choice.differs(one) for one in ("g1", "g2", "g3", "g4")] == ["", "strict", "", ""]
