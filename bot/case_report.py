"""One case and its JSON, ``bifocal.case/1``: what the command line and the API answer."""

from collections.abc import Mapping
from datetime import datetime

from bot.analysis_report import box_fields, failure_fields, signal_fields
from bot.model import Case, CaseEvent, Judgement
from bot.review.states import replay

SCHEMA = "bifocal.case/1"
Fields = Mapping[str, object]
Cursor = tuple[datetime, str]
"""The moment and the id of the last case of a page."""


def document(case: Case) -> Fields:
    """Everything of a case that a person may read; its pictures are asked for by their number."""
    message = case.message
    return {
        "schema": SCHEMA,
        **summary(case),
        "revision": message.revision,
        "edited": message.edited,
        "files": [one.filename for one in message.attachments],
        "embeds": list(message.embeds),
        "forwarded": list(message.forwarded),
        "passages": [
            {
                "origin": one.origin.value,
                "text": one.text,
                "media": one.media,
                "box": box_fields(one.box),
            }
            for one in case.passages
        ],
        "evidence": [
            {
                "n": n,
                "media": one.media,
                "width": one.width,
                "height": one.height,
                "sha256": one.sha256,
                "kept": bool(one.image),
            }
            for n, one in enumerate(case.evidence)
        ],
        "judgements": [_judgement(one) for one in case.judgements],
        "history": [_event(one) for one in case.events],
    }


def summary(case: Case) -> Fields:
    """A case as lists have it."""
    message, ref = case.message, case.message.ref
    decision = replay(case.events).decision
    latest = case.judgements[-1] if case.judgements else None
    return {
        "case": case.id,
        "state": case.state.value,
        "decision": None if decision is None else _event(decision),
        "opened_at": case.opened_at.isoformat(),
        "version": case.version,
        "waiting": case.waiting,
        "platform": ref.platform,
        "community": ref.community_id,
        "channel": ref.channel_id,
        "message": ref.message_id,
        "author": {"id": message.author.id, "name": message.author.name},
        "sent_at": message.sent_at.isoformat(),
        "text": message.text,
        "rules": [] if latest is None else list(latest.rules),
        "scores": {} if latest is None else dict(latest.scores),
        "explanation": "" if latest is None else latest.explanation,
    }


def _judgement(one: Judgement) -> Fields:
    return {
        "revision": one.key.revision,
        "round": one.key.round,
        "cause": one.key.cause.value,
        "judged_at": one.judged_at.isoformat(),
        "scores": dict(one.scores),
        "signals": [signal_fields(signal) for signal in one.signals],
        "failures": [failure_fields(failure) for failure in one.failures],
        "rules": list(one.rules),
        "shadow_rules": list(one.shadow_rules),
        "explanation": one.explanation,
        "outcomes": [
            {
                "action": outcome.action,
                "status": outcome.status.value,
                "at": outcome.at.isoformat(),
                "detail": outcome.detail,
            }
            for outcome in one.outcomes
        ],
    }


def _event(event: CaseEvent) -> Fields:
    return {
        "at": event.at.isoformat(),
        "kind": event.kind.value,
        "by": event.by,
        "note": event.note,
    }


def cursor(case: Case) -> str:
    """Where the page after this case goes on, as one word."""
    return f"{case.opened_at.isoformat()}~{case.id}"


def a_cursor(text: str) -> Cursor | None:
    """Read what ``cursor`` wrote; None where it is something else."""
    at, found, name = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, name) if found and name and moment.tzinfo is not None else None
