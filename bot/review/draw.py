"""From what is known of a post to its card. Pure; every text stays as it was written."""

import dataclasses
from collections.abc import Mapping, Sequence

from analysis.taxonomy import Category
from bot.model import Case, CaseState, EventKind, Message, Outcome
from bot.review.card import Card, CardKind
from bot.review.states import BOT
from bot.review.waiting import WORKER, Incident

Scores = Mapping[Category, float | None] | Mapping[str, float | None]

WORTH_A_LOOK = 0.3
"""Scores below are left out of a card; chosen by eye."""

AT_MOST = 5
"""Scores on a card; chosen by eye."""

QUIET = "Post"
"""A card's first word where no score is worth a look."""


def notice(community_id: str, title: str, told: str, *, url: str = "") -> Card:
    """Words to the moderators, about no post."""
    return Card(
        case_id="",
        title=title,
        author="",
        channel="",
        caption="",
        explanation=told,
        rules=(),
        scores=(),
        outcomes=(),
        url=url,
        community_id=community_id,
        kind=CardKind.NOTICE,
    )


def breaker(community_id: str, reason: str) -> Card:
    """What moderators are told once when the limits stop the bot from acting."""
    told = f"For now {reason}. What it would have done waits in review."
    return notice(community_id, "Bifocal stopped acting here", told)


def suspect_entry(community_id: str, bank: str) -> Card:
    """What moderators are told when an entry of a bank matches what it should not."""
    return notice(
        community_id,
        f"A picture of the bank {bank} matched too much",
        "Within an hour it was found in many unlike pictures of different authors. It is out of"
        " force until somebody puts it back or removes it at the desk.",
    )


def outage(community_id: str, incident: Incident, *, over: bool, url: str = "") -> Card:
    """The card of cases that wait for one thing, while they do and once they do no more."""
    what = _WORKER if incident.detector == WORKER else f"{incident.detector} does not answer"
    posts = "1 post waits" if incident.cases == 1 else f"{incident.cases} posts wait"
    since = f"since {incident.since:%Y-%m-%d %H:%M} UTC"
    title = f"Over: {what}" if over else f"{posts}: {what}"
    told = f"It had begun {since.removeprefix('since ')}. No post waits for it any more."
    if not over:
        kind = incident.kind.replace("_", " ")
        told = f"{kind.capitalize()} {since}. {_MEANWHILE[incident.detector == WORKER]}"
    return dataclasses.replace(
        notice(community_id, title, told, url=url),
        kind=CardKind.INCIDENT,
        state=(CaseState.CLOSED if over else CaseState.OPEN).value,
    )


_WORKER = "what reads them died over them"
_MEANWHILE = {
    False: "They are asked about again by themselves, and wait on the desk meanwhile.",
    True: "They are not tried again by themselves: a person must look, or analyse them again.",
}


def draw_case(case: Case, *, url: str = "") -> Card:
    """The card of a case as it stands: the newest judgement, and what every one of them did."""
    newest = case.judgements[-1]
    rules = dict.fromkeys(rule for one in case.judgements for rule in one.rules)
    shadow = dict.fromkeys(rule for one in case.judgements for rule in one.shadow_rules)
    outcomes = [outcome for one in case.judgements for outcome in one.outcomes]
    card = _card(
        case.message, newest.explanation, tuple(rules), newest.scores, outcomes, case.id, url
    )
    kept = dict.fromkeys(one.image for one in case.evidence if one.image)
    return dataclasses.replace(
        card,
        state=case.state.value,
        standing=_standing(case),
        pictures=tuple(kept),
        shadow_rules=tuple(shadow),
    )


_SAID = {
    EventKind.CLAIMED: "{by} is looking at it",
    EventKind.UPHELD: "Upheld by {by}",
    EventKind.OVERTURNED: "Overturned by {by}",
    EventKind.ESCALATED: "Escalated by {by}",
    EventKind.APPEALED: "Appealed by its author",
    EventKind.RESOLVED: "Closed by {by}: nothing was found",
}


def _standing(case: Case) -> str:
    """The last thing a person did that moves a case, in a few words."""
    for event in reversed(case.events):
        if said := _SAID.get(event.kind):
            return said.format(by=event.by or BOT)
    return ""


def _card(  # noqa: PLR0917 - the card's own fields, in order
    message: Message,
    explanation: str,
    rules: tuple[str, ...],
    scores: Scores,
    outcomes: Sequence[Outcome],
    case_id: str,
    url: str,
) -> Card:
    top = highest(scores)
    where = message.channel.name or message.ref.channel_id
    what = top[0][0].replace("_", " ").capitalize() if top else QUIET
    return Card(
        case_id=case_id,
        title=f"{what} in #{where}",
        author=message.author.name or message.author.id,
        channel=where,
        caption=message.text,
        explanation=explanation,
        rules=rules,
        scores=top,
        outcomes=tuple((outcome.action, outcome.status.value) for outcome in outcomes),
        url=url,
        community_id=message.ref.community_id,
        message=str(message.ref),
        author_id=message.author.id,
    )


def highest(scores: Scores) -> tuple[tuple[str, float], ...]:
    """The scores worth a look, highest first; equal ones by name."""
    found = [(str(name), score) for name, score in scores.items() if score is not None]
    found.sort(key=lambda one: (-one[1], one[0]))
    return tuple(one for one in found if one[1] >= WORTH_A_LOOK)[:AT_MOST]
