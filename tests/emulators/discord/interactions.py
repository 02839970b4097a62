"""Interactions: what the bot is sent, how and when it answered, and what the person sees."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.acting import AS_USUAL, How, Person
from tests.emulators.discord.commands import Command, typed
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.permissions import EVERYTHING, Permission
from tests.emulators.discord.pressing import button_named, menu_named, picked
from tests.emulators.discord.resolved import Resolved

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.messages import Message
    from tests.emulators.discord.modals import Modal
    from tests.emulators.discord.world import World

Json = dict[str, Any]
COMMAND, COMPONENT, AUTOCOMPLETE, SUBMIT = 2, 3, 4, 5
MESSAGE, DEFERRED, DEFERRED_UPDATE, UPDATE, CHOICES, MODAL = 4, 5, 6, 7, 8, 9
LIFETIME = timedelta(minutes=15)


@dataclass(eq=False, repr=False)
class Interaction:
    """One interaction, and all the bot made of it."""

    world: "World"
    id: int
    token: str
    kind: int
    by: Person
    channel: "Channel"
    data: Json
    message: "Message | None"
    """The message a component was on."""
    sent_at: float
    """Seconds on the event loop's clock."""
    made_at: datetime
    answer: int | None = None
    """The kind of the first answer: 4 message, 5 and 6 deferred, 7 update, 8 choices, 9 modal."""
    answered_in: float | None = None
    """Seconds until the first answer."""
    ephemeral: bool = False
    """Whether only the person sees the answer."""
    reply: "Message | None" = None
    """The answer's message; after a deferral once it was edited or followed up."""
    followups: "list[Message]" = field(default_factory=list)
    choices: list[Json] | None = None
    modal: "Modal | None" = None
    edits: int = 0
    """How often the original answer was edited."""

    @property
    def in_time(self) -> bool:
        """Whether the bot answered within the three seconds it has."""
        taken = self.answered_in
        return taken is not None and taken <= self.world.interactions.deadline_s

    @property
    def failed(self) -> bool:
        """Whether the person read "the application did not respond"."""
        waited = asyncio.get_running_loop().time() - self.sent_at
        return self.answer is None and waited > self.world.interactions.deadline_s

    @property
    def deferred(self) -> bool:
        return self.answer in {DEFERRED, DEFERRED_UPDATE}

    @property
    def complete(self) -> bool:
        """Whether an answer stands: not merely "thinking"."""
        return self.answer is not None and (self.answer != DEFERRED or self.reply is not None)

    @property
    def text(self) -> str:
        """All words of the answer and its follow-ups."""
        messages = [message for message in (self.reply, *self.followups) if message]
        return "\n".join(message.text for message in messages)

    @property
    def expired(self) -> bool:
        """Whether its token is too old for follow-ups."""
        return self.world.now() - self.made_at > LIFETIME

    async def until_complete(self, within_s: float = 30.0) -> "Interaction":
        """Wait until an answer stands."""
        await self.world.until(lambda: self.complete, within_s)
        return self

    def metadata(self) -> Json:
        """``interaction_metadata`` of the messages that answer it."""
        said: Json = {
            "id": str(self.id),
            "type": self.kind,
            "user": self.by.user.drawn(),
            "authorizing_integration_owners": self.owners(),
        }
        if self.kind == COMPONENT and self.message is not None:
            said["interacted_message_id"] = str(self.message.id)
        if self.kind == SUBMIT:
            said["triggering_interaction_metadata"] = {**said, "type": COMMAND}
        return said

    def owners(self) -> Json:
        guild = self.channel.guild
        return {"0": str(guild.id) if guild else "0"}


