"""Files come from Discord's hosts alone, whole and within bounds, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest

from analysis.errors import UnreadableMedia
from bot.errors import Gone, PlatformUnavailable
from bot.model import Message, Origin
from tests.adapters.discord.kit import Started, a_discord, a_png
from tests.emulators.discord import Serving, Upload, discord_world

PNG = a_png()
CAP = 1_000_000


@asynccontextmanager
async def a_post(serving: Serving | None = None) -> AsyncIterator[tuple[Started, Message]]:
    """A post with a picture, that is served like this."""
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            file = Upload("a.png", PNG, serving=serving or Serving())
            await guild.channel("general").post(guild.member("ann"), "look", files=[file])
            yield started, (await started.taken())[0]


async def test_an_expired_link_is_made_fresh_once() -> None:
    async with a_post() as (started, message):
        started.world.cdn.expire()

        data = await started.platform.fetch(message.attachments[0], message, CAP)

    assert data == PNG
    assert len(started.world.cdn.fetched) == 2
    assert len(started.world.requests("GET", "/messages/")) == 1


async def test_a_link_that_stays_closed_is_gone() -> None:
    async with a_post(Serving(status=403)) as (started, message):
        with pytest.raises(Gone):
            await started.platform.fetch(message.attachments[0], message, CAP)

    assert len(started.world.cdn.fetched) == 2


async def test_a_file_of_a_removed_message_is_gone() -> None:
    async with a_post() as (started, message):
        await started.world.guild("Home").channel("general").last.delete()

        with pytest.raises(Gone):
            await started.platform.fetch(message.attachments[0], message, CAP)


async def test_an_expired_link_of_a_removed_message_is_gone() -> None:
    async with a_post() as (started, message):
        await started.world.guild("Home").channel("general").last.delete()
        started.world.cdn.expire()

        with pytest.raises(Gone):
            await started.platform.fetch(message.attachments[0], message, CAP)


async def test_a_missing_file_is_asked_for_once() -> None:
    async with a_post(Serving(status=404)) as (started, message):
        with pytest.raises(Gone):
            await started.platform.fetch(message.attachments[0], message, CAP)

    assert len(started.world.cdn.fetched) == 1


@pytest.mark.parametrize(
    ("serving", "error"),
    [
        pytest.param(Serving(gzip=True), UnreadableMedia, id="gzip"),
        pytest.param(Serving(endless=True), UnreadableMedia, id="endless"),
        pytest.param(Serving(cut_at=10), PlatformUnavailable, id="cut"),
        pytest.param(Serving(cut_at=10, unannounced=True), PlatformUnavailable, id="cut-unsaid"),
        pytest.param(Serving(html=True), PlatformUnavailable, id="page"),
        pytest.param(Serving(status=503), PlatformUnavailable, id="busy"),
        pytest.param(Serving(redirect="http://127.0.0.1:9/"), UnreadableMedia, id="redirect"),
    ],
)
async def test_a_file_served_badly_is_not_taken(serving: Serving, error: type[Exception]) -> None:
    async with a_post(serving) as (started, message):
        with pytest.raises(error):
            await started.platform.fetch(message.attachments[0], message, CAP)


async def test_nothing_is_told_to_the_host_but_what_is_wanted() -> None:
    async with a_post() as (started, message):
        await started.platform.fetch(message.attachments[0], message, CAP)
        (headers,) = started.world.cdn.headers

    assert headers["accept-encoding"] == "identity"
    assert "authorization" not in headers
    assert "cookie" not in headers


HOSTILE = [
    "http://127.0.0.1:{port}/x.png",
    "http://0:{port}/x.png",
    "http://0.0.0.0:{port}/x.png",
    "http://[::1]:{port}/x.png",
    "http://[::ffff:127.0.0.1]:{port}/x.png",
    "http://2130706433:{port}/x.png",
    "http://0x7f.1:{port}/x.png",
    "http://localhost:{port}/x.png",
    "http://169.254.169.254/latest/meta-data/",
    "http://cdn.discordapp.com@127.0.0.1:{port}/x.png",
    "https://cdn.discordapp.com:{port}/x.png",
    "http://cdn.discordapp.com.evil.example:{port}/x.png",
    "http://cdn.discordapp.com/x.png",
    "https://127.0.0.1/x.png",
    "file:///etc/passwd",
    "gopher://127.0.0.1:{port}/",
    "//127.0.0.1:{port}/x.png",
    "http://127.0.0.1:{port}\\@cdn.discordapp.com/x.png",
    "ht!tp://[",
]


@pytest.mark.parametrize("url", HOSTILE)
async def test_an_embeds_hostile_address_is_never_connected_to(url: str) -> None:
    came: list[object] = []

    async def listen(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(writer)
        writer.close()

    trap = await asyncio.start_server(listen, "127.0.0.1", 0)
    address = url.format(port=trap.sockets[0].getsockname()[1])
    embed = {"type": "image", "image": {"url": address, "proxy_url": address}}
    async with trap, discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            await guild.channel("general").post(guild.member("ann"), "look", embeds=[embed])
            message = (await started.taken())[0]
            for file in message.attachments:
                with pytest.raises(UnreadableMedia):
                    await started.platform.fetch(file, message, CAP)

    assert came == []


async def test_a_forged_upload_address_is_refused() -> None:
    async with a_post() as (started, message):
        elsewhere = replace(message.attachments[0], url="https://evil.example/a.png")

        with pytest.raises(UnreadableMedia):
            await started.platform.fetch(elsewhere, message, CAP)


async def test_a_forwards_file_is_fetched_again_like_any_other() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        first = await general.post(ann, "first", files=[("a.png", PNG)])
        async with a_discord(world) as started:
            await general.post(ann, "", forward=first)
            message = (await started.taken())[0]
            data = await started.platform.fetch(message.attachments[0], message, CAP)

    assert message.attachments[0].origin is Origin.FORWARD
    assert data == PNG
