"""What people ask for in chat is answered in time, to them alone, and to who may ask."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest

from adapters.discord.draw import components_of, drawn
from bot.chat.asker import Rank
from bot.chat.sheet import (
    Button,
    Choice,
    Entry,
    Form,
    Input,
    Kind,
    Of,
    Option,
    Picture,
    Press,
    Sheet,
)
from bot.chat.signed import Signer
from tests.adapters.discord.kit import KEY, Bookmarks, Chat, Communities, Started, a_discord, a_png
from tests.emulators.discord import (
    MODERATING,
    Channel,
    Guild,
    How,
    Member,
    Message,
    Permission,
    World,
    discord_world,
)
from tests.emulators.discord.layout import accepted

PNG = a_png()
SIGN = Signer(KEY).write


@dataclass
class Scene:
    """A guild with a member and a moderator, and the bot at work."""

    started: Started
    world: World
    guild: Guild
    general: Channel
    ann: Member
    mia: Member

    @property
    def chat(self) -> Chat:
        return self.started.chat

    async def shown(self, sheet: Sheet, guild: Guild | None = None) -> Message:
        """A sheet of the bot's in #general, signed for this guild unless for another."""
        signed_for = str((guild or self.guild).id)
        return await shown(self.general, sheet, signed_for)


async def shown(channel: Channel, sheet: Sheet, signed_for: str) -> Message:
    """A sheet as Discord shows it: refused where it breaks a limit."""
    assert channel.guild is not None
    parts = accepted(components_of(drawn(sheet, SIGN, signed_for)), v2=True)
    return await channel.post(channel.guild.bot, "", components=parts, flags=1 << 15)


@asynccontextmanager
async def a_scene(
    chat: Chat | None = None, communities: Communities | None = None
) -> AsyncIterator[Scene]:
    async with discord_world() as world:
        guild = world.guild("Home")
        general, ann, mia = guild.channel("general"), guild.member("ann"), guild.moderator("mia")
        async with a_discord(world, chat=chat, communities=communities) as started:
            yield Scene(started, world, guild, general, ann, mia)


async def test_every_command_and_menu_is_told_to_discord() -> None:
    async with a_scene() as scene:
        told = {command.name for command in scene.world.commands.by_place[None]}

    assert {"analyze", "bifocal", "queue", "case", "rules", "stats", "appeal", "privacy"} <= told
    assert {"Analyze", "Report to moderators", "Why not flagged?", "History"} <= told


async def test_commands_are_told_again_only_where_they_changed() -> None:
    async with discord_world() as world:
        world.guild("Home")
        for _ in range(2):
            async with a_discord(world):
                pass

        assert len(world.requests("PUT", "/commands")) == 1


async def test_a_command_is_answered_to_the_asker_alone() -> None:
    async with a_scene() as scene:
        asked = await scene.ann.slash("queue", how=How(opened=True))

    assert asked.in_time
    assert asked.deferred
    assert asked.ephemeral
    assert asked.text.strip() == "### did queue"


async def test_a_command_that_takes_long_is_announced_in_time() -> None:
    async with a_scene() as scene:
        scene.chat.wait.clear()
        asking = asyncio.create_task(scene.ann.slash("privacy"))
        await scene.world.until(lambda: scene.world.interactions.all[-1:])
        asked = scene.world.interactions.all[-1]
        await scene.world.until(lambda: asked.answer)
        announced = (asked.in_time, asked.complete)
        scene.chat.wait.set()
        await asking

    assert announced == (True, False)
    assert asked.complete


async def test_a_grouped_command_comes_by_its_own_name() -> None:
    async with a_scene() as scene:
        await scene.mia.slash("bifocal pause", reason="a raid")

    name, asker, given = scene.chat.asked[0]
    assert (name, asker.rank, dict(given)) == ("pause", Rank.MODERATOR, {"reason": "a raid"})


async def test_an_attachment_is_fetched_and_handed_over() -> None:
    async with a_scene() as scene:
        await scene.ann.slash("analyze", file=("a.png", PNG), text="hi")

    assert scene.chat.files == [("a.png", PNG)]
    assert dict(scene.chat.asked[0][2]) == {"text": "hi"}


async def test_a_link_to_a_message_brings_its_files_and_words() -> None:
    async with a_scene() as scene:
        post = await scene.general.post(scene.ann, "free nitro", files=[("b.png", PNG)])
        link = f"https://discord.com/channels/{scene.guild.id}/{scene.general.id}/{post.id}"
        await scene.ann.slash("analyze", link=link)

    assert scene.chat.files == [("b.png", PNG)]
    assert dict(scene.chat.asked[0][2]) == {"text": "free nitro"}


