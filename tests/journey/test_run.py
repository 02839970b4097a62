"""The running bot: stops in time, pauses at once, tells nothing it must not, reloads its rules."""

import asyncio
import json
import re
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.journey.kills import SCAM, counted, drained
from tests.journey.process import Bot, command
from tests.pictures import a_picture, encoded

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(240),
]

CAPTION = "canarycaption that nobody may log"
FILE_NAME = "canaryfile.png"
DESCRIPTION = "canaryalt"
RULE = '[[rule]]\nid = "{word}"\nwhen = "text.content.contains(\'{word}\')"\nthen = ["delete"]\n'


async def message(client: httpx.AsyncClient, ref: str) -> dict[str, Any]:
    """The post once it is judged."""
    async with asyncio.timeout(60):
        while True:
            found = (await client.get("/api/v1/playground/messages")).json()
            (post,) = [each for each in found if each["ref"] == ref]
            if post["judged"]:
                return dict(post)
            await asyncio.sleep(0.05)


def lines(bot: Bot) -> list[dict[str, Any]]:
    """The log, without what is said to the person at the keyboard."""
    return [json.loads(line) for line in bot.log if line.startswith("{")]


def listeners(pid: int) -> list[str]:
    """Where a process listens for TCP or UDP, as Linux writes it: hexadecimal address:port."""
    mine = {str(link.readlink()) for link in Path(f"/proc/{pid}/fd").iterdir()}
    tables = [Path(f"/proc/net/{name}") for name in ("tcp", "tcp6", "udp", "udp6")]
    rows = [row.split() for table in tables for row in table.read_text().splitlines()[1:]]
    return [row[1] for row in rows if f"socket:[{row[9]}]" in mine and row[3] in {"0A", "07"}]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def bot(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Bot]:
    """A bot that runs with the defaults, logs all it can, and has judged one post of canaries."""
    async with Bot(tmp_path_factory.mktemp("run"), {"BIFOCAL_LOG__LEVEL": "debug"}) as bot:
        async with bot.client() as client:
            reply = await client.post(
                "/api/v1/playground/messages",
                data={"persona": "newcomer", "text": f"{CAPTION} {SCAM}", "alt": DESCRIPTION},
                files=[("image", (FILE_NAME, encoded(a_picture()), "image/png"))],
            )
            await message(client, reply.json()["ref"])
        yield bot
        await bot.stop()


async def test_a_post_leaves_one_canonical_line(bot: Bot) -> None:
    (line,) = [line for line in lines(bot) if line["event"] == "message"]

    assert line["rules"][0] == "scam:live"
    assert set(line["outcomes"]) >= {"delete:applied", "timeout:applied"}
    assert line["ref"].startswith("playground:")
    assert line["ms"] > 0


async def test_neither_log_nor_metrics_hold_content_names_or_secrets(bot: Bot) -> None:
    async with bot.client() as client:
        metrics = (await client.get("/metrics")).text
    told = "\n".join(line for line in bot.log if line.startswith("{")) + metrics

    assert "bifocal_messages_judged_total" in metrics
    for canary in ("canary", "discord-nitro-gift", "FREE NITRO", "Nova", bot.token, bot.code):
        assert canary not in told


