"""What of a post is sent to a vendor, and what its judgement is then about."""

from collections.abc import Sequence

from analysis.text import well_formed
from analysis.types import Content, Evidence, Modality, Origin, Passage

OWN = frozenset({Origin.CAPTION, Origin.EMBED, Origin.FORWARD, Origin.ALT})
"""Words that somebody wrote for others to read. A file's name is not among them."""
READ = frozenset({Origin.OCR, Origin.QR})
"""Words that our readers found in the pictures."""


def words_of(content: Content) -> tuple[Passage, ...]:
    """The passages a vendor may see, well formed, in order; those that say something."""
    return tuple(
        Passage(well_formed(each.text), each.origin)
        for each in content.passages
        if each.origin in OWN | READ and each.text.strip()
    )


def modality_of(words: Sequence[Passage], *, pictures: bool) -> Modality:
    """Joint when somebody's words and a picture were judged together.

    Words read from a picture speak for the picture: a screenshot without a caption is an image.
    """
    if not any(each.origin in OWN for each in words):
        return Modality.IMAGE
    return Modality.JOINT if pictures else Modality.TEXT


def pointing_at(media: int | None) -> Evidence | None:
    """Evidence that names a file of the post, where one is meant."""
    return None if media is None else Evidence(media=media)
