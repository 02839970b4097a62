"""Text as it must be before anything else touches it: storable, printable, encodable."""

import re

_ILL_FORMED = re.compile("[\x00\ud800-\udfff]")
REPLACEMENT = "\N{REPLACEMENT CHARACTER}"


def well_formed(text: str) -> str:
    """Replace NUL and lone surrogates, which no database or encoder takes, by U+FFFD.

    One character for one: the length and every other offset stay as they were.
    """
    return _ILL_FORMED.sub(REPLACEMENT, text)
