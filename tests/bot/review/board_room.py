"""An application and its board, for tests."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.model import Case
from bot.review.board import Board
from bot.review.card import Card
from bot.review.incidents import Incidents
from bot.review.posting import Posting
from bot.review.states import Command
from bot.storage.communities import StoredCommunities
from bot.storage.decisions import Step, take
from bot.storage.incident_cards import IncidentShelf
from tests.bot.journey import World
from tests.builders import NOON, a_message, a_ref, an_author
from tests.fakes import FakeClient, FakePlatform

SECOND = timedelta(seconds=1)
PLACE = ("fake", "g1")


@dataclass
class Room:
    """An application and its board; a turn of the board comes two seconds after the last."""

    world: World
    communities: StoredCommunities
    platform: FakePlatform
    board: Board = field(init=False)
    posting: Posting = field(init=False)

    def __post_init__(self) -> None:
        self.restart()

    def restart(self) -> None:
        """A new process over what is durable."""
        journal, platforms = self.world.journal, {self.platform.name: self.platform}
        self.posting = Posting(journal, platforms, self.communities, self.now)
        self.board = Board(journal, self.posting, lambda case_id: f"https://desk.test/{case_id}")

    async def take_away(self) -> None:
        """What the other half of the board does."""
        await Incidents(IncidentShelf(self.world.journal.database), self.posting).turn()

    def now(self) -> datetime:
        return self.world.time

    @property
    def client(self) -> FakeClient:
        return self.platform.client

    @property
    def cards(self) -> list[Card]:
        return list(self.client.cards.values())

    @property
    def card(self) -> Card:
        (only,) = self.cards
        return only

    async def turn(self, after: timedelta = 2 * SECOND) -> None:
        self.world.time += after
        await self.board.turn()

    async def posts(
        self,
        text: str = "scam 0.6",
        number: int = 1,
        *,
        by: str = "u1",
        after: timedelta = timedelta(),
        community: str = "g1",
    ) -> str:
        """A post is judged; its case."""
        post = a_message(text, ref=a_ref(f"m{number}", community_id=community))
        post = replace(post, author=an_author(by), sent_at=NOON + after)
        await self.world.handle(self.world.stands(post))
        case = await self.world.case(post)
        return "" if case is None else case.id

    async def does(self, command: Command, case_id: str) -> None:
        step = Step(command, "ada", self.world.time, note="words")
        await take(self.world.journal, case_id, step)

    async def case(self, case_id: str) -> Case:
        case = await self.world.journal.case(case_id)
        assert case is not None
        return case
