"""The playground's API: what design.md promises of it, and what it refuses."""

from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI, HTTPException
from httpx import ASGITransport, AsyncClient

from adapters.playground import Limits, Playground
from bot.model import Ref
from tests.adapters.playground.kit import API, NOON, Started, a_playground, a_png, visitor

NAMELESS = b"--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"
PROBLEM = "application/problem+json"


async def test_a_post_is_answered_with_its_ref(started: Started) -> None:
    reply = await started.send("hello", images=[("a.png", a_png())])

    assert reply.status_code == 201
    assert Ref.parse(reply.json()["ref"])[:3] == ("playground", "playground", "general")


async def test_words_alone_need_no_multipart(started: Started) -> None:
    reply = await started.http.post(f"{API}/messages", data={"persona": "regular", "text": "hi"})

    assert reply.status_code == 201


async def test_pictures_alone_need_no_words(started: Started) -> None:
    reply = await started.send("", images=[("a.png", a_png())])

    assert reply.status_code == 201


async def test_a_new_post_is_listed_visible_and_not_judged(started: Started) -> None:
    ref = (await started.post("hello"))["ref"]

    (listed,) = await started.listed()

    promised = {key: listed[key] for key in ("ref", "state", "judged", "annotations", "case")}
    assert promised == {
        "ref": ref,
        "state": "visible",
        "judged": False,
        "annotations": [],
        "case": None,
    }


async def test_a_listed_post_shows_author_words_and_time(started: Started) -> None:
    await started.post("hello", persona="regular")

    (listed,) = await started.listed()

    assert listed["author"] == {"id": "remy", "name": "Remy", "persona": "regular"}
    assert (listed["text"], listed["at"]) == ("hello", NOON.isoformat())


async def test_a_listed_picture_can_be_looked_at(started: Started) -> None:
    post = await started.post("look", images=[("a.png", a_png())])

    picture = await started.http.get(post["images"][0]["url"])

    assert (picture.content, picture.headers["content-type"]) == (a_png(), "image/png")


async def test_messages_are_listed_oldest_first(started: Started) -> None:
    for text in ("one", "two", "three"):
        await started.post(text)

    assert [post["text"] for post in await started.listed()] == ["one", "two", "three"]


async def test_the_list_can_be_paged_backwards(started: Started) -> None:
    refs = [(await started.post(text))["ref"] for text in ("one", "two", "three")]

    reply = await started.http.get(f"{API}/messages", params={"limit": 1, "before": refs[2]})

    assert [post["text"] for post in reply.json()] == ["two"]


async def test_a_channel_lists_its_own(started: Started) -> None:
    await started.post("general talk")
    await started.send("a meme", channel="memes")

    reply = await started.http.get(f"{API}/messages", params={"channel": "memes"})

    assert [post["text"] for post in reply.json()] == ["a meme"]


async def test_the_newcomer_joined_today(started: Started) -> None:
    author = (await started.posted()).author

    assert author.joined_at is not None
    assert NOON - author.joined_at < timedelta(days=1)


async def test_the_regular_has_been_a_member_for_a_year(started: Started) -> None:
    author = (await started.posted(persona="regular")).author

    assert author.joined_at == NOON - timedelta(days=365)


async def test_only_the_moderator_is_one(started: Started) -> None:
    authors = [
        (await started.posted(persona=persona)).author
        for persona in ("newcomer", "regular", "moderator")
    ]

    assert [author.is_moderator for author in authors] == [False, False, True]


async def test_a_judged_post_says_so_with_its_case(started: Started) -> None:
    message = await started.posted()

    await started.playground.settled(message, "case-7")

    post = await started.look(message.ref)
    assert (post["judged"], post["case"]) == (True, "case-7")


async def test_an_edited_post_waits_to_be_judged_again(started: Started) -> None:
    message = await started.posted()
    await started.playground.settled(message, None)

    await started.http.put(f"{API}/messages/{message.ref}", json={"text": "changed"})

    assert (await started.look(message.ref))["judged"] is False


