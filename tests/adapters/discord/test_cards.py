"""Cards stand in the moderators' channel: once, with their pictures, edited in place."""

from dataclasses import replace

import pytest

from bot.errors import Gone, NotPermitted
from bot.review.card import Card, CardKind
from tests.adapters.discord.kit import Chat, Communities, a_discord, a_png
from tests.emulators.discord import Guild, Permission, World, discord_world

PNG = a_png()


def a_card(guild: Guild, **more: object) -> Card:
    made = Card(
        case_id="0197a2b3c4d5e6f7",
        title="Scam in #general",
        author="Nova",
        channel="general",
        caption="free nitro @everyone <@1> https://evil.example",
        explanation="The picture promises a gift for a log-in.",
        rules=("scam-screenshot",),
        scores=(("scam", 0.93),),
        outcomes=(("delete", "applied"),),
        url="https://desk.example/cases/1",
        community_id=str(guild.id),
        message=f"discord:{guild.id}:11:22",
    )
    return replace(made, **more)  # type: ignore[arg-type]


def a_home(world: World) -> tuple[Guild, Communities]:
    guild, communities = world.guild("Home"), Communities()
    log = guild.channel("mod-log")
    communities.choose(guild, log_channel=str(log.id), joined_at=world.now())
    return guild, communities


async def test_a_card_goes_where_the_community_chose() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        async with a_discord(world, communities=communities, log_channel="1") as started:
            await started.platform.client.post_card(a_card(guild), nonce="c")

    card = guild.channel("mod-log").last
    assert "Scam in" in card.text
    assert "Nova" in card.text
    assert {"Uphold", "Overturn", "Delete", "Open on the desk", "See the post"} <= set(card.buttons)


async def test_a_card_calls_nobody_and_links_nothing_of_the_posts() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        async with a_discord(world, communities=communities) as started:
            await started.platform.client.post_card(a_card(guild), nonce="c")

    card = guild.channel("mod-log").last
    assert not card.mentions.everyone
    assert card.mentions.users == []
    assert "https://evil.example" not in card.text
    assert "\\<" in card.text


async def test_a_cards_pictures_go_with_it_covered() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        chat = Chat(pictures={"key-1": PNG, "key-2": PNG})
        async with a_discord(world, communities=communities, chat=chat) as started:
            card = a_card(guild, pictures=("key-1", "key-2", "not-kept"))
            await started.platform.client.post_card(card, nonce="c")

    posted = guild.channel("mod-log").last
    assert [file.data for file in posted.attachments] == [PNG, PNG]
    assert all(file.is_spoiler for file in posted.attachments)
    gallery = next(p for p in posted.components[0]["components"] if p["type"] == 12)
    assert all(item["spoiler"] for item in gallery["items"])


async def test_a_redrawn_card_keeps_its_pictures() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        chat = Chat(pictures={"key-1": PNG})
        async with a_discord(world, communities=communities, chat=chat) as started:
            client = started.platform.client
            card = a_card(guild, pictures=("key-1",))
            card_id = await client.post_card(card, nonce="c")
            chat.pictures.clear()
            done = replace(card, state="closed", standing="Upheld by Mia")
            await client.redraw_card(card_id, done)

    posted = guild.channel("mod-log").last
    assert "Upheld by Mia" in posted.text
    assert "Uphold" not in posted.buttons
    assert [file.data for file in posted.attachments] == [PNG]
    assert any(part["type"] == 12 for part in posted.components[0]["components"])


async def test_a_redrawn_card_shows_a_picture_that_came_later() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        chat = Chat(pictures={"key-1": PNG})
        async with a_discord(world, communities=communities, chat=chat) as started:
            client = started.platform.client
            card_id = await client.post_card(a_card(guild), nonce="c")
            await client.redraw_card(card_id, a_card(guild, pictures=("key-1",)))

    assert [file.data for file in guild.channel("mod-log").last.attachments] == [PNG]


async def test_a_card_that_was_taken_away_is_gone() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        async with a_discord(world, communities=communities) as started:
            card_id = await started.platform.client.post_card(a_card(guild), nonce="c")
            await guild.channel("mod-log").last.delete()

            with pytest.raises(Gone):
                await started.platform.client.redraw_card(card_id, a_card(guild))


async def test_without_a_channel_the_fix_is_named() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            with pytest.raises(NotPermitted, match="/bifocal setup"):
                await started.platform.client.post_card(a_card(guild), nonce="c")


async def test_a_channel_where_we_may_not_write_refuses_in_words() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        log = guild.channel("mod-log")
        log.deny(guild.bot_role, Permission.SEND_MESSAGES)
        async with a_discord(world, communities=communities) as started:
            with pytest.raises(NotPermitted, match="give its role the permission"):
                await started.platform.client.post_card(a_card(guild), nonce="c")


@pytest.mark.parametrize("kind", [CardKind.INCIDENT, CardKind.NOTICE])
async def test_an_incident_and_a_notice_are_cards_too(kind: CardKind) -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        async with a_discord(world, communities=communities) as started:
            card = a_card(guild, kind=kind, case_id="", title="12 posts wait for gemini")
            await started.platform.client.post_card(card, nonce="c")

    assert "12 posts wait for gemini" in guild.channel("mod-log").last.text


async def test_the_longest_card_stays_within_discords_limits() -> None:
    async with discord_world() as world:
        guild, communities = a_home(world)
        long = "*_~`|<@everyone>[x](https://x)" * 400
        card = a_card(
            guild,
            title=long,
            author=long,
            channel=long,
            caption=long,
            explanation=long,
            rules=tuple(long for _ in range(30)),
            shadow_rules=(long,),
            outcomes=((long, "withheld"),) * 20,
            more=tuple("x" * 36 for _ in range(50)),
            standing=long,
        )
        async with a_discord(world, communities=communities) as started:
            await started.platform.client.post_card(card, nonce="c")

    # The emulator refuses what breaks a limit.
    assert guild.channel("mod-log").last.buttons[:2] == ["Do what was withheld", "Uphold"]
