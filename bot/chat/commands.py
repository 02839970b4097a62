"""The commands and menus, as every platform offers them. Rights are checked when they are used."""

from dataclasses import dataclass
from enum import StrEnum

from bot.chat.asker import Rank


class Takes(StrEnum):
    """What an argument is."""

    TEXT = "text"
    """Arrives in ``given`` as written."""
    FILE = "file"
    """Arrives among ``files``."""
    OPTIONS = "options"


@dataclass(frozen=True, slots=True)
class Argument:
    """One argument of a command."""

    name: str
    about: str
    takes: Takes = Takes.TEXT
    required: bool = False
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    """A slash command. ``group`` is the command it stands under, such as ``/bifocal status``."""

    name: str
    about: str
    """At most 100 characters (Discord: application command structure)."""
    rank: Rank
    arguments: tuple[Argument, ...] = ()
    group: str = ""
    outside: bool = False
    """Whether it may be asked for in a direct message, too."""


_CASE = Argument("case", "The case's number, as the card shows it.", required=True)

COMMANDS = (
    Command(
        "analyze",
        "Look at a picture and words, as a post would be looked at. Only you see the answer.",
        Rank.MEMBER,
        (
            Argument("file", "A picture.", Takes.FILE),
            Argument("link", "A link to a message or a picture posted here."),
            Argument("text", "Words to look at, alone or with the picture."),
        ),
    ),
    Command(
        "setup",
        "Choose the moderators' channel, the rules, and rehearsal or live.",
        Rank.ADMIN,
        group="bifocal",
    ),
    Command("status", "How Bifocal is doing here.", Rank.MODERATOR, group="bifocal"),
    Command(
        "doctor", "What is missing or broken here, and how to mend it.", Rank.ADMIN, group="bifocal"
    ),
    Command(
        "pause",
        "Stop all acting at once. Posts are still looked at and wait for a person.",
        Rank.MODERATOR,
        (Argument("reason", "Why, for the other moderators."),),
        group="bifocal",
    ),
    Command("resume", "Act again.", Rank.MODERATOR, group="bifocal"),
    Command("queue", "The cases that wait for a person.", Rank.MODERATOR),
    Command("case", "One case with its history.", Rank.MODERATOR, (_CASE,)),
    Command("rules", "The rules in force in this channel.", Rank.MODERATOR),
    Command(
        "stats",
        "What Bifocal did here, and what it cost.",
        Rank.MODERATOR,
        (
            Argument(
                "days", "So many days, today included.", Takes.OPTIONS, options=("1", "7", "30")
            ),
        ),
    ),
    Command(
        "appeal",
        "Ask a moderator to look again at what was done about your post.",
        Rank.MEMBER,
        (
            Argument("case", "The case's number, if you know it; empty: your newest."),
            Argument("words", "What the moderator should know."),
        ),
        outside=True,
    ),
    Command(
        "privacy",
        "What is stored about you, and how to have it erased.",
        Rank.MEMBER,
        (
            Argument(
                "erase",
                "Ask for everything about you to be erased.",
                Takes.OPTIONS,
                options=("yes",),
            ),
        ),
        outside=True,
    ),
)


class On(StrEnum):
    """What a menu is opened on."""

    MESSAGE = "message"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Menu:
    """A line in the menu of a message or a person."""

    verb: str
    label: str
    on: On
    rank: Rank


MENUS = (
    Menu("analyze", "Analyze", On.MESSAGE, Rank.MEMBER),
    Menu("report", "Report to moderators", On.MESSAGE, Rank.MEMBER),
    Menu("why", "Why not flagged?", On.MESSAGE, Rank.MODERATOR),
    Menu("known_bad", "Mark as known bad", On.MESSAGE, Rank.MODERATOR),
    Menu("known_good", "Mark as known good", On.MESSAGE, Rank.MODERATOR),
    Menu("history", "History", On.PERSON, Rank.MODERATOR),
)
