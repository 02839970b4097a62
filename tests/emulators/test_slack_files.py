"""Files: who may fetch them, what goes wrong on the way, and uploading and deleting them."""

import zlib
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack import Message, Trouble, Upload, World, slack_world
from tests.emulators.slack.kinds import Json

PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with slack_world() as world:
        yield world


async def posted(world: World, trouble: Trouble | None = None, **options: Any) -> Message:
    team = world.team()
    upload = Upload("a.png", PICTURE, trouble=trouble, **options)
    return await team.channel("general").post(team.user("ann"), files=[upload])


async def fetch(world: World, message: Message, token: str | None = None) -> httpx.Response:
    value = world.settings().bot_token if token is None else token
    headers = {"Authorization": f"Bearer {value}"} if value else {}
    async with httpx.AsyncClient(timeout=20) as client:
        return await client.get(message.files[0].url, headers=headers)


def clients(world: World) -> tuple[AsyncWebClient, AsyncWebClient]:
    settings = world.settings()
    bot = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    return bot, AsyncWebClient(settings.user_token, base_url=settings.api_base)


async def test_a_file_is_given_to_a_bot_that_sees_it(world: World) -> None:
    reply = await fetch(world, await posted(world))

    assert (reply.content, reply.headers["content-type"]) == (PICTURE, "image/png")