async def test_it_says_that_it_lives_and_is_ready(bot: Bot) -> None:
    async with httpx.AsyncClient(base_url=bot.url) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, alive.json()) == (200, {"status": "alive"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ready", "missing": {}})


@pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="asks Linux who listens where")
async def test_without_platform_tokens_it_listens_on_loopback_only(bot: Bot) -> None:
    listening = listeners(bot.pid)

    assert [address.partition(":")[0] for address in listening] == ["0100007F"]


async def test_the_sign_in_link_works_once(bot: Bot) -> None:
    async with httpx.AsyncClient(base_url=bot.url) as client:
        first = await client.get("/signin", params={"code": bot.code})
    async with httpx.AsyncClient(base_url=bot.url) as another:
        second = await another.get("/signin", params={"code": bot.code})
        desk = await another.get("/desk")

    assert (first.status_code, second.status_code) == (303, 400)
    assert desk.status_code in {303, 401}


async def test_a_stop_under_load_is_graceful_and_loses_nothing(tmp_path: Path) -> None:
    async with Bot(tmp_path, {"BIFOCAL_ANALYSIS__DECODE_WORKERS": "2"}) as bot:
        async with bot.client() as client:
            refs = await asyncio.gather(
                *(
                    bot.post(client, f"hello {n}", [encoded(a_picture(64 + n))], "regular")
                    for n in range(50)
                )
            )
        began = time.monotonic()
        code = await bot.stop()
        took = time.monotonic() - began
        await bot.start()
        await drained(bot)
        assert await bot.stop() == 0
        count = await counted(bot, set(refs), kills=0)

        assert code == 0
        assert took < 20
        assert (count.accepted, count.judged) == (50, 50)


async def test_pause_stops_all_acting_until_resume_and_across_a_restart(tmp_path: Path) -> None:
    async with Bot(tmp_path) as bot:
        await command(tmp_path, "pause", "--reason", "trying it")
        async with bot.client() as client:
            at_once = await message(client, await bot.post(client, SCAM))
            page = (await client.get(f"/desk/cases/{at_once['case']}")).text
        await bot.stop()
        await bot.start()
        async with bot.client() as client:
            restarted = await message(client, await bot.post(client, f"{SCAM} again"))
            gauge = (await client.get("/metrics")).text
            await command(tmp_path, "resume")
            resumed = await message(client, await bot.post(client, f"{SCAM} once more"))
        assert await bot.stop() == 0

        assert (at_once["state"], restarted["state"]) == ("visible", "visible")
        assert "acting is paused" in page
        assert "bifocal_paused 1.0" in gauge
        assert resumed["state"] == "deleted"
        withheld = [line["outcomes"] for line in lines(bot) if line["event"] == "message"][:2]
        assert all("delete:withheld" in outcomes for outcomes in withheld)


async def test_simulated_mode_touches_nothing_and_says_what_it_would_do(tmp_path: Path) -> None:
    async with Bot(tmp_path, {"BIFOCAL_PLAYGROUND__SIMULATE": "true"}) as bot:
        async with bot.client() as client:
            post = await message(client, await bot.post(client, SCAM))
            again = await bot.post(client, "I am not timed out")
        assert await bot.stop() == 0

        assert (post["state"], post["annotations"], post["timed_out_until"]) == (
            "visible",
            [],
            None,
        )
        assert again
        (line, *_) = [line for line in lines(bot) if line["event"] == "message"]
        assert {"delete:simulated", "timeout:simulated"} <= set(line["outcomes"])
        assert not any(outcome.endswith(":applied") for outcome in line["outcomes"])


async def test_rules_change_while_it_runs_and_a_broken_file_keeps_the_old(tmp_path: Path) -> None:
    policy = tmp_path / "rules.toml"
    policy.write_text(RULE.format(word="apple"))
    async with Bot(tmp_path, {"BIFOCAL_POLICY__FILE": "rules.toml"}) as bot:
        async with bot.client() as client:
            before = await message(client, await bot.post(client, "banana"))
            policy.write_text(RULE.format(word="banana"))
            await bot.until("policy changed")
            changed = await message(client, await bot.post(client, "banana again"))
            policy.write_text(RULE.format(word="cherry").replace("text.content", "text.contend"))
            await bot.until("policy refused")
            ready = await client.get("/readyz")
            kept = await message(client, await bot.post(client, "banana, still"))
        assert await bot.stop() == 0

        assert [post["state"] for post in (before, changed, kept)] == [
            "visible",
            "deleted",
            "deleted",
        ]
        assert ready.status_code == 503
        assert re.search(
            r"rules\.toml:3.*text\.content", ready.json()["missing"]["policy"], re.DOTALL
        )