async def test_judging_an_old_revision_does_not_settle_the_new(started: Started) -> None:
    old = await started.posted()
    await started.http.put(f"{API}/messages/{old.ref}", json={"text": "changed"})

    await started.playground.settled(old, None)

    assert (await started.look(old.ref))["judged"] is False


async def test_an_edit_that_changes_nothing_is_no_new_revision(started: Started) -> None:
    message = await started.posted("same")

    await started.http.put(f"{API}/messages/{message.ref}", json={"text": "same"})

    assert len(started.queue.taken) == 1


async def test_a_removed_post_shows_neither_words_nor_pictures(started: Started) -> None:
    message = await started.posted("secret", images=[("a.png", a_png())])

    await started.playground.client.delete(message.ref, reason="rule scam-screenshot")

    post = await started.look(message.ref)
    assert (post["state"], post["text"], post["images"]) == ("deleted", "", [])
    assert post["removal"]["reason"] == "rule scam-screenshot"


async def test_a_removed_posts_picture_is_not_served(started: Started) -> None:
    post = await started.post("look", images=[("a.png", a_png())])
    await started.playground.client.delete(Ref.parse(post["ref"]), reason="r")

    picture = await started.http.get(post["images"][0]["url"])

    assert picture.status_code == 404


async def test_a_restored_post_is_whole_again(started: Started) -> None:
    message = await started.posted("back soon", images=[("a.png", a_png())])
    before = await started.look(message.ref)
    await started.playground.client.delete(message.ref, reason="r")

    assert await started.playground.client.restore(message, reason="overturned") is None

    after = await started.look(message.ref)
    assert (after["state"], after["text"], after["images"]) == (
        "visible",
        "back soon",
        before["images"],
    )


async def test_annotations_stand_beneath_the_post(started: Started) -> None:
    message = await started.posted()

    await started.playground.client.annotate(message.ref, "Be careful.", nonce="n")

    post = await started.look(message.ref)
    assert [note["text"] for note in post["annotations"]] == ["Be careful."]


async def test_an_author_can_remove_a_post_twice(started: Started) -> None:
    ref = (await started.post())["ref"]

    replies = [await started.http.delete(f"{API}/messages/{ref}") for _ in range(2)]

    assert [reply.status_code for reply in replies] == [204, 204]
    assert (await started.look(ref))["removal"]["by"] == "author"


async def test_what_its_author_removed_stays_away(started: Started) -> None:
    message = await started.posted()
    await started.http.delete(f"{API}/messages/{message.ref}")

    why_not = await started.playground.client.restore(message, reason="overturned")

    assert why_not == "its author removed it"


async def test_what_its_author_removed_leaves_no_file(started: Started, tmp_path: Path) -> None:
    ref = (await started.post("x", images=[("a.png", a_png())]))["ref"]

    await started.http.delete(f"{API}/messages/{ref}")

    assert [path for path in (tmp_path / "playground").rglob("*") if path.is_file()] == []


async def test_a_file_that_another_post_shows_stays(started: Started) -> None:
    ref = (await started.post("x", images=[("a.png", a_png())]))["ref"]
    other = await started.post("y", images=[("b.png", a_png())])

    await started.http.delete(f"{API}/messages/{ref}")

    assert (await started.http.get(other["images"][0]["url"])).content == a_png()


async def test_descriptions_of_pictures_reach_the_queue(started: Started) -> None:
    await started.send("x", images=[("a.png", a_png())], alt="a teal square")

    assert started.queue.taken[0].attachments[0].alt == "a teal square"


async def test_nul_and_lone_surrogates_are_replaced(started: Started) -> None:
    message = await started.posted("a\x00b")

    await started.http.put(
        f"{API}/messages/{message.ref}",
        content=b'{"text": "c\\ud800d"}',
        headers={"content-type": "application/json"},
    )

    assert [taken.text for taken in started.queue.taken] == ["a\ufffdb", "c\ufffdd"]


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