async def test_a_link_into_a_channel_one_does_not_see_is_refused() -> None:
    async with a_scene() as scene:
        staff = scene.guild.channel("staff")
        staff.deny(scene.guild.everyone, Permission.VIEW_CHANNEL)
        staff.allow(scene.guild.bot, Permission.VIEW_CHANNEL)
        post = await staff.post(scene.mia, "secret", files=[("b.png", PNG)])
        link = f"https://discord.com/channels/{scene.guild.id}/{staff.id}/{post.id}"
        asked = await scene.ann.slash("analyze", link=link)

    assert "You do not see that channel" in asked.text.replace("\\", "")
    assert scene.chat.files == []


async def test_a_link_into_another_server_is_left_to_the_chat() -> None:
    async with a_scene() as scene:
        elsewhere = scene.world.guild("Elsewhere")
        post = await elsewhere.channel("general").post(elsewhere.member("bob"), "hi")
        link = f"https://discord.com/channels/{elsewhere.id}/{post.channel.id}/{post.id}"
        await scene.ann.slash("analyze", link=link)

    assert dict(scene.chat.asked[0][2]) == {"link": link}


async def test_a_link_to_elsewhere_is_never_followed() -> None:
    async with a_scene() as scene:
        await scene.ann.slash("analyze", link=f"{scene.world.url}/external/0/picture")
        fetched = list(scene.world.cdn.fetched)

    assert fetched == []
    assert scene.chat.files == []


@pytest.mark.parametrize(
    ("label", "verb"),
    [
        ("Analyze", "analyze"),
        ("Report to moderators", "report"),
        ("Why not flagged?", "why"),
        ("Mark as known bad", "known_bad"),
        ("Mark as known good", "known_good"),
    ],
)
async def test_a_messages_menu_brings_the_message(label: str, verb: str) -> None:
    async with a_scene() as scene:
        post = await scene.general.post(scene.ann, "look", files=[("a.png", PNG)])
        taken = (await scene.started.taken())[0]
        asked = await scene.mia.message_menu(label, post)

    assert scene.chat.asked[0][0] == verb
    assert scene.chat.messages == [taken]
    assert asked.in_time
    assert asked.ephemeral


async def test_a_persons_menu_brings_the_person() -> None:
    async with a_scene() as scene:
        await scene.mia.user_menu("History", scene.ann)

    assert scene.chat.asked[0][0] == "history"
    assert scene.chat.persons[0].id == str(scene.ann.id)
    assert scene.chat.persons[0].joined_at == scene.ann.joined_at


async def test_a_member_without_the_right_is_refused_whatever_discord_let_pass() -> None:
    async with a_scene(Chat(ranks={"pause": Rank.MODERATOR})) as scene:
        asked = await scene.ann.slash("bifocal pause", how=How(opened=True))

    assert "Only moderators" in asked.text
    assert scene.chat.asked == []
    assert scene.chat.refused == [("pause", str(scene.ann.id))]


async def test_an_administrator_is_known() -> None:
    async with a_scene() as scene:
        await scene.guild.owner.slash("bifocal status")

    assert scene.chat.asked[0][1].rank is Rank.ADMIN


