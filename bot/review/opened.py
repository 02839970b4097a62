"""Builds the boards from the parts of the application."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.config.addresses import case_url, desk_url
from bot.config.tables import Settings
from bot.ports import Platform
from bot.review.board import Board
from bot.review.digests import Digests
from bot.review.incidents import Incidents
from bot.review.posting import Posting
from bot.review.wishes import Wishes
from bot.running import Task
from bot.storage.incident_cards import IncidentShelf
from bot.storage.store import Store


@dataclass(frozen=True, slots=True)
class Boards:
    """What stands before moderators in chat: cases, outages, the day that is over, wishes."""

    board: Board
    incidents: Incidents
    digests: Digests
    wishes: Wishes

    @property
    def tasks(self) -> tuple[Task, ...]:
        """What runs beside the work. In one process only: two would draw every card twice."""
        return self.board.run, self.incidents.run, self.digests.run, self.wishes.run


def boards(
    settings: Settings,
    store: Store,
    platforms: Mapping[str, Platform],
    clock: Callable[[], datetime],
) -> Boards:
    """All of them, over the same platforms."""
    posting = Posting(store.journal, platforms, store.communities, clock)
    desk = desk_url(settings)
    return Boards(
        Board(store.journal, posting, case_url(settings)),
        Incidents(IncidentShelf(store.database), posting, desk),
        Digests(store.database, store.communities, store.bookmarks, posting, desk),
        Wishes(store.erasures, posting),
    )
