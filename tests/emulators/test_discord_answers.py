"""Interactions have deadlines, secrets and one answer each, and forms carry every kind of field."""

import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import discord
import pytest
from discord import app_commands
from discord.ext import commands

from tests.emulators.discord import Guild, How, World, discord_world
from tests.emulators.discord_bots import INTENTS

Answer = Any


class Answerer(commands.Bot):
    """Answers ``/do`` in whatever way a test says; keeps the errors it meets."""

    def __init__(self, answer: Answer) -> None:
        super().__init__("!", intents=INTENTS, guild_ready_timeout=0.1)
        self.errors: list[Exception] = []

        async def do(interaction: discord.Interaction) -> None:
            await answer(interaction)

        self.tree.add_command(app_commands.Command(name="do", description="It", callback=do))
        self.tree.error(self.failed)

    async def failed(self, _: discord.Interaction, error: app_commands.AppCommandError) -> None:
        assert isinstance(error, app_commands.CommandInvokeError)
        self.errors.append(error.original)

    async def setup_hook(self) -> None:
        await self.tree.sync()


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.time = datetime(2026, 11, 22, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.time


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def world(clock: Clock) -> AsyncIterator[World]:
    async with discord_world(now=clock) as world:
        world.guild("Home").member("ann")
        yield world


@pytest.fixture
def guild(world: World) -> Guild:
    return world.guild("Home")


def code_of(bot: Answerer) -> int:
    (error,) = bot.errors
    assert isinstance(error, discord.HTTPException)
    return error.code


async def test_an_answer_after_three_seconds_comes_too_late(world: World, guild: Guild) -> None:
    world.interactions.deadline_s = 0.1

    async def answer(interaction: discord.Interaction) -> None:
        await world.until(lambda: world.interactions.all[0].failed)
        await interaction.response.send_message("late")

    async with world.visited_by(Answerer(answer)) as bot:
        asked = await guild.member("ann").slash("do")
        await world.until(lambda: bot.errors)

    assert (asked.failed, asked.in_time, asked.reply) == (True, False, None)
    assert code_of(bot) == 10062


async def test_there_is_but_one_first_answer(world: World, guild: Guild) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        path = f"/interactions/{interaction.id}/{interaction.token}/callback"
        again = discord.http.Route("POST", path)
        await interaction.response.defer()
        await interaction.client.http.request(again, json={"type": 5})

    async with world.visited_by(Answerer(answer)) as bot:
        asked = await guild.member("ann").slash("do", How(wait=False))
        await world.until(lambda: bot.errors)

    assert code_of(bot) == 40060
    assert asked.deferred
    assert not asked.complete


async def test_a_token_is_good_for_fifteen_minutes(
    world: World, guild: Guild, clock: Clock
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        clock.time += timedelta(minutes=15)
        await interaction.followup.send("in time")
        clock.time += timedelta(seconds=1)
        await interaction.followup.send("too late")

    async with world.visited_by(Answerer(answer)) as bot:
        asked = await guild.member("ann").slash("do")
        await world.until(lambda: bot.errors)

    assert asked.expired
    assert asked.text == "in time"
    assert code_of(bot) == 50027


async def test_the_first_follow_up_of_a_deferral_is_its_original(
    world: World, guild: Guild
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.defer(ephemeral=True)
        await interaction.followup.send("seen by all?", ephemeral=False)
        await interaction.edit_original_response(content="no")

    async with world.visited_by(Answerer(answer)):
        asked = await guild.member("ann").slash("do")
        await world.until(lambda: asked.edits)

    assert asked.reply is not None
    assert (asked.reply.content, asked.reply.is_ephemeral) == ("no", True)
    assert guild.channel("general").messages == []


async def test_the_bot_hears_its_own_ephemeral_answers_as_from_nowhere(
    world: World, guild: Guild
) -> None:
    heard: list[discord.Message] = []

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("between us", ephemeral=True)

    async def keep(message: discord.Message) -> None:
        heard.append(message)

    async with world.visited_by(Answerer(answer)) as bot:
        bot.add_listener(keep, "on_message")
        await guild.member("ann").slash("do")
        await world.until(lambda: heard)

    assert (heard[0].content, heard[0].guild, heard[0].author.id) == (
        "between us",
        None,
        world.bot.id,
    )


async def test_files_come_with_an_answer_and_can_be_taken_back(world: World, guild: Guild) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        file = discord.File(io.BytesIO(b"1"), "test.txt")
        await interaction.response.send_message("here", file=file)
        await interaction.delete_original_response()

    async with world.visited_by(Answerer(answer)):
        asked = await guild.member("ann").slash("do")
        assert asked.reply is not None
        files = [file.filename for file in asked.reply.attachments]
        await world.until(lambda: asked.reply is not None and asked.reply.deleted)

    assert files == ["test.txt"]
    assert guild.channel("general").messages == []


async def test_a_command_works_in_direct_messages(world: World, guild: Guild) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        where = type(interaction.channel).__name__
        await interaction.response.send_message(f"{where} {interaction.guild}")

    async with world.visited_by(Answerer(answer)):
        asked = await guild.member("ann").user.slash("do")

    assert asked.text == "DMChannel None"
    assert guild.member("ann").dms == [asked.reply]


class Everything(discord.ui.Modal, title="Everything"):
    why = discord.ui.Label[Any](
        text="Why",
        component=discord.ui.Select[Any](
            options=[discord.SelectOption(label="Spam"), discord.SelectOption(label="Hate")]
        ),
    )
    whom = discord.ui.Label[Any](text="Whom", component=discord.ui.UserSelect[Any]())
    proof = discord.ui.Label[Any](text="Proof", component=discord.ui.FileUpload[Any]())
    sure = discord.ui.Label[Any](text="Sure", component=discord.ui.Checkbox[Any]())
    how = discord.ui.Label[Any](
        text="How",
        component=discord.ui.RadioGroup[Any](
            options=[discord.RadioGroupOption(label="Softly", value="soft")]
        ),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        parts: list[Any] = [self.why.component, self.whom.component, self.proof.component]
        why, whom, proof = (part.values[0] for part in parts)
        data = await proof.read()
        sure, how = (getattr(label.component, "value", None) for label in (self.sure, self.how))
        await interaction.response.send_message(f"{why} {whom.name} {data!r} {sure} {how}")


async def test_a_form_carries_every_kind_of_field(world: World, guild: Guild) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Everything())

    ann = guild.member("ann")
    async with world.visited_by(Answerer(answer)):
        asked = await ann.slash("do")
        assert asked.modal is not None
        sent = await asked.modal.submit(
            Why="Hate", Whom=ann, Proof=("a.png", b"1"), Sure=True, How="Softly"
        )

    assert sent.text == "Hate ann b'1' True soft"


async def test_a_forged_press_reaches_the_bot(world: World, guild: Guild) -> None:
    heard: list[Any] = []

    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("a card")

    async with world.visited_by(Answerer(answer)) as bot:
        asked = await guild.member("ann").slash("do")
        assert asked.reply is not None
        bot.add_listener(_keeping(heard), "on_interaction")
        await world.interactions.forge(asked.reply, guild.member("eve"), "ban:1", How(wait=False))
        await world.until(lambda: heard)

    assert (heard[0].data["custom_id"], heard[0].user.name) == ("ban:1", "eve")


def _keeping(heard: list[Any]) -> Any:
    async def keep(interaction: discord.Interaction) -> None:
        heard.append(interaction)

    return keep


async def test_commands_keep_their_ids_when_they_are_synced_again(
    world: World, guild: Guild
) -> None:
    async def answer(_: discord.Interaction) -> None: ...

    async with world.visited_by(Answerer(answer)) as bot:
        first = world.commands.find("do", 1, None).id
        await bot.tree.sync()
        bot.tree.copy_global_to(guild=discord.Object(guild.id))
        await bot.tree.sync(guild=discord.Object(guild.id))

    assert world.commands.find("do", 1, None).id == first
    assert world.commands.find("do", 1, guild).guild_id == guild.id
    assert world.commands.syncs == 3


def a_row(*buttons: dict[str, Any]) -> dict[str, Any]:
    return {"type": 1, "components": list(buttons)}


def a_button(label: str, custom_id: str = "id") -> dict[str, Any]:
    return {"type": 2, "style": 1, "label": label, "custom_id": custom_id}


@pytest.mark.parametrize(
    ("view", "word"),
    [
        pytest.param([a_button("A")], "top", id="a button without a row"),
        pytest.param([a_row(a_button("x" * 81))], "80 or fewer", id="too long a label"),
        pytest.param([a_row(a_button("a"), a_button("b"))], "duplicated", id="one id twice"),
        pytest.param([a_row(a_button("a", "x" * 101))], "between 1 and 100", id="too long an id"),
        pytest.param([a_row()] * 6, "5 or fewer", id="too many rows"),
    ],
)
async def test_a_card_over_a_limit_is_refused(
    world: World, guild: Guild, view: list[Any], word: str
) -> None:
    async def answer(_: discord.Interaction) -> None: ...

    async with world.visited_by(Answerer(answer)) as bot:
        path = discord.http.Route("POST", f"/channels/{guild.channel('general').id}/messages")
        with pytest.raises(discord.HTTPException, match=word) as refused:
            await bot.http.request(path, json={"content": "x", "components": view})

    assert refused.value.code == 50035


async def test_a_command_for_guilds_is_not_offered_in_direct_messages(
    world: World, guild: Guild
) -> None:
    async def answer(interaction: discord.Interaction) -> None:
        await interaction.response.send_message("hi")

    bot = Answerer(answer)
    bot.tree.get_command("do").guild_only = True  # type: ignore[union-attr]
    async with world.visited_by(bot):
        with pytest.raises(AssertionError, match="not offered in direct messages"):
            await guild.member("ann").user.slash("do")
        asked = await guild.member("ann").slash("do")

    assert asked.text == "hi"
