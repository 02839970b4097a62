"""Every test that docs/threats.md names exists, so that the page promises nothing in vain."""

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "threats.md"
HEAD = ["threat or fault", "what happens", "test"]
TEST = re.compile(r"`(tests/[\w/]+\.py)::(test_\w+)`")


def rows() -> list[list[str]]:
    """The cells of every row that is neither a table's head nor the line under it."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [row for row in cells if row != HEAD and set("".join(row)) - set("-: ")]


@cache
def named_in(path: Path) -> frozenset[str]:
    """The names of a file's test functions, without running it."""
    if not path.is_file():
        return frozenset()
    tree = ast.parse(path.read_text("utf-8"))
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def test_every_row_says_what_happens_and_names_a_test() -> None:
    whole = [row for row in rows() if len(row) == 3 and all(row) and TEST.search(row[2])]

    assert len(rows()) > 30
    assert [row for row in rows() if row not in whole] == []


def test_every_test_that_is_named_exists() -> None:
    named = TEST.findall(PAGE.read_text("utf-8"))

    assert [f"{path}::{name}" for path, name in named if name not in named_in(ROOT / path)] == []
