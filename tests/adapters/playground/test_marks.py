"""What moderation can do in the room beside removing: cover, react, write to an author alone."""

import sqlite3
from pathlib import Path

import pytest

from adapters.playground import database
from bot.actions.spec import parse
from bot.errors import Gone, NotPermitted
from tests.adapters.playground.kit import API, a_playground, a_png


async def test_a_covered_picture_is_shown_as_covered_until_it_is_uncovered(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("look", images=[("a.png", a_png())])
        client = room.playground.client

        await client.spoiler(message, nonce="n", reason="rule")
        covered = (await room.look(message.ref))["spoiler"]
        await client.unspoiler(message, "n", reason="overturned")

        assert covered is True
        assert (await room.look(message.ref))["spoiler"] is False


async def test_uncovering_one_judgement_leaves_anothers_cover(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("look", images=[("a.png", a_png())])
        client = room.playground.client
        await client.spoiler(message, nonce="n1", reason="rule")
        await client.spoiler(message, nonce="n2", reason="rule")

        await client.unspoiler(message, "n1", reason="overturned")

        assert (await room.look(message.ref))["spoiler"] is True


async def test_a_reaction_is_shown_once(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("hello")
        client = room.playground.client

        await client.react(message.ref, "👀")
        await client.react(message.ref, "👀")

        assert (await room.look(message.ref))["reactions"] == ["👀"]


async def test_a_removed_post_takes_no_reaction(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("hello")
        await room.playground.client.delete(message.ref, reason="rule")

        with pytest.raises(Gone):
            await room.playground.client.react(message.ref, "👀")


async def test_a_note_is_kept_once_and_names_whom_it_is_for(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("hello")
        client = room.playground.client

        await client.send_dm(message.ref, message.author, "It was removed.", nonce="n")
        await client.send_dm(message.ref, message.author, "It was removed.", nonce="n")
        notes = (await room.http.get(f"{API}/room")).json()["notes"]

        assert [(n["author"], n["text"]) for n in notes] == [(message.author.id, "It was removed.")]


@pytest.mark.parametrize("action", ["kick", "ban", "role add x"])
async def test_what_makes_no_sense_in_a_room_is_refused_with_the_reason(
    tmp_path: Path, action: str
) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("hello")

        why_not = room.playground.can(parse(action), message)

        assert why_not is not None
        assert "the playground" in why_not


async def test_a_client_that_is_asked_all_the_same_refuses_too(tmp_path: Path) -> None:
    async with a_playground(tmp_path) as room:
        message = await room.posted("hello")

        with pytest.raises(NotPermitted):
            await room.playground.client.kick(message.ref, message.author, reason="rule")


def test_a_room_of_the_first_version_is_brought_up_to_date(tmp_path: Path) -> None:
    path = tmp_path / "room.db"
    with sqlite3.connect(path) as old:
        old.executescript(f"BEGIN; {database._SCHEMA} PRAGMA user_version = 1; COMMIT;")
    old.close()

    opened = database.opened(path)

    assert opened.execute("SELECT count(*) FROM notes").fetchone()[0] == 0
    assert opened.execute("PRAGMA user_version").fetchone()[0] == database.VERSION
    opened.close()
