"""The queue in chat: pages of cases, and one case."""

from collections.abc import Callable

from bot.chat import lists
from bot.chat.asker import Asker, Rank, check_rank
from bot.chat.deciding import Deciding
from bot.chat.sheet import Press, Sheet
from bot.model import CaseState
from bot.storage.journal import Journal
from bot.storage.people import cases_of, open_cases


class CaseQueue:
    """Lists a community's cases for its moderators."""

    def __init__(self, journal: Journal, deciding: Deciding, url: Callable[[str], str]) -> None:
        """``url`` gives a case's address on the web desk; empty where it has none."""
        self._journal = journal
        self._deciding = deciding
        self._url = url

    def knows(self, verb: str) -> bool:
        """Whether a press is one of ours."""
        return verb == "case" or lists.knows(verb)

    async def press(self, asker: Asker, press: Press) -> Sheet:
        """Turn a page, or open a case."""
        if press.verb == "case":
            return await self.case(asker, press.subject)
        return await self.page(asker, press.verb, press.detail)

    async def page(self, asker: Asker, verb: str, detail: str) -> Sheet:
        """One page of the open, the escalated or the decided; ``detail`` is where it begins."""
        check_rank(asker, Rank.MODERATOR)
        where = (asker.platform, asker.community_id)
        state, before = lists.state_of(verb), lists.before(detail)
        found = await cases_of(
            self._journal, *where, state=state, before=before, limit=lists.PAGE + 1
        )
        counts = await open_cases(self._journal, *where)
        waiting = counts.get(CaseState.OPEN, 0)
        return lists.queue(verb, found, waiting, later=before is not None)

    async def case(self, asker: Asker, case_id: str) -> Sheet:
        """One case with its history.

        Raises:
            NoSuchCase, Refused: there is none of that id in the community.
        """
        check_rank(asker, Rank.MODERATOR)
        case = await self._deciding.case(asker, case_id)
        return lists.one(case, self._url(case.id))
