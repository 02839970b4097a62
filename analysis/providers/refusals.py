"""What a vendor's "no" means, in one sentence that says how to mend it.

Vendors' own messages are not repeated: they may quote the post. Only their codes are, and only
where they look like codes.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from analysis.errors import ProviderError, ProviderUnavailable
from analysis.http import Refused, Reply

_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9_.-]{0,79}$")
NO_MONEY = frozenset({"insufficient_quota", "credit_balance_exhausted"})
"""OpenAI's 429s that no waiting mends."""
BLOCKED = frozenset({"content_policy_violation", "content_filter"})
"""OpenAI's 400s that are a refusal to look, not a fault of the request."""
QUOTA_RESET_UTC_HOUR = 8
"""Google counts days from midnight Pacific (not verified): 08:00 UTC, in summer 07:00."""


class Explained(Refused):
    """A refusal with a sentence for the operator; ``lasting``: true of every post, not of this."""

    def __init__(self, refused: Refused, sentence: str, *, lasting: bool) -> None:
        super().__init__(refused.reply, provider=refused.provider)
        self.args = (sentence,)
        self.lasting = lasting


@dataclass(frozen=True, slots=True)
class Address:
    """Which provider's settings mend it, and whom it asked for what."""

    provider: str
    vendor: str
    model: str = ""

    @property
    def key(self) -> str:
        """The environment variable that holds the key."""
        return f"BIFOCAL_PROVIDERS__{self.provider.upper()}__API_KEY"

    @property
    def table(self) -> str:
        """The table of config.toml."""
        return f"[providers.{self.provider}]"


def codes(reply: Reply) -> frozenset[str]:
    """Every code of an error's body: OpenAI's ``code`` and ``type``, Google's ``status``,
    ``reason`` and ``quotaId``. Empty where the body is of another shape."""
    try:
        body = json.loads(reply.body)
    except (ValueError, RecursionError):
        return frozenset()
    body = body[0] if isinstance(body, list) and body else body
    error = body.get("error") if isinstance(body, dict) else None
    return frozenset(_codes(error)) if isinstance(error, dict) else frozenset()


def _codes(error: Mapping[str, Any]) -> Iterator[str]:
    details = error.get("details")
    parts = [error, *(details if isinstance(details, list) else [])]
    for part in [each for each in parts if isinstance(each, dict)]:
        violations = part.get("violations")
        inner = violations if isinstance(violations, list) else []
        for holder in [part, *(each for each in inner if isinstance(each, dict))]:
            found = (holder.get(name) for name in ("code", "type", "status", "reason", "quotaId"))
            yield from (each for each in found if isinstance(each, str) and _CODE.match(each))


def worth_retrying(reply: Reply) -> bool:
    """Whether a 429 may pass within minutes: used-up money and a used-up day do not."""
    said = codes(reply)
    return not said & NO_MONEY and not _daily(said)


def explained(refused: Refused, address: Address, now: datetime) -> ProviderError:
    """The same refusal in words; a day's quota is not a refusal but an absence until it resets."""
    said = codes(refused.reply)
    if _daily(said):
        return ProviderUnavailable(
            f"{address.vendor}'s quota for today is used up: raise it there, or wait for tomorrow",
            provider=address.provider,
            retry_after=_until_reset(now),
        )
    sentence = _sentence(refused.reply.status, said, address)
    if sentence:
        return Explained(refused, sentence, lasting=True)
    return Explained(refused, _plainly(refused.reply.status, said, address), lasting=False)


def _sentence(status: int, said: frozenset[str], address: Address) -> str:
    """What is true of every request until somebody changes something."""
    vendor = address.vendor
    if status == 401 or "API_KEY_INVALID" in said:  # noqa: PLR2004 - HTTP's own
        return f"{vendor} does not know this key: put a valid one into {address.key}"
    if status == 402 or said & NO_MONEY:  # noqa: PLR2004 - HTTP's own
        return f"{vendor} says that the account has no money left: top it up there"
    if status == 403:  # noqa: PLR2004 - HTTP's own
        return f"{vendor} does not let this key use this API: enable it there, or change the key"
    if status == 404:  # noqa: PLR2004 - HTTP's own
        what = f"no model {address.model}" if address.model else "nothing there"
        return f"{vendor} has {what}: check model, base_url and version in {address.table}"
    return ""


def _plainly(status: int, said: frozenset[str], address: Address) -> str:
    named = f" ({', '.join(sorted(said))})" if said else ""
    return f"{address.vendor} refused the request: HTTP {status}{named}"


def _daily(said: frozenset[str]) -> bool:
    return any("PerDay" in code for code in said)


def _until_reset(now: datetime) -> float:
    reset = now.replace(hour=QUOTA_RESET_UTC_HOUR, minute=0, second=0, microsecond=0)
    return (reset - now).total_seconds() % timedelta(days=1).total_seconds()
