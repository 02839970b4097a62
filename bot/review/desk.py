"""The review desk: shows cases, takes decisions, and carries out what an overturn means."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.communities import CommunityName
from bot.errors import Gone, NotPermitted, PlatformError
from bot.house import House
from bot.model import Case, CaseState, Message, Receipt, Ref, Status
from bot.ports import Client, Presence, Target
from bot.review.states import Command
from bot.review.waiting import Incident
from bot.storage import decisions
from bot.storage.answering import incidents
from bot.storage.decisions import NoSuchCase, Step, Undoing
from bot.storage.evidence import EvidenceStore, NoSuchEvidence
from bot.storage.journal import Journal
from bot.storage.rows import Parse

ClientOf = Callable[[Ref], Client | None]
"""What actions about a message act through; None where its platform does not run, or simulates."""


Learn = Callable[[str, str], Awaitable[None]]
"""Told of every overturn, by case and moderator: what the banks are to unlearn."""
Tell = Callable[[Case], Awaitable[None]]
"""Told of every case that a person decided: whoever appealed is to hear of it."""


@dataclass(frozen=True, slots=True)
class Overturned:
    """What an overturn came to."""

    case: Case
    left: tuple[str, ...]
    """What could not be undone and why, one sentence each; empty when all was."""


class Desk:
    """Cases and what moderators do to them. ``by`` is always the moderator's id."""

    def __init__(
        self,
        journal: Journal,
        evidence: EvidenceStore,
        client_of: ClientOf,
        parse: Parse,
        clock: Callable[[], datetime],
        *,
        learn: Learn | None = None,
        tell: Tell | None = None,
        house: House | None = None,
    ) -> None:
        self._journal = journal
        self._evidence = evidence
        self._client_of = client_of
        self._parse = parse
        self._clock = clock
        self._learn = learn
        self._tell = tell
        self._house = house
        # Within one process each undoing is carried out once; repeating one is harmless anyway.
        self._undoing = asyncio.Lock()

    async def cases(
        self,
        state: CaseState | None = None,
        *,
        before: tuple[datetime, str] | None = None,
        limit: int = 50,
        waiting: str = "",
        community: CommunityName | None = None,
    ) -> Sequence[Case]:
        """A page of cases, newest first; ``before`` is the last one's (opened_at, id).

        Those that wait for an answer are listed by what they wait for, and nowhere else.
        """
        return await self._journal.cases(
            state, before=before, limit=limit, waiting=waiting, community=community
        )

    async def incidents(self) -> Sequence[Incident]:
        """What open cases wait for, the largest number first."""
        return await incidents(self._journal.database)

    async def case(self, case_id: str) -> Case:
        """One case.

        Raises:
            NoSuchCase: no case of that id.
        """
        found = await self._journal.case(case_id)
        if found is None:
            raise NoSuchCase(f"There is no case {case_id}.")
        return found

    async def evidence(self, case_id: str, n: int) -> bytes:
        """The n-th picture of a case, counted from 0, as it was handed in.

        Raises:
            NoSuchCase: no case of that id.
            NoSuchEvidence: no such picture, or it may not be kept.
        """
        kept = (await self.case(case_id)).evidence
        if not 0 <= n < len(kept) or not kept[n].image:
            raise NoSuchEvidence(f"The case {case_id} keeps no picture {n}.")
        return await self._evidence.get(kept[n].image)

    async def claim(self, case_id: str, by: str) -> Case:
        """Reserve the case for a while. Raises as ``uphold`` does."""
        return await self._step(case_id, Command.CLAIM, by, None, "")

    async def note(self, case_id: str, by: str, note: str) -> Case:
        """Add words to the case's history; also when it is closed."""
        return await self._step(case_id, Command.NOTE, by, None, note)

    async def appeal(self, case_id: str, by: str, words: str = "") -> Case:
        """The author asks for another look, once; ``by`` is the author's id on the platform.

        Raises:
            NoSuchCase: no case of that id.
            IllegalMove: not the author, appealed before, or nothing stands against them.
        """
        return await self._step(case_id, Command.APPEAL, by, None, words)

    async def escalate(self, case_id: str, by: str, version: int, note: str = "") -> Case:
        """Put it before senior moderators. Raises as ``uphold`` does."""
        return await self._step(case_id, Command.ESCALATE, by, version, note)

    async def uphold(self, case_id: str, by: str, version: int, note: str = "") -> Case:
        """Confirm what was done, and close the case.

        Raises:
            NoSuchCase: no case of that id.
            AlreadyDecided: somebody was faster; it says who and when.
            IllegalMove: the case does not allow it otherwise.
            CaseChanged: ``version`` is not the case's any more.
        """
        await self._step(case_id, Command.UPHOLD, by, version, note)
        return await self._told(case_id)

    async def overturn(self, case_id: str, by: str, version: int, note: str = "") -> Overturned:
        """Close the case and undo, newest first, all that was done. Raises as ``uphold`` does.

        The decision stands before anything is undone; ``resume`` takes up what a crash or an
        absent platform left.
        """
        await self._step(case_id, Command.OVERTURN, by, version, note)
        if self._learn is not None:
            await self._learn(case_id, by)
        left = await self.resume(case_id)
        return Overturned(await self._told(case_id), left)

    async def resume(self, case_id: str | None = None) -> tuple[str, ...]:
        """Undo what decisions want undone, of one case or of all; returns what is left and why.

        To be called at start and every now and then: it also takes up actions that took effect
        while their case was being overturned.
        """
        left: list[str] = []
        messages: dict[str, Message] = {}
        async with self._undoing:
            for undoing in await decisions.wanted(self._journal, case_id):
                if undoing.case_id not in messages:
                    messages[undoing.case_id] = (await self.case(undoing.case_id)).message
                reason = await self._undo(undoing, messages[undoing.case_id])
                if reason is not None:
                    left.append(f"{undoing.outcome.action}: {reason}")
        return tuple(left)

    async def _told(self, case_id: str) -> Case:
        """A case that was just decided, once its author was told if they appealed."""
        case = await self.case(case_id)
        if self._tell is not None:
            await self._tell(case)
        return case

    async def _step(
        self, case_id: str, command: Command, by: str, version: int | None, note: str
    ) -> Case:
        step = Step(command, by, self._clock(), version, note)
        await decisions.take(self._journal, case_id, step)
        return await self.case(case_id)

    async def _undo(self, undoing: Undoing, message: Message) -> str | None:
        """Undo one outcome and record it; None when done, else why it is not."""
        client = self._client_of(undoing.key.ref)
        if client is None:
            return f"{undoing.key.ref.platform} is not running here; it is undone once it is."
        try:
            left = await self._take_back(undoing, client, message)
        except (Gone, NotPermitted) as exc:
            left = str(exc)
        except PlatformError as exc:
            # Nothing is recorded, so that resume tries again.
            return f"{exc} It will be tried again."
        await decisions.undone(self._journal, undoing, left, self._clock())
        return left

    async def _take_back(self, undoing: Undoing, client: Client, message: Message) -> str | None:
        action = self._parse(undoing.outcome.action)
        target = Target(
            message=message,
            nonce=undoing.key.nonce(undoing.outcome.action),
            reason=f"Bifocal: case {undoing.case_id} was overturned",
            now=self._clock(),
            house=self._house,
        )
        if undoing.outcome.status is Status.UNKNOWN:
            presence = await action.probe(client, target)
            if presence is Presence.ABSENT:
                return None
        return await action.undo(client, target, undoing.outcome.receipt or Receipt())
