"""Embeds and components: what is written in them, and media with links that work."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from tests.emulators.discord.files import Attachment, size_of

Json = dict[str, Any]
MEDIA = ("image", "thumbnail", "video", "media", "file")
WORDS = ("title", "description", "content", "label", "placeholder", "text", "name", "value")


def everything_in(components: Iterable[Json]) -> Iterator[Json]:
    """Every component, outer before inner."""
    for part in components:
        yield part
        yield from everything_in(part.get("components", []))
        for key in ("accessory", "component"):
            if key in part:
                yield from everything_in([part[key]])


def text_of(part: object) -> str:
    """The words of an embed or a component, line by line."""
    return "\n".join(_words(part))


def _words(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _words(each)
    if not isinstance(part, dict):
        return
    for key, value in part.items():
        if key in WORDS and isinstance(value, str):
            yield value
        elif isinstance(value, dict | list):
            yield from _words(value)


def shown_files(parts: object) -> set[str]:
    """The names that ``attachment://`` links in it use."""
    return set(_linked(parts))


def _linked(part: object) -> Iterator[str]:
    if isinstance(part, list):
        for each in part:
            yield from _linked(each)
    elif isinstance(part, dict):
        for each in part.values():
            yield from _linked(each)
    elif isinstance(part, str) and part.startswith("attachment://"):
        yield part.removeprefix("attachment://")


def unfurled(part: Json, files: Mapping[str, Attachment]) -> Json:
    """The same with every ``attachment://`` link made a real one."""
    return {key: _unfurled(key, value, files) for key, value in part.items()}


def _unfurled(key: str, value: object, files: Mapping[str, Attachment]) -> object:
    if isinstance(value, list):
        return [unfurled(each, files) if isinstance(each, dict) else each for each in value]
    if not isinstance(value, dict):
        return value
    url = value.get("url")
    if key in MEDIA and isinstance(url, str) and url.startswith("attachment://"):
        return value | _media(files[url.removeprefix("attachment://")])
    return unfurled(value, files)


def _media(file: Attachment) -> Json:
    link = file.url
    width, height = size_of(file.data)
    return {
        "url": link,
        "proxy_url": link,
        "width": width,
        "height": height,
        "content_type": file.media_type,
        "attachment_id": str(file.id),
        "placeholder": "",
        "loading_state": 2,
    }
