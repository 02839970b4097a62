"""The CDN serves well and badly: links expire, files go, bodies lie."""

import asyncio
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from tests.emulators.discord import Message, Serving, Upload, World, discord_world
from tests.emulators.discord_bots import Listener

DATA = b"\x89PNG" + bytes(range(256)) * 8


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with discord_world() as world:
        yield world


@pytest.fixture
async def browser() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(auto_decompress=False) as browser:
        yield browser


async def posted(world: World, serving: Serving | None = None) -> Message:
    guild = world.guild("Home")
    upload = Upload("a.png", DATA, serving=serving or Serving())
    return await guild.channel("general").post(guild.member("ann"), files=[upload])


async def test_a_link_is_signed_and_works(world: World, browser: aiohttp.ClientSession) -> None:
    message = await posted(world)
    url = message.attachments[0].url
    query = parse_qs(urlsplit(url).query)
    async with browser.get(url) as got:
        body = await got.read()

    assert set(query) == {"ex", "is", "hm"}
    assert int(query["ex"][0], 16) - int(query["is"][0], 16) == 24 * 3600
    assert (got.status, got.content_type, body) == (200, "image/png", DATA)
    assert world.cdn.fetched == [urlsplit(url).path]


async def test_an_expired_link_is_forbidden_and_the_message_has_a_fresh_one(
    world: World, browser: aiohttp.ClientSession
) -> None:
    message = await posted(world)
    old = message.attachments[0].url
    world.cdn.expire()
    async with world.visited_by(Listener()) as client:
        place = client.get_partial_messageable(message.channel.id)
        fresh = (await place.fetch_message(message.id)).attachments[0].url
    async with browser.get(old) as refused, browser.get(fresh) as got:
        statuses = refused.status, got.status

    assert statuses == (403, 200)


@pytest.mark.parametrize("forged", ["hm=0", "ex=ffffffff&hm="])
async def test_a_forged_link_is_forbidden(
    world: World, browser: aiohttp.ClientSession, forged: str
) -> None:
    message = await posted(world)
    path = message.attachments[0].url.split("?")[0]
    async with browser.get(f"{path}?{forged}") as got:
        assert got.status == 403


async def test_files_go_with_their_message(world: World, browser: aiohttp.ClientSession) -> None:
    message = await posted(world)
    await message.delete()
    async with browser.get(message.attachments[0].url) as got:
        assert got.status == 404


@pytest.mark.parametrize(
    ("serving", "said"),
    [
        pytest.param(Serving(status=503), (503, "text/plain", None), id="unavailable"),
        pytest.param(Serving(html=True), (200, "text/html", None), id="login page"),
        pytest.param(
            Serving(redirect="/x"), (302, "application/octet-stream", None), id="redirect"
        ),
        pytest.param(Serving(gzip=True), (200, "image/png", "gzip"), id="gzip"),
    ],
)
async def test_something_else_is_served(
    world: World,
    browser: aiohttp.ClientSession,
    serving: Serving,
    said: tuple[int, str, str | None],
) -> None:
    message = await posted(world, serving)
    async with browser.get(message.attachments[0].url, allow_redirects=False) as got:
        body = await got.read()

    assert (got.status, got.content_type, got.headers.get("Content-Encoding")) == said
    assert body != DATA


@pytest.mark.parametrize("serving", [Serving(cut_at=7), Serving(announced=len(DATA) + 9)])
async def test_a_body_shorter_than_announced_is_an_error(
    world: World, browser: aiohttp.ClientSession, serving: Serving
) -> None:
    message = await posted(world, serving)
    async with browser.get(message.attachments[0].url) as got:
        with pytest.raises(aiohttp.ClientPayloadError):
            await got.read()


async def test_a_body_without_length_looks_whole_wherever_it_ends(
    world: World, browser: aiohttp.ClientSession
) -> None:
    message = await posted(world, Serving(unannounced=True, cut_at=9))
    async with browser.get(message.attachments[0].url) as got:
        assert await got.read() == DATA[:9]


async def test_a_length_that_is_too_small_cuts_the_file(
    world: World, browser: aiohttp.ClientSession
) -> None:
    message = await posted(world, Serving(announced=5))
    async with browser.get(message.attachments[0].url) as got:
        assert await got.read() == DATA[:5]


@pytest.mark.parametrize("serving", [Serving(hang=True), Serving(bytes_per_s=2)])
async def test_what_does_not_come_is_waited_for(
    world: World, browser: aiohttp.ClientSession, serving: Serving
) -> None:
    message = await posted(world, serving)
    async with browser.get(message.attachments[0].url) as got:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await got.read()


async def test_an_endless_body_goes_on_past_its_file(
    world: World, browser: aiohttp.ClientSession
) -> None:
    message = await posted(world, Serving(endless=True))
    async with browser.get(message.attachments[0].url) as got:
        assert got.content_length is None
        assert len(await got.content.readexactly(len(DATA) * 20)) == len(DATA) * 20


async def test_the_size_a_message_claims_can_be_untrue(world: World) -> None:
    guild = world.guild("Home")
    upload = Upload("a.png", DATA, declared_size=1)
    message = await guild.channel("general").post(guild.member("ann"), files=[upload])

    assert message.drawn()["attachments"][0]["size"] == 1


async def test_a_stickers_link_leads_here_while_a_client_visits(world: World) -> None:
    guild = world.guild("Home")
    sticker = world.sticker("wave", DATA, guild=guild)
    async with world.visited_by(Listener()) as client:
        await guild.channel("general").post(guild.member("ann"), stickers=[sticker])
        await world.until(lambda: client.of("message"))
        data = await client.of("message")[0].stickers[0].read()

    assert data == DATA


async def test_a_links_picture_is_shown_by_the_proxy(
    world: World, browser: aiohttp.ClientSession
) -> None:
    embed = world.embed(image=DATA, title="A link")
    async with browser.get(embed["image"]["proxy_url"]) as got:
        assert await got.read() == DATA
