"""What a scenario does on any platform: post, edit, press, and read what people are shown."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.model import Ref

LABELS = {"erase": "Erase…", "uphold": "Uphold", "overturn": "Overturn"}
"""What the buttons are called."""
FORMS = {"erase": {"sure": "yes"}, "live": {"sure": "yes"}}
"""What is filled into the forms that some of them open."""


@dataclass(frozen=True)
class Posted:
    """One post of the scenario, and who wrote it."""

    ref: Ref
    author: str
    """The author's id."""
    text: str

    @property
    def word(self) -> str:
        """The word that is in this post alone: its last."""
        return self.text.split()[-1]


@dataclass(frozen=True)
class Shown:
    """A card as moderators see it."""

    id: str
    """The same for as long as it is the same card."""
    text: str


@dataclass(frozen=True)
class Said:
    """An answer of the bot's to somebody who asked."""

    text: str
    private: bool
    """Whether the asker alone sees it."""


class Hands(Protocol):
    """A platform, used as its people use it. Names of people are made up by the scenario."""

    name: str
    withholds: Mapping[str, str]
    """What its rules ask for and it lawfully cannot do: action, and words of the reason."""
    moderators: tuple[str, str]
    """Two who may decide."""
    channels: Sequence[str]
    """Four places to post."""

    async def post(
        self, who: str, text: str, picture: bytes | None = None, channel: str = ""
    ) -> Posted:
        """Post as a member, who joins if there is none of that name."""
        ...

    async def edit(self, post: Posted, text: str) -> Posted:
        """Change the words, as its author."""
        ...

    async def stands(self, post: Posted) -> bool:
        """Whether others see it."""
        ...

    async def untouched(self, post: Posted) -> bool:
        """Whether nothing at all was done to the post or to its author."""
        ...

    async def cards(self, words: str) -> Sequence[Shown]:
        """Every card that stands in the moderators' channel and says these words."""
        ...

    async def card(self, post: Posted) -> Sequence[Shown]:
        """The cards on which this post's case stands."""
        ...

    async def press(self, card: Shown, who: str, verb: str) -> Said:
        """Press what does this on a card, as this moderator, and say yes where that is asked."""
        ...

    async def notes(self, who: str) -> Sequence[str]:
        """What the bot wrote to somebody privately."""
        ...

    async def removals(self, post: Posted) -> int:
        """How often the platform was asked to remove a post, and did."""
        ...

    async def told(self, post: Posted) -> int:
        """How many notes of what was done to this post its author got."""
        ...

    async def why(self, post: Posted) -> Said:
        """Ask, as a moderator, why a post was not flagged."""
        ...

    async def known_bad(self, post: Posted) -> None:
        """Mark a post's picture as a known scam, as an administrator."""
        ...


class Chatty(Hands, Protocol):
    """A platform whose people ask the bot in chat."""

    async def command(self, who: str, name: str, **given: str) -> Said:
        """Use a slash command; ``who`` is one of ``moderators``, ``admin`` or a member."""
        ...

    async def report(self, post: Posted, who: str) -> Said:
        """Report a post to the moderators, as a member."""
        ...

    def may_remove(self, *, allowed: bool) -> None:
        """Let the bot remove others' posts, or no longer, as an administrator elsewhere does."""
        ...

    async def go_live(self) -> Said:
        """Switch rehearsal off in this community, as an administrator in the wizard."""
        ...
