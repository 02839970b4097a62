"""A press inside a button: short text with a keyed digest, valid in one community only.

Whoever replays another's button, from another community or made up, is refused before anything
is looked at.
"""

import base64
import hmac
from collections.abc import Callable
from hashlib import sha256

from bot.chat.asker import Refused
from bot.chat.sheet import Press

MAC_BYTES = 9
"""72 bits, which is 12 characters; guessed once in 10^21 tries, and a refusal is audited."""
LONGEST = 100
"""Characters of a button's id (Discord: component reference; Slack allows 255)."""


class TooLong(ValueError):
    """The press does not fit into a button: a fault of ours."""


class Signer:
    """Writes and reads the ids of buttons."""

    def __init__(self, *keys: bytes) -> None:
        """``keys`` are secrets that outlive restarts; the first signs, and all are believed."""
        self._keys = keys

    def write(self, press: Press, community_id: str) -> str:
        """A press as a button's id, at most 100 characters.

        Raises:
            TooLong: it does not fit.
        """
        body = f"{press.verb}|{press.subject}|{press.detail}"
        made = f"{body}|{_mac(self._keys[0], body, community_id)}"
        if len(made) > LONGEST:
            raise TooLong(f"a button's id of {len(made)} characters: {press.verb}")
        return made

    def read(self, text: str, community_id: str) -> Press:
        """The press of a button's id.

        Raises:
            Refused: it was not made by us for this community.
        """
        body, _bar, mac = text.rpartition("|")
        parts = body.split("|")
        given = mac.encode("utf-8", "surrogatepass")
        genuine = any(
            hmac.compare_digest(given, _mac(key, body, community_id).encode()) for key in self._keys
        )
        if not genuine or len(parts) != 3:  # noqa: PLR2004 - verb, subject, detail
            raise Refused("This button is not valid here.")
        return Press(*parts)


def _mac(key: bytes, body: str, community_id: str) -> str:
    text = f"{community_id}\n{body}".encode("utf-8", "surrogatepass")
    digest = hmac.new(key, text, sha256).digest()[:MAC_BYTES]
    return base64.urlsafe_b64encode(digest).decode("ascii")


Sign = Callable[[Press, str], str]
"""``Signer.write``: how a platform turns a press into a button's id."""
