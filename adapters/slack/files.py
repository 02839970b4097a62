"""The pictures of a Slack message: its files, its blocks' and its previews'. Pure."""

import re
from collections.abc import Iterator

from adapters.slack.api import Shape
from adapters.slack.shape import number, record, records, word
from analysis.text import well_formed
from bot.model import Attachment, Origin

BY_ID = "slack-file:"
"""How the address of a file begins whose URL Slack tells only when asked (Slack Connect)."""
_NO_FILE = frozenset({"hidden_by_limit", "tombstone"})
_ID = re.compile(r"F[A-Z0-9]{2,30}")
_IN_URL = re.compile(r"/T[A-Z0-9]+-(F[A-Z0-9]{2,30})/")


def file_id(attachment: Attachment) -> str:
    """The id of the file an attachment is; empty for a picture that is none of Slack's files."""
    if attachment.url.startswith(BY_ID):
        named = attachment.url.removeprefix(BY_ID)
        return named if _ID.fullmatch(named) else ""
    found = _IN_URL.search(attachment.url) if is_hosted(attachment) else None
    return found.group(1) if found else ""


def is_hosted(attachment: Attachment) -> bool:
    """Whether Slack itself keeps the file, so that our token opens it."""
    return attachment.origin in {Origin.UPLOAD, Origin.FORWARD}


def attachments(raw: Shape) -> Iterator[Attachment]:
    """Every picture or file of a message, in reading order, each address once."""
    seen: set[str] = set()
    for one in _all(raw):
        if one.url and one.url not in seen:
            seen.add(one.url)
            yield one


def identities(raw: Shape) -> Iterator[str]:
    """What tells its pictures and files from others: a file's id, which outlives the file, and
    the address of what is none. In reading order, each once.
    """
    seen: set[str] = set()
    for one in _all(raw, by_id=True):
        name = file_id(one) or one.url
        if name not in seen:
            seen.add(name)
            yield name


def _all(raw: Shape, *, by_id: bool = False) -> Iterator[Attachment]:
    """With ``by_id``, files by their ids alone, and those that were deleted, too."""
    yield from _files(raw, Origin.UPLOAD, by_id=by_id)
    yield from _of_blocks(raw.get("blocks"))
    for preview in records(raw.get("attachments")):
        yield from _of_preview(preview, by_id=by_id)


def _of_preview(preview: Shape, *, by_id: bool) -> Iterator[Attachment]:
    yield from _files(preview, Origin.FORWARD, by_id=by_id)
    for key in ("image_url", "thumb_url"):
        if url := word(preview.get(key)):
            yield Attachment(url, alt=_alt(preview.get("fallback")), origin=Origin.EMBED)
    yield from _of_blocks(preview.get("blocks"))
    for quoted in records(preview.get("message_blocks")):
        yield from _of_blocks(record(quoted.get("message")).get("blocks"))


def _of_blocks(blocks: object) -> Iterator[Attachment]:
    for block in records(blocks):
        held = [block, record(block.get("accessory")), *records(block.get("elements"))]
        for one in held:
            if one.get("type") != "image":
                continue
            alt, file = _alt(one.get("alt_text")), record(one.get("slack_file"))
            if url := word(one.get("image_url")):
                yield Attachment(url, alt=alt, origin=Origin.EMBED)
            elif named := word(file.get("id")):
                yield Attachment(BY_ID + named, alt=alt)
            elif url := word(file.get("url")):
                yield Attachment(url, alt=alt)


def _files(holder: Shape, origin: Origin, *, by_id: bool) -> Iterator[Attachment]:
    for file in records(holder.get("files")):
        if by_id and (named := word(file.get("id"))):
            yield Attachment(BY_ID + named, origin=origin)
        elif file.get("mode") not in _NO_FILE:
            yield attachment_of(file, origin)


def attachment_of(file: Shape, origin: Origin = Origin.UPLOAD) -> Attachment:
    """One of Slack's file objects."""
    url = word(file.get("url_private")) or word(file.get("url_private_download"))
    if not url or file.get("file_access") == "check_file_info":
        url = BY_ID + word(file.get("id"))
    # A file that only its link is here of lies elsewhere, where our token has no business.
    external = bool(file.get("is_external")) or file.get("mode") == "external"
    return Attachment(
        url=url,
        filename=well_formed(word(file.get("name"))),
        media_type=word(file.get("mimetype")),
        size=None if external else number(file.get("size")),
        origin=Origin.LINK if external else origin,
        alt=_alt(file.get("alt_txt")),
    )


def _alt(value: object) -> str:
    return well_formed(word(value))
