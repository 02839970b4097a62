"""One policy: rules that were read together, and what may be asked of them."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from importlib import resources
from pathlib import Path

from analysis.taxonomy import Category
from analysis.types import Assessment
from bot.errors import Misconfigured
from bot.model import Context, Mode, Verdict
from bot.nearest import did_you_mean
from bot.policy import decide
from bot.policy.rules import Rule, read_rules
from bot.policy.source import LARGEST, read

_VERSION_DIGITS = 12


@dataclass(frozen=True)
class Policy:
    """Immutable, so that a reload in the middle of a message changes nothing for it."""

    rules: tuple[Rule, ...]
    version: str
    """The first digits of the SHA-256 of the file's bytes."""
    name: str
    """The file's or preset's name."""

    @cached_property
    def reads(self) -> frozenset[str]:
        """The variables that some rule reads; no other is worked out."""
        rules = (rule for rule in self.rules if rule.mode is not Mode.OFF)
        return frozenset[str]().union(*(rule.when.references for rule in rules))

    @classmethod
    def parse(cls, data: bytes, name: str) -> "Policy":
        """Read a policy from a file's bytes.

        Raises:
            Misconfigured: names file, line, rule and the fix.
        """
        rules = read_rules(read(data, name))
        return cls(rules, sha256(data).hexdigest()[:_VERSION_DIGITS], name)

    def decide(self, assessment: Assessment, context: Context) -> Verdict:
        """What is to be done about a post."""
        return decide.decide(self, assessment, context)

    def could_change(self, assessment: Assessment, context: Context) -> bool:
        """Whether an answer that is still out could change what is done about a post."""
        return decide.could_change(self, assessment, context)

    def unanswerable(self, unasked: Collection[Category]) -> list[tuple[str, str]]:
        """The rules that can never match here, each with the reason, for ``doctor``."""
        return decide.unanswerable(self, unasked)


def preset_bytes(name: str) -> bytes:
    """The text of a policy that comes with Bifocal.

    Raises:
        Misconfigured: no such preset.
    """
    folder = resources.files("bot.policy") / "presets"
    known = sorted(entry.name.removesuffix(".toml") for entry in folder.iterdir())
    if name not in known:
        hint = did_you_mean(name, known) or f"; there are {', '.join(known)}"
        raise Misconfigured(f'policy.preset: there is no preset "{name[:40]}"{hint}')
    return (folder / f"{name}.toml").read_bytes()


def read_file(path: Path) -> bytes:
    """A policy file's bytes; of one that is too large no more than shows that it is.

    Raises:
        Misconfigured: it is not there or may not be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as exc:
        raise Misconfigured(f"policy.file: {path}: {exc.strerror or exc}") from exc
