"""``bifocal rescan`` beside a running bot: in the background, within budgets, across a kill."""

import asyncio
import json
import signal
import sys
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.config.tables import Storage
from bot.model import Cause
from bot.policy.policy import Policy, preset_bytes
from bot.storage.store import opened
from tests.bot.storage.builders import a_new_case, a_record
from tests.emulators.gemini import GeminiVendor
from tests.emulators.judged import Mind
from tests.emulators.server import Answer, Emulator, Received
from tests.journey.process import Bot, command, environment
from tests.journey.test_provider import judged, settings

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
CASES = 5
SEEN = GeminiVendor(Mind(words={"those people": {"hate": 0.93}}))
RESCAN = ("rescan", "--since", "1d")


def priced(vendor: Emulator) -> dict[str, str]:
    """A cent for each question, and money for the first posts and two more."""
    price = {"input_per_million": 0, "output_per_million": 0, "per_call": 0.01}
    models = ("gemini-3.5-flash-lite", "gemini-3.5-flash-lite-001")
    return {
        **settings(vendor),
        "BIFOCAL_BUDGET__PRICES": json.dumps(dict.fromkeys(models, price)),
        "BIFOCAL_BUDGET__USD_PER_DAY": str((CASES + 2.5) / 100),
        "BIFOCAL_BUDGET__AUTHOR_SHARE": "1",
    }


async def flagged(bot: Bot) -> list[str]:
    """Posts that made a case each."""
    async with bot.client() as client:
        refs = [
            await bot.post(client, f"those people number {n}", (), "regular") for n in range(CASES)
        ]
        found = [await judged(client, ref) for ref in refs]
    return [str(post["case"]) for post in found]


async def rescans(bot: Bot, cases: list[str]) -> Counter[str]:
    """How often each case was judged again."""
    options = Storage(
        url=f"sqlite+aiosqlite:///{bot.folder}/data/bifocal.db",
        evidence_url=f"file://{bot.folder}/data/evidence",
    )
    counted: Counter[str] = Counter()
    async with opened(options, lambda: datetime.now(UTC)) as store:
        for name in cases:
            case = await store.journal.case(name)
            assert case is not None
            counted[name] = sum(one.key.cause is Cause.RESCAN for one in case.judgements)
        assert await store.journal.unfinished() == ()
    return counted


async def test_a_rescan_that_is_killed_goes_on_where_it_was_and_looks_at_none_twice(
    tmp_path: Path,
) -> None:
    asked = asyncio.Event()

    def answer(request: Received) -> Answer:
        # The third question of the rescan is never answered: there it is killed.
        if len(vendor.received) == CASES + 3:
            asked.set()
            return Answer(silent=True)
        return SEEN.handle(request)

    vendor = Emulator(answer)
    async with vendor.serving(), Bot(tmp_path, settings(vendor)) as bot:
        cases = await flagged(bot)
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot", *RESCAN),
            cwd=tmp_path,
            env=environment(**bot.settings),
            stderr=asyncio.subprocess.DEVNULL,
        )
        await asked.wait()
        process.send_signal(signal.SIGKILL)
        await process.wait()
        code, _, err = await command(tmp_path, *RESCAN, **bot.settings)
        assert await bot.stop() == 0

    assert (code, "3 cases looked at" in err) == (0, True)
    assert set((await rescans(bot, cases)).values()) == {1}
    assert len(vendor.received) == CASES + 3 + CASES - 2


async def test_a_rescan_spends_from_the_days_budget_and_stops_where_it_ends(
    tmp_path: Path,
) -> None:
    async with SEEN.emulator().serving() as vendor, Bot(tmp_path, priced(vendor)) as bot:
        cases = await flagged(bot)
        code, _, err = await command(tmp_path, *RESCAN, **bot.settings)
        assert await bot.stop() == 0

    assert code == 1
    assert "The budget of today is used up. Run it again to go on from here." in err
    assert sum((await rescans(bot, cases)).values()) == 2


async def test_a_rescan_judges_by_what_the_posts_community_chose(tmp_path: Path) -> None:
    options = Storage(
        url=f"sqlite+aiosqlite:///{tmp_path}/data/bifocal.db",
        evidence_url=f"file://{tmp_path}/data/evidence",
    )
    record = replace(a_record(actions=()), judged_at=datetime.now(UTC))
    async with opened(options, lambda: datetime.now(UTC)) as store:
        await store.journal.write(record, replace(a_new_case(), evidence=()))
        await store.communities.change(
            "playground", "home", lambda one: replace(one, preset="strict"), by="ada"
        )

    code, _, _ = await command(tmp_path, *RESCAN)
    async with opened(options, lambda: datetime.now(UTC)) as store:
        found = [one async for one in store.journal.records(record.judged_at)]

    (again,) = [one for one in found if one.key.cause is Cause.RESCAN]
    strict = Policy.parse(preset_bytes("strict"), "strict.toml")
    assert (code, again.verdict.policy_version) == (0, strict.version)
