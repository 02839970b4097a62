"""Polls, as people make them and as the API says them."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.emulators.discord.snowflakes import stamp

Json = dict[str, Any]


def a_poll(question: str, answers: Sequence[str], *, ends: datetime | None = None) -> Json:
    """A poll for ``Channel.post``; it ends in a day unless said otherwise."""
    said = {
        "question": {"text": question},
        "answers": [{"poll_media": {"text": a}} for a in answers],
    }
    return _drawn(said, ends or datetime.now(UTC) + timedelta(days=1))


def poll_sent(body: Json, now: datetime) -> Json:
    """A poll that the bot sends, as its message says it."""
    return _drawn(body, now + timedelta(hours=body.get("duration") or 24))


def _drawn(body: Json, ends: datetime) -> Json:
    answers = [each | {"answer_id": n} for n, each in enumerate(body["answers"], start=1)]
    return {
        "question": body["question"],
        "answers": answers,
        "expiry": stamp(ends),
        "allow_multiselect": bool(body.get("allow_multiselect")),
        "layout_type": 1,
        "results": {"is_finalized": False, "answer_counts": []},
    }
