"""What somebody probably meant by a name we do not know."""

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like this one, or None when nothing comes close."""
    # Misspelt names are short; difflib is quadratic, and a hostile one may be a megabyte.
    return next(iter(get_close_matches(name[:100], list(known), n=1, cutoff=0.6)), None)


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``: did you mean "kind"?``, or nothing; to be put at the end of a sentence."""
    near = nearest(name, known)
    return f'; did you mean "{near}"?' if near else ""


def suggested(name: str, known: Iterable[str]) -> str:
    """The nearest known name, or where nothing comes close all of them; to end a sentence with."""
    names = sorted(known)
    return did_you_mean(name, names) or f"; there are {', '.join(names)}"
