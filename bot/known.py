"""A picture's bytes as an entry for a bank."""

from analysis.errors import UnreadableMedia
from analysis.taxonomy import Category
from bot.core import Core
from bot.storage.bank_file import Known


async def known_picture(
    core: Core, data: bytes, category: Category, *, confirmed: bool = False
) -> Known:
    """Decode a picture in the sandbox and take its digests.

    Raises:
        UnreadableMedia: it cannot be decoded; the message says why.
    """
    content = await core.decode((), [data])
    media = content.media[0]
    if media is None:
        reason = content.failures[0].reason if content.failures else content.facts[0].value
        raise UnreadableMedia(reason)
    return Known(category, media.pdq, media.sha256, media.quality, confirmed)
