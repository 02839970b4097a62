"""Commands, menus, buttons and forms of an unmodified bot work as a person uses them."""

from collections.abc import AsyncIterator

import pytest

from tests.emulators.discord import Guild, How, World, discord_world
from tests.emulators.discord_bots import Card, Commander


@pytest.fixture
async def world() -> AsyncIterator[World]:
    async with discord_world() as world:
        world.guild("Home")
        async with world.visited_by(Commander()):
            yield world


@pytest.fixture
def guild(world: World) -> Guild:
    return world.guild("Home")


async def test_a_slash_command_is_answered_in_the_channel(guild: Guild) -> None:
    asked = await guild.member("ann").slash("ping")

    assert asked.in_time
    assert asked.text.startswith("pong")
    assert guild.channel("general").last is asked.reply


async def test_a_deferred_answer_is_followed_up_edited_and_seen_by_one_alone(guild: Guild) -> None:
    mia, ann = guild.moderator("mia"), guild.member("ann")
    asked = await mia.slash("analyze", text="look", file=("a.png", b"12345"), who=ann)
    await guild.world.until(lambda: asked.followups)

    assert (asked.deferred, asked.ephemeral, asked.in_time, asked.edits) == (True, True, True, 1)
    assert asked.reply is not None
    assert asked.reply.content == "look 5 done"
    assert [message.content for message in asked.followups] == ["one more"]
    assert guild.channel("general").messages == []


async def test_a_command_is_hidden_from_those_without_its_permission(guild: Guild) -> None:
    with pytest.raises(AssertionError, match="does not see the command 'analyze'"):
        await guild.member("ann").slash("analyze", text="look")

    assert (await guild.member("ann").slash("analyze", How(opened=True), text="look")).in_time


async def test_a_subcommand_completes_what_is_typed(guild: Guild) -> None:
    ann = guild.member("ann")

    assert await ann.autocomplete("bifocal preset", "name", "st") == ["standard", "strict"]
    assert (await ann.slash("bifocal preset", name="strict")).text == "preset strict"


async def test_menus_work_on_messages_and_on_people(guild: Guild) -> None:
    ann, bob = guild.member("ann"), guild.member("bob")
    post = await guild.channel("general").post(bob, "hi", files=[("a.png", b"1")])

    assert (await ann.message_menu("Analyze", post)).text == "hi 1"
    assert (await ann.user_menu("History", bob)).text == "bob is clean"


async def test_a_button_is_pressed_on_a_card_from_before_the_restart() -> None:
    async with discord_world() as world:
        guild = world.guild("Home")
        async with world.visited_by(Commander()) as client:
            await client.get_partial_messageable(guild.channel("general").id).send(
                "A case", view=Card()
            )
        card = guild.channel("general").last
        async with world.visited_by(Commander()):
            pressed = await card.click(guild.member("mia"), "Uphold")

    assert pressed.in_time
    assert (card.content, card.buttons) == ("Upheld.", [])


async def test_menus_of_a_card_carry_what_was_chosen(guild: Guild) -> None:
    mia, ann = guild.member("mia"), guild.member("ann")
    await mia.slash("ping")
    card = guild.channel("general").last

    assert (await card.select(mia, "Why", "Spam")).text == "Because of spam."
    assert (await card.select(mia, "Whom", ann)).text == "It was ann."


async def test_a_form_is_filled_in_by_what_its_fields_are_called(guild: Guild) -> None:
    mia = guild.member("mia")
    await mia.slash("ping")
    pressed = await guild.channel("general").last.click(mia, "Note")
    assert pressed.modal is not None

    assert (pressed.modal.title, pressed.modal.fields) == ("A note", ["Your note"])
    assert (await pressed.modal.submit(Your_note="twice")).text == "Noted: twice"
    with pytest.raises(AssertionError, match="'Your note' is required"):
        await pressed.modal.submit()


async def test_a_card_that_is_gone_has_no_buttons(guild: Guild) -> None:
    mia = guild.member("mia")
    await mia.slash("ping")
    card = guild.channel("general").last
    await card.delete()

    with pytest.raises(AssertionError, match="the message is gone"):
        await card.click(mia, "Uphold")