async def test_who_manages_the_server_rules_it() -> None:
    async with a_scene() as scene:
        role = scene.guild.role("Managers", Permission.MANAGE_GUILD)
        await scene.guild.member("bob", role).slash("bifocal status", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.ADMIN


async def test_a_chosen_role_makes_a_moderator() -> None:
    communities = Communities()
    async with a_scene(communities=communities) as scene:
        role = scene.guild.role("Helpers")
        communities.choose(scene.guild, moderators=(str(role.id),))
        await scene.guild.member("bob", role).slash("queue", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.MODERATOR


async def test_who_keeps_one_channel_in_order_does_not_moderate_the_server() -> None:
    async with a_scene() as scene:
        scene.general.allow(scene.ann, Permission.MANAGE_MESSAGES)
        await scene.ann.slash("queue", how=How(opened=True))

    assert scene.chat.asked[0][1].rank is Rank.MEMBER


async def test_a_right_that_was_taken_away_counts_no_more() -> None:
    async with a_scene() as scene:
        await scene.mia.slash("queue")
        scene.mia.roles.clear()
        await scene.mia.slash("queue", how=How(opened=True))

    assert [asker.rank for _, asker, _ in scene.chat.asked] == [Rank.MODERATOR, Rank.MEMBER]


async def test_privacy_can_be_asked_for_in_a_direct_message() -> None:
    async with a_scene() as scene:
        await scene.ann.user.slash("privacy")

    name, asker, _ = scene.chat.asked[0]
    assert (name, asker.community_id, asker.rank) == ("privacy", "", Rank.MEMBER)


CARD = Sheet("A case", buttons=(Button("Uphold", Press("uphold", "case-1")),))


async def test_a_button_is_pressed() -> None:
    async with a_scene() as scene:
        card = await scene.shown(CARD)
        pressed = await card.click(scene.mia, "Uphold")

    name, asker, given = scene.chat.asked[0]
    assert (name, given["subject"], asker.id) == ("uphold", "case-1", str(scene.mia.id))
    assert pressed.in_time
    assert pressed.ephemeral


async def test_a_button_still_works_after_a_restart() -> None:
    bookmarks = Bookmarks()
    async with discord_world() as world:
        guild = world.guild("Home")
        general, mia = guild.channel("general"), guild.moderator("mia")
        async with a_discord(world, bookmarks=bookmarks):
            card = await shown(general, CARD, str(guild.id))
        async with a_discord(world, bookmarks=bookmarks) as again:
            pressed = await card.click(mia, "Uphold")

    assert pressed.in_time
    assert again.chat.asked[0][0] == "uphold"


async def test_a_button_from_another_server_is_refused_and_told_to_the_chat() -> None:
    async with a_scene() as scene:
        other = scene.world.guild("Elsewhere")
        card = await scene.shown(CARD, guild=other)
        pressed = await card.click(scene.mia, "Uphold")

    assert "not valid here" in pressed.text
    assert scene.chat.asked == []
    assert scene.chat.refused == [("forged", str(scene.mia.id))]


@pytest.mark.parametrize("made_up", ["uphold|case-1||AAAAAAAAAAAA", "x", "||", "|" * 100])
async def test_a_made_up_button_is_refused(made_up: str) -> None:
    async with a_scene() as scene:
        card = await scene.shown(CARD)
        pressed = await scene.world.interactions.forge(card, scene.ann, made_up)

    assert "not valid here" in pressed.text
    assert scene.chat.refused == [("forged", str(scene.ann.id))]


async def test_a_server_buttons_copy_in_a_direct_message_is_refused() -> None:
    async with a_scene() as scene:
        card = await scene.shown(CARD)
        custom_id = SIGN(Press("uphold", "case-1"), str(scene.guild.id))
        dm = scene.world.dm_with(scene.ann.user)
        await scene.world.interactions.forge(card, scene.ann.user, custom_id, How(channel=dm))

    assert scene.chat.refused == [("forged", str(scene.ann.id))]


async def test_a_rare_button_stands_in_a_menu() -> None:
    async with a_scene() as scene:
        sheet = Sheet("A case", buttons=(Button("Note", Press("note", "case-1"), rare=True),))
        card = await scene.shown(sheet)
        await card.select(scene.mia, "More…", "Note")

    assert scene.chat.asked[0][0] == "note"


async def test_a_long_list_is_chosen_from_in_a_menu() -> None:
    async with a_scene() as scene:
        entries = tuple(
            Entry(f"Case {n}", "scam", Button("Open", Press("open", f"case-{n}")))
            for n in range(25)
        )
        page = await scene.shown(Sheet("Queue", entries=entries))
        await page.select(scene.mia, "Open…", "Case 7")

    assert scene.chat.asked[0][2]["subject"] == "case-7"


async def test_a_choice_brings_what_was_chosen() -> None:
    async with a_scene() as scene:
        options = (Option("Relaxed", "relaxed"), Option("Strict", "strict"))
        sheet = Sheet("Setup", choices=(Choice(Press("preset"), "Rules", options=options),))
        page = await scene.shown(sheet)
        await page.select(scene.mia, "Rules", "Strict")

    assert scene.chat.asked[0][2]["chosen"] == "strict"


async def test_channels_and_roles_are_chosen_by_id() -> None:
    async with a_scene() as scene:
        role = scene.guild.role("Helpers")
        choices = (
            Choice(Press("log_channel"), "Channel", Of.CHANNELS),
            Choice(Press("moderators"), "Roles", Of.GROUPS, at_most=5),
        )
        page = await scene.shown(Sheet("Setup", choices=choices))
        await page.select(scene.mia, "Channel", scene.general)
        await page.select(scene.mia, "Roles", role)

    chosen = [given["chosen"] for _, _, given in scene.chat.asked]
    assert chosen == [str(scene.general.id), str(role.id)]


async def test_a_form_is_opened_at_once_and_its_answers_come_in() -> None:
    inputs = (
        Input("reason", "Reason", Kind.OPTIONS, (Option("Spam", "spam"), Option("Scam", "scam"))),
        Input("note", "Note", Kind.PARAGRAPH, required=False),
    )
    form = Form("Uphold", Press("uphold"), inputs, about="The post stays removed.")
    async with a_scene(Chat(forms={"uphold": form})) as scene:
        card = await scene.shown(CARD)
        pressed = await card.click(scene.mia, "Uphold")
        assert pressed.modal is not None
        sent = await pressed.modal.submit(Reason="Scam", Note="seen before")

    assert pressed.in_time
    assert not pressed.deferred
    assert sent.in_time
    given = scene.chat.asked[0][2]
    assert (given["reason"], given["note"], given["subject"]) == ("scam", "seen before", "case-1")


async def test_a_form_survives_a_restart() -> None:
    form = Form("Note", Press("note"), (Input("note", "Note"),))
    async with discord_world() as world:
        guild = world.guild("Home")
        mia, bookmarks = guild.moderator("mia"), Bookmarks()
        async with a_discord(world, chat=Chat(forms={"uphold": form}), bookmarks=bookmarks):
            card = await shown(guild.channel("general"), CARD, str(guild.id))
            pressed = await card.click(mia, "Uphold")
        async with a_discord(world, bookmarks=bookmarks) as again:
            assert pressed.modal is not None
            await pressed.modal.submit(Note="x")

    assert again.chat.asked[0][0] == "uphold"


async def test_a_press_on_ones_own_answer_is_written_over_it() -> None:
    async with a_scene() as scene:
        scene.chat.sheets["queue"] = Sheet("Queue", buttons=(Button("Next", Press("next", "2")),))
        asked = await scene.mia.slash("queue")
        assert asked.reply is not None
        page = asked.reply
        pressed = await page.click(scene.mia, "Next")
        await scene.world.until(lambda: page.edits)

    assert pressed.in_time
    assert "did next" in page.text


async def test_a_sheets_pictures_come_covered() -> None:
    sheet = Sheet("A case", pictures=(Picture("key-1", "a square"), Picture("not-kept")))
    chat = Chat(sheets={"case": sheet}, pictures={"key-1": PNG})
    async with a_scene(chat) as scene:
        asked = await scene.mia.slash("case", case="1")

    assert asked.reply is not None
    (file,) = asked.reply.attachments
    assert (file.data, file.is_spoiler) == (PNG, True)


async def test_what_breaks_is_told_in_a_sentence() -> None:
    async with a_scene(Chat(broken=RuntimeError("canary"))) as scene:
        asked = await scene.mia.slash("queue")

    assert "Something broke" in asked.text
    assert "canary" not in asked.text


async def test_an_answer_calls_nobody() -> None:
    async with a_scene() as scene:
        scene.chat.sheets["queue"] = Sheet("@everyone", (f"<@{scene.ann.id}>", "@here"))
        asked = await scene.mia.slash("queue")

    assert asked.reply is not None
    assert asked.reply.mentions.users == []
    assert not asked.reply.mentions.everyone


async def test_an_interaction_answered_by_an_earlier_life_is_not_carried_out_again() -> None:
    async with a_scene() as scene:
        card = await scene.shown(CARD)
        await card.click(scene.mia, "Uphold")
        events = [frame for one in scene.world.gateway.sessions.values() for _, frame in one.sent]
        payload = next(each["d"] for each in events if each["t"] == "INTERACTION_CREATE")
        scene.world.gateway.malformed("INTERACTION_CREATE", payload)

        def answered_again() -> bool:
            asked = scene.world.requests("POST", "/callback")
            return len(asked) == 2 and asked[1].status == 400

        await scene.world.until(answered_again)

    assert [name for name, _, _ in scene.chat.asked] == ["uphold"]


async def test_a_command_that_is_offered_no_more_is_told_so() -> None:
    async with a_scene() as scene:
        scene.world.commands.add(None, {"name": "gone", "description": "x", "type": 1})
        asked = await scene.ann.slash("gone")

    assert "does not offer this any more" in asked.text


async def test_before_the_chat_is_there_people_are_told_so() -> None:
    async with a_scene() as scene:
        scene.started.platform._chat = None
        asked = await scene.mia.slash("queue")

    assert "Bifocal is starting" in asked.text


def test_moderating_is_not_administering() -> None:
    assert Permission.MANAGE_GUILD not in MODERATING
