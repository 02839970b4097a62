"""How fast a chat post is acted upon, over the emulated Discord and the emulated Slack.

The real process, as ``bifocal run`` starts it with OCR switched on, connected to both emulators,
which run in the process that measures: so a figure holds the sockets, the download, the decoding,
the judgement, two durable commits and the request to act, and the emulators' own work.
"""

import asyncio
import re
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import count
from pathlib import Path
from statistics import quantiles

from PIL import Image, ImageDraw

from bench.figures import Figure
from bench.footprint import own_memory
from tests.emulators.discord import discord_world
from tests.emulators.slack import slack_world
from tests.journey.hands.discord import DiscordHands
from tests.journey.hands.slack import SlackHands
from tests.journey.process import Bot, command

POSTS = 100
"""Known-bad pictures of each kind."""
RATE, SECONDS = 50, 10
"""Slack's events a second, and for how long."""
CROWD, TALKING = 500_000, 10_000
"""Members of the large guild, and how many of them write, once each."""
GOAL_MS, ACK_MS = 100.0, 500.0
SIDE = 1000
"""Pixels: one megapixel."""
JUDGED = re.compile(
    r"^bifocal_messages_judged_total\{.*platform=\"discord\".*\} (\S+)$", re.MULTILINE
)


@dataclass(frozen=True)
class Chat:
    """The bot between both platforms."""

    bot: Bot
    discord: DiscordHands
    slack: SlackHands


async def run() -> list[Figure]:
    """Measure; takes about four minutes."""
    async with _serving() as chat:
        figures = await _discord(chat)
        figures += await _slack(chat)
        figures += await _crowd(chat)
    return figures


@asynccontextmanager
async def _serving() -> AsyncIterator[Chat]:
    with tempfile.TemporaryDirectory(prefix=".bench-", dir=Path.cwd()) as name:
        folder = Path(name)
        known = folder / "known.jpg"
        known.write_bytes(_picture())
        async with discord_world() as discord, slack_world() as slack:
            hands = DiscordHands(discord), SlackHands(slack)
            hosts = f"{discord.settings().host},{slack.settings().file_host}"
            settings = {
                **hands[0].settings(),
                **hands[1].settings(),
                "BIFOCAL_DISCORD__SIMULATE": "false",
                "BIFOCAL_SLACK__SIMULATE": "false",
                "BIFOCAL_MEDIA__EXTRA_HOSTS": hosts,
                "BIFOCAL_ANALYSIS__OCR": "true",
                "BIFOCAL_ANALYSIS__DECODE_WORKERS": "2",
            }
            bot = Bot(folder, settings)
            await _known(bot, known)
            async with bot:
                await discord.connected(30)
                await slack.connected()
                await bot.until('"warm"')
                yield Chat(bot, *hands)


async def _known(bot: Bot, picture: Path) -> None:
    """Make the picture known to all communities, confirmed."""
    code, _, err = await command(
        bot.folder, "banks", "add", "bench", str(picture), "--confirmed", **bot.settings
    )
    if code:
        raise RuntimeError(err)


async def _discord(chat: Chat) -> list[Figure]:
    world, general = chat.discord.world, chat.discord.guild.channel("general")

    async def removal(number: int, picture: bytes) -> float:
        author = chat.discord.guild.member(f"member-{number}")
        loop = asyncio.get_running_loop()
        began = loop.time()
        post = await general.post(author, "look at this", files=[("picture.jpg", picture)])
        await world.until(lambda: post.deleted, 30)
        (asked,) = world.requests("DELETE", f"/messages/{post.id}")
        return asked.at - began

    return await _removals("Discord", removal, range(30, 90, 2))


async def _slack(chat: Chat) -> list[Figure]:
    world, general = chat.slack.world, chat.slack.team.channel("general")

    async def removal(number: int, picture: bytes) -> float:
        author = chat.slack.team.user(f"member-{number}")
        seen, began = len(world.received), time.perf_counter()
        post = await general.post(author, "look at this", files=[("picture.jpg", picture)])
        await world.until(lambda: post.deleted, 30)
        acts = [
            one for one in world.received[seen:] if one.method in {"files.delete", "chat.delete"}
        ]
        return acts[0].at - began

    figures = await _removals("Slack", removal, range(31, 91, 2))
    return [*figures, await _acknowledged(chat)]


