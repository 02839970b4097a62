"""Posts under fire: the process is killed again and again, and then everything is counted."""

import asyncio
import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO

import httpx
from PIL import Image, ImageDraw

from bot.actions.spec import parse
from bot.model import Record, Status
from bot.storage.database import Database
from bot.storage.journal import Journal
from bot.storage.seal import key_file
from tests.journey.process import Bot

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
SCAM = (
    "FREE NITRO for everyone! Claim your gift now at https://discord-nitro-gift.xyz/claim before "
    "it ends, connect your wallet and enter your seed phrase"
)
WORDS = (SCAM, "hello there, lovely weather", "my number is +49 151 23456789, call me")


@dataclass(frozen=True)
class Count:
    """What was left when the smoke cleared."""

    accepted: int
    judged: int
    actions: int
    kills: int
    attempts: int


async def under_fire(bot: Bot, posts: int, kills: int, seed: int = 0) -> Count:
    """Post, kill, restart a running bot until all is posted; then check that nothing was lost."""
    chance = random.Random(seed)  # noqa: S311 - which moment is hit, not a secret
    accepted: set[str] = set()
    for kill in range(kills):
        share = (kill + 1) * posts // kills
        firing = asyncio.create_task(_fire(bot, accepted, share, chance))
        # Anywhere from the first byte to well after the last: every line may be the last one.
        await asyncio.sleep(chance.uniform(0.0, 1.2))
        await bot.kill()
        await firing
        await bot.start()
    await _fire(bot, accepted, posts, chance)
    await drained(bot)
    assert await bot.stop() == 0
    return await counted(bot, accepted, kills)


async def _fire(bot: Bot, accepted: set[str], until: int, chance: random.Random) -> None:
    """Post until so many were acknowledged, or the connection breaks."""
    async with bot.client() as client:
        while len(accepted) < until:
            images = [_picture(chance)] if chance.random() < 0.4 else []
            text = f"{chance.choice(WORDS)} {len(accepted)}"
            # Two personas: a timeout of the newcomer must not dry up the stream.
            persona = chance.choice(("newcomer", "regular", "moderator"))
            try:
                accepted.add(await bot.post(client, text, images, persona))
            except httpx.HTTPStatusError as exc:
                if exc.response.status_code != httpx.codes.FORBIDDEN:
                    raise
            except httpx.TransportError:
                return


def _picture(chance: random.Random) -> bytes:
    picture = Image.new("RGB", (160, 120), (chance.randrange(256), 90, 160))
    ImageDraw.Draw(picture).ellipse((20, 20, chance.randrange(40, 150), 100), fill="white")
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


async def drained(bot: Bot) -> None:
    """Wait until every post was judged."""
    waiting: list[str] = []
    async with bot.client() as client:
        for _ in range(600):
            messages = (await client.get("/api/v1/playground/messages")).json()
            waiting = [message["ref"] for message in messages if not message["judged"]]
            if not waiting:
                return
            await asyncio.sleep(0.1)
    raise AssertionError(f"never judged: {waiting}")


async def counted(bot: Bot, accepted: set[str], kills: int) -> Count:
    """Open what the stopped bot left, and check it."""
    data = bot.folder / "data"
    database = await Database.open(f"sqlite+aiosqlite:///{data}/bifocal.db")
    journal = Journal(database, key_file(data / "bifocal.key"), parse)
    try:
        records = [record async for record in journal.records(LONG_AGO)]
        assert await journal.unfinished() == ()
    finally:
        await database.close()
    _check(records, accepted)
    done = sum(outcome.status is Status.APPLIED for r in records for outcome in r.outcomes)
    attempts = sum('"attempt"' in line and '"message"' in line for line in bot.log)
    return Count(len(accepted), len(records), done, kills, attempts)


def _check(records: list[Record], accepted: set[str]) -> None:
    """Every accepted post has exactly one final record, and at most one of each action."""
    judged = Counter(str(record.key.ref) for record in records)
    assert not accepted - set(judged), "accepted and lost"
    assert set(judged.values()) <= {1}, "judged twice"
    for record in records:
        actions = Counter(outcome.action for outcome in record.outcomes)
        assert set(actions.values()) <= {1}, "an action stands twice"
        assert all(o.status is not Status.INTENDED for o in record.outcomes), "left unsettled"
