"""What is shown in chat: sheets with buttons, and forms. Each platform draws them its own way.

Every text is plain text: a platform escapes its own markup, and mentions nobody. Limits are those
of the narrower platform, so that nothing has to be cut twice: a button's label has at most 30
characters, a choice 25 options, a sheet 25 entries.
"""

from dataclasses import dataclass
from enum import StrEnum


class Tone(StrEnum):
    """How a sheet feels; platforms that can, colour it."""

    PLAIN = "plain"
    GOOD = "good"
    WATCH = "watch"
    BAD = "bad"


class Style(StrEnum):
    """How a button feels."""

    PLAIN = "plain"
    MAIN = "main"
    HARSH = "harsh"


@dataclass(frozen=True, slots=True)
class Press:
    """What a press means, small enough to travel inside a button and back: see ``signed``."""

    verb: str
    """Such as ``uphold``; lower case letters and underscores."""
    subject: str = ""
    """What it is about: mostly a case's id."""
    detail: str = ""
    """Such as a page's last case; at most 32 characters."""


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press, or a link."""

    label: str
    press: Press | None = None
    url: str = ""
    """Opens an address instead, where ``press`` is None."""
    style: Style = Style.PLAIN
    rare: bool = False
    """May stand in a menu behind the others."""


@dataclass(frozen=True, slots=True)
class Option:
    """One of several to choose from."""

    label: str
    value: str
    about: str = ""


class Of(StrEnum):
    """What is chosen from."""

    OPTIONS = "options"
    CHANNELS = "channels"
    """The community's text channels, listed by the platform."""
    GROUPS = "groups"
    """The community's roles; people, where a platform has no roles."""


@dataclass(frozen=True, slots=True)
class Choice:
    """A menu. What was chosen arrives as ``answers["chosen"]``, several joined by commas."""

    press: Press
    label: str
    of: Of = Of.OPTIONS
    options: tuple[Option, ...] = ()
    chosen: tuple[str, ...] = ()
    at_most: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a list, such as a case in the queue."""

    title: str
    text: str = ""
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class Picture:
    """A kept picture, by its name in the evidence store. Always shown covered."""

    name: str
    alt: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One answer, one card, one page."""

    title: str
    body: tuple[str, ...] = ()
    """Paragraphs."""
    fields: tuple[tuple[str, str], ...] = ()
    """Name and value, each short."""
    quote: str = ""
    """A post's own words, shown set apart and covered where the platform can."""
    entries: tuple[Entry, ...] = ()
    pictures: tuple[Picture, ...] = ()
    buttons: tuple[Button, ...] = ()
    choices: tuple[Choice, ...] = ()
    tone: Tone = Tone.PLAIN
    footer: str = ""
    post: str = ""
    """The ref of the post it is about, as ``str`` writes it: a platform links to the post."""


class Kind(StrEnum):
    """How an input is filled in."""

    LINE = "line"
    PARAGRAPH = "paragraph"
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Input:
    """One field of a form. What was put in arrives as ``answers[name]``."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    options: tuple[Option, ...] = ()
    required: bool = True
    value: str = ""
    """Filled in beforehand."""
    most: int = 1000
    """Characters."""


@dataclass(frozen=True, slots=True)
class Form:
    """Asked before something is done: a reason, a length, a confirmation."""

    title: str
    """At most 24 characters (Slack: docs.slack.dev/reference/views/modal-views)."""
    press: Press
    """What is pressed by sending it."""
    inputs: tuple[Input, ...]
    about: str = ""
    """What will happen, in a sentence, above the inputs."""
    submit: str = "Send"
    harsh: bool = False
