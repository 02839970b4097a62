"""What matters in a message makes a new revision; what does not, none."""

import pytest

from adapters.discord.api import Payload
from adapters.discord.revision import revision_of
from tests.adapters.discord.kit import a_discord, a_png
from tests.emulators.discord import discord_world

PNG = a_png()


async def test_an_edit_of_no_matter_is_no_new_revision() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world) as started:
            post = await general.post(ann, "hi", files=[("a.png", PNG)])
            await started.taken()
            await post.edit(pinned=True)
            await general.post(ann, "after")
            await started.taken(2)

    assert started.queue.texts == ["hi", "after"]


async def test_a_late_preview_is_a_new_revision_of_the_same_message() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            post = await guild.channel("general").post(guild.member("ann"), "https://x.example")
            await started.taken()
            await post.late_embed(world.embed(image=PNG, title="Look"))
            first, second = await started.taken(2)

    assert second.ref == first.ref
    assert second.revision != first.revision
    assert second.embeds == ("Look",)
    assert not second.edited


async def test_an_edit_says_that_it_is_one() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            post = await guild.channel("general").post(guild.member("ann"), "hi")
            await started.taken()
            await post.edit("ho")
            messages = await started.taken(2)

    assert messages[1].edited


async def test_the_revision_is_the_same_when_the_message_is_asked_for() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        embed = world.embed(image=PNG, title="Look", fields=[{"name": "a", "value": "b"}])
        async with a_discord(world) as started:
            await guild.channel("general").post(
                guild.member("ann"), "hi", files=[("a.png", PNG)], embeds=[embed]
            )
            message = (await started.taken())[0]
            world.cdn.expire()
            revision = await started.platform.client.revision(message.ref)

    assert revision == message.revision


async def test_the_same_event_four_times_is_offered_once() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world) as started:
            await general.post(ann, "hi")
            await started.taken()
            world.gateway.again(4)
            await general.post(ann, "after")
            await started.taken(2)

    assert started.queue.texts == ["hi", "after"]


def a_payload(**more: object) -> Payload:
    return {"id": "1", "content": "hi", "attachments": [], "embeds": []} | more


EMBED = {"type": "rich", "title": "T", "image": {"url": "https://a.example/x?ex=1", "width": 3}}


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"content": "ho"}, id="text"),
        pytest.param({"attachments": [{"id": "7", "url": "u"}]}, id="attachment"),
        pytest.param({"embeds": [EMBED]}, id="embed"),
        pytest.param({"sticker_items": [{"id": "9"}]}, id="sticker"),
        pytest.param({"poll": {"question": {"text": "?"}, "answers": []}}, id="poll"),
        pytest.param({"components": [{"type": 10, "content": "x"}]}, id="component"),
        pytest.param({"message_snapshots": [{"message": {"content": "x"}}]}, id="forward"),
    ],
)
def test_every_part_that_matters_counts(changed: Payload) -> None:
    assert revision_of(a_payload(**changed)) != revision_of(a_payload())


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"pinned": True}, id="pin"),
        pytest.param({"reactions": [{"count": 3}]}, id="reaction"),
        pytest.param({"flags": 32}, id="flags"),
        pytest.param({"edited_timestamp": "2026-01-01T00:00:00+00:00"}, id="time"),
    ],
)
def test_what_does_not_matter_does_not_count(changed: Payload) -> None:
    assert revision_of(a_payload(**changed)) == revision_of(a_payload())


def test_a_signature_does_not_count() -> None:
    again = {**EMBED, "image": {"url": "https://a.example/x?ex=2", "width": 9}}

    assert revision_of(a_payload(embeds=[again])) == revision_of(a_payload(embeds=[EMBED]))


def test_another_picture_in_a_preview_counts() -> None:
    other = {**EMBED, "image": {"url": "https://a.example/y?ex=1"}}

    assert revision_of(a_payload(embeds=[other])) != revision_of(a_payload(embeds=[EMBED]))


def test_a_title_counts() -> None:
    assert revision_of(a_payload(), "a title") != revision_of(a_payload())
