"""What one place of a policy says: a preset, the file itself, a community or a channel."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from bot.errors import Misconfigured
from bot.policy.exemptions import Exemption, read_exemption
from bot.policy.ladder import Ladder, read_ladder
from bot.policy.rules import Change, Rule, read_change, read_rule
from bot.policy.section import Section
from bot.policy.source import Document

MOST_RULES = 500
"""Rules of one file, those of its overrides included; chosen by eye, 50 is a large policy."""
MOST_OVERRIDES = 500
"""Communities and channels with rules of their own in one file; chosen by eye."""
_CONTENTS = ("rule", "exempt", "ladder")
_LONGEST_ID = 100


@dataclass(frozen=True, slots=True)
class Layer:
    """Rules added, rules changed, exemptions added, and a ladder that replaces the inherited."""

    name: str
    """For people: the file's name, ``community 12`` or ``channel 34``."""
    rules: tuple[Rule, ...]
    changes: tuple[Change, ...]
    exemptions: tuple[Exemption, ...]
    ladder: Ladder | None
    section: Section
    community: str = ""
    """The community it is for; of a channel, empty where the file does not name it."""
    channel: str = ""


@dataclass(frozen=True, slots=True)
class Contents:
    """What one file holds."""

    extends: str
    """The preset it begins with, or empty."""
    base: Layer
    overrides: tuple[Layer, ...]


def read_contents(document: Document) -> Contents:
    """Read a whole file.

    Raises:
        Misconfigured: anything is not as it should be; names file, line and rule.
    """
    file = Section(document, document.tables)
    file.only(*_CONTENTS, "extends", "community", "channel")
    extends = file.text("extends") if "extends" in file.table else ""
    if "rule" not in file.table and not extends:
        raise Misconfigured(f"{document.name}: it holds no rules; write them as [[rule]]")
    sections = [*file.parts("community"), *file.parts("channel")]
    if len(sections) > MOST_OVERRIDES:
        raise Misconfigured(
            f"{document.name}: {len(sections)} communities and channels;"
            f" {MOST_OVERRIDES} are the most"
        )
    places = [file, *sections]
    total = sum(len(place.parts("rule")) for place in places)
    if not (0 < total <= MOST_RULES or (extends and total == 0)):
        raise Misconfigured(f"{document.name}: {total} rules; 1 to {MOST_RULES} are read")
    base = _layer(file, document.name, inherits=bool(extends))
    overrides = tuple(map(_override, sections))
    _refuse_twins([base, *overrides])
    return Contents(extends, base, overrides)


def _override(section: Section) -> Layer:
    """One ``[[community]]`` or ``[[channel]]``."""
    kind = section.header
    known = ("id", "community") if kind == "channel" else ("id",)
    section.only(*_CONTENTS, *known)
    name = _id(section, "id")
    community = _id(section, "community") if "community" in section.table else ""
    layer = _layer(section, f"{kind} {name}", inherits=True)
    if kind == "community":
        return replace(layer, community=name)
    return replace(layer, community=community, channel=name)


def _id(section: Section, key: str) -> str:
    written = section.text(key)
    if not 0 < len(written) <= _LONGEST_ID or not written.isprintable():
        raise Misconfigured(f"{section.where(key)}: {key} is the platform's id, in quotes")
    return written


def _layer(section: Section, name: str, *, inherits: bool) -> Layer:
    tables = [_labelled(one) for one in section.parts("rule")]
    own = [one for one in tables if "when" in one.table or not inherits]
    changed = [one for one in tables if "when" not in one.table and inherits]
    return Layer(
        name,
        tuple(map(read_rule, own)),
        tuple(map(read_change, changed)),
        tuple(map(read_exemption, section.parts("exempt"))),
        read_ladder(section.parts("ladder")),
        section,
    )


def _labelled(section: Section) -> Section:
    given = section.table.get("id")
    label = f'rule "{given[:64]}"' if isinstance(given, str) else ""
    return Section(section.document, section.table, section.header, section.line, label)


def _refuse_twins(layers: Sequence[Layer]) -> None:
    """An id means one condition in the whole file, so that counts and explanations are of one."""
    seen: dict[str, Rule] = {}
    for rule, section in _written(layers):
        first = seen.setdefault(rule.id, rule)
        if first is not rule:
            raise Misconfigured(
                f'{section.document.name}:{rule.line}: rule "{rule.id}" is there already,'
                f" on line {first.line}; ids are used once, and a change to it has no when"
            )
    for layer in layers:
        _refuse_changed_twice(layer)
    _refuse_overridden_twice(layers[1:])


def _written(layers: Sequence[Layer]) -> Iterator[tuple[Rule, Section]]:
    for layer in layers:
        for rule in layer.rules:
            yield rule, layer.section


def _refuse_changed_twice(layer: Layer) -> None:
    seen: set[str] = set()
    for change in layer.changes:
        if change.id in seen:
            raise Misconfigured(f"{change.section.where()}: it is changed here already")
        seen.add(change.id)


def _refuse_overridden_twice(overrides: Sequence[Layer]) -> None:
    seen: dict[str, set[str]] = {}
    for layer in overrides:
        key = f"channel {layer.channel}" if layer.channel else layer.name
        communities = seen.setdefault(key, set())
        # A channel without its community is meant wherever it is, so it stands alone.
        if layer.community in communities or (
            communities and "" in {*communities, layer.community}
        ):
            raise Misconfigured(f"{layer.section.where('id')}: {layer.name} is there already")
        communities.add(layer.community)
