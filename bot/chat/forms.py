"""What must be asked before a press is carried out: reasons, lengths, confirmations. Pure."""

from collections.abc import Mapping

from analysis.taxonomy import Category
from bot.chat.sheet import Form, Input, Kind, Option, Press

REASONS = (
    Option("Scam or phishing", "scam"),
    Option("Nudity or sexual", "nudity"),
    Option("Harassment or hate", "harassment"),
    Option("Violence or gore", "violence"),
    Option("Spam or flood", "spam"),
    Option("Another reason", "other"),
)
LENGTHS = (
    Option("10 minutes", "10m"),
    Option("1 hour", "1h"),
    Option("1 day", "1d"),
    Option("7 days", "7d"),
    Option("28 days", "28d"),
)
_USUAL = (
    Category.SCAM,
    Category.NUDITY,
    Category.SEXUAL_EXPLICIT,
    Category.HARASSMENT,
    Category.HATE,
    Category.VIOLENCE,
    Category.GORE,
    Category.DRUGS,
    Category.SELF_HARM,
    Category.ILLICIT,
)
"""What pictures are mostly known for; the command line knows every category."""

CATEGORIES = tuple(Option(one.value.replace("_", " ").capitalize(), one.value) for one in _USUAL)

_WHY = Input("reason", "Why", Kind.OPTIONS, REASONS)
_WORDS = Input("words", "More words, for the other moderators", Kind.PARAGRAPH, required=False)


def form_of(press: Press) -> Form | None:
    """The form of a press; None where nothing needs to be asked."""
    make = _FORMS.get(press.verb)
    return make(press) if make and press.detail != "now" else None


def _confirmed(press: Press) -> Press:
    return Press(press.verb, press.subject, "now")


def _overturn(press: Press) -> Form:
    return Form(
        "Overturn",
        _confirmed(press),
        (_WORDS,),
        (
            "All that was done is taken back as far as it can be. An author who was told of it, "
            "or appealed, is told."
        ),
        "Overturn",
    )


def _delete(press: Press) -> Form:
    about = "The post is removed from the channel. The case keeps its words and pictures."
    return Form("Delete the post", _confirmed(press), (_WHY, _WORDS), about, "Delete", harsh=True)


def _timeout(press: Press) -> Form:
    length = Input("length", "For how long", Kind.OPTIONS, LENGTHS)
    about = "The author cannot post until then. It can be taken back by an overturn."
    return Form(
        "Time the author out", _confirmed(press), (length, _WHY, _WORDS), about, "Time out",
        harsh=True,
    )  # fmt: skip


def _ban(press: Press) -> Form:
    sure = Input("sure", "Are you sure?", Kind.OPTIONS, (Option("Yes, ban them", "yes"),))
    about = "The author is put out for good. It can be taken back by an overturn."
    return Form("Ban the author", _confirmed(press), (_WHY, sure, _WORDS), about, "Ban", harsh=True)


def _note(press: Press) -> Form:
    words = Input("words", "Note", Kind.PARAGRAPH)
    return Form("Add a note", _confirmed(press), (words,), submit="Add")


def _escalate(press: Press) -> Form:
    about = "It goes before the senior moderators."
    return Form("Escalate", _confirmed(press), (_WORDS,), about, "Escalate")


def _known_bad(press: Press) -> Form:
    kind = Input("category", "Known for", Kind.OPTIONS, CATEGORIES)
    about = (
        "Pictures like these are flagged from now on. A second case, or an administrator, "
        "confirms it."
    )
    return Form("Known bad pictures", _confirmed(press), (kind,), about, "Mark")


def _appeal(press: Press) -> Form:
    words = Input("words", "What should the moderator know?", Kind.PARAGRAPH, required=False)
    about = "A moderator who has not seen it looks again. You can appeal once."
    return Form("Appeal", _confirmed(press), (words,), about, "Appeal")


def _erase(press: Press) -> Form:
    sure = Input("sure", "Are you sure?", Kind.OPTIONS, (Option("Yes, erase it all", "yes"),))
    about = "Posts, cases, pictures, strikes and labels of this person go for good."
    return Form("Erase a person", _confirmed(press), (sure,), about, "Erase", harsh=True)


def _live(press: Press) -> Form:
    sure = Input("sure", "Are you sure?", Kind.OPTIONS, (Option("Yes, go live", "yes"),))
    about = "From now on Bifocal carries out what its rules say, within the limits."
    return Form("Go live", _confirmed(press), (sure,), about, "Go live")


_FORMS = {
    "appeal": _appeal,
    "ban": _ban,
    "delete": _delete,
    "erase": _erase,
    "escalate": _escalate,
    "known_bad": _known_bad,
    "live": _live,
    "note": _note,
    "overturn": _overturn,
    "timeout": _timeout,
}


VERBS = tuple(_FORMS)
"""The presses that are asked about first."""


def reason_of(answers: Mapping[str, str]) -> str:
    """The chosen reason and the words beside it, in one sentence."""
    labels = {option.value: option.label for option in REASONS}
    parts = (labels.get(answers.get("reason", ""), ""), answers.get("words", "").strip())
    return ": ".join(part for part in parts if part)