async def _removals(
    name: str, removal: Callable[[int, bytes], Awaitable[float]], qualities: Sequence[int]
) -> list[Figure]:
    """From a post's sending to the request to remove it, each author posting once."""
    same, authors = _picture(), count()
    for _ in range(5):
        await removal(next(authors), same)
    copies = [await removal(next(authors), same) for _ in range(POSTS)]
    anew = [await removal(next(authors), _picture(each)) for each in qualities]
    how = f"{POSTS} posts of one 1-megapixel JPEG, one after the other"
    read = f"{len(qualities)} JPEG qualities: each is decoded and read anew"
    return [
        Figure(f"{name}: known-bad copy to action, p50", _ms(copies, 50), "ms", GOAL_MS, note=how),
        Figure(f"{name}: known-bad copy to action, p99", _ms(copies, 99), "ms"),
        Figure(f"{name}: known-bad, encoded anew, p50", _ms(anew, 50), "ms", note=read),
    ]


async def _acknowledged(chat: Chat) -> Figure:
    """How long Slack waits to be told that an event was taken, while many come."""
    general, people = chat.slack.team.channel("general"), 20
    deliveries = []
    began = time.perf_counter()
    for number in range(RATE * SECONDS):
        await asyncio.sleep(max(0.0, began + number / RATE - time.perf_counter()))
        author = chat.slack.team.user(f"member-{number % people}")
        post = await general.post(author, f"nothing happens in sentence {number}")
        assert post.delivery is not None
        deliveries.append(post.delivery)
    settled = [await one.settled() for one in deliveries]
    taken = _ms([one.latency_s for one in settled], 99)
    note = f"{RATE} events a second for {SECONDS} s"
    return Figure("Slack: acknowledgement, p99", taken, "ms", ACK_MS, note=note)


async def _crowd(chat: Chat) -> list[Figure]:
    """A large guild comes, and each of many members writes once."""
    world, pid = chat.discord.world, chat.bot.pid
    before = own_memory(pid)
    guild = world.guild("Huge", crowd=CROWD)
    general, first = guild.channel("general"), await _judged(chat)
    await general.post(guild.of_the_crowd(0), "hello")
    await _until_judged(chat, first + 1)
    joined = own_memory(pid)
    began = time.perf_counter()
    for number in range(1, TALKING + 1):
        await general.post(guild.of_the_crowd(number), f"nothing happens in sentence {number}")
        if number % 50 == 0:
            await asyncio.sleep(0)  # the sockets' turn
    await _until_judged(chat, first + 1 + TALKING)
    took = time.perf_counter() - began
    after = own_memory(pid)
    return [
        Figure(
            "Discord: words alone, sustained",
            TALKING / took,
            "1/s",
            higher_is_better=True,
            note=f"{TALKING:,} posts at once, one process",
        ),
        Figure(
            "Discord: memory before the large guild", before, "MiB", note="of the bot's own process"
        ),
        Figure("Discord: memory in a guild of 500,000", joined, "MiB"),
        Figure(
            "Discord: memory after its members wrote",
            after,
            "MiB",
            note=f"{TALKING:,} posts of as many members",
        ),
    ]


async def _judged(chat: Chat) -> float:
    async with chat.bot.client() as client:
        text = (await client.get("/metrics")).text
    return sum(float(number) for number in JUDGED.findall(text))


async def _until_judged(chat: Chat, number: float) -> None:
    async with asyncio.timeout(900):
        while await _judged(chat) < number:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.2)


def _ms(seconds: Sequence[float], percent: int) -> float:
    return quantiles(seconds, n=100, method="inclusive")[percent - 1] * 1000


def _picture(quality: int = 85) -> bytes:
    across = Image.linear_gradient("L").resize((SIDE, SIDE))
    picture = Image.merge("RGB", (across, across.rotate(90), across.rotate(180)))
    pen = ImageDraw.Draw(picture)
    for line in range(5):
        pen.ellipse(
            (90 * line, 130 * line, 90 * line + 300, 130 * line + 220), fill=(40 * line, 90, 200)
        )
        pen.text((60, 80 + 170 * line), f"Meeting {line} in the great hall", "white", font_size=60)
    written = BytesIO()
    picture.save(written, "JPEG", quality=quality)
    return written.getvalue()
