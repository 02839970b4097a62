"""Plain discord.py bots for the emulator's own tests: the library as it comes, nothing of ours."""

from typing import Any

import discord
from discord import app_commands
from discord.ext import commands

INTENTS = discord.Intents.none()
INTENTS.guilds = INTENTS.guild_messages = INTENTS.dm_messages = True
INTENTS.message_content = INTENTS.guild_reactions = INTENTS.moderation = True


class Listener(discord.Client):
    """Keeps what it hears, by the event's name."""

    def __init__(self, intents: discord.Intents = INTENTS, **options: Any) -> None:
        super().__init__(intents=intents, guild_ready_timeout=0.1, **options)
        self.heard: list[tuple[str, Any]] = []

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event, args[0] if args else None))
        super().dispatch(event, *args, **kwargs)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the five seconds that discord.py waits before a second IDENTIFY."""

    def of(self, event: str) -> list[Any]:
        """What came with each event of this name."""
        return [said for name, said in self.heard if name == event]

    @property
    def texts(self) -> list[str]:
        return [message.content for message in self.of("message")]


class Card(discord.ui.View):
    """Buttons that survive a restart: fixed custom ids, no timeout."""

    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Uphold", custom_id="uphold", style=discord.ButtonStyle.danger)
    async def uphold(self, interaction: discord.Interaction, _: discord.ui.Button["Card"]) -> None:
        await interaction.response.edit_message(content="Upheld.", view=None)

    @discord.ui.button(label="Note", custom_id="note")
    async def note(self, interaction: discord.Interaction, _: discord.ui.Button["Card"]) -> None:
        await interaction.response.send_modal(Note())

    @discord.ui.select(
        placeholder="Why",
        custom_id="why",
        options=[discord.SelectOption(label=each, value=each.lower()) for each in ("Spam", "Hate")],
    )
    async def why(self, interaction: discord.Interaction, menu: discord.ui.Select["Card"]) -> None:
        await interaction.response.send_message(f"Because of {menu.values[0]}.", ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, placeholder="Whom", custom_id="whom")
    async def whom(
        self, interaction: discord.Interaction, menu: discord.ui.UserSelect["Card"]
    ) -> None:
        await interaction.response.send_message(f"It was {menu.values[0].name}.", ephemeral=True)


class Note(discord.ui.Modal, title="A note"):
    text = discord.ui.Label[Any](text="Your note", component=discord.ui.TextInput[Any]())

    async def on_submit(self, interaction: discord.Interaction) -> None:
        field = self.text.component
        assert isinstance(field, discord.ui.TextInput)
        await interaction.response.send_message(f"Noted: {field.value}", ephemeral=True)


class Commander(commands.Bot):
    """A bot with one command of each kind, as people write them."""

    def __init__(self) -> None:
        super().__init__("!", intents=INTENTS, guild_ready_timeout=0.1)
        self.tree.add_command(app_commands.Command(name="ping", description="Ping", callback=ping))
        self.tree.add_command(analyze)
        self.tree.add_command(Settings(name="bifocal", description="Settings"))
        self.tree.add_command(app_commands.ContextMenu(name="Analyze", callback=menu_analyze))
        self.tree.add_command(app_commands.ContextMenu(name="History", callback=history))

    async def setup_hook(self) -> None:
        self.add_view(Card())
        await self.tree.sync()


async def ping(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong", view=Card())


@app_commands.command(name="analyze", description="Look at something")
@app_commands.default_permissions(manage_messages=True)
async def analyze(
    interaction: discord.Interaction,
    text: str = "",
    file: discord.Attachment | None = None,
    who: discord.Member | None = None,
) -> None:
    await interaction.response.defer(ephemeral=True, thinking=True)
    size = len(await file.read()) if file else 0
    await interaction.followup.send(f"{text} {size} {who.name if who else ''}".strip())
    await interaction.edit_original_response(content=f"{text} {size} done")
    await interaction.followup.send("one more", ephemeral=True)


class Settings(app_commands.Group):
    @app_commands.command(name="preset", description="Choose a preset")
    async def preset(self, interaction: discord.Interaction, name: str) -> None:
        await interaction.response.send_message(f"preset {name}", ephemeral=True)

    @preset.autocomplete("name")
    async def names(self, _: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
        known = ("relaxed", "standard", "strict")
        return [app_commands.Choice(name=n, value=n) for n in known if n.startswith(current)]


async def menu_analyze(interaction: discord.Interaction, message: discord.Message) -> None:
    files = len(message.attachments)
    await interaction.response.send_message(f"{message.content} {files}", ephemeral=True)


async def history(interaction: discord.Interaction, member: discord.Member) -> None:
    await interaction.response.send_message(f"{member.name} is clean", ephemeral=True)
