"""What a message carries beside its text: words of embeds, components and polls, and its files."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from adapters.discord.api import Payload
from analysis.text import well_formed
from bot.model import Attachment, Origin

SPOILER = 1 << 3
"""The attachment's flag; before June 2026 the name alone said it (Discord docs, message)."""
_STICKERS = {1: ("png", "image/png"), 2: ("png", "image/png"), 3: ("json", "application/json")}
_GIF = ("gif", "image/gif")
_TEXTS = ("content", "label", "placeholder", "description")


def embed_words(embed: Mapping[str, Any]) -> str:
    """Everything one can read on an embed, line by line."""
    lines = [
        (embed.get("provider") or {}).get("name"),
        (embed.get("author") or {}).get("name"),
        embed.get("title"),
        embed.get("description"),
    ]
    for field in embed.get("fields") or ():
        lines += [field.get("name"), field.get("value")]
    lines.append((embed.get("footer") or {}).get("text"))
    return _joined(lines)


def poll_words(poll: Mapping[str, Any] | None) -> str:
    """A poll's question and answers."""
    if not poll:
        return ""
    answers = [(each.get("poll_media") or {}).get("text") for each in poll.get("answers") or ()]
    return _joined([(poll.get("question") or {}).get("text"), *answers])


def component_words(components: Iterable[Any] | None) -> str:
    """Text displays, labels and placeholders."""
    return _joined(
        text
        for part in _all(components)
        for text in (*(part.get(key) for key in _TEXTS), *_options(part))
    )


def _options(part: Mapping[str, Any]) -> Iterator[str | None]:
    for option in part.get("options") or ():
        yield option.get("label")
        yield option.get("description")


def _joined(lines: Iterable[object]) -> str:
    return well_formed("\n".join(line for line in lines if isinstance(line, str) and line))


def _all(components: Iterable[Any] | None) -> Iterator[Mapping[str, Any]]:
    """Every component, outer before inner."""
    for part in components or ():
        if not isinstance(part, dict):
            continue
        yield part
        inner = [*(part.get("components") or ()), part.get("accessory"), part.get("component")]
        yield from _all(inner)


def files_of(message: Payload, cdn: str, origin: Origin = Origin.UPLOAD) -> tuple[Attachment, ...]:
    """The files of a message or of a snapshot, each file once."""
    found: dict[str, Attachment] = {}
    for each in (
        *(_upload(file, origin) for file in message.get("attachments") or ()),
        *(_sticker(item, cdn) for item in message.get("sticker_items") or ()),
        *(_shown(media, spoiler=hidden) for media, hidden in _media(message)),
    ):
        if each.url:
            found.setdefault(_path(each.url), each)
    return tuple(found.values())


def _path(url: str) -> str:
    """What names a file on all of Discord's hosts: its address without host and signature."""
    return url.partition("?")[0].partition("://")[2].partition("/")[2] or url


def _upload(file: Mapping[str, Any], origin: Origin) -> Attachment:
    name = well_formed(str(file.get("filename") or ""))
    size = file.get("size")
    flagged = bool(int(file.get("flags") or 0) & SPOILER)
    return Attachment(
        url=str(file["url"]),
        filename=name,
        media_type=str(file.get("content_type") or ""),
        size=size if isinstance(size, int) else None,
        spoiler=flagged or name.startswith("SPOILER_"),
        origin=origin,
        alt=well_formed(str(file.get("description") or "")),
    )


def _sticker(item: Mapping[str, Any], cdn: str) -> Attachment:
    extension, media_type = _STICKERS.get(int(item.get("format_type") or 1), _GIF)
    return Attachment(
        url=f"{cdn}/stickers/{int(item['id'])}.{extension}",
        filename=f"{well_formed(str(item.get('name') or 'sticker'))}.{extension}",
        media_type=media_type,
        origin=Origin.STICKER,
    )


def _media(message: Payload) -> Iterator[tuple[Mapping[str, Any], bool]]:
    """Pictures that embeds and components show, and whether they are covered."""
    for embed in message.get("embeds") or ():
        for key in ("image", "thumbnail"):
            if isinstance(embed.get(key), dict):
                yield embed[key], False
    for part in _all(message.get("components")):
        hidden = bool(part.get("spoiler"))
        for key in ("media", "file"):
            if isinstance(part.get(key), dict):
                yield part[key], hidden
        for item in part.get("items") or ():
            if isinstance(item.get("media"), dict):
                yield item["media"], bool(item.get("spoiler"))


def _shown(media: Mapping[str, Any], *, spoiler: bool) -> Attachment:
    """A picture through Discord's proxy. Without one, no member is shown it either."""
    return Attachment(
        url=str(media.get("proxy_url") or ""),
        media_type=str(media.get("content_type") or ""),
        spoiler=spoiler,
        origin=Origin.EMBED,
    )
