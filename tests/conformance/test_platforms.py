"""Every registered platform keeps the promises of ``bot.ports.Platform`` and ``Client``."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adapters import PLATFORMS
from analysis.errors import UnreadableMedia
from analysis.registry import load
from bot.actions.spec import parse
from bot.errors import Gone, NotPermitted
from bot.model import Message
from bot.ports import Client
from tests.adapters.playground.kit import a_card, a_png
from tests.conformance.platforms import HARNESSES, Harness

SOON = datetime.now(UTC) + timedelta(hours=1)
LATER = SOON + timedelta(hours=1)


@pytest.fixture(params=sorted(HARNESSES))
async def harness(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Harness]:
    async with HARNESSES[request.param](tmp_path) as made:
        yield made


@pytest.fixture
def times_out(harness: Harness) -> Harness:
    """A platform that has timeouts."""
    if "timeout" in harness.cannot:
        pytest.skip("it has no timeouts, and says so: see what it cannot do")
    return harness


def test_every_platform_has_a_harness() -> None:
    assert HARNESSES.keys() == PLATFORMS.keys()


@pytest.mark.parametrize("name", sorted(PLATFORMS))
def test_every_entry_can_be_loaded(name: str) -> None:
    assert isinstance(load(PLATFORMS, name), type)


async def test_its_messages_carry_its_name(harness: Harness) -> None:
    message = await harness.post("hello")

    assert message.ref.platform == harness.platform.name


async def test_a_started_platform_is_ready(harness: Harness) -> None:
    assert harness.platform.ready() is None


async def test_a_message_keeps_its_words(harness: Harness) -> None:
    message = await harness.post("héllo 😀")

    assert message.text == "héllo 😀"


async def test_the_newest_revision_is_known(harness: Harness) -> None:
    message = await harness.post("hello")

    assert await harness.platform.client.revision(message.ref) == message.revision


async def test_an_edit_is_a_new_revision(harness: Harness) -> None:
    message = await harness.post("hello")

    edited = await harness.edit(message, "hello again")

    assert edited.revision != message.revision
    assert await harness.platform.client.revision(message.ref) == edited.revision


async def test_an_edit_is_the_same_message(harness: Harness) -> None:
    message = await harness.post("hello")

    edited = await harness.edit(message, "hello again")

    assert (edited.ref, edited.text, edited.edited) == (message.ref, "hello again", True)


async def test_a_deleted_message_is_not_seen(harness: Harness) -> None:
    message = await harness.post("hello")

    await harness.platform.client.delete(message.ref, reason="rule-a")

    assert not await harness.visible(message)
    assert await harness.platform.client.revision(message.ref) is None


async def test_deleting_twice_raises_nothing_but_gone(harness: Harness) -> None:
    message = await harness.post("hello")
    await harness.platform.client.delete(message.ref, reason="rule-a")

    with suppress(Gone):
        await harness.platform.client.delete(message.ref, reason="rule-a")

    assert not await harness.visible(message)


async def test_what_never_was_is_gone(harness: Harness) -> None:
    ref = (await harness.post("hello")).ref._replace(message_id="1")

    assert await harness.platform.client.revision(ref) is None
    with pytest.raises(Gone):
        await harness.platform.client.annotate(ref, "note", nonce="n")


async def test_restoring_brings_it_back_or_says_why_not(harness: Harness) -> None:
    message = await harness.post("hello")
    await harness.platform.client.delete(message.ref, reason="rule-a")

    why_not = await harness.platform.client.restore(message, reason="overturned")

    assert bool(why_not) is not await harness.visible(message)


async def test_an_annotation_stands_under_its_nonce(harness: Harness) -> None:
    message = await harness.post("hello")

    note = await harness.platform.client.annotate(message.ref, "careful", nonce="n1")

    assert await harness.platform.client.annotation(message.ref, "n1") == note


async def test_annotating_twice_with_one_nonce_is_one_annotation(harness: Harness) -> None:
    message = await harness.post("hello")

    first = await harness.platform.client.annotate(message.ref, "careful", nonce="n1")
    again = await harness.platform.client.annotate(message.ref, "careful", nonce="n1")

    assert again == first


async def test_another_nonce_is_another_annotation(harness: Harness) -> None:
    message = await harness.post("hello")

    first = await harness.platform.client.annotate(message.ref, "careful", nonce="n1")
    other = await harness.platform.client.annotate(message.ref, "careful", nonce="n2")

    assert other != first


async def test_a_nonce_nobody_used_has_no_annotation(harness: Harness) -> None:
    message = await harness.post("hello")

    assert await harness.platform.client.annotation(message.ref, "n1") is None


async def test_an_annotation_can_be_taken_back_twice(harness: Harness) -> None:
    message = await harness.post("hello")
    note = await harness.platform.client.annotate(message.ref, "careful", nonce="n1")

    await harness.platform.client.unannotate(message.ref, note)
    with suppress(Gone):
        await harness.platform.client.unannotate(message.ref, note)

    assert await harness.platform.client.annotation(message.ref, "n1") is None


async def test_a_deleted_message_cannot_be_annotated(harness: Harness) -> None:
    message = await harness.post("hello")
    await harness.platform.client.delete(message.ref, reason="rule-a")

    with pytest.raises(Gone):
        await harness.platform.client.annotate(message.ref, "careful", nonce="n1")


async def test_an_author_without_timeout_has_none(times_out: Harness) -> None:
    message = await times_out.post("hello")

    assert await times_out.platform.client.timed_out_until(message.ref, message.author) is None


async def test_a_timeout_stands_until_its_end(times_out: Harness) -> None:
    message, client = await times_out.post("hello"), times_out.platform.client

    await client.time_out(message.ref, message.author, SOON, reason="rule-a")

    assert await client.timed_out_until(message.ref, message.author) == SOON


async def test_a_shorter_timeout_never_cuts_a_longer_one(times_out: Harness) -> None:
    message, client = await times_out.post("hello"), times_out.platform.client
    await client.time_out(message.ref, message.author, LATER, reason="rule-a")

    await client.time_out(message.ref, message.author, SOON, reason="rule-b")

    assert await client.timed_out_until(message.ref, message.author) == LATER


async def test_a_longer_timeout_replaces_a_shorter_one(times_out: Harness) -> None:
    message, client = await times_out.post("hello"), times_out.platform.client
    await client.time_out(message.ref, message.author, SOON, reason="rule-a")

    await client.time_out(message.ref, message.author, LATER, reason="rule-b")

    assert await client.timed_out_until(message.ref, message.author) == LATER


async def test_a_timeout_outlives_the_message(times_out: Harness) -> None:
    message, client = await times_out.post("hello"), times_out.platform.client
    await client.time_out(message.ref, message.author, SOON, reason="rule-a")

    await client.delete(message.ref, reason="rule-a")

    assert await client.timed_out_until(message.ref, message.author) == SOON


async def test_a_timeout_can_be_lifted_twice(times_out: Harness) -> None:
    message, client = await times_out.post("hello"), times_out.platform.client
    await client.time_out(message.ref, message.author, SOON, reason="rule-a")

    await client.lift_timeout(message.ref, message.author, reason="overturned")
    await client.lift_timeout(message.ref, message.author, reason="overturned")

    assert await client.timed_out_until(message.ref, message.author) is None


async def test_posting_a_card_twice_with_one_nonce_is_one_card(harness: Harness) -> None:
    first = await harness.platform.client.post_card(a_card(), nonce="c1")
    again = await harness.platform.client.post_card(a_card(), nonce="c1")

    assert again == first
    assert await harness.platform.client.card("c1") == first


async def test_a_card_can_be_taken_away_twice(harness: Harness) -> None:
    card = await harness.platform.client.post_card(a_card(), nonce="c1")

    await harness.platform.client.remove_card(card)
    with suppress(Gone):
        await harness.platform.client.remove_card(card)

    assert await harness.platform.client.card("c1") is None


async def test_an_attachment_is_fetched_as_it_was_posted(harness: Harness) -> None:
    picture = a_png()
    message = await harness.post("look", picture)

    fetched = await harness.platform.fetch(message.attachments[0], message, 1_000_000)

    assert fetched == picture


async def test_an_attachment_of_exactly_the_cap_is_fetched(harness: Harness) -> None:
    picture = a_png()
    message = await harness.post("look", picture)

    fetched = await harness.platform.fetch(message.attachments[0], message, len(picture))

    assert fetched == picture


async def test_an_attachment_over_the_cap_is_refused(harness: Harness) -> None:
    picture = a_png()
    message = await harness.post("look", picture)

    with pytest.raises(UnreadableMedia):
        await harness.platform.fetch(message.attachments[0], message, len(picture) - 1)


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1/", "file:///etc/passwd", "upload:../../etc/passwd", ""]
)
async def test_nothing_but_the_platforms_own_files_is_fetched(harness: Harness, url: str) -> None:
    message = await harness.post("look", a_png())
    elsewhere = replace(message.attachments[0], url=url)

    with pytest.raises(UnreadableMedia):
        await harness.platform.fetch(elsewhere, message, 1_000_000)


REFUSED: dict[str, Callable[[Client, Message], Awaitable[object]]] = {
    "ban": lambda client, post: client.ban(
        post.ref, post.author, delete_since=timedelta(), reason="rule-a"
    ),
    "kick": lambda client, post: client.kick(post.ref, post.author, reason="rule-a"),
    "role": lambda client, post: client.add_role(post.ref, post.author, "muted", reason="rule-a"),
    "spoiler": lambda client, post: client.spoiler(post, nonce="n", reason="rule-a"),
    "timeout": lambda client, post: client.time_out(post.ref, post.author, SOON, reason="rule-a"),
}
"""How each action that a platform may lack is asked of its client."""
WRITTEN = {"role": "role add muted", "timeout": "timeout 1h"}


async def test_what_it_cannot_do_is_refused_beforehand_with_a_reason(harness: Harness) -> None:
    message = await harness.post("look", a_png())

    for name in harness.cannot:
        reason = harness.platform.can(parse(WRITTEN.get(name, name)), message)
        assert reason, name


async def test_what_it_cannot_do_is_never_a_silent_success(harness: Harness) -> None:
    message = await harness.post("look", a_png())

    for name in harness.cannot:
        with pytest.raises(NotPermitted, match=r"\w+ \w+"):
            await REFUSED[name](harness.platform.client, message)
    assert await harness.visible(message)


async def test_settling_twice_does_no_harm(harness: Harness) -> None:
    message = await harness.post("hello")

    await harness.platform.settled(message, "case-1")
    await harness.platform.settled(message, "case-1")

    assert await harness.visible(message)
