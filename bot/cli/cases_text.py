"""What ``bifocal cases`` prints: plain lines, the same in a terminal, a file and a test. Pure."""

from collections.abc import Callable, Iterator

from bot.cli.columns import printable
from bot.communities import Community
from bot.model import Case, CaseEvent, Judgement
from bot.review.states import BOT, replay

HEAD = ("opened", "case", "state", "community", "channel", "author", "highest", "rules")
DONE = {
    "uphold": "Upheld: the case is closed, and what was done stands.",
    "overturn": "Overturned: the case is closed.",
    "escalate": "Escalated: it waits for senior moderators.",
    "note": "Noted.",
}
WORTH_A_LINE = 0.01
"""Scores below it are only counted. Chosen by eye."""


def row(case: Case, place_of: Callable[[str, str], Community]) -> tuple[str, ...]:
    """A line of the list: no words of the post."""
    ref = case.message.ref
    latest = case.judgements[-1] if case.judgements else None
    return (
        f"{case.opened_at:%Y-%m-%d %H:%M}",
        case.id,
        _state(case),
        where(place_of(ref.platform, ref.community_id)),
        case.message.channel.name or ref.channel_id,
        case.message.author.id,
        _highest(latest) or "-",
        ", ".join(latest.rules if latest else ()) or case.waiting or "-",
    )


def where(place: Community) -> str:
    """A community, by name where it has one, and its platform."""
    return f"{place.name or place.id} ({place.platform})"


def glimpse(case: Case, place: Community) -> str:
    """One line of a case, for the question whether it is the one that is meant."""
    message = case.message
    words = printable(" ".join(message.text.split())[:80])
    about = f"{message.author.name or message.author.id} in {where(place)}: {words}"
    return f"{case.id}, {_state(case)}, {printable(about)}"


def whole(case: Case, place: Community, evidence_url: str) -> Iterator[str]:
    """Everything a case holds. Whatever a stranger wrote is kept on lines of its own."""
    message, ref = case.message, case.message.ref
    yield f"Case {case.id}: {_state(case)}, opened {case.opened_at:%Y-%m-%d %H:%M} UTC"
    author = f"{message.author.name} ({message.author.id})"
    channel = f"{message.channel.name} ({ref.channel_id})" if message.channel.name else "a channel"
    yield f"  by      {printable(author)}, {message.sent_at:%Y-%m-%d %H:%M} UTC"
    yield f"  in      {printable(channel)} of {printable(where(place))}"
    yield f"  post    {printable(str(ref))}, revision {message.revision}"
    if case.waiting:
        yield f"  waits   for {case.waiting}: it could not be analysed"
    yield from _words(case)
    for number, one in enumerate(case.judgements, 1):
        yield ""
        yield from _judged(number, one)
    yield ""
    yield "History"
    yield from (_event(event) for event in case.events)
    if case.evidence:
        yield ""
        yield f"Pictures, encrypted, in {evidence_url}; see them at /desk/cases/{case.id}"
        for n, kept in enumerate(case.evidence):
            name = kept.image or "may not be kept"
            yield f"  {n}  {kept.width} by {kept.height}  sha256 {kept.sha256[:16]}…  {name}"


def _words(case: Case) -> Iterator[str]:
    yield ""
    yield "Words"
    yield f"  caption  {_one_line(case.message.text) or '-'}"
    for one in case.passages:
        if one.text != case.message.text:
            yield f"  {one.origin.value:<7}  {_one_line(one.text)}"
    for file in case.message.attachments:
        if file.filename:
            yield f"  file     {printable(file.filename)}"


def _judged(number: int, one: Judgement) -> Iterator[str]:
    yield f"Judgement {number}: {one.key.cause.value}, {one.judged_at:%Y-%m-%d %H:%M} UTC"
    scores = sorted(
        ((score, name) for name, score in one.scores.items() if score is not None), reverse=True
    )
    shown = [f"{name} {score:.2f}" for score, name in scores if score >= WORTH_A_LINE]
    quiet = len(scores) - len(shown)
    rest = f"{quiet} more below {WORTH_A_LINE}" if quiet else ""
    yield f"  scores   {', '.join(filter(None, (*shown, rest))) or 'nothing was judged'}"
    for signal in one.signals:
        quote = _one_line(signal.evidence.quote) if signal.evidence else ""
        said = f": {quote}" if quote else ""
        yield f"  because  {signal.category.value} {signal.score:.2f}, {signal.source}{said}"
    for failure in one.failures:
        yield f"  failed   {failure.detector} {failure.kind.value}: {printable(failure.reason)}"
    shadow = [f"{rule} (shadow)" for rule in one.shadow_rules]
    yield f"  rules    {', '.join((*one.rules, *shadow)) or 'none matched'}"
    for outcome in one.outcomes:
        detail = f": {printable(outcome.detail)}" if outcome.detail else ""
        yield f"  {outcome.status.value:<9}{outcome.action}{detail}"
    if one.explanation:
        yield f"  why      {_one_line(one.explanation)}"


def _event(event: CaseEvent) -> str:
    note = f": {_one_line(event.note)}" if event.note else ""
    return f"  {event.at:%Y-%m-%d %H:%M}  {event.kind.value} by {event.by or BOT}{note}"


def _state(case: Case) -> str:
    decision = replay(case.events).decision
    return f"{case.state.value}, {decision.kind.value}" if decision else case.state.value


def _highest(latest: Judgement | None) -> str:
    judged = [(s, name) for name, s in (latest.scores if latest else {}).items() if s is not None]
    return "{1} {0:.2f}".format(*max(judged)) if judged else ""


def _one_line(text: str) -> str:
    return printable(" / ".join(text.split("\n")))
