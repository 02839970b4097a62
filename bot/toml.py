"""Reads TOML that people wrote, with bounds the parser itself does not keep.

A 40 KB key of dots takes tomllib 11 s (measured), so size and the depth of
dotted keys are bounded before it is asked.
"""

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.errors import Misconfigured
from bot.policy.source import skeleton_of

MAX_BYTES = 1_000_000
MAX_DOTS = 16
"""Deeper than any table of ours; chosen by eye."""

_DOTTED = re.compile(rf"^[ \t\[{{,]*((?:[\w\"'-]+[ \t]*\.[ \t]*){{{MAX_DOTS + 1},}})", re.MULTILINE)


def read(path: Path) -> dict[str, Any]:
    """Return the file's tables.

    Raises:
        Misconfigured: it cannot be read, is too large, is not UTF-8, or is not TOML; the
            message names the file, and the line where there is one.
    """
    return parse(_text(path), str(path))


def parse(text: str, name: str) -> dict[str, Any]:
    """Return the tables in a text; ``name`` is what messages call it.

    Raises:
        Misconfigured: as for ``read``.
    """
    if len(text) > MAX_BYTES:
        raise Misconfigured(f"{name}: larger than {MAX_BYTES:,} characters; split it up")
    # Strings are blanked first: a part of a key in quotes may hold anything, dots too.
    if deep := _DOTTED.search(skeleton_of(text)):
        line = text.count("\n", 0, deep.start(1)) + 1
        raise Misconfigured(f"{name}, line {line}: a key of more than {MAX_DOTS} dotted parts")
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as exc:  # a 30th of February is a bare ValueError
        reason = str(exc) or "nested too deeply"
        raise Misconfigured(f"{name}: not valid TOML: {reason}") from exc


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise Misconfigured(f"{path}: larger than {MAX_BYTES:,} bytes; split it up")
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as exc:
        raise Misconfigured(f"{path}: not UTF-8 at byte {exc.start}; save it as UTF-8") from exc
    except OSError as exc:
        raise Misconfigured(f"{path}: cannot be read: {exc.strerror}") from exc
