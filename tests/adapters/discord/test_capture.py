"""Everything a post can carry comes in, each part for what it is."""

from datetime import timedelta
from typing import Any

from bot.model import Message, Origin
from tests.adapters.discord.kit import Communities, a_discord, a_png
from tests.emulators.discord import (
    MODERATING,
    Permission,
    Upload,
    World,
    a_poll,
    discord_world,
)

PNG = a_png()


async def posted(world: World, text: str = "hi", **more: Any) -> Message:
    """What comes in of one post by ann in #general."""
    guild = world.guild("Home")
    general, ann = guild.channel("general"), guild.member("ann")
    async with a_discord(world) as started:
        await general.post(ann, text, **more)
        return (await started.taken())[0]


async def test_a_post_comes_in_with_its_place_and_author() -> None:
    async with discord_world() as world:
        message = await posted(world)

    guild = world.guild("Home")
    general, ann = guild.channel("general"), guild.member("ann")
    assert message.ref == ("discord", str(guild.id), str(general.id), str(general.last.id))
    assert (message.author.id, message.author.name) == (str(ann.id), "Ann")
    assert (message.channel.name, message.channel.kind) == ("general", "text")
    assert message.sent_at == general.last.created_at
    assert not message.edited


async def test_an_author_comes_with_age_and_membership() -> None:
    async with discord_world() as world:
        message = await posted(world)

    ann = world.guild("Home").member("ann")
    assert message.author.created_at is not None
    assert abs(message.author.created_at - ann.user.created_at) < timedelta(seconds=1)
    assert message.author.joined_at == ann.joined_at


async def test_roles_come_by_name_and_by_id() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        role = guild.role("Artists")
        guild.member("ann", role)
        message = await posted(world)

    assert set(message.author.roles) == {"Artists", str(role.id)}


async def test_who_may_delete_is_a_moderator() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        mia = guild.moderator("mia")
        async with a_discord(world) as started:
            await guild.channel("general").post(mia, "hi")
            message = (await started.taken())[0]

    assert message.author.is_moderator


async def test_the_owner_is_a_moderator() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with a_discord(world) as started:
            await guild.channel("general").post(guild.owner, "hi")
            message = (await started.taken())[0]

    assert message.author.is_moderator


async def test_a_chosen_role_moderates() -> None:
    async with discord_world() as world:
        guild, communities = world.guild("Home"), Communities()
        role = guild.role("Helpers")
        communities.choose(guild, moderators=(str(role.id),))
        async with a_discord(world, communities=communities) as started:
            await guild.channel("general").post(guild.member("ann", role), "hi")
            message = (await started.taken())[0]

    assert message.author.is_moderator


async def test_an_ordinary_member_is_no_moderator() -> None:
    async with discord_world() as world:
        message = await posted(world)

    assert not message.author.is_moderator


async def test_an_upload_comes_with_what_is_said_of_it() -> None:
    async with discord_world() as world:
        message = await posted(world, files=[Upload("a.png", PNG, alt="a teal square")])

    (file,) = message.attachments
    assert (file.filename, file.media_type, file.size) == ("a.png", "image/png", len(PNG))
    assert (file.alt, file.origin, file.spoiler) == ("a teal square", Origin.UPLOAD, False)


async def test_a_spoiler_is_known_by_its_flag_and_by_its_name() -> None:
    async with discord_world() as world:
        flagged, named = Upload("a.png", PNG, spoiler_flag=True), ("SPOILER_b.png", PNG)
        message = await posted(world, files=[flagged, named])

    assert [file.spoiler for file in message.attachments] == [True, True]


async def test_stickers_come_as_files_of_their_kind() -> None:
    async with discord_world() as world:
        kinds = [world.sticker(f"s{kind}", PNG, kind=kind) for kind in (1, 2, 3, 4)]
        message = await posted(world, stickers=kinds)

    assert [file.origin for file in message.attachments] == [Origin.STICKER] * 4
    types = [file.media_type for file in message.attachments]
    assert types == ["image/png", "image/png", "application/json", "image/gif"]


