"""A TOML file from a stranger: bounded before it is parsed, and with the line of every table.

tomllib reads a dotted key of 40 KB in 11 s and says no lines of what it read (measured), so both
are done here, on a copy of the text in which strings and comments are blanked.
"""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from bot.errors import Misconfigured

LARGEST = 1_000_000
"""Bytes of a policy file; a larger one is refused unread."""
DEEPEST = 8
"""Parts of a dotted key, and levels of brackets; a policy needs three."""

_OPENERS = re.compile(r"\"\"\"|'''|\"|'|#")
_CLOSERS = {
    '"""': re.compile(r'(?:[^"\\]|\\.|"(?!""))*+"""', re.DOTALL),
    "'''": re.compile(r"(?:[^']|'(?!''))*+'''"),
    '"': re.compile(r'(?:[^"\\\n]|\\.)*+"'),
    "'": re.compile(r"[^'\n]*'"),
    "#": re.compile(r"[^\n]*"),
}
# Possessive throughout, and from the beginning of a key only: this reads hostile text.
_DEEP_KEY = re.compile(rf"(?<![\w-])[\w-]++(?:[ \t]*+\.[ \t]*+[\w-]++){{{DEEPEST}}}")
_BRACKET = re.compile(r"[\[\]{}]")
_HEADER = re.compile(r"(?m)^[ \t]*\[\[([\w. \t-]+)\]\]")
_ANY_HEADER = re.compile(r"(?m)^[ \t]*\[")
_AT = re.compile(r"\(at line (\d+), column (\d+)\)|\(at end of document\)")


@dataclass(frozen=True)
class Document:
    """What a file holds, and where."""

    name: str
    """The file's name, as complaints begin with it."""
    text: str
    tables: Mapping[str, object]
    skeleton: str
    """The text with strings and comments blanked; every other character in its place."""

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(found.end() for found in re.finditer("\n", self.skeleton))]

    def lines_of(self, header: str, within: int = 0) -> list[int]:
        """The line of each ``[[header]]``, counted from 1, in order.

        With ``within``, the line of a ``[[table]]``, only those before the next of its like.
        """
        found = self._headers.get(header, [])
        if not within:
            return found
        parent = self._headers.get(header.rpartition(".")[0], [])
        end = next((line for line in parent if line > within), len(self._line_starts) + 1)
        return [line for line in found if within < line < end]

    @cached_property
    def _headers(self) -> dict[str, list[int]]:
        lines: dict[str, list[int]] = {}
        for found in _HEADER.finditer(self.skeleton):
            name = re.sub(r"\s", "", found[1])
            lines.setdefault(name, []).append(bisect_right(self._line_starts, found.start()))
        return lines

    def line_of_key(self, key: str, after: int = 0) -> int:
        """The line of ``key =`` within the table whose header stands on line ``after``.

        With 0, of the first place in the file that makes a ``key``, as a header or otherwise.
        """
        start, end, opening = 0, len(self.skeleton), r"(?:\[\[?[ \t]*)?"
        if after:
            start, opening = self._line_starts[after - 1], ""
            header = _ANY_HEADER.search(self.skeleton, start + 1)
            end = header.start() if header else end
        pattern = re.compile(rf"(?m)^[ \t]*{opening}{re.escape(key)}[ \t]*[.=\]]")
        found = pattern.search(self.skeleton, start, end)
        return bisect_right(self._line_starts, found.start()) if found else after


def read(data: bytes, name: str) -> Document:
    """Parse a file's bytes; a byte order mark and either line ending are fine.

    Raises:
        Misconfigured: too large, not UTF-8, too deep, or not TOML; names file and line.
    """
    if len(data) > LARGEST:
        raise Misconfigured(f"{name}: larger than {LARGEST} bytes")
    try:
        text = data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as exc:
        line = data.count(b"\n", 0, exc.start) + 1
        raise Misconfigured(f"{name}:{line}: not UTF-8 at byte {exc.start}") from exc
    skeleton = skeleton_of(text)
    _refuse_depth(skeleton, name)
    try:
        return Document(name, text, tomllib.loads(text), skeleton)
    except tomllib.TOMLDecodeError as exc:
        raise Misconfigured(_placed(str(exc), name, text)) from exc
    except (RecursionError, ValueError) as exc:  # a date such as 2026-13-45 is a bare ValueError
        raise Misconfigured(f"{name}: not TOML: {str(exc)[:200]}") from exc


def _placed(message: str, name: str, text: str) -> str:
    found = _AT.search(message)
    line = int(found[1]) if found and found[1] else text.count("\n") + 1
    return f"{name}:{line}: not TOML: {_AT.sub('', message).strip()[:200]}"


def skeleton_of(text: str) -> str:
    """Blank strings (as ``_``, so that quoted parts of a key still count) and comments."""
    parts, at = [], 0
    while opener := _OPENERS.search(text, at):
        closer = _CLOSERS[opener[0]].match(text, opener.end())
        # What is never closed is left to the parser, which says so.
        end = closer.end() if closer else len(text)
        filler = " " if opener[0] == "#" else "_"
        blank = re.sub(r"[^\n]", filler, text[opener.start() : end])
        parts += [text[at : opener.start()], blank]
        at = end
    return "".join([*parts, text[at:]])


def _refuse_depth(skeleton: str, name: str) -> None:
    if deep := _DEEP_KEY.search(skeleton):
        line = skeleton.count("\n", 0, deep.start()) + 1
        raise Misconfigured(f"{name}:{line}: a key of more than {DEEPEST} parts")
    depth = 0
    for bracket in _BRACKET.finditer(skeleton):
        depth = max(depth + (1 if bracket[0] in "[{" else -1), 0)
        if depth > DEEPEST:
            line = skeleton.count("\n", 0, bracket.start()) + 1
            raise Misconfigured(f"{name}:{line}: brackets nested more than {DEEPEST} deep")
