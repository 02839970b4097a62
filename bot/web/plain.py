"""What is no text to us: a NUL, which PostgreSQL keeps nowhere, and half of a surrogate pair.

Addresses are looked at before anything else is, what a form or a body says where it is read. What
is only analysed may hold anything: it reaches no statement.
"""

import re
from urllib.parse import unquote

from pydantic import AfterValidator
from starlette.types import Scope

_NO_TEXT = re.compile(r"[\x00\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether every character of it is one that can be kept."""
    return _NO_TEXT.search(text) is None


def refusal(scope: Scope) -> tuple[int, str] | None:
    """Status and sentence for an address that cannot be one of ours; None for any other."""
    if not is_plain(scope["path"]):
        return 404, "There is nothing at this address."
    if not is_plain(unquote(scope.get("query_string", b"").decode("latin-1"))):
        return 422, "The address asks for something that is no text."
    return None


def _checked(text: str) -> str:
    if not is_plain(text):
        raise ValueError("it holds a character that is no text")
    return text


Plain = AfterValidator(_checked)
"""For ``Annotated``: the text of a form or a body, answered with 422 where it is none."""
