"""Which rules hold in a community: those of the policy file, or else of the preset it chose."""

from collections.abc import Callable
from importlib import resources
from typing import Protocol

from bot.communities import Community
from bot.policy.file import PolicyFile
from bot.policy.policy import Policy, preset_bytes


class PolicyChoice:
    """Asked anew for every judgement, so that a choice holds with the very next post."""

    def __init__(self, file: PolicyFile, preset_of: Callable[[str], str]) -> None:
        """``preset_of`` says what a community chose; empty, or no preset's name: nothing.

        The presets are read here, at the start: it takes a fifth of a second (measured).
        """
        self._file = file
        self._preset_of = preset_of
        self._presets = {} if file.has_file else _presets(file.current.version)

    def of(self, community_id: str) -> Policy:
        """The rules in force in a community."""
        return self._presets.get(self._preset_of(community_id), self._file.current)

    def differs(self, community_id: str) -> str:
        """The preset that a community chose; empty where the settings' rules hold in it."""
        chosen = self._preset_of(community_id)
        return chosen if chosen in self._presets else ""

    def preset(self, name: str) -> Policy | None:
        """A preset that a community may choose; None where that would change nothing."""
        return self._presets.get(name)


class Named(Protocol):
    """Where it stands what a community chose."""

    def named(self, community_id: str) -> Community:
        """The community of this id, on whichever platform."""
        ...


def chosen_in(communities: Named, rules: PolicyFile) -> PolicyChoice:
    """The rules of each community, as it chose them."""
    return PolicyChoice(rules, lambda one: communities.named(one).preset)


def _presets(current: str) -> dict[str, Policy]:
    """Those that are not of the settings' own version."""
    folder = resources.files("bot.policy") / "presets"
    names = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
    found = {name: Policy.parse(preset_bytes(name), f"{name}.toml") for name in names}
    return {name: policy for name, policy in found.items() if policy.version != current}
