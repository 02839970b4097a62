"""A dozen posts that show what Bifocal does, each drawn by ``draw`` and told by examples.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
BANKED = "pinned-scam.png"
"""The picture whose re-encoded twin is posted by the example ``known-bad``."""


@dataclass(frozen=True, slots=True)
class Example:
    """One post, and what should become of it under the policy preset ``standard``."""

    name: str
    title: str
    caption: str
    persona: str
    author: str
    """The display name it is posted under."""
    outcome: str
    """``removed``, ``annotated``, ``reviewed`` or ``stays``."""
    why: str
    file: str = ""
    alt: str = ""
    channel: str = "general"

    @property
    def path(self) -> Path | None:
        """Where its picture lies; None for words alone."""
        return HERE / self.file if self.file else None

    def data(self) -> bytes | None:
        """Its picture's bytes."""
        return self.path.read_bytes() if self.path else None


@cache
def load() -> dict[str, Example]:
    """Every example by name, in the order they are shown."""
    with (HERE / "examples.toml").open("rb") as file:
        tables = tomllib.load(file)["example"]
    return {table["name"]: Example(**table) for table in tables}


def view(example: Example) -> dict[str, object]:
    """An example as the page sees it."""
    return {
        "name": example.name,
        "title": example.title,
        "caption": example.caption,
        "persona": example.persona,
        "author": example.author,
        "outcome": example.outcome,
        "why": example.why,
        "alt": example.alt,
        "image": f"/api/v1/playground/examples/{example.name}/image" if example.file else None,
    }


def known_bad() -> Path:
    """The picture to put in the bank of known-bad pictures of the playground's community.

    The example ``known-bad`` posts it re-encoded and scaled: other pixels, a near PDQ hash. The
    bank takes its SHA-256 over decoded pixels and its PDQ from this file; category ``scam``,
    confirmed.
    """
    return HERE / BANKED
