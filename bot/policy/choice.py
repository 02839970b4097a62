"""Which rules hold in a community: those of the policy file, or else of the preset it chose."""

from collections.abc import Callable
from importlib import resources

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
        self._presets = {} if file.has_file else _presets()

    def of(self, community_id: str) -> Policy:
        """The rules in force in a community."""
        chosen = self._presets.get(self._preset_of(community_id))
        return self._file.current if chosen is None else chosen


def _presets() -> dict[str, Policy]:
    folder = resources.files("bot.policy") / "presets"
    names = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
    return {name: Policy.parse(preset_bytes(name), f"{name}.toml") for name in names}
