"""``bifocal stats cost``: what is shown of what was spent."""

from datetime import date

from analysis.remote.ledger import Spent
from analysis.remote.meter import Spared
from bot.cli.stats import document
from bot.storage.spend import SparedCalls

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
