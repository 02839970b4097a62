"""A card as a sheet: what a moderator reads, and what they can press, as the case stands. Pure."""

from bot.chat.sheet import Button, Picture, Press, Sheet, Style, Tone
from bot.review.card import Card, CardKind

PICTURES = 4
"""Pictures on a card; chosen by eye, the desk shows them all."""

_TONES = {"open": Tone.WATCH, "escalated": Tone.BAD, "closed": Tone.GOOD}


def sheet_of(card: Card) -> Sheet:
    """The sheet that a platform draws in the moderators' channel."""
    if card.kind is CardKind.WISH:
        return Sheet(
            card.title,
            (card.explanation,),
            buttons=_for_an_administrator(card),
            tone=_TONES.get(card.state, Tone.PLAIN),
        )
    if card.kind is not CardKind.CASE:
        return Sheet(
            card.title,
            (card.explanation,),
            buttons=_link(card),
            tone=Tone.BAD if card.kind is CardKind.INCIDENT else Tone.WATCH,
        )
    body = [card.explanation]
    if card.more:
        posts = "post" if len(card.more) == 1 else "posts"
        body.append(f"And {len(card.more)} more {posts} of the same kind by the same author.")
    return Sheet(
        card.title,
        tuple(line for line in body if line),
        fields=_fields(card),
        quote=card.caption,
        pictures=tuple(Picture(name) for name in card.pictures[:PICTURES]),
        buttons=_buttons(card),
        tone=_TONES.get(card.state, Tone.PLAIN),
        post=card.message,
        footer=" · ".join(part for part in (f"Case {card.case_id}", card.standing) if part),
    )


def _fields(card: Card) -> tuple[tuple[str, str], ...]:
    scores = ", ".join(f"{name.replace('_', ' ')} {score:.0%}" for name, score in card.scores)
    done = ", ".join(f"{action} ({status})" for action, status in card.outcomes)
    found = (
        ("Author", card.author),
        ("Channel", f"#{card.channel}"),
        ("Rules", ", ".join(card.rules)),
        ("In shadow", ", ".join(card.shadow_rules)),
        ("Scores", scores),
        ("Done", done),
    )
    return tuple((name, value) for name, value in found if value)


def _buttons(card: Card) -> tuple[Button, ...]:
    case = card.case_id
    if not case:
        return _link(card)
    note = Button("Note", Press("note", case), rare=True)
    if card.state == "closed":
        return (note, *_link(card))
    withheld = any(status == "withheld" for _, status in card.outcomes)
    return (
        *(_withheld(case) if withheld else ()),
        Button("Uphold", Press("uphold", case), style=Style.MAIN),
        Button("Overturn", Press("overturn", case)),
        Button("Delete", Press("delete", case), style=Style.HARSH),
        Button("Time out…", Press("timeout", case), style=Style.HARSH),
        Button("Ban…", Press("ban", case), style=Style.HARSH),
        Button("Claim", Press("claim", case)),
        Button("Escalate", Press("escalate", case)),
        Button("Known bad", Press("known_bad", case), rare=True),
        Button("Known good", Press("known_good", case), rare=True),
        Button("Ignore these here", Press("ignore", case), rare=True),
        note,
        *_link(card),
    )


def _withheld(case: str) -> tuple[Button, ...]:
    return (
        Button("Do what was withheld", Press("release", case), style=Style.HARSH),
        Button("Done by hand", Press("by_hand", case), rare=True),
        Button("Drop what was withheld", Press("drop", case), rare=True),
    )


def _for_an_administrator(card: Card) -> tuple[Button, ...]:
    if card.state != "open":
        return ()
    return (
        Button("Erase…", Press("erase", card.author_id), style=Style.HARSH),
        Button("Decline", Press("decline", card.author_id)),
    )


def _link(card: Card) -> tuple[Button, ...]:
    return (Button("Open on the desk", url=card.url),) if card.url else ()
