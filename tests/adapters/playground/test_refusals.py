"""What the playground's API refuses, each with a problem document that says why."""

from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException
from httpx import ASGITransport, AsyncClient

from adapters.playground import Limits, Playground
from bot.model import Ref
from tests.adapters.playground.kit import API, Started, a_playground, a_png, visitor

NAMELESS = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"
PROBLEM = "application/problem+json"


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        pytest.param({"text": "hi"}, "persona", id="no persona"),
        pytest.param({"persona": "owner", "text": "hi"}, "persona", id="unknown persona"),
        pytest.param({"persona": "regular", "text": "  "}, "text", id="nothing to post"),
        pytest.param({"persona": "regular", "text": "x" * 4001}, "4000", id="text too long"),
        pytest.param({"persona": "regular", "text": "x", "channel": "hq"}, "channel", id="channel"),
        pytest.param({"persona": "regular", "text": "x", "image": "x"}, "image", id="no file"),
        pytest.param({"persona": "regular", "text": "x", "sudo": "1"}, "sudo", id="unknown field"),
        pytest.param({"persona": "regular", "text": ["x", "y"]}, "text", id="text twice"),
    ],
)
async def test_a_post_that_makes_no_sense_is_refused(
    started: Started, fields: dict[str, str], word: str
) -> None:
    reply = await started.http.post(f"{API}/messages", data=fields)

    assert (reply.status_code, reply.headers["content-type"]) == (422, PROBLEM)
    assert word in reply.json()["detail"]
    assert await started.listed() == []


async def test_text_of_exactly_the_limit_is_taken(started: Started) -> None:
    assert (await started.send("😀" * 4000)).status_code == 201


async def test_text_of_a_megabyte_is_refused(started: Started) -> None:
    reply = await started.send("x" * 2**20, images=[("a.png", a_png())])

    assert reply.status_code == 422


async def test_eleven_pictures_are_too_many(started: Started) -> None:
    reply = await started.send("x", images=[("a.png", a_png())] * 11)

    assert (reply.status_code, reply.headers["content-type"]) == (422, PROBLEM)


async def test_a_picture_over_the_cap_is_too_large(tmp_path: Path) -> None:
    async with a_playground(tmp_path, limits=Limits(bytes_per_image=10)) as started:
        reply = await started.send("x", images=[("a.png", a_png())])

    assert (reply.status_code, reply.headers["content-type"]) == (413, PROBLEM)


async def test_a_post_over_the_cap_is_too_large(tmp_path: Path) -> None:
    async with a_playground(tmp_path, limits=Limits(bytes_per_post=100)) as started:
        reply = await started.send("x", images=[("a.png", a_png())])

    assert (reply.status_code, reply.headers["content-type"]) == (413, PROBLEM)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [
        (b"{}", "application/json", 415),
        (b"x", "", 415),
        (b"x", "multipart/form-data", 422),
        (b"garbage", "multipart/form-data; boundary=b", 422),
        (b"--b\r\n\r\nx\r\n--b--", "multipart/form-data; boundary=b", 422),
        (NAMELESS, "multipart/form-data; boundary=b", 422),
        (b"", "multipart/form-data; boundary=" + "b" * 500, 422),
    ],
)
async def test_a_body_that_is_no_form_is_refused(
    started: Started, content: bytes, kind: str, status: int
) -> None:
    reply = await started.http.post(
        f"{API}/messages", content=content, headers={"content-type": kind}
    )

    assert (reply.status_code, reply.headers["content-type"]) == (status, PROBLEM)


@pytest.mark.parametrize("body", [b"", b"[]", b'{"text": 1}', b"{", b"[" * 9000, b'"x"', b"\xff"])
async def test_an_edit_that_makes_no_sense_is_refused(started: Started, body: bytes) -> None:
    ref = (await started.post())["ref"]

    reply = await started.http.put(
        f"{API}/messages/{ref}", content=body, headers={"content-type": "application/json"}
    )

    assert (reply.status_code, reply.headers["content-type"]) == (422, PROBLEM)


async def test_a_post_cannot_be_edited_into_nothing(started: Started) -> None:
    ref = (await started.post())["ref"]

    reply = await started.http.put(f"{API}/messages/{ref}", json={"text": " "})

    assert reply.status_code == 422


async def test_a_removed_post_cannot_be_edited(started: Started) -> None:
    ref = (await started.post())["ref"]
    await started.http.delete(f"{API}/messages/{ref}")

    reply = await started.http.put(f"{API}/messages/{ref}", json={"text": "changed"})

    assert (reply.status_code, reply.headers["content-type"]) == (404, PROBLEM)


@pytest.mark.parametrize(
    "ref",
    ["x", "a:b:c", "playground:playground:general:no", "discord:1:2:3", "a:b:c:d:e", "%00", ":::"],
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_a_message_that_never_was_is_not_found(
    started: Started, method: str, ref: str
) -> None:
    reply = await started.http.request(method, f"{API}/messages/{ref}", json={"text": "x"})

    assert (reply.status_code, reply.headers["content-type"]) == (404, PROBLEM)


async def test_a_message_is_not_found_under_another_channel(started: Started) -> None:
    ref = Ref.parse((await started.post())["ref"])._replace(channel_id="memes")

    assert (await started.http.get(f"{API}/messages/{ref}")).status_code == 404


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x"])
async def test_a_limit_that_makes_no_sense_is_refused(started: Started, query: str) -> None:
    reply = await started.http.get(f"{API}/messages?{query}")

    assert (reply.status_code, reply.headers["content-type"]) == (422, PROBLEM)


async def test_a_room_that_has_not_started_takes_nothing(tmp_path: Path) -> None:
    async with visitor(Playground(tmp_path / "playground.db")) as http:
        reply = await http.post(f"{API}/messages", data={"persona": "regular", "text": "hi"})

    assert (reply.status_code, reply.headers["retry-after"]) == (503, "5")


async def test_every_route_of_the_api_is_guarded_by_its_scope(tmp_path: Path) -> None:
    asked: list[str] = []

    def refuse() -> None:
        raise HTTPException(401)

    def guard(scope: str) -> object:
        asked.append(scope)
        return refuse

    app = FastAPI()
    app.include_router(Playground(tmp_path / "playground.db", guard=guard).routes())  # type: ignore[arg-type] # any callable will do
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as http:
        statuses = {
            (await http.request(method, path.replace("{", "").replace("}", ""))).status_code
            for path, methods in app.openapi()["paths"].items()
            for method in methods
        }

    assert statuses == {401}
    assert set(asked) == {"playground"}


async def test_a_stranger_is_refused_before_the_body_is_read(tmp_path: Path) -> None:
    def refuse() -> None:
        raise HTTPException(401)

    app = FastAPI()
    app.include_router(Playground(tmp_path / "playground.db", guard=lambda _: refuse).routes())
    async with AsyncClient(transport=ASGITransport(app), base_url="http://test") as http:
        reply = await http.post(f"{API}/messages", content=b"not even a form")

    assert reply.status_code == 401
