"""What was posted in the room, as the ``Message`` that everything else works on."""

from adapters.playground.members import author
from adapters.playground.posts import Post, Upload
from bot.model import Attachment, Channel, Message, Ref

PLATFORM = "playground"
COMMUNITY = "playground"
_UPLOAD = "upload:"


def ref_of(post: Post) -> Ref:
    """The post's name outside the room."""
    return Ref(PLATFORM, COMMUNITY, post.channel, post.id)


def message_of(post: Post) -> Message:
    """The post at its newest revision."""
    return Message(
        ref=ref_of(post),
        revision=post.revision,
        author=author(post.member, post.sent_at),
        channel=Channel(name=post.channel),
        text=post.text,
        sent_at=post.sent_at,
        attachments=tuple(_attachment(upload) for upload in post.uploads),
        edited=post.edited_at is not None,
    )


def digest_of(attachment: Attachment) -> str | None:
    """The digest that an attachment's address names; None for an address that is not ours."""
    digest = attachment.url.removeprefix(_UPLOAD)
    ours = attachment.url.startswith(_UPLOAD) and len(digest) == 64 and digest.isalnum()  # noqa: PLR2004 - of a SHA-256
    return digest if ours else None


def _attachment(upload: Upload) -> Attachment:
    return Attachment(
        url=_UPLOAD + upload.sha256,
        filename=upload.name,
        media_type=upload.media_type,
        size=upload.size,
        alt=upload.alt,
    )
