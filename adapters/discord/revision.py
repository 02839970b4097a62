"""A message's revision: a digest of what matters in it, the same whenever it is fetched again.

Signed addresses, pins, reactions and counts stay out; a link's preview that comes late is in.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from adapters.discord.api import Payload

LENGTH = 16
"""Hex digits: enough that no two revisions of one message meet."""
_MEDIA = ("image", "thumbnail", "video", "media", "file")
_WORDS = ("type", "title", "description", "url", "content", "label", "placeholder", "spoiler")


def revision_of(payload: Payload, title: str = "") -> str:
    """The digest of a message as Discord tells it; ``title`` is that of the post it begins."""
    told = json.dumps([title, _matter(payload)], sort_keys=True).encode()
    return sha256(told).hexdigest()[:LENGTH]


def _matter(message: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {
        "content": message.get("content") or "",
        "attachments": [str(each["id"]) for each in message.get("attachments") or ()],
        "embeds": _stable(message.get("embeds")),
        "stickers": [str(each["id"]) for each in message.get("sticker_items") or ()],
        "poll": _poll(message.get("poll")),
        "components": _stable(message.get("components")),
        "forwarded": [
            _matter(each.get("message") or {}) for each in message.get("message_snapshots") or ()
        ],
    }
    return {key: value for key, value in kept.items() if value}


def _poll(poll: Mapping[str, Any] | None) -> list[str]:
    if not poll:
        return []
    answers = (each.get("poll_media") or {} for each in poll.get("answers") or ())
    asked = (poll.get("question") or {}).get("text") or ""
    return [asked, *(each.get("text") or "" for each in answers)]


def _stable(parts: Iterable[Any] | None) -> list[Any]:
    """Embeds or components without what differs from one telling to the next."""
    return [_part(each) for each in parts or () if isinstance(each, dict)]


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    kept: dict[str, Any] = {}
    for key, value in part.items():
        if key in _MEDIA and isinstance(value, dict):
            kept[key] = _address(value.get("url"))
        elif key in {"footer", "author", "provider"} and isinstance(value, dict):
            kept[key] = [value.get("text"), value.get("name")]
        elif key == "fields" and isinstance(value, list):
            kept[key] = [[each.get("name"), each.get("value")] for each in value]
        elif key in {"components", "items", "options"} and isinstance(value, list):
            kept[key] = _stable(value)
        elif key in {"accessory", "component"} and isinstance(value, dict):
            kept[key] = _part(value)
        elif key in _WORDS and value is not None:
            kept[key] = value
    return kept


def _address(url: object) -> str:
    """An address without its query: Discord signs its own anew each time."""
    if not isinstance(url, str):
        return ""
    try:
        parts = urlsplit(url)
    except ValueError:
        return url
    return f"{parts.scheme}://{parts.netloc}{parts.path}"
