"""The words of a Slack message beside its own text: blocks of apps, previews, quotes. Pure."""

from collections.abc import Iterator

from adapters.slack.api import Shape
from adapters.slack.shape import record, records, word
from adapters.slack.text import plain

_PREVIEW = ("pretext", "author_name", "title", "text", "footer")


def of_blocks(blocks: object) -> Iterator[str]:
    """Every text an app wrote in blocks; what people type stands in the message's own text."""
    for block in records(blocks):
        if block.get("type") == "rich_text":
            continue
        for holder in (block, record(block.get("accessory")), *records(block.get("elements"))):
            yield from _texts(holder)


def _texts(holder: Shape) -> Iterator[str]:
    for one in (holder.get("text"), holder.get("title"), *records(holder.get("fields"))):
        text = word(one) or word(record(one).get("text"))
        if text.strip():
            yield plain(text).text


def embeds(raw: Shape) -> tuple[str, ...]:
    """What its blocks say that its text does not, and its links' previews."""
    own = plain(word(raw.get("text"))).text
    said = [text for text in of_blocks(raw.get("blocks")) if text not in own]
    for preview in records(raw.get("attachments")):
        if not is_quote(preview):
            said.extend(_preview(preview))
    return tuple(dict.fromkeys(said))


def forwarded(raw: Shape) -> tuple[str, ...]:
    """The words of messages that it shares."""
    quotes = [one for one in records(raw.get("attachments")) if is_quote(one)]
    return tuple(dict.fromkeys(text for quote in quotes for text in _preview(quote)))


def is_quote(preview: Shape) -> bool:
    """Whether a preview is another message, shared or linked to."""
    return bool(preview.get("is_share") or preview.get("is_msg_unfurl"))


def _preview(preview: Shape) -> Iterator[str]:
    texts = [word(preview.get(key)) for key in _PREVIEW]
    for field in records(preview.get("fields")):
        texts += [word(field.get("title")), word(field.get("value"))]
    if not any(texts):
        texts = [word(preview.get("fallback"))]
    yield from (plain(text).text for text in texts if text.strip())
    yield from of_blocks(preview.get("blocks"))