@pytest.mark.parametrize("token", ["", "xoxb-made-up"])
async def test_without_a_token_there_is_a_login_page_and_no_error(world: World, token: str) -> None:
    reply = await fetch(world, await posted(world), token)

    assert (reply.status_code, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")


async def test_without_the_scope_there_is_a_login_page_too(world: World) -> None:
    world.team().app.token.scopes.discard("files:read")

    assert "Sign in" in (await fetch(world, await posted(world))).text


async def test_a_file_of_a_channel_without_the_bot_is_not_given(world: World) -> None:
    team = world.team()
    secret = team.channel("secret", private=True, bot=False)
    message = await secret.post(team.user("ann"), files=[("a.png", PICTURE)])

    assert "Sign in" in (await fetch(world, message)).text


async def test_a_redirect_leads_to_another_host_that_notes_who_came(world: World) -> None:
    message = await posted(world, Trouble(redirect=f"{world.elsewhere.url}/steal"))
    async with httpx.AsyncClient(follow_redirects=True) as client:
        await client.get(message.files[0].url, headers={"X-Token": "leaky", "Authorization": "x"})

    (visit,) = world.elsewhere.visits
    assert (visit.path, visit.headers["x-token"], visit.bearer) == ("/steal", "leaky", "")


async def test_a_file_can_be_gone(world: World) -> None:
    assert (await fetch(world, await posted(world, Trouble(status=404)))).status_code == 404


async def test_trouble_can_pass(world: World) -> None:
    message = await posted(world, Trouble(status=403, times=1))

    assert [(await fetch(world, message)).status_code for _ in range(2)] == [403, 200]


async def test_a_header_can_come_many_times(world: World) -> None:
    message = await posted(world, Trouble(headers=(("X-A", "1"), ("X-A", "2"))))

    assert (await fetch(world, message)).headers.get_list("x-a") == ["1", "2"]


async def test_a_body_can_break_off(world: World) -> None:
    with pytest.raises(httpx.RemoteProtocolError):
        await fetch(world, await posted(world, Trouble(cut_at=10)))


async def test_a_body_of_no_stated_length_can_be_short_without_a_sign(world: World) -> None:
    message = await posted(world, Trouble(chunked=True, body=PICTURE[:50]))
    reply = await fetch(world, message)

    assert (reply.content, "content-length" in reply.headers) == (PICTURE[:50], False)


async def test_a_body_can_hang(world: World) -> None:
    message = await posted(world, Trouble(hang=True))
    async with httpx.AsyncClient(timeout=0.2) as client:
        headers = {"Authorization": f"Bearer {world.settings().bot_token}"}
        with pytest.raises(httpx.ReadTimeout):
            await client.get(message.files[0].url, headers=headers)


async def test_a_slow_body_keeps_each_read_alive(world: World) -> None:
    message = await posted(world, Trouble(pause_s=0.01, chunk=1024))
    sizes = []
    async with httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {world.settings().bot_token}"}
        async with client.stream("GET", message.files[0].url, headers=headers) as reply:
            sizes = [len(chunk) async for chunk in reply.aiter_raw()]

    assert len(sizes) >= 10
    assert sum(sizes) == len(PICTURE)


async def test_a_body_can_have_no_end(world: World) -> None:
    message, got = await posted(world, Trouble(endless=True)), 0
    async with httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {world.settings().bot_token}"}
        async with client.stream("GET", message.files[0].url, headers=headers) as reply:
            async for chunk in reply.aiter_raw():
                got += len(chunk)
                if got > 5 * len(PICTURE):
                    break

    assert got > 5 * len(PICTURE)


async def test_a_small_body_can_inflate_to_a_large_one(world: World) -> None:
    message, size = await posted(world, Trouble(gzip=True, inflates_to=8 << 20)), 0
    async with httpx.AsyncClient() as client:
        headers = {"Authorization": f"Bearer {world.settings().bot_token}"}
        async with client.stream("GET", message.files[0].url, headers=headers) as reply:
            raw = b"".join([chunk async for chunk in reply.aiter_raw()])
            size = len(zlib.decompress(raw, 31))

    assert (len(raw) < 100_000, size) == (True, 8 << 20)


async def test_a_file_can_claim_another_size_and_type(world: World) -> None:
    message = await posted(world, declared_size=5, media_type="image/jpeg")
    shape: Json = message.shape()["files"][0]

    assert (shape["size"], shape["mimetype"]) == (5, "image/jpeg")


async def test_a_shared_file_names_no_url_until_it_is_asked_for(world: World) -> None:
    bot, _ = clients(world)
    message = await posted(world, connect=True)
    (told,) = message.shape()["files"]
    asked = (await bot.files_info(file=told["id"]))["file"]

    assert (told["file_access"], "url_private" in told) == ("check_file_info", False)
    assert asked["url_private"] == message.files[0].url
    assert asked["shares"]["public"][message.channel.id] == [{"ts": message.ts}]


async def test_a_bot_deletes_its_own_file_and_no_other(world: World) -> None:
    bot, _ = clients(world)
    message = await posted(world)
    await bot.files_upload_v2(
        channel=message.channel.id, content=b"evidence", filename="b.txt", title="Evidence"
    )
    own = message.channel.messages[-1]
    await bot.files_delete(file=own.files[0].id)

    with pytest.raises(SlackApiError, match="cant_delete_file"):
        await bot.files_delete(file=message.files[0].id)
    assert (own.files[0].deleted, message.files[0].deleted) == (True, False)


async def test_an_admin_deletes_another_s_file(world: World) -> None:
    _, admin = clients(world)
    message = await posted(world)
    await admin.files_delete(file=message.files[0].id)

    assert message.files[0].deleted


async def test_an_admin_deletes_no_file_where_the_workspace_forbids_it(world: World) -> None:
    _, admin = clients(world)
    world.team().admins_delete_files = False
    message = await posted(world)

    with pytest.raises(SlackApiError, match="cant_delete_file"):
        await admin.files_delete(file=message.files[0].id)


async def test_a_deleted_file_leaves_its_message_with_a_tombstone(world: World) -> None:
    _, admin = clients(world)
    message = await posted(world)
    await admin.files_delete(file=message.files[0].id)

    assert not message.deleted
    assert message.shape()["files"] == [{"id": message.files[0].id, "mode": "tombstone"}]
    kinds = [one.event.get("subtype", one.event["type"]) for one in world.deliveries]
    assert kinds[-2:] == ["file_deleted", "message_changed"]
    assert (await fetch(world, message)).status_code == 404
    with pytest.raises(SlackApiError, match="file_deleted"):
        await admin.files_info(file=message.files[0].id)


async def test_a_deleted_message_leaves_its_file(world: World) -> None:
    message = await posted(world)
    await message.delete()

    assert not message.files[0].deleted


async def test_a_file_is_uploaded_into_a_thread(world: World) -> None:
    bot, _ = clients(world)
    message = await posted(world)
    await bot.files_upload_v2(
        channel=message.channel.id,
        thread_ts=message.ts,
        content=PICTURE,
        filename="c.png",
        initial_comment="what it showed",
    )

    (reply,) = message.replies
    assert (reply.text, reply.files[0].content) == ("what it showed", PICTURE)
    assert reply.author is world.team().bot_user


async def test_an_upload_of_another_length_is_refused(world: World) -> None:
    bot, _ = clients(world)
    step = await bot.files_getUploadURLExternal(filename="c.png", length=5)
    async with httpx.AsyncClient() as client:
        sent = await client.post(step["upload_url"], content=b"123456")

    assert sent.status_code == 400
    with pytest.raises(SlackApiError, match="file_not_found"):
        await bot.files_completeUploadExternal(files=[{"id": step["file_id"], "title": "c"}])
