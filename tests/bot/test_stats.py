"""``bifocal stats``: what is shown of what was spent, and of what was done."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from analysis.remote.ledger import Spent
from analysis.remote.meter import Spared
from bot.cli.stats import document
from bot.storage.spend import SparedCalls
from tests.bot.storage.builders import a_new_case, a_record
from tests.bot.test_cases_command import a_store
from tests.journey.process import command

DAY = date(2026, 11, 22)


def test_the_document_names_day_community_model_and_reason() -> None:
    spent = [Spent(DAY, "x", "gemini", "gemini-3.5-flash-lite", 0.0012344, 3, 4200)]
    spared = [SparedCalls(DAY, "gemini", Spared.CACHE, 7)]

    assert document(7, spent, spared) == {
        "schema": "bifocal.cost/1",
        "days": 7,
        "usd": 0.001234,
        "spent": [
            {
                "day": "2026-11-22",
                "community": "x",
                "provider": "gemini",
                "model": "gemini-3.5-flash-lite",
                "usd": 0.001234,
                "calls": 3,
                "tokens": 4200,
            }
        ],
        "spared": [{"day": "2026-11-22", "provider": "gemini", "reason": "cache", "calls": 7}],
    }


def test_nothing_spent_is_a_document_too() -> None:
    assert document(1, [], [])["usd"] == 0


@pytest.mark.slow
async def test_what_was_done_is_told_of_each_community_and_of_one(tmp_path: Path) -> None:
    async with a_store(tmp_path) as store:
        for platform, name in (("playground", "home"), ("playground", "away")):
            await store.communities.change(
                platform, name, lambda one: replace(one, name=one.id.capitalize()), by="ada"
            )
        at = datetime.now(UTC) - timedelta(hours=1)
        await store.journal.write(replace(a_record(actions=()), judged_at=at), a_new_case())

    _, told, _ = await command(tmp_path, "stats", "activity")
    _, out, _ = await command(
        tmp_path, "stats", "activity", "--community", "playground:home", "--json"
    )

    away, home = told.splitlines()[1:]
    assert (away.split()[:3], home.split()[:4]) == (
        ["Away", "(playground)", "0"],
        ["Home", "(playground)", "1", "1"],
    )
    (one,) = json.loads(out)["communities"]
    assert (one["name"], one["posts"], one["opened"]) == ("Home", 1, 1)
