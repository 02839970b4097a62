"""Looks again, with today's detectors and rules, at what cases keep.

Nothing is done to anybody: what today's rules would add waits, withheld, for a person, and what
a person decided is left as it is. The words are those of the post; the pictures are the kept
copies, which are re-encoded, so a bank knows them by likeness and not by equal pixels.
"""

import dataclasses
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from analysis.types import Assessment, Content, Failure, FailureKind, Passage
from bot.errors import EnvironmentFailed
from bot.journey.gather import Decode, passages
from bot.model import Case, Cause, Context, JudgementKey, Outcome, Record, Status, Verdict
from bot.review.waiting import waits_for
from bot.storage import rescans
from bot.storage.evidence import EvidenceStore
from bot.storage.journal import Journal
from bot.storage.rescans import Rescan
from bot.storage.sealed import NewCase, suspects_csae

FOUND = "found by a rescan; a person decides"
"""Why an action of a rescan is withheld."""

Look = Callable[[Content, Context], Awaitable[tuple[Assessment, Verdict]]]
"""Analyses content and decides by the policy of the moment: ``Judge.judge``."""


class BudgetSpent(EnvironmentFailed):
    """Nothing more may be spent today. What was done stays done; run it again to go on."""


@dataclass(frozen=True, slots=True)
class Step:
    """How far a rescan came."""

    done: int
    of: int
    changed: int
    """How many of those done are judged by other rules than before."""


class Rescanner:
    """Goes through cases, oldest first, and remembers where it is."""

    def __init__(
        self,
        journal: Journal,
        evidence: EvidenceStore,
        decode: Decode,
        look: Look,
        clock: Callable[[], datetime],
    ) -> None:
        self._journal = journal
        self._evidence = evidence
        self._decode = decode
        self._look = look
        self._clock = clock

    async def run(self, since: datetime, rule: str, by: str, tell: Callable[[Step], None]) -> Step:
        """Look again at every case opened since then, or at those that a rule matched.

        One that was interrupted and is asked for in the same words goes on where it stopped.

        Raises:
            BudgetSpent: the budget of the day is used up.
        """
        database = self._journal.database
        rescan = await rescans.begun(database, since, rule, self._clock(), by)
        due = await rescans.due(database, rescan)
        step = Step(0, len(due), 0)
        tell(step)
        for at, name in due:
            changed = await self._again(name, rescan)
            rescan = dataclasses.replace(rescan, last=(at, name))
            await rescans.progressed(database, rescan, self._clock(), by)
            step = Step(step.done + 1, step.of, step.changed + changed)
            tell(step)
        done = dataclasses.replace(rescan, finished=True)
        await rescans.progressed(database, done, self._clock(), by)
        return step

    async def _again(self, case_id: str, rescan: Rescan) -> bool:
        """Judge one case anew; whether other live rules match than before."""
        case = await self._journal.case(case_id)
        if case is None:
            return False
        key = JudgementKey(case.message.ref, case.message.revision, rescan.round, Cause.RESCAN)
        before = await self._before(case)
        if before is None:
            return False
        if await self._journal.stored(key) is not None:  # stopped after it was written
            await self._journal.finish(key)
            return False
        assessment, verdict = await self._look(await self._content(case), before.context)
        if any(one.kind is FailureKind.OVER_BUDGET for one in assessment.failures):
            raise BudgetSpent("The budget of today is used up. Run it again to go on from here.")
        await self._write(case, dataclasses.replace(before, key=key), assessment, verdict)
        rules = {matched.rule for matched in verdict.matched}
        return rules != {matched.rule for matched in before.verdict.matched}

    async def _before(self, case: Case) -> Record | None:
        """The newest judgement of the case: it knows the author and the context."""
        key = await rescans.newest(self._journal, case.id)
        stored = None if key is None else await self._journal.stored(key)
        return None if stored is None else stored.record

    async def _content(self, case: Case) -> Content:
        """The post's words, and its kept pictures in the places of its files.

        Further frames of an animation stand behind, as files of their own.
        """
        words: list[Passage] = list(passages(case.message))
        gone = Failure("evidence", FailureKind.GONE, "no copy of it was kept")
        files: list[bytes | Failure] = [
            dataclasses.replace(gone, media=media) for media in range(len(case.message.attachments))
        ]
        for kept in case.evidence:
            if not kept.image:
                continue
            try:
                data = await self._evidence.get(kept.image)
            except EnvironmentFailed:
                continue
            if kept.media < len(files) and isinstance(files[kept.media], Failure):
                files[kept.media] = data
            else:
                files.append(data)
        return await self._decode(words, files)

    async def _write(
        self, case: Case, like: Record, assessment: Assessment, verdict: Verdict
    ) -> None:
        """A further judgement, with what it would add withheld; nothing for a decided case."""
        decided = await rescans.was_decided(self._journal.database, case.id)
        standing = {
            one.action
            for judgement in case.judgements
            for one in judgement.outcomes
            if one.status is not Status.FAILED
        }
        now = self._clock()
        added = (
            ()
            if decided
            else tuple(action for action in verdict.actions if str(action) not in standing)
        )
        record = dataclasses.replace(
            like,
            judged_at=now,
            assessment=assessment,
            verdict=dataclasses.replace(verdict, actions=added),
            outcomes=tuple(
                Outcome(str(action), Status.WITHHELD, now, None, FOUND) for action in added
            ),
        )
        if suspects_csae(assessment):
            # It was not suspected when it was kept. Now nothing of it may be.
            for kept in case.evidence:
                if kept.image:
                    await self._evidence.delete(kept.image)
        await self._journal.write(record, self._due(case, record))
        await self._journal.finish(record.key)

    @staticmethod
    def _due(case: Case, record: Record) -> NewCase | None:
        """What the case keeps of it; None where nothing was found, so that it may be resolved."""
        verdict = record.verdict
        if not verdict.matched and not verdict.needs_review and record.assessment.complete:
            return None
        kept = NewCase(case.message, case.passages, waiting=waits_for(record))
        return kept.bare() if suspects_csae(record.assessment) else kept
