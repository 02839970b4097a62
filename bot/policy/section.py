"""One table of a policy file being read, which knows where it stands; complaints begin there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.errors import Misconfigured
from bot.policy.examples import refuse_unknown
from bot.policy.source import Document


@dataclass(frozen=True, slots=True)
class Section:
    """A table, the header it stands under, and its line."""

    document: Document
    table: Mapping[str, object]
    header: str = ""
    """Such as ``community.rule``; empty for the file itself."""
    line: int = 0
    """0 where it is not known, as for tables written inline."""
    label: str = ""
    """What complaints call it after its place, such as ``rule "scam"``."""

    def where(self, key: str = "") -> str:
        """The place of a key, or of the section, as complaints begin with it."""
        line = self.line
        if key and (self.line or not self.header):
            line = self.document.line_of_key(key, self.line)
        place = f"{self.document.name}:{line}" if line else self.document.name
        return f"{place}: {self.label}" if self.label else place

    def place(self, key: str) -> str:
        """File and line of a key, without the label."""
        return Section(self.document, self.table, self.header, self.line).where(key)

    def only(self, *known: str) -> None:
        """Refuse a key that nobody reads.

        Raises:
            Misconfigured: there is one; the nearest that is read is suggested.
        """
        for key in self.table:
            refuse_unknown([key], known, self.where(key))

    def text(self, key: str) -> str:
        """A text that must be there.

        Raises:
            Misconfigured: it is not, or is no text.
        """
        value = self.table.get(key)
        if not isinstance(value, str):
            missing = "is missing" if value is None else "must be a text in quotes"
            raise Misconfigured(f"{self.where(key)}: {key} {missing}")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; empty where the key is missing.

        Raises:
            Misconfigured: it is no list, an empty one, or holds something else.
        """
        value = self.table.get(key)
        if value is None:
            return ()
        if not isinstance(value, list) or not value or not all(isinstance(v, str) for v in value):
            raise Misconfigured(f'{self.where(key)}: {key} is a list of texts, such as ["one"]')
        return tuple(value)

    def parts(self, name: str) -> Sequence["Section"]:
        """The tables ``[[name]]`` of this section, in order.

        Raises:
            Misconfigured: the key is there and is no list of tables.
        """
        tables = self.table.get(name, [])
        header = f"{self.header}.{name}" if self.header else name
        if not isinstance(tables, list) or not all(isinstance(one, dict) for one in tables):
            raise Misconfigured(f"{self.where(name)}: {name} is written as [[{header}]]")
        known = self.line or not self.header
        lines = self.document.lines_of(header, self.line) if known else []
        if len(lines) != len(tables):  # written inline, as rule = [{…}]
            lines = [self.line] * len(tables)
        return [
            Section(self.document, one, header, line)
            for one, line in zip(tables, lines, strict=True)
        ]
