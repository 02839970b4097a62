"""The playground's API: what design.md promises of it, and what it refuses."""

from datetime import timedelta
from pathlib import Path

from bot.model import Ref
from tests.adapters.playground.kit import API, NOON, Started, a_png


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


async def test_the_new_revision_is_settled_by_its_own_judgement(started: Started) -> None:
    old = await started.posted()
    await started.http.put(f"{API}/messages/{old.ref}", json={"text": "changed"})
    await started.playground.settled(old, None)

    await started.playground.settled(started.queue.taken[-1], "case-2")

    post = await started.look(old.ref)
    assert (post["judged"], post["case"]) == (True, "case-2")


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
