"""The queue, one case, and a person's own cases, as sheets. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bot.chat.case_sheet import sheet_of
from bot.chat.sheet import Button, Entry, Press, Sheet, Tone
from bot.model import Case, CaseState, EventKind
from bot.review.draw import draw_case
from bot.review.states import BOT

PAGE = 8
"""Cases on one page; chosen by eye, a phone's screen or two."""
TOLD = 8
"""Events of a case's history on its sheet, the newest."""
GLIMPSE = 90
"""Characters of a post's words in a list."""

_PAGES = {"queue": CaseState.OPEN, "escalated": CaseState.ESCALATED, "closed": CaseState.CLOSED}
"""Which cases each verb lists."""


def knows(verb: str) -> bool:
    """Whether a press turns a page."""
    return verb in _PAGES


def state_of(verb: str) -> CaseState:
    """Which cases a page's verb lists."""
    return _PAGES[verb]


_LABELS = {"queue": "Waiting", "escalated": "Escalated", "closed": "Decided"}


def queue(verb: str, cases: Sequence[Case], waiting: int, *, later: bool = False) -> Sheet:
    """One page of cases; those beyond ``PAGE`` only tell that there is another page.

    ``later``: it is not the first page, to which it leads back.
    """
    shown = cases[:PAGE]
    buttons = [Button(_LABELS[name], Press(name)) for name in _PAGES if name != verb]
    if later:
        buttons.append(Button("Newest", Press(verb)))
    if len(cases) > PAGE:
        buttons.append(Button("Older", Press(verb, detail=mark(shown[-1]))))
    title = {"queue": "Waiting for a person", "escalated": "Escalated", "closed": "Decided"}[verb]
    if not shown:
        return Sheet(title, ("Nothing here. Well done.",), buttons=tuple(buttons), tone=Tone.GOOD)
    return Sheet(
        title,
        (f"{waiting} open in all.",) if verb == "queue" else (),
        entries=tuple(_entry(case) for case in shown),
        buttons=tuple(buttons),
    )


def one(case: Case, url: str) -> Sheet:
    """A case with what happened to it."""
    card = sheet_of(draw_case(case, url=url))
    events = [event for event in case.events if event.kind is not EventKind.JUDGED][-TOLD:]
    lines = [
        f"{event.at:%d %b %H:%M} {event.by or BOT} {event.kind.value.replace('_', ' ')}"
        + (f": {event.note}" if event.note and event.by else "")
        for event in events
    ]
    return Sheet(
        card.title,
        (*card.body, "\n".join(lines)),
        card.fields,
        card.quote,
        pictures=card.pictures,
        buttons=card.buttons,
        tone=card.tone,
        footer=card.footer,
        post=card.post,
    )


def own(cases: Sequence[Case]) -> Sheet:
    """What an author sees of what was done about their posts."""
    if not cases:
        return Sheet("Your posts", ("Nothing of yours was flagged.",), tone=Tone.GOOD)
    entries = []
    for case in cases[:PAGE]:
        done = [
            outcome.action
            for judgement in case.judgements
            for outcome in judgement.outcomes
            if outcome.status.value == "applied" and outcome.action not in _UNSEEN
        ]
        said = f"{', '.join(done) or 'nothing was done'}; {_STANDS[case.state]}"
        appealed = any(event.kind is EventKind.APPEALED for event in case.events)
        overturned = any(event.kind is EventKind.OVERTURNED for event in case.events)
        button = None if appealed or overturned else Button("Appeal", Press("appeal", case.id))
        title = f"#{case.message.channel.name or case.message.ref.channel_id}, {_day(case)}"
        entries.append(Entry(title, f"{said}. Case {case.id}", button))
    return Sheet("Your posts", entries=tuple(entries))


_UNSEEN = frozenset({"flag", "log"})
"""What an author does not notice and need not be told of."""
_STANDS = {
    CaseState.OPEN: "a moderator has not looked yet",
    CaseState.ESCALATED: "senior moderators are looking at it",
    CaseState.CLOSED: "a moderator decided",
}


def mark(case: Case) -> str:
    """Where a page ends, short enough for a button."""
    return f"{round(case.opened_at.timestamp() * 1e6):x}.{case.id}"


def before(detail: str) -> tuple[datetime, str] | None:
    """Read ``mark`` back; None where there is none."""
    at, found, name = detail.partition(".")
    if not found:
        return None
    seconds, micros = divmod(int(at, 16), 1_000_000)
    return datetime.fromtimestamp(seconds, UTC).replace(microsecond=micros), name


def _entry(case: Case) -> Entry:
    card = draw_case(case)
    worst = (
        f"{card.scores[0][0].replace('_', ' ')} {card.scores[0][1]:.0%} · " if card.scores else ""
    )
    words = " ".join(case.message.text.split())[:GLIMPSE]
    standing = f" · {card.standing}" if card.standing else ""
    text = f"{worst}{card.author}, {_day(case)}{standing}" + (f"\n“{words}”" if words else "")
    return Entry(card.title, text, Button("Look", Press("case", case.id)))


def _day(case: Case) -> str:
    return f"{case.opened_at:%d %b %H:%M} UTC"
