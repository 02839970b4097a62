"""Rows under headings, never cut: an id of which the end is missing is no id."""

from collections.abc import Sequence

from rich.console import Console


def show(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a line for each row on standard output, as wide as it has to be."""
    cells = [list(headings), *([printable(cell) for cell in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    for line in cells:
        padded = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        Console().print("  ".join(padded).rstrip(), markup=False, highlight=False, soft_wrap=True)


def printable(text: str) -> str:
    """With what would move the cursor, or forge a line, written out."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )
