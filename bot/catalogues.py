"""Compiles the message catalogues: ``python -m bot.catalogues`` writes each ``.mo`` anew.

A test says when one is not what its ``.po`` says. Only what our catalogues use is read: entries
of one ``msgid`` and one ``msgstr``, whose strings may run over several lines.
"""

import ast
import struct
from pathlib import Path

from bot.notices import DOMAIN, LOCALE, languages

_MAGIC = 0x950412DE
"""GNU gettext's, "The Format of GNU MO Files"."""


def read(po: str) -> dict[str, str]:
    """The entries of a ``.po`` file; the header stands under the empty id."""
    entries: list[dict[str, str]] = []
    part = ""
    for line in po.splitlines():
        word, _, rest = line.partition(" ")
        if word in {"msgid", "msgstr"}:
            if word == "msgid":
                entries.append({})
            part, quoted = word, rest
        elif line.startswith('"'):
            quoted = line
        else:
            continue
        entries[-1][part] = entries[-1].get(part, "") + str(ast.literal_eval(quoted))
    return {entry["msgid"]: entry["msgstr"] for entry in entries}


def compiled(entries: dict[str, str]) -> bytes:
    """The ``.mo`` file of these entries; those without a translation are left out."""
    pairs = sorted((k.encode(), v.encode()) for k, v in entries.items() if v)
    start = 28 + 16 * len(pairs)
    tables: list[bytes] = []
    words = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[side]), start + len(words)))
            words += pair[side] + b"\0"
    count = len(pairs)
    head = struct.pack("<7I", _MAGIC, 0, count, 28, 28 + 8 * count, 0, start)
    return head + b"".join(tables) + words


def source(language: str) -> Path:
    """Where a language's ``.po`` lies; its ``.mo`` lies beside it."""
    return LOCALE / language / "LC_MESSAGES" / f"{DOMAIN}.po"


def main() -> None:
    """Compile every language."""
    for language in languages():
        po = source(language)
        po.with_suffix(".mo").write_bytes(compiled(read(po.read_text("utf-8"))))


if __name__ == "__main__":
    main()
