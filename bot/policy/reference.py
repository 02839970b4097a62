"""What a rule may read, written from the code by ``python -m bot.policy.reference``."""

import sys
from collections.abc import Iterable

from bot.actions import ACTIONS
from bot.policy.variables import FACT_FIELDS, VARIABLES

BEGIN = "<!-- written by python -m bot.policy.reference -->"
END = "<!-- end of what is written -->"


def reference() -> str:
    """Tables of all variables, the fields of a fact and the actions, in Markdown."""
    variables = ((f"`{name}`", v.kind, v.meaning) for name, v in VARIABLES.items())
    fields = ((f"`{name}`", kind, meaning) for name, (kind, meaning) in FACT_FIELDS.items())
    sections = [
        *_table("Variables", ("name", "type", "what it says"), variables),
        *_table("Fields of a fact", ("field", "type", "what it says"), fields),
        "### Actions",
        "",
        ", ".join(f"`{name}`" for name in ACTIONS),
        "",
    ]
    return "\n".join([BEGIN, "", *sections, END])


def renewed(page: str) -> str:
    """The page with the part between the marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + reference() + after


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""]


if __name__ == "__main__":
    sys.stdout.write(reference() + "\n")