@dataclass(eq=False, repr=False)
class Interactions:
    """Sends interactions and remembers them all."""

    world: "World"
    deadline_s: float = 3.0
    all: list[Interaction] = field(default_factory=list)
    by_token: dict[str, Interaction] = field(default_factory=dict)

    async def slash(
        self,
        by: Person,
        path: str,
        options: Json,
        how: How = AS_USUAL,
        *,
        focused: str | None = None,
    ) -> Interaction:
        name, *inner = path.split()
        channel = self._where(by, how)
        command = self._command(by, name, 1, how)
        resolved = Resolved(channel)
        data = command.data() | {"options": typed(command, inner, options, resolved, focused)}
        kind = COMMAND if focused is None else AUTOCOMPLETE
        return await self._send(by, channel, kind, data | resolved.drawn(), how)

    async def message_menu(
        self, by: Person, name: str, message: "Message", how: How = AS_USUAL
    ) -> Interaction:
        command = self._command(by, name, 3, how)
        resolved = Resolved(message.channel)
        data = command.data() | {"target_id": resolved.message(message)}
        return await self._send(by, message.channel, COMMAND, data | resolved.drawn(), how)

    async def user_menu(
        self, by: Person, name: str, target: Person, how: How = AS_USUAL
    ) -> Interaction:
        channel = self._where(by, how)
        command = self._command(by, name, 2, how)
        resolved = Resolved(channel)
        data = command.data() | {"target_id": resolved.user(target)}
        return await self._send(by, channel, COMMAND, data | resolved.drawn(), how)

    async def click(
        self, message: "Message", by: Person, button: str, how: How = AS_USUAL
    ) -> Interaction:
        part = button_named(message, button)
        data = {"component_type": 2, "custom_id": part["custom_id"], "id": part["id"]}
        return await self._send(by, message.channel, COMPONENT, data, how, message=message)

    async def forge(
        self, message: "Message", by: Person, custom_id: str, how: How = AS_USUAL
    ) -> Interaction:
        """Press a button that the message need not have, as a tampered client might."""
        data = {"component_type": 2, "custom_id": custom_id, "id": 1}
        return await self._send(
            by, how.channel or message.channel, COMPONENT, data, how, message=message
        )

    async def select(
        self,
        message: "Message",
        by: Person,
        menu: str | None,
        values: Sequence[Any],
        how: How = AS_USUAL,
    ) -> Interaction:
        part = menu_named(message, menu)
        resolved = Resolved(message.channel)
        data: Json = {
            "component_type": part["type"],
            "custom_id": part["custom_id"],
            "id": part["id"],
            "values": picked(part, values, resolved),
        }
        data |= resolved.drawn()
        return await self._send(by, message.channel, COMPONENT, data, how, message=message)

    async def submit(
        self, asked: Interaction, data: Json, how: How = AS_USUAL, by: Person | None = None
    ) -> Interaction:
        """Send a modal in, answering the interaction that opened it."""
        who = by or asked.by
        return await self._send(who, asked.channel, SUBMIT, data, how, message=asked.message)

    def _where(self, by: Person, how: How) -> "Channel":
        if how.channel is not None:
            return how.channel
        if by.guild is None:
            return self.world.dm_with(by.user)
        return next(each for each in by.guild.channels if each.kind == "text")

    def _command(self, by: Person, name: str, kind: int, how: How) -> Command:
        command = self.world.commands.find(name, kind, by.guild)
        needed = command.needed
        if by.guild is None and not command.in_dms and not how.opened:
            raise AssertionError(f"the command {name!r} is not offered in direct messages")
        if by.guild is not None and needed is not None and not how.opened:
            member = by.guild.member_of(by.user.id)
            may = member.permissions() if member else Permission.NONE
            if may != EVERYTHING and (needed == 0 or needed & ~may):
                raise AssertionError(f"{by.user.name} does not see the command {name!r}")
        return command

    async def _send(
        self,
        by: Person,
        channel: "Channel",
        kind: int,
        data: Json,
        how: How,
        *,
        message: "Message | None" = None,
    ) -> Interaction:
        loop = asyncio.get_running_loop()
        token = token_urlsafe(24)
        sent = Interaction(
            self.world,
            self.world.ids.next(),
            token,
            kind,
            by,
            channel,
            data,
            message,
            loop.time(),
            self.world.now(),
        )
        self.all.append(sent)
        self.by_token[token] = sent
        guild_id = channel.guild.id if channel.guild else None
        self.world.gateway.send("INTERACTION_CREATE", _drawn(sent), guild_id, needs=Intent.NONE)
        if how.wait:
            await self._answered(sent, how)
        return sent

    async def _answered(self, sent: Interaction, how: How) -> None:
        loop = asyncio.get_running_loop()
        late = loop.call_later(self.deadline_s + 0.01, self.world.changed)
        try:
            await self.world.until(lambda: sent.answer is not None or sent.failed, how.within_s)
        finally:
            late.cancel()
        if not sent.failed:
            await sent.until_complete(how.within_s)


def _drawn(sent: Interaction) -> Json:
    channel, by = sent.channel, sent.by
    guild = channel.guild
    said: Json = {
        "id": str(sent.id),
        "application_id": str(sent.world.app_id),
        "type": sent.kind,
        "token": sent.token,
        "version": 1,
        "data": sent.data,
        "channel_id": str(channel.id),
        "channel": channel.drawn() | {"permissions": "0"},
        "locale": "en-US",
        "entitlements": [],
        "entitlement_sku_ids": [],
        "authorizing_integration_owners": sent.owners(),
        "context": 0 if guild else 1,
        "attachment_size_limit": 10 * 1024 * 1024,
        "app_permissions": str(int(EVERYTHING)),
    }
    if guild is None:
        said["user"] = by.user.drawn()
    else:
        member = guild.member_of(by.user.id)
        assert member is not None, f"{by.user.name} is no member of {guild.name}"
        may = str(int(member.permissions(channel)))
        said["member"] = member.drawn() | {"permissions": may}
        said["channel"]["permissions"] = may
        said["app_permissions"] = str(int(guild.bot.permissions(channel)))
        said |= {"guild_id": str(guild.id), "guild_locale": "en-US"}
        said["guild"] = {"id": str(guild.id), "locale": "en-US", "features": []}
    if sent.message is not None:
        said["message"] = sent.message.drawn()
    return said
