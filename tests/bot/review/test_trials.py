"""Trying a policy on the past in a process of its own: what comes of it, and what bounds it."""

import asyncio
import sys
from datetime import timedelta

import pytest

from analysis.taxonomy import Category
from bot.model import Mode
from bot.policy.whatif import Wish
from bot.review.trials import TrialRefused, Trials
from bot.storage.journal import Journal
from tests.bot.policy.kit import a_rule
from tests.bot.storage.builders import NOON, a_key, a_new_case, a_record

POLICY = a_rule("scores.scam >= 0.8", "delete", name="scam", mode="shadow").encode()
PATIENT = timedelta(seconds=60)
ENDLESS = (sys.executable, "-c", "import time; time.sleep(600)")
BROKEN = (sys.executable, "-c", "raise SystemExit(3)")


@pytest.fixture
async def trials(journal: Journal, url: str) -> Trials:
    for number in range(3):
        await journal.write(a_record(a_key(number)), a_new_case() if number == 0 else None)
    return Trials(url, lambda: NOON + timedelta(hours=1), patience=PATIENT)


async def test_a_policy_is_tried_on_what_was_judged(trials: Trials) -> None:
    found = await trials.backtest(POLICY, "mine.toml", 30)

    assert found["judgements"] == 3
    assert found["policy"]["name"] == "mine.toml"
    assert found["rules"]["scam"]["now"] == {"live": 0, "shadow": 3}


async def test_a_wish_comes_true_in_the_trial(trials: Trials) -> None:
    live = await trials.backtest(POLICY, "p", 30, Wish("scam", Mode.LIVE, {Category.SCAM: 0.85}))
    never = await trials.backtest(POLICY, "p", 30, Wish("scam", Mode.LIVE, {Category.SCAM: 0.99}))

    assert live["rules"]["scam"]["now"] == {"live": 3, "shadow": 0}
    assert never["rules"]["scam"]["now"] == {"live": 0, "shadow": 0}


async def test_only_the_days_that_were_asked_for_are_read(trials: Trials) -> None:
    trials._clock = lambda: NOON + timedelta(days=8)

    assert (await trials.backtest(POLICY, "p", 7))["judgements"] == 0


async def test_a_rule_is_tuned(trials: Trials) -> None:
    found = await trials.tune(POLICY, "p", 30, rule="scam", score=None, precision=0.95)

    assert found["threshold"] == 0.8
    assert found["refusal"] == "Only 0 decided cases are within the rule's reach; it takes 20."


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        (b"[[rule]", "mine.toml:1: not TOML"),
        (a_rule("scores.scan >= 0.8").encode(), 'did you mean "scores.scam"'),
        (b"\xff", "mine.toml: it is not UTF-8 text"),
        (b"", "it holds no rules"),
        (b"x" * 2_000_000, "larger"),
    ],
)
async def test_a_policy_that_is_not_valid_is_refused_in_a_sentence(
    trials: Trials, policy: bytes, message: str
) -> None:
    with pytest.raises(TrialRefused, match=message):
        await trials.backtest(policy, "mine.toml", 30)


async def test_one_that_takes_too_long_is_stopped() -> None:
    trials = Trials("", lambda: NOON, patience=timedelta(seconds=0.2), program=ENDLESS)

    with pytest.raises(TrialRefused, match="took longer than 0 s and was stopped"):
        await trials.backtest(POLICY, "p", 30)


async def test_one_that_breaks_off_is_said() -> None:
    with pytest.raises(TrialRefused, match="broke off"):
        await Trials("", lambda: NOON, program=BROKEN).backtest(POLICY, "p", 30)


async def test_a_second_one_is_refused_while_the_first_runs() -> None:
    trials = Trials("", lambda: NOON, patience=timedelta(seconds=0.3), program=ENDLESS)
    first = asyncio.create_task(trials.backtest(POLICY, "p", 30))
    await asyncio.sleep(0)

    with pytest.raises(TrialRefused, match="Another change is being tried"):
        await trials.backtest(POLICY, "p", 30)
    with pytest.raises(TrialRefused, match="took longer"):
        await first


async def test_whoever_stops_waiting_leaves_no_process_behind() -> None:
    trials = Trials("", lambda: NOON, patience=PATIENT, program=ENDLESS)
    task = asyncio.create_task(trials.backtest(POLICY, "p", 30))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    trials._program = BROKEN
    with pytest.raises(TrialRefused, match="broke off"):
        await trials.backtest(POLICY, "p", 30)


async def test_no_variable_of_ours_reaches_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_DISCORD__TOKEN", "canary")
    tell = "import json, os; print(json.dumps({'refused': ' '.join(os.environ.values())}))"
    trials = Trials("", lambda: NOON, program=(sys.executable, "-c", tell))

    with pytest.raises(TrialRefused) as said:
        await trials.backtest(POLICY, "p", 30)

    assert "canary" not in str(said.value)
