"""Looking again at what cases keep: what is written, what is left alone, and where it goes on."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from analysis.taxonomy import Category
from analysis.types import (
    Assessment,
    Content,
    Failure,
    FailureKind,
    Grounds,
    Modality,
    Passage,
    Signal,
)
from bot.cli.rescan import begins
from bot.errors import Misconfigured
from bot.model import (
    CaseState,
    Cause,
    Context,
    Evidence,
    JudgementKey,
    Matched,
    Mode,
    Outcome,
    Status,
    Verdict,
)
from bot.ports import Client
from bot.review.desk import Desk
from bot.review.rescan import BudgetSpent, Rescanner, Step
from bot.storage.evidence import EvidenceStore, NoSuchEvidence
from bot.storage.journal import Journal
from bot.storage.sealed import NewCase
from tests.bot.storage.builders import NOON, Clock, Plain, a_key, a_message, a_record, parse

PICTURE = b"a kept picture"


@dataclass
class Today:
    """Today's detectors and rules."""

    journal: Journal
    evidence: EvidenceStore
    clock: Clock
    rules: tuple[str, ...] = ("new-rule",)
    actions: tuple[str, ...] = ("delete", "warn")
    failures: tuple[Failure, ...] = ()
    signals: tuple[Signal, ...] = ()
    looked: list[tuple[tuple[str, ...], tuple[bytes | Failure, ...]]] = field(default_factory=list)
    files: tuple[bytes | Failure, ...] = ()
    steps: list[Step] = field(default_factory=list)
    dies_at: int = -1

    async def decode(self, words: Sequence[Passage], files: Sequence[bytes | Failure]) -> Content:
        self.files = tuple(files)
        return Content(tuple(words))

    async def look(self, content: Content, context: Context) -> tuple[Assessment, Verdict]:
        if len(self.looked) == self.dies_at:
            raise KeyboardInterrupt
        self.looked.append((tuple(p.text for p in content.passages), self.files))
        found = Assessment(
            (), self.signals, (), dict.fromkeys(Category), {}, (), failures=self.failures
        )
        matched = tuple(Matched(rule, Mode.LIVE, self.actions) for rule in self.rules)
        actions = tuple(Plain(spec) for spec in self.actions) if self.rules else ()
        return found, Verdict(matched, (), actions, bool(self.rules), "Today's.", "v2")

    async def run(self, *, rule: str = "", since: datetime = NOON) -> Step:
        again = Rescanner(self.journal, self.evidence, self.decode, self.look, self.clock)
        return await again.run(since, rule, "ada", self.steps.append)

    async def a_case(self, number: int = 1) -> str:
        """A case of one picture whose removal was done."""
        image = await self.evidence.put(PICTURE)
        kept = (Evidence(image, 0, 64, 64, "ab" * 32),)
        key = a_key(number)
        at = NOON + timedelta(minutes=number)
        record = a_record(key, actions=("delete",), judged_at=at)
        case = await self.journal.write(record, NewCase(a_message(number), (), kept))
        await self.journal.settle(key, Outcome("delete", Status.APPLIED, NOON))
        await self.journal.finish(key)
        assert case is not None
        return case

    def desk(self) -> Desk:
        nowhere: dict[str, Client] = {}
        return Desk(
            self.journal, self.evidence, lambda ref: nowhere.get(ref.platform), parse, self.clock
        )


@pytest.fixture
def today(journal: Journal) -> Today:
    clock = Clock(NOON + timedelta(hours=1))
    return Today(journal, EvidenceStore.open("memory://", journal.seal), clock)


async def test_a_rescan_is_a_further_judgement_of_its_own_cause(today: Today) -> None:
    name = await today.a_case()
    step = await today.run()

    judgements = (await today.desk().case(name)).judgements
    assert [one.key.cause for one in judgements] == [Cause.POSTED, Cause.RESCAN]
    assert judgements[-1].rules == ("new-rule",)
    assert step == Step(1, 1, 1)


async def test_the_words_and_the_kept_pictures_are_looked_at(today: Today) -> None:
    await today.a_case()
    await today.run()

    ((words, files),) = today.looked
    assert a_message().text in words
    assert files == (PICTURE,)


async def test_a_picture_that_is_lost_is_a_failure_and_not_clean(today: Today) -> None:
    await today.a_case()
    await today.evidence.delete(await today.evidence.put(PICTURE))
    await today.run()

    ((_, (file,)),) = today.looked
    assert isinstance(file, Failure)


