"""Slack's request signature, and the ways an enemy gets it wrong."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass


def signature(secret: str, timestamp: str, body: bytes) -> str:
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def signed(secret: str, timestamp: str, body: bytes) -> dict[str, str]:
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": signature(secret, timestamp, body),
    }


@dataclass(frozen=True)
class Forgery:
    """How one request departs from an honest one."""

    unsigned: bool = False
    secret: str = ""
    """Sign with another secret."""
    signature: str | None = None
    """Send this instead of a signature; empty is sent as empty."""
    shift_s: float = 0.0
    """Date it so many seconds off: -301 is too old, 301 is from the future."""
    timestamp: str | None = None
    """Date it so: ``abc``, empty, ``1e9`` …; the signature matches it."""
    alter: Callable[[bytes], bytes] | None = None
    """Change the body after signing."""

    def apply(self, secret: str, now: float, body: bytes) -> tuple[dict[str, str], bytes]:
        stamp = str(int(now + self.shift_s)) if self.timestamp is None else self.timestamp
        headers = {} if self.unsigned else signed(self.secret or secret, stamp, body)
        if self.signature is not None:
            headers["X-Slack-Signature"] = self.signature
        return headers, self.alter(body) if self.alter else body


HONEST = Forgery()
FORGERIES: dict[str, Forgery] = {
    "unsigned": Forgery(unsigned=True),
    "another secret": Forgery(secret="not-the-secret"),
    "empty signature": Forgery(signature=""),
    "no version in the signature": Forgery(signature="0" * 64),
    "301 s old": Forgery(shift_s=-301),
    "301 s ahead": Forgery(shift_s=302),
    "a word for a time": Forgery(timestamp="abc"),
    "an empty time": Forgery(timestamp=""),
    "an endless time": Forgery(timestamp="9" * 400),
    "not a number": Forgery(timestamp="nan"),
    "altered body": Forgery(alter=lambda body: body + b" "),
}
"""Each must be answered 401, without work; parametrise a test over it."""
