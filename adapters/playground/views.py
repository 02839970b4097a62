"""Posts, cards and timeouts as the API and the page see them: JSON, times in ISO 8601."""

from dataclasses import asdict
from datetime import datetime

from adapters.playground.events import ref_of
from adapters.playground.members import Member
from adapters.playground.posts import Note, Post, PostedCard, RemovedBy, Timeout

View = dict[str, object]
API = "/api/v1/playground"


def post_view(post: Post, now: datetime) -> View:
    """A post. Of one that was removed, its words and pictures are not shown to anybody."""
    ref = str(ref_of(post))
    gone = post.removal is not None
    return {
        "ref": ref,
        "channel": post.channel,
        "author": {
            "id": post.member.id,
            "name": post.member.name,
            "persona": post.member.persona,
        },
        "text": "" if gone else post.text,
        "images": [] if gone else _images(post, ref),
        "at": post.sent_at.isoformat(),
        "edited_at": post.edited_at.isoformat() if post.edited_at else None,
        "revision": post.revision,
        "state": "deleted" if gone else "visible",
        "removal": _removal(post),
        "judged": post.judged_at is not None,
        "judged_at": post.judged_at.isoformat() if post.judged_at else None,
        "case": post.case_id,
        "annotations": [
            {"id": note.id, "text": note.text, "at": note.at.isoformat()}
            for note in post.annotations
        ],
        "reactions": list(post.reactions),
        "spoiler": post.spoiler,
        "timed_out_until": standing(post.timed_out_until, now),
    }


def note_view(note: Note) -> View:
    """Words to one author; the page shows them to whoever is that person."""
    return {"id": note.id, "author": note.author_id, "text": note.text, "at": note.at.isoformat()}


def card_view(posted: PostedCard) -> View:
    """A card in the moderators' channel; one that was taken away is only an id."""
    if posted.removed:
        return {"id": posted.id, "removed": True}
    return {
        "id": posted.id,
        "removed": False,
        "at": posted.at.isoformat(),
        **asdict(posted.card),
    }


def member_view(member: Member, timeout: Timeout | None, now: datetime) -> View:
    """Someone a visitor can be, and until when they may not post."""
    return {
        "id": member.id,
        "name": member.name,
        "persona": member.persona,
        "about": member.persona.about,
        "timed_out_until": standing(timeout.until, now) if timeout else None,
        "timeout_reason": timeout.reason if timeout else "",
    }


def timeout_view(timeout: Timeout, now: datetime) -> View:
    """Until when someone may not post, or null."""
    return {
        "author": timeout.author_id,
        "until": standing(timeout.until, now),
        "reason": timeout.reason,
    }


def standing(until: datetime | None, now: datetime) -> str | None:
    """The end of a timeout that still keeps its author from posting."""
    return until.isoformat() if until and until > now else None


def _images(post: Post, ref: str) -> list[View]:
    return [
        {
            "url": f"{API}/messages/{ref}/images/{n}",
            "name": upload.name,
            "media_type": upload.media_type or "application/octet-stream",
            "size": upload.size,
            "alt": upload.alt,
            "shown": bool(upload.media_type),
        }
        for n, upload in enumerate(post.uploads)
    ]


def _removal(post: Post) -> View | None:
    if post.removal is None:
        return None
    by_us = post.removal.by is RemovedBy.MODERATION
    return {
        "by": post.removal.by,
        "reason": post.removal.reason if by_us else "",
        "at": post.removal.at.isoformat(),
    }