async def test_an_image_sticker_is_fetched() -> None:
    async with discord_world() as world:
        guild, sticker = world.guild("Home"), world.sticker("wave", PNG)
        async with a_discord(world) as started:
            await guild.channel("general").post(guild.member("ann"), stickers=[sticker])
            message = (await started.taken())[0]
            data = await started.platform.fetch(message.attachments[0], message, 1_000_000)

    assert data == PNG


async def test_a_preview_comes_with_its_words_and_its_picture() -> None:
    async with discord_world() as world:
        embed = world.embed(
            image=PNG,
            title="Free nitro",
            description="Click here",
            author={"name": "Discord"},
            footer={"text": "today only"},
            fields=[{"name": "Prize", "value": "a year"}],
        )
        guild = world.guild("Home")
        async with a_discord(world) as started:
            await guild.channel("general").post(guild.member("ann"), "look", embeds=[embed])
            message = (await started.taken())[0]
            data = await started.platform.fetch(message.attachments[0], message, 1_000_000)

    for words in ("Free nitro", "Click here", "Discord", "today only", "Prize", "a year"):
        assert words in message.embeds[0]
    assert message.attachments[0].origin is Origin.EMBED
    assert data == PNG


async def test_a_picture_that_discord_does_not_proxy_is_no_attachment() -> None:
    async with discord_world() as world:
        embed = {"type": "rich", "image": {"url": "http://127.0.0.1:9/x.png"}}
        message = await posted(world, embeds=[embed])

    assert message.attachments == ()


async def test_a_forward_comes_with_what_it_carries() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        embed = world.embed(title="A title")
        first = await general.post(ann, "the first", files=[("a.png", PNG)], embeds=[embed])
        message = await posted(world, "", forward=first)

    assert message.text == ""
    assert message.forwarded == ("the first", "A title")
    assert [file.origin for file in message.attachments] == [Origin.FORWARD]


async def test_a_poll_comes_as_words() -> None:
    async with discord_world() as world:
        message = await posted(world, "", poll=a_poll("Which wallet?", ["Yours", "Mine"]))

    assert message.embeds == ("Which wallet?\nYours\nMine",)


async def test_components_come_with_words_and_media() -> None:
    async with discord_world() as world:
        proxied = world.cdn.picture(PNG)
        media = {"url": "https://elsewhere.example/x.png", "proxy_url": proxied}
        components = [
            {
                "type": 17,
                "components": [
                    {"type": 10, "content": "inside a box"},
                    {"type": 12, "items": [{"media": media, "spoiler": True}]},
                ],
            }
        ]
        message = await posted(world, "", components=components, flags=1 << 15)

    assert message.embeds == ("inside a box",)
    (file,) = message.attachments
    assert (file.url, file.spoiler) == (proxied, True)


async def test_a_voice_message_comes_as_the_audio_it_is() -> None:
    async with discord_world() as world:
        voice = Upload("voice-message.ogg", b"OggS", "audio/ogg", duration_s=1.0, waveform="AA==")
        message = await posted(world, "", files=[voice], flags=1 << 13)

    assert message.attachments[0].media_type == "audio/ogg"


async def test_a_thread_has_its_title_and_its_parents_age_gate() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        cellar, ann = guild.channel("cellar", nsfw=True), guild.member("ann")
        async with a_discord(world) as started:
            thread = await cellar.thread("late talk", ann)
            await thread.post(ann, "hi")
            message = (await started.taken())[-1]

    assert (message.channel.name, message.channel.kind) == ("late talk", "thread")
    assert (message.channel.parent_id, message.channel.parent) == (str(cellar.id), "cellar")
    assert message.channel.nsfw


