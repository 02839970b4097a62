"""Moderators hear in chat of a bank entry that was put out of force."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from analysis.bank import BankEntry
from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.errors import PlatformUnavailable
from bot.review.bank_watch import BankWatch
from bot.storage.banks import SHARED, Held
from tests.builders import NOON
from tests.fakes import FakeClient, FakePlatform


def a_held(community: str) -> Held:
    entry = BankEntry(
        *("7", "memes", BankKind.BAD, Category.SCAM),
        confirmed=False,
        sha256="ab" * 32,
        pdq="cd" * 32,
        quality=0,
    )
    return Held(entry, community, "", NOON)


@dataclass
class Room:
    """Two communities on one platform, and entries that were just caught."""

    caught: list[Held] = field(default_factory=list)
    platform: FakePlatform = field(default_factory=lambda: FakePlatform(client=FakeClient()))

    async def watch(self) -> Sequence[Held]:
        return self.caught

    async def turn(self) -> list[str]:
        """The communities that were told, after one turn."""
        watch = BankWatch(
            self.watch, {self.platform.name: self.platform}, lambda _platform: ("g1", "g2")
        )
        await watch.turn()
        return sorted(card.community_id for card in self.platform.client.cards.values())


async def test_the_community_whose_bank_it_is_is_told() -> None:
    room = Room([a_held("g2")])

    assert await room.turn() == ["g2"]
    (card,) = room.platform.client.cards.values()
    assert "the bank memes" in card.title


async def test_everybody_is_told_of_a_shared_bank() -> None:
    assert await Room([a_held(SHARED)]).turn() == ["g1", "g2"]


async def test_the_same_quarantine_is_told_once() -> None:
    room = Room([a_held("g1")])
    await room.turn()

    assert await room.turn() == ["g1"]


async def test_a_platform_that_is_away_stops_nothing() -> None:
    room = Room([a_held("g1")])
    room.platform.client.breaks = {"post_card": PlatformUnavailable("503")}

    assert await room.turn() == []
