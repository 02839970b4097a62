"""The review desk as the pages ask for it."""

from collections.abc import Sequence
from datetime import datetime

from bot.model import Case, CaseState
from bot.review.desk import Desk, Overturned
from bot.storage.decisions import NoSuchCase


class DeskForPages:
    """Pages by time alone, and None where there is no case."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def cases(
        self, state: CaseState | None, before: datetime | None, limit: int
    ) -> Sequence[Case]:
        last = None if before is None else (before, "")
        return await self._desk.cases(state, before=last, limit=limit)

    async def case(self, case_id: str) -> Case | None:
        try:
            return await self._desk.case(case_id)
        except NoSuchCase:
            return None

    async def uphold(self, case_id: str, *, by: str, version: int, note: str) -> object:
        return await self._desk.uphold(case_id, by, version, note)

    async def overturn(self, case_id: str, *, by: str, version: int, note: str) -> Overturned:
        return await self._desk.overturn(case_id, by, version, note)

    async def evidence(self, case_id: str, n: int) -> bytes:
        return await self._desk.evidence(case_id, n)
