"""Slack's refusals as ours, at one seam: every call of the Web API passes through ``told``.

What it calls an error is a word in an answer of status 200 (docs.slack.dev/apis/web-api).
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError

from bot.errors import Gone, NotPermitted, PlatformUnavailable

_GONE = frozenset(
    [
        "channel_not_found",
        "file_deleted",
        "file_not_found",
        "message_not_found",
        "thread_not_found",
        "user_not_found",
        "users_not_found",
    ]
)
_LATER = frozenset(
    [
        "fatal_error",
        "internal_error",
        "rate_limited",
        "ratelimited",
        "request_timeout",
        "service_unavailable",
        "team_added_to_org",
    ]
)
TOKEN_REFUSED = frozenset(
    [
        "account_inactive",
        "invalid_auth",
        "not_allowed_token_type",
        "not_authed",
        "org_login_required",
        "token_expired",
        "token_revoked",
    ]
)
"""The token itself is no good (any more)."""

_SAID = {
    "cannot_dm_bot": "nobody can write to a bot",
    "cant_delete_file": "Slack does not let this token delete the file",
    "cant_delete_message": "Slack does not let this token delete the message",
    "cant_update_message": "the message is not ours to change",
    "is_archived": "the channel is archived",
    "not_in_channel": "Bifocal is not in the channel: invite it there",
    "restricted_action": "the workspace's settings do not allow it",
    "user_disabled": "the account is deactivated",
    "user_not_in_channel": "the author is not in the channel any more",
}


class Refused(NotPermitted):
    """Slack will not do it; ``word`` is its own word for why."""

    def __init__(self, message: str, word: str) -> None:
        super().__init__(message)
        self.word = word


class TokenRefused(Refused):
    """The token is revoked, expired, or was never good."""


@contextmanager
def told(method: str) -> Iterator[None]:
    """Turn whatever slack_sdk and aiohttp raise within into the port's errors.

    Raises:
        Gone, Refused, TokenRefused, PlatformUnavailable: as Slack's word has it.
    """
    try:
        yield
    except SlackApiError as exc:
        raise _translated(method, exc) from exc
    except TimeoutError as exc:
        raise PlatformUnavailable(f"Slack did not answer {method} in time.") from exc
    except (aiohttp.ClientError, SlackClientError, OSError) as exc:
        raise PlatformUnavailable(f"Slack cannot be reached: {type(exc).__name__}.") from exc


def _translated(method: str, error: SlackApiError) -> Exception:
    answer = getattr(error.response, "data", None)
    status = getattr(error.response, "status_code", None) or getattr(error.response, "status", 0)
    fields: Mapping[str, object] = answer if isinstance(answer, dict) else {}
    word = str(fields.get("error") or "")
    if status == 429 or word in _LATER or not word:  # noqa: PLR2004 - HTTP's own number
        wait = retry_after(getattr(error.response, "headers", {}) or {})
        return PlatformUnavailable(
            f"Slack cannot do {method} now ({word or status}).", retry_after=wait
        )
    if word in _GONE:
        return Gone(f"Slack: {word.replace('_', ' ')}")
    if word == "not_allowed_token_type":
        return TokenRefused(
            "Slack does not take this kind of token here: give the right one.", word
        )
    if word in TOKEN_REFUSED:
        return TokenRefused(
            f"Slack refuses the token ({word}): install the app again and give the new token.", word
        )
    return Refused(_sentence(method, word, fields), word)


def _sentence(method: str, word: str, fields: Mapping[str, object]) -> str:
    if word == "missing_scope":
        needed = fields.get("needed") or "a scope"
        return (
            f"Slack wants the scope {needed} for {method}: add it under OAuth & Permissions and "
            "install the app again."
        )
    return _SAID.get(word) or f"Slack answered {word} to {method}."


MOST_WAIT = 3600.0
"""Seconds; a longer ``Retry-After`` is not believed."""


def retry_after(headers: Mapping[str, object]) -> float | None:
    """Seconds to wait as Slack says, at most an hour; None where it says nothing readable."""
    for name, value in headers.items():
        if name.lower() == "retry-after":
            text = str(value[0] if isinstance(value, list) and value else value)
            return min(float(text), MOST_WAIT) if text.isdecimal() and len(text) < 12 else None  # noqa: PLR2004 - digits
    return None
