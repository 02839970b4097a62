"""What people do with the bot's commands: slash, menus, autocomplete."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.guilds import Guild
    from tests.emulators.discord.interactions import Interaction
    from tests.emulators.discord.messages import Message
    from tests.emulators.discord.people import Member, User
    from tests.emulators.discord.world import World


@dataclass(frozen=True)
class How:
    """The circumstances of an interaction."""

    channel: "Channel | None" = None
    """Where; a guild's first text channel unless given."""
    wait: bool = True
    """Return when the bot's answer stands, or when it was too late; else at once."""
    opened: bool = False
    """An admin opened the command to them, whatever ``default_member_permissions`` say."""
    within_s: float = 30.0
    """How long to wait for what follows a deferral."""


AS_USUAL = How()


class Person(Protocol):
    """Who acts: a ``User`` in direct messages, a ``Member`` in a guild."""

    @property
    def world(self) -> "World": ...

    @property
    def user(self) -> "User": ...

    @property
    def guild(self) -> "Guild | None": ...


class Acts:
    """Mixed into ``User`` and ``Member``.

    ``how`` is a ``How``: the channel (a guild's first unless given), what to wait for, and whether
    an admin opened the command to all.
    """

    async def slash(
        self: Person, command: str, /, how: How = AS_USUAL, **options: Any
    ) -> "Interaction":
        """Use ``/command``, or ``"group sub"``.

        Options by name: texts, numbers, members, roles, channels; for an attachment an ``Upload``
        or ``(name, data)``.
        """
        return await self.world.interactions.slash(self, command, options, how)

    async def autocomplete(
        self: Person, command: str, /, option: str, typed: str, how: How = AS_USUAL, **options: Any
    ) -> list[str]:
        """Type into an option; returns the names of the choices that the bot offers."""
        sent = await self.world.interactions.slash(
            self, command, {**options, option: typed}, how, focused=option
        )
        return [choice["name"] for choice in sent.choices or []]

    async def message_menu(
        self: Person, command: str, message: "Message", how: How = AS_USUAL
    ) -> "Interaction":
        """Apps → command, on a message."""
        return await self.world.interactions.message_menu(self, command, message, how)

    async def user_menu(
        self: Person, command: str, target: "Member | User", how: How = AS_USUAL
    ) -> "Interaction":
        """Apps → command, on somebody."""
        return await self.world.interactions.user_menu(self, command, target, how)
