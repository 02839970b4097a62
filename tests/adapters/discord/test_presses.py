"""Buttons, menus and forms bring what they mean, also after a restart, and nobody else's do."""

import pytest

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
from tests.adapters.discord.chatting import SIGN, a_scene, shown
from tests.adapters.discord.kit import Chat, a_discord, a_png
from tests.emulators.discord import How, discord_world
from tests.memory import MemoryBookmarks

PNG = a_png()


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
    bookmarks = MemoryBookmarks()
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
        mia, bookmarks = guild.moderator("mia"), MemoryBookmarks()
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


async def test_more_pictures_than_discord_takes_are_left_to_the_desk() -> None:
    names = ("a", "b", "c")
    sheet = Sheet("A case", pictures=tuple(map(Picture, names)))
    chat = Chat(sheets={"case": sheet}, pictures=dict.fromkeys(names, bytes(4 << 20)))
    async with a_scene(chat) as scene:
        asked = await scene.mia.slash("case", case="1")

    assert asked.reply is not None
    assert len(asked.reply.attachments) == 2


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


async def test_before_the_chat_is_there_people_are_told_so() -> None:
    async with a_scene() as scene:
        scene.started.platform._chat = None
        asked = await scene.mia.slash("queue")

    assert "Bifocal is starting" in asked.text
