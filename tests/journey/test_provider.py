"""The real process with a vendor on loopback: judged jointly, paid for, never failing open."""

import asyncio
from pathlib import Path

import httpx
import pytest

from tests.emulators.gemini import KEY, GeminiVendor
from tests.emulators.judged import Mind
from tests.emulators.server import Answer, Emulator
from tests.journey.process import Bot, command

HATE = GeminiVendor(Mind(words={"those people": {"hate": 0.93}}))
pytestmark = pytest.mark.slow


def settings(vendor: Emulator) -> dict[str, str]:
    return {
        "BIFOCAL_PROVIDERS__GEMINI__API_KEY": KEY,
        "BIFOCAL_PROVIDERS__GEMINI__BASE_URL": vendor.url,
    }


async def judged(client: httpx.AsyncClient, ref: str) -> dict[str, object]:
    for _ in range(300):
        messages = (await client.get("/api/v1/playground/messages")).json()
        found: dict[str, object] = next(m for m in messages if m["ref"] == ref)
        if found["judged"]:
            return found
        await asyncio.sleep(0.05)
    raise AssertionError(f"never judged: {ref}")


async def test_a_vendor_judges_what_no_word_list_can(tmp_path: Path) -> None:
    async with HATE.emulator().serving() as vendor:
        bot = Bot(tmp_path, settings(vendor))
        await bot.start()
        async with bot.client() as client:
            post = await judged(client, await bot.post(client, "those people again", ()))
            fine = await judged(client, await bot.post(client, "a lovely day", ()))
            figures = (await client.get("/metrics")).text
        assert await bot.stop() == 0
        _, spent, _ = await command(tmp_path, "stats", "cost", "--json", **bot.settings)

    assert post["case"] is not None
    assert fine["case"] is None
    assert '"usd"' in spent
    assert KEY not in "".join(bot.log) + figures + spent


async def test_a_vendor_that_is_away_sends_posts_to_review_as_one_incident(tmp_path: Path) -> None:
    async with HATE.emulator().serving() as vendor:
        vendor.faults.extend(Answer(503) for _ in range(10))
        bot = Bot(tmp_path, settings(vendor))
        await bot.start()
        async with bot.client() as client:
            refs = [await bot.post(client, f"those people again {n}", ()) for n in range(3)]
            posts = [await judged(client, ref) for ref in refs]
            desk = (await client.get("/desk")).text
        await bot.stop()

    assert {post["state"] for post in posts} == {"visible"}
    assert all(post["case"] for post in posts)
    assert desk.count('class="card incident') == 1


async def test_doctor_says_that_a_vendor_works_and_when_its_key_does_not(tmp_path: Path) -> None:
    async with HATE.emulator().serving() as vendor:
        works, said, _ = await command(tmp_path, "doctor", **settings(vendor))
        wrong = settings(vendor) | {"BIFOCAL_PROVIDERS__GEMINI__API_KEY": "canary-wrong"}
        broken, told, err = await command(tmp_path, "doctor", **wrong)

    assert works == 0
    assert "gemini" in said
    assert broken == 1
    assert "not valid" in told + err
    assert "canary-wrong" not in told + err