async def test_nothing_is_done_and_what_is_new_waits_for_a_person(today: Today) -> None:
    name = await today.a_case()
    await today.run()

    outcomes = (await today.desk().case(name)).judgements[-1].outcomes
    assert [(one.action, one.status) for one in outcomes] == [("warn", Status.WITHHELD)]
    assert await today.journal.unfinished() == ()


@pytest.mark.parametrize("verb", ["uphold", "overturn"])
async def test_what_a_person_decided_is_left_as_it_is(today: Today, verb: str) -> None:
    name = await today.a_case()
    decide = today.desk().uphold if verb == "uphold" else today.desk().overturn
    await decide(name, "ada", 1)
    await today.run()

    case = await today.desk().case(name)
    assert case.state is CaseState.CLOSED
    assert case.judgements[-1].outcomes == ()


async def test_a_rescan_goes_on_where_it_was_stopped(today: Today) -> None:
    for number in range(3):
        await today.a_case(number)
    today.dies_at = 1
    with pytest.raises(KeyboardInterrupt):
        await today.run()
    today.dies_at = -1

    assert (await today.run()).done == 2
    assert len(today.looked) == 3


class Killed(Journal):
    """Of a process that is killed after it wrote a judgement."""

    async def finish(self, key: JudgementKey) -> None:
        raise KeyboardInterrupt(str(key))


async def test_a_judgement_that_was_written_before_a_kill_is_finished(today: Today) -> None:
    await today.a_case()
    journal = today.journal
    today.journal = Killed(journal.database, journal.seal, parse)
    with pytest.raises(KeyboardInterrupt):
        await today.run()
    today.journal = journal
    await today.run()

    assert await journal.unfinished() == ()
    assert len(today.looked) == 1


async def test_another_rescan_looks_at_all_again(today: Today) -> None:
    name = await today.a_case()
    await today.run()
    await today.run()

    assert len((await today.desk().case(name)).judgements) == 3


async def test_only_the_cases_of_a_rule_are_looked_at(today: Today) -> None:
    await today.a_case()

    assert (await today.run(rule="another")).of == 0
    assert (await today.run(rule="scam-screenshot")).of == 1


async def test_older_cases_are_left_alone(today: Today) -> None:
    await today.a_case()

    assert (await today.run(since=NOON + timedelta(minutes=2))).of == 0


async def test_a_spent_budget_stops_it_and_writes_nothing(today: Today) -> None:
    name = await today.a_case()
    today.failures = (Failure("gemini", FailureKind.OVER_BUDGET, "spent"),)
    with pytest.raises(BudgetSpent):
        await today.run()
    assert len((await today.desk().case(name)).judgements) == 1
    today.failures = ()

    assert (await today.run()).done == 1


async def test_the_progress_is_told_with_every_case(today: Today) -> None:
    for number in range(2):
        await today.a_case(number)
    await today.run()

    assert [(step.done, step.of) for step in today.steps] == [(0, 2), (1, 2), (2, 2)]


async def test_a_new_suspicion_of_csae_takes_the_kept_picture_away(today: Today) -> None:
    name = await today.a_case()
    today.signals = (Signal(Category.CSAE, 0.9, Modality.IMAGE, Grounds.MODEL, "vision@1"),)
    await today.run()

    with pytest.raises(NoSuchEvidence):
        await today.desk().evidence(name, 0)
    assert (await today.desk().case(name)).message.text == ""


async def test_a_clean_look_resolves_a_case_that_waited(today: Today) -> None:
    name = await today.a_case(2)
    record = dataclasses.replace(a_record(a_key(9), actions=()), judged_at=today.clock())
    waiting = NewCase(a_message(9), waiting="gemini:timeout")
    resolved = await today.journal.write(record, waiting)
    assert resolved is not None
    today.rules = ()
    await today.run()

    assert (await today.desk().case(resolved)).state is CaseState.CLOSED
    assert (await today.desk().case(name)).state is CaseState.OPEN


@pytest.mark.parametrize(
    ("since", "start"),
    [
        ("30d", datetime(2026, 10, 24, tzinfo=UTC)),
        ("2w", datetime(2026, 11, 9, tzinfo=UTC)),
        ("5h", datetime(2026, 11, 23, 7, tzinfo=UTC)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
    ],
)
def test_a_span_or_a_date_says_since_when(since: str, start: datetime) -> None:
    assert begins(since, datetime(2026, 11, 23, 12, 34, tzinfo=UTC)) == start


@pytest.mark.parametrize("since", ["", "yesterday", "30", "99999d", "1d1h", "2026-13-01"])
def test_any_other_since_is_refused(since: str) -> None:
    with pytest.raises(Misconfigured):
        begins(since, NOON)
