"""The standard preset stops a hijacked account in the playground, first copies and all."""

import asyncio
from io import BytesIO
from pathlib import Path

import httpx
import pytest
from PIL import Image, ImageDraw

from adapters.playground.posts import CHANNELS
from tests.journey.process import Bot

API = "/api/v1/playground/messages"


def a_drawing() -> bytes:
    drawn = Image.new("RGB", (256, 256), "white")
    pen = ImageDraw.Draw(drawn)
    for n in range(0, 256, 16):
        pen.ellipse((n, 255 - n, n + 60, 315 - n), fill=(n, 90, 255 - n))
    out = BytesIO()
    drawn.save(out, "PNG")
    return out.getvalue()


async def posted(client: httpx.AsyncClient, channel: str, picture: bytes) -> str:
    reply = await client.post(
        API,
        data={"persona": "newcomer", "text": "look at this", "channel": channel},
        files=[("image", ("a.png", picture, "image/png"))],
    )
    reply.raise_for_status()
    return str(reply.json()["ref"])


async def states(client: httpx.AsyncClient) -> dict[str, str]:
    return {one["ref"]: one["state"] for one in (await client.get(API)).json()}


@pytest.mark.slow
@pytest.mark.timeout(120)
@pytest.mark.parametrize("restarted", [False, True])
async def test_the_same_picture_in_four_channels_is_removed_everywhere(
    tmp_path: Path, *, restarted: bool
) -> None:
    bot = Bot(tmp_path)
    await bot.start()
    async with bot.client() as client:
        refs = [await posted(client, channel, a_drawing()) for channel in CHANNELS[:3]]
        while not all(one["judged"] for one in (await client.get(API)).json()):  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    if restarted:
        await bot.kill()
        await bot.start()
    async with bot.client() as client:
        refs.append(await posted(client, CHANNELS[3], a_drawing()))
        while set((await states(client)).values()) != {"deleted"}:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
        found = await states(client)
    await bot.stop()

    assert found == dict.fromkeys(refs, "deleted")
