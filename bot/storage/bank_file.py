"""Reads a file of known pictures, whole or not at all.

JSON lines (``{"pdq": "…", "category": "scam"}``) or CSV with a header. ``pdq`` and ``category``
are needed; ``sha256``, ``quality`` (0 to 100) and ``confirmed`` (true or false) are not.
"""

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from analysis.taxonomy import Category
from bot.errors import Misconfigured

COLUMNS = ("pdq", "category", "sha256", "quality", "confirmed")
AT_MOST = 64 * 2**20
"""Bytes; a line takes about 100, so this is over half a million pictures."""
SHOWN = 5
"""Errors named at once; a file of the wrong kind has one on every line."""

BEST = 100
"""PDQ's highest quality, taken where a line names none."""

_WHOLE = re.compile(r"[0-9]{1,3}")
_HEX = re.compile(r"[0-9a-fA-F]{64}")


@dataclass(frozen=True, slots=True)
class Known:
    """A picture that is known, before it stands in a bank."""

    category: Category
    pdq: str
    sha256: str = ""
    quality: int = 100
    confirmed: bool = False
    from_case: str = ""
    """The case whose decision puts it there, if one does."""


def read_bank(path: Path) -> tuple[Known, ...]:
    """Every picture of the file.

    Raises:
        Misconfigured: it cannot be read, or some line is wrong; names the file and the lines.
    """
    found: list[Known] = []
    wrong: list[str] = []
    for line, fields in _lines(path.name, _text(path)):
        try:
            found.append(_known(json.loads(fields) if isinstance(fields, str) else fields))
        except (ValueError, RecursionError) as exc:
            wrong.append(f"{path.name}, line {line}: {exc}")
    if wrong:
        more = f"\nand {len(wrong) - SHOWN} more" if len(wrong) > SHOWN else ""
        raise Misconfigured("\n".join(wrong[:SHOWN]) + more + "\nNothing was imported.")
    if not found:
        raise Misconfigured(f"{path.name} holds no pictures.")
    return tuple(found)


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > AT_MOST:
            raise Misconfigured(f"{path.name} is larger than {AT_MOST // 2**20} MiB. Split it.")
        return path.read_text("utf-8-sig")
    except OSError as exc:
        raise Misconfigured(f"{path} cannot be read: {exc.strerror}.") from exc
    except UnicodeDecodeError as exc:
        raise Misconfigured(f"{path.name} is not UTF-8 text.") from exc


def _lines(name: str, text: str) -> Iterator[tuple[int, str | Mapping[str, str]]]:
    """Each line with its number: JSON as text, CSV as fields."""
    if text.lstrip().startswith("{"):
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                yield number, line
        return
    table = csv.DictReader(io.StringIO(text, newline=""), restkey="", strict=True)
    try:
        if "pdq" not in (table.fieldnames or ()):
            raise Misconfigured(
                f"{name}, line 1: a bank is JSON lines, or CSV whose header names pdq and category."
            )
        for row in table:
            yield table.line_num, row
    except csv.Error as exc:
        raise Misconfigured(f"{name}, line {table.reader.line_num}: {exc}.") from exc


def _known(fields: object) -> Known:
    """Raises ValueError, in words for the person who wrote the line."""
    if not isinstance(fields, Mapping):
        raise ValueError("a line is one JSON object")  # noqa: TRY004 - one error for a wrong line
    if unknown := [str(name) for name in fields if name not in COLUMNS]:
        raise ValueError(f"unknown field {unknown[0][:40]!r}; known are {', '.join(COLUMNS)}")
    return Known(
        _category(fields.get("category")),
        _hash("pdq", fields.get("pdq")),
        _hash("sha256", sha256) if (sha256 := fields.get("sha256")) else "",
        _quality(fields.get("quality")),
        _yes(fields.get("confirmed")),
    )


def _category(value: object) -> Category:
    try:
        return Category(str(value))
    except ValueError:
        raise ValueError(
            f"category must be one of ours, such as scam, got {_shown(value)}"
        ) from None


def _hash(name: str, value: object) -> str:
    if not isinstance(value, str) or _HEX.fullmatch(value) is None:
        raise ValueError(f"{name} must be 64 hex digits, got {_shown(value)}")
    return value.lower()


def _quality(value: object) -> int:
    if value is None or value == "":
        return BEST
    number = int(value) if _WHOLE.fullmatch(str(value)) and isinstance(value, (int, str)) else -1
    if not 0 <= number <= BEST:
        raise ValueError(f"quality must be a whole number from 0 to {BEST}, got {_shown(value)}")
    return number


def _yes(value: object) -> bool:
    known = {"": False, "none": False, "false": False, "true": True}
    if (word := str(value).lower()) not in known:
        raise ValueError(f"confirmed must be true or false, got {_shown(value)}")
    return known[word]


def _shown(value: object) -> str:
    return repr(value)[:40]
