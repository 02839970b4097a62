"""What authors are told, from message catalogues. Pure: values in, text out.

A note says what was done, why in the rule's own words, what happens next, and how to appeal. It
never quotes the post: the note may be read where the post must not be.
"""

import gettext
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from bot.house import Voice
from bot.model import Message, Outcome, Status

LOCALE = Path(__file__).parent / "locale"
DOMAIN = "bifocal"


def languages() -> tuple[str, ...]:
    """The languages there is a catalogue of."""
    return tuple(sorted(folder.name for folder in LOCALE.iterdir() if folder.is_dir()))


def told(voice: Voice, message: Message, because: str, done: Sequence[Outcome]) -> str:
    """The note to an author whose post was acted upon; ``done`` is what became of each action."""
    _ = _catalogue(voice.language).gettext
    what = [_done(voice, outcome.action) for outcome in done if outcome.status is Status.APPLIED]
    return "\n".join(
        [
            _("About your post in #{channel}:").format(channel=_where(message)),
            because,
            *(sentence for sentence in what if sentence),
            _("A moderator can look at it again."),
            voice.appeal or _("If you think this is a mistake, write to a moderator."),
        ]
    )


def sorry(voice: Voice, message: Message) -> str:
    """The note to an author in whose favour a moderator decided."""
    _ = _catalogue(voice.language).gettext
    return "\n".join(
        [
            _("About your post in #{channel}:").format(channel=_where(message)),
            _("A moderator looked again: we were wrong, and we are sorry."),
            _("What was done is taken back as far as it can be, and a strike no longer counts."),
        ]
    )


def stays(voice: Voice, message: Message) -> str:
    """The note to an author whose appeal changed nothing."""
    _ = _catalogue(voice.language).gettext
    return "\n".join(
        [
            _("About your post in #{channel}:").format(channel=_where(message)),
            _("A moderator looked again: it stays as it was decided."),
        ]
    )


def _done(voice: Voice, action: str) -> str:
    """What one action means to the author; empty for what is not about them."""
    _ = _catalogue(voice.language).gettext
    name, _space, rest = action.partition(" ")
    length = rest.removeprefix("for ")
    said = {
        "ban": _("You were banned from the community."),
        "delete": _("It was removed."),
        "kick": _("You were put out of the community and may come back."),
        "role": _("Your roles were changed."),
        "spoiler": _("Its pictures were covered."),
        "strike": _("It counts as a strike for {length}.").format(length=length),
        "timeout": _("You cannot post for {length}.").format(length=length),
    }
    return said.get(name, "")


def _where(message: Message) -> str:
    return message.channel.name or message.ref.channel_id


@cache
def _catalogue(language: str) -> gettext.NullTranslations:
    # A community may have chosen a language that a later version does without.
    return gettext.translation(DOMAIN, LOCALE, [language], fallback=True)
