"""The desk's rules over a running bot: figures from its journal, trials beside it."""

import asyncio
import time
from pathlib import Path

import httpx
import pytest

from tests.journey.kills import SCAM
from tests.journey.process import Bot
from tests.journey.test_run import message

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]
RULES = """
[[rule]]
id = "scam-likely"
when = "scores.scam >= 0.5"
then = ["flag"]

[[rule]]
id = "scam-trial"
when = "scores.scam >= 0.8"
then = ["delete", "flag"]
mode = "shadow"
"""


async def test_a_shadow_rule_is_followed_from_its_figures_to_a_trial(tmp_path: Path) -> None:
    (tmp_path / "rules.toml").write_text(RULES)
    async with (
        Bot(tmp_path, {"BIFOCAL_POLICY__FILE": "rules.toml"}) as bot,
        bot.client() as client,
    ):
        post = await message(client, await bot.post(client, SCAM))
        fine = await message(client, await bot.post(client, "a lovely day"))
        page = (await client.get("/desk/rules/scam-trial")).text
        trial = (await client.post("/desk/rules/scam-trial/try", data={"mode": "live"})).text
        tuning = (await client.post("/desk/rules/scam-trial/tune", data={})).text
        why = (await client.get("/desk/why", params={"which": fine["ref"]})).text
        wrong = (await client.post("/desk/try", data={"candidate": "[[rule]]"})).text
        assert await bot.stop() == 0

    assert f'<a href="/desk/cases/{post["case"]}">Case</a>' in page
    assert '1 <span class="shadowed">delete</span>' in page
    assert "1</b> of 2 judgements would come out otherwise" in trial
    assert "rules.toml, line 7" in trial
    assert "Only 0 decided cases are within the rule" in tuning
    assert "No rule matches; the nearest come first." in why
    assert "candidate.toml:1: id must be" in wrong


async def test_the_bot_answers_while_a_change_is_tried(tmp_path: Path) -> None:
    waits: list[float] = []

    async def knock(client: httpx.AsyncClient, done: asyncio.Event) -> None:
        while not done.is_set():
            began = time.monotonic()
            (await client.get("/healthz")).raise_for_status()
            waits.append(time.monotonic() - began)

    async with Bot(tmp_path) as bot, bot.client() as client:
        await message(client, await bot.post(client, SCAM))
        done = asyncio.Event()
        knocking = asyncio.create_task(knock(client, done))
        reply = await client.post("/desk/try", data={"candidate": RULES})
        done.set()
        await knocking
        assert await bot.stop() == 0

    assert "of 1 judgement would come out otherwise" in reply.text
    assert len(waits) > 10
    assert max(waits) < 1.0
