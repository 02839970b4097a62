"""A timed-out author really cannot post, edit, or slip in by another way, until it ends."""

from datetime import timedelta

import pytest

from bot.errors import NotPermitted
from tests.adapters.playground.kit import API, NOON, Started, a_card

HOUR = timedelta(hours=1)


async def a_timed_out_newcomer(started: Started) -> str:
    message = await started.posted("scam")
    await started.playground.client.time_out(
        message.ref, message.author, NOON + HOUR, reason="rule scam-screenshot"
    )
    return str(message.ref)


async def test_a_timed_out_author_cannot_post(started: Started) -> None:
    await a_timed_out_newcomer(started)

    reply = await started.send("me again")

    assert (reply.status_code, reply.headers["retry-after"]) == (403, "3600")
    assert reply.json()["until"] == (NOON + HOUR).isoformat()
    assert len(await started.listed()) == 1


async def test_a_timed_out_author_is_told_why(started: Started) -> None:
    await a_timed_out_newcomer(started)

    reply = await started.send("me again")

    assert "rule scam-screenshot" in reply.json()["detail"]


async def test_a_timed_out_author_cannot_edit(started: Started) -> None:
    ref = await a_timed_out_newcomer(started)

    reply = await started.http.put(f"{API}/messages/{ref}", json={"text": "worse"})

    assert reply.status_code == 403


async def test_others_post_on(started: Started) -> None:
    await a_timed_out_newcomer(started)

    assert (await started.send("hello", persona="regular")).status_code == 201


async def test_a_timeout_ends_by_itself(started: Started) -> None:
    await a_timed_out_newcomer(started)

    started.clock.forward(HOUR)

    assert (await started.send("I am back")).status_code == 201


async def test_a_lifted_timeout_lets_its_author_post(started: Started) -> None:
    await a_timed_out_newcomer(started)

    await started.http.delete(f"{API}/timeouts/nova")

    assert (await started.send("I am back")).status_code == 201


async def test_the_list_says_until_when_an_author_is_timed_out(started: Started) -> None:
    await a_timed_out_newcomer(started)

    (post,) = await started.listed()

    assert post["timed_out_until"] == (NOON + HOUR).isoformat()


async def test_a_timeout_that_ended_is_not_listed(started: Started) -> None:
    await a_timed_out_newcomer(started)

    started.clock.forward(HOUR)

    assert (await started.listed())[0]["timed_out_until"] is None


async def test_moderators_are_not_timed_out(started: Started) -> None:
    message = await started.posted(persona="moderator")

    with pytest.raises(NotPermitted):
        await started.playground.client.time_out(
            message.ref, message.author, NOON + HOUR, reason="r"
        )


async def test_the_room_shows_who_is_timed_out_and_the_cards(started: Started) -> None:
    await a_timed_out_newcomer(started)
    await started.playground.client.post_card(a_card(), nonce="c")

    room = (await started.http.get(f"{API}/room")).json()

    assert room["personas"][0]["timed_out_until"] == (NOON + HOUR).isoformat()
    assert room["cards"][0]["title"] == "Scam in #general"


async def test_a_card_taken_away_is_not_in_the_room(started: Started) -> None:
    card = await started.playground.client.post_card(a_card(), nonce="c")

    await started.playground.client.remove_card(card)

    assert (await started.http.get(f"{API}/room")).json()["cards"] == []
