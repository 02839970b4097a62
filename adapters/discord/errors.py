"""discord.py's exceptions in the application's words, at the one seam where it is called."""

from collections.abc import Iterator
from contextlib import contextmanager

import aiohttp
import discord

from bot.errors import Gone, NotPermitted, PlatformUnavailable

UNKNOWN_MEMBER = 10007
UNKNOWN_BAN = 10026
UNKNOWN_EMOJI = 10014
CANNOT_DM = 50007
MISSING_ACCESS = 50001
MISSING_PERMISSIONS = 50013
ARCHIVED = 50083
"""Numbers of Discord's own (docs, topics/opcodes-and-status-codes, "JSON Error Codes")."""

_REFUSED = {
    MISSING_ACCESS: "Discord does not let Bifocal see this channel: give it View Channel there",
    MISSING_PERMISSIONS: (
        "Discord does not let Bifocal do this here: give its role the permission, and move the "
        "role above those it acts upon"
    ),
    CANNOT_DM: "they take no direct messages from Bifocal",
    ARCHIVED: "the thread is archived",
    40005: "the file is larger than Discord lets Bifocal post here",
    30010: "there are as many reactions as Discord allows",
    90001: "the author blocked Bifocal, so Discord takes no reaction on their post",
    160002: "Discord does not let Bifocal reply without Read Message History",
    200000: "Discord's own AutoMod stopped the text",
    240000: "Discord's own filter stopped a link in the text",
}
_UNAUTHORIZED = 401
_RATE_LIMITED = 429
_BROKEN = 500


@contextmanager
def translated() -> Iterator[None]:
    """Raise what discord.py and its HTTP library raise as errors of ours.

    Raises:
        Gone: what was asked for is no more.
        NotPermitted: Discord refuses us this.
        PlatformUnavailable: it may work later.
    """
    try:
        yield
    except discord.NotFound as exc:
        if exc.code == UNKNOWN_EMOJI:
            raise NotPermitted("Discord does not know this emoji, or not here") from exc
        raise Gone(f"Discord does not know it any more ({exc.code})") from exc
    except discord.RateLimited as exc:
        raise PlatformUnavailable("Discord asks for patience", retry_after=exc.retry_after) from exc
    except discord.DiscordServerError as exc:
        raise PlatformUnavailable(f"Discord answered {exc.status}") from exc
    except discord.HTTPException as exc:
        raise _said_no(exc) from exc
    except (aiohttp.ClientError, OSError, TimeoutError) as exc:
        raise PlatformUnavailable(f"Discord cannot be reached: {type(exc).__name__}") from exc


def _said_no(exc: discord.HTTPException) -> PlatformUnavailable | NotPermitted:
    if exc.status == _RATE_LIMITED:
        return PlatformUnavailable("Discord turns this address away for a while (429)")
    if exc.status >= _BROKEN:
        return PlatformUnavailable(f"Discord answered {exc.status}")
    if exc.status == _UNAUTHORIZED:
        return PlatformUnavailable("Discord does not take the token any more (401)")
    why = _REFUSED.get(exc.code, f"Discord refuses it ({exc.status}, {exc.code})")
    return NotPermitted(why)