async def test_a_forum_posts_title_is_text_too() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        forum, ann = guild.forum("help"), guild.member("ann")
        async with a_discord(world) as started:
            await forum.new_post("Free nitro", ann, "click")
            message = (await started.taken())[0]
            revision = await started.platform.client.revision(message.ref)

    assert message.text == "Free nitro\nclick"
    assert message.channel.kind == "forum"
    assert revision == message.revision


async def test_a_forum_post_that_is_renamed_is_judged_again() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        forum, ann = guild.forum("help"), guild.member("ann")
        async with a_discord(world) as started:
            thread = await forum.new_post("Question", ann, "please")
            await started.taken()
            thread.name = "Free nitro"
            thread.tell_of_itself("THREAD_UPDATE")
            messages = await started.taken(2)

    assert messages[1].text == "Free nitro\nplease"
    assert messages[1].ref == messages[0].ref


async def test_later_words_in_a_forum_post_do_not_repeat_the_title() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        forum, ann = guild.forum("help"), guild.member("ann")
        async with a_discord(world) as started:
            thread = await forum.new_post("Question", ann, "please")
            await thread.post(ann, "anyone?")
            messages = await started.taken(2)

    assert messages[1].text == "anyone?"


async def test_mentions_are_counted() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        role, bob = guild.role("Helpers"), guild.member("bob")
        message = await posted(world, f"{bob.mention} {role.mention} @everyone")

    assert message.mentions == 3


async def test_a_lone_surrogate_becomes_a_mark() -> None:
    async with discord_world() as world:
        message = await posted(world, "a\ud800b")

    assert message.text == "a\ufffdb"


async def test_own_messages_are_not_judged() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world, bots=True) as started:
            await general.post(guild.bot, "mine")
            await general.post(ann, "hers")
            await started.taken()

    assert started.queue.texts == ["hers"]


async def _with(*, bots: bool, webhooks: bool) -> list[str]:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        robot = guild.member("robot", is_bot=True)
        async with a_discord(world, bots=bots, webhooks=webhooks) as started:
            await general.post(robot, "a bot's")
            await general.post(ann, "a webhook's", as_webhook="News")
            await general.post(ann, "hers")
            await world.until(lambda: "hers" in started.queue.texts)
        return started.queue.texts


async def test_other_bots_are_judged_by_choice() -> None:
    assert "a bot's" in await _with(bots=True, webhooks=False)
    assert "a bot's" not in await _with(bots=False, webhooks=False)


async def test_webhooks_are_judged_by_choice() -> None:
    assert "a webhook's" in await _with(bots=False, webhooks=True)
    assert "a webhook's" not in await _with(bots=False, webhooks=False)


async def test_posts_without_media_are_dropped_where_text_alone_is_not_judged() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world, text_only=False) as started:
            await general.post(ann, "words alone")
            await general.post(ann, "with a picture", files=[("a.png", PNG)])
            await started.taken()

    assert started.queue.texts == ["with a picture"]


async def test_direct_messages_are_nobodys_business() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        ann = guild.member("ann")
        async with a_discord(world) as started:
            await ann.user.write("psst")
            await guild.channel("general").post(ann, "hi")
            await started.taken()

    assert started.queue.texts == ["hi"]


async def test_nothing_privileged_is_asked_for_but_content() -> None:
    async with discord_world() as world:
        world.guild("Home", permissions=MODERATING | Permission.ADMINISTRATOR)
        async with a_discord(world):
            asked = int(world.gateway.intents)

    assert asked == 1 << 0 | 1 << 9 | 1 << 15


async def test_a_webhook_that_an_application_made_is_a_webhook() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann = guild.channel("general"), guild.member("ann")
        async with a_discord(world, webhooks=True, bots=False) as started:
            post = await general.post(ann, "news", as_webhook="News", quietly=True)
            post.application_id = 4242
            general.tell("MESSAGE_CREATE", post)
            await started.taken()

    assert started.queue.texts == ["news"]
