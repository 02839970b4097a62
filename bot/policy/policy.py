"""One policy: rules that were read together, and what may be asked of them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from importlib import resources
from pathlib import Path

from analysis.taxonomy import Category
from analysis.types import Assessment
from bot.errors import Misconfigured
from bot.model import Context, Verdict
from bot.nearest import did_you_mean
from bot.policy import decide
from bot.policy.effective import Effective, check, laid
from bot.policy.ladder import Ladder
from bot.policy.layers import Contents, Layer, read_contents
from bot.policy.rules import Rule
from bot.policy.source import LARGEST, read
from bot.ports import Action

_VERSION_DIGITS = 12
_MOST_KEPT = 1_000
"""Places whose rules are kept laid together; more than a community has channels (500)."""


@dataclass(frozen=True)
class Policy:
    """Immutable, so that a reload in the middle of a message changes nothing for it."""

    base: Effective
    """What holds where no community or channel says otherwise."""
    version: str
    """The first digits of the SHA-256 of the file's bytes, and those of the preset it extends."""
    name: str
    """The file's or preset's name."""
    layers: tuple[Layer, ...] = ()
    """Presets, the one at the bottom first, then the file."""
    communities: Mapping[str, Layer] = field(default_factory=dict)
    channels: Mapping[tuple[str, str], Layer] = field(default_factory=dict)
    """By community (empty where the file does not name it) and channel."""
    _laid: dict[tuple[str, str], Effective] = field(default_factory=dict, compare=False)

    @property
    def rules(self) -> tuple[Rule, ...]:
        """The rules that hold where nothing says otherwise."""
        return self.base.rules

    @classmethod
    def parse(cls, data: bytes, name: str) -> "Policy":
        """Read a policy from a file's bytes.

        Raises:
            Misconfigured: names file, line, rule and the fix.
        """
        contents = read_contents(read(data, name))
        digest = sha256(data)
        layers = [contents.base]
        extended = contents
        while extended.extends:  # ends: presets are ours, and extend only others
            below = _preset_bytes(extended)
            digest.update(below)
            extended = read_contents(read(below, f"{extended.extends}.toml"))
            layers.insert(0, extended.base)
        version = digest.hexdigest()[:_VERSION_DIGITS]
        base = _checked(layers, version)
        _check_overrides(contents.overrides, base)
        communities = {one.community: one for one in contents.overrides if not one.channel}
        channels = {(one.community, one.channel): one for one in contents.overrides if one.channel}
        return cls(base, version, name, tuple(layers), communities, channels)

    def at(self, community: str, channel: str, parent: str = "") -> Effective:
        """The rules that hold in a channel: file, then community, then channel.

        In a thread those of the ``parent`` channel hold, unless it has rules of its own.
        """
        own = self._of_channel(community, channel)
        if own is None and parent:
            channel, own = parent, self._of_channel(community, parent)
        over = (self.communities.get(community), own)
        found = [layer for layer in over if layer is not None]
        if not found:
            return self.base
        key = (community if over[0] else "", channel if over[1] else "")
        known = self._laid.get(key)
        if known is None:
            if len(self._laid) >= _MOST_KEPT:
                self._laid.clear()
            known = self._laid[key] = laid([*self.layers, *found], self.version)
        return known

    def _of_channel(self, community: str, channel: str) -> Layer | None:
        return self.channels.get((community, channel)) or self.channels.get(("", channel))

    def _where(self, context: Context) -> Effective:
        return self.at(context.community_id, context.channel_id, context.channel.parent_id)

    def decide(self, assessment: Assessment, context: Context) -> Verdict:
        """What is to be done about a post."""
        return decide.decide(self._where(context), assessment, context)

    def could_change(self, assessment: Assessment, context: Context) -> bool:
        """Whether an answer that is still out could change what is done about a post."""
        return decide.could_change(self._where(context), assessment, context)

    def unanswerable(self, unasked: Collection[Category]) -> list[tuple[str, str]]:
        """The rules that can never match here, each with the reason, for ``doctor``."""
        found = dict(decide.unanswerable(self.base, unasked))
        for _, rules in self.elsewhere():
            for rule, why in decide.unanswerable(rules, unasked):
                found.setdefault(rule, why)
        return list(found.items())

    def may_ask(self, community: str = "") -> tuple[Action, ...]:
        """Every action that its live rules may come to in a community; in any, without one."""
        places = [self.at(community, "")]
        places += [
            self.at(community or layer.community, layer.channel)
            for layer, _ in self.elsewhere()
            if not community or layer.community in {"", community}
        ]
        return tuple(action for here in places for action in here.may_ask())

    def elsewhere(self) -> Iterator[tuple[Layer, Effective]]:
        """Every community and channel with rules of its own, and what holds there."""
        for layer in (*self.communities.values(), *self.channels.values()):
            yield layer, self.at(layer.community, layer.channel)


def _preset_bytes(contents: Contents) -> bytes:
    try:
        return preset_bytes(contents.extends)
    except Misconfigured as exc:
        said = str(exc).removeprefix("policy.preset: ")
        raise Misconfigured(f"{contents.base.section.where('extends')}: extends: {said}") from exc


def _checked(layers: Sequence[Layer], version: str) -> Effective:
    """The layers of the file itself, each seen to fit on those beneath."""
    rules: dict[str, Rule] = {}
    ladder: Ladder | None = None
    base = laid((), version)
    for number, layer in enumerate(layers, 1):
        ladder = layer.ladder or ladder
        check(layer, rules, ladder)
        base = laid(layers[:number], version)
        rules = {rule.id: rule for rule in base.rules}
    return base


def _check_overrides(overrides: Sequence[Layer], base: Effective) -> None:
    below = {rule.id: rule for rule in base.rules}
    communities = {one.community: one for one in overrides if not one.channel}
    added = {rule.id: rule for one in communities.values() for rule in one.rules}
    for layer in overrides:
        ladder = layer.ladder or base.ladder
        inherited = below
        if layer.channel:
            own = communities.get(layer.community)
            theirs = {rule.id: rule for rule in own.rules} if own else added
            inherited = {**below, **theirs}
            ladder = ladder or (own.ladder if own else None)
        check(layer, inherited, ladder)


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
