"""What a rule may read, written from the code by ``python -m bot.policy.reference``."""

import sys
from collections.abc import Iterable
from typing import cast

from analysis import registry
from bot.actions import ACTIONS
from bot.policy.variables import FACT_FIELDS, VARIABLES
from bot.ports import Action

BEGIN = "<!-- written by python -m bot.policy.reference -->"
END = "<!-- end of what is written -->"


def reference() -> str:
    """Tables of all variables, the fields of a fact and the actions, in Markdown."""
    variables = ((f"`{name}`", v.kind, v.meaning) for name, v in VARIABLES.items())
    fields = ((f"`{name}`", kind, meaning) for name, (kind, meaning) in FACT_FIELDS.items())
    sections = [
        *_table("Variables", ("name", "type", "what it says"), variables),
        *_table("Fields of a fact", ("field", "type", "what it says"), fields),
        *_table("Actions", ("name", "harshness", "what it does"), map(_action, ACTIONS)),
    ]
    return "\n".join([BEGIN, "", *sections, END])


def renewed(page: str) -> str:
    """The page with the part between the marks written anew."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return before + reference() + after


def _action(name: str) -> tuple[str, str, str]:
    kind = cast("Action", registry.load(ACTIONS, name))  # these three stand on the class itself
    about = " ".join((kind.__doc__ or "").split("\n\n")[0].replace("``", "`").split())
    limited = "; counts against the limits" if kind.destructive else ""
    return f"`{name}`", f"{kind.harshness}{limited}", about


def _table(title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"### {title}", "", *(f"| {' | '.join(line)} |" for line in lines), ""]


if __name__ == "__main__":
    sys.stdout.write(reference() + "\n")
