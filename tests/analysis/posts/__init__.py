"""Whole posts, as people write them: scams, and what must not be taken for one."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from analysis.types import Content, Origin, Passage

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Post:
    """What was posted, and what stands in its picture."""

    caption: str = ""
    picture: tuple[str, ...] = ()
    qr: str = ""

    @property
    def content(self) -> Content:
        """As the readers would have read it."""
        lines = (Passage(line, Origin.OCR, 0) for line in self.picture)
        codes = [Passage(self.qr, Origin.QR, 0)] if self.qr else []
        return Content((Passage(self.caption, Origin.CAPTION), *lines, *codes))


def posts(file: str) -> dict[str, list[Post]]:
    """The halves "tuned" and "unseen" of ``scams`` or ``harmless``."""
    table = tomllib.loads((HERE / f"{file}.toml").read_text("utf-8"))
    return {
        half: [
            Post(post.get("caption", ""), tuple(post.get("picture", ())), post.get("qr", ""))
            for post in listed
        ]
        for half, listed in table.items()
    }
