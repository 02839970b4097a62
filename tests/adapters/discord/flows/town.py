"""A server with members, moderators and an administrator, and what they do in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import discord
import simcord
from PIL import Image
from simcord import ChannelHandle, GuildHandle, InteractionResult, MemberActor, RoleHandle
from simcord.components import walk_components
from simcord.enums import ComponentType

from adapters.discord.events import PLATFORM
from adapters.discord.permissions import needed
from bot.model import Case, Ref
from bot.storage.audit import Entry
from bot.storage.store import Store
from tests.adapters.discord.flows.house import (
    BEGAN,
    RULES,
    House,
    Life,
    a_house,
    settings_in,
)

SCAM = "Free nitro for everybody! Claim your gift at https://dlscord-gift.example now"
ASKED = "look at this"
KEEPER = discord.Permissions(manage_messages=True, moderate_members=True)
RULER = discord.Permissions(manage_messages=True, manage_guild=True)
WITHIN_S = 30.0
Shown = discord.Message | simcord.ResponseMessage


@dataclass
class Town:
    """One server, lived in."""

    env: simcord.Env
    house: House
    life: Life
    guild: GuildHandle
    general: ChannelHandle
    mods: ChannelHandle
    ann: MemberActor
    bob: MemberActor
    mia: MemberActor
    moe: MemberActor
    ada: MemberActor
    keeper: RoleHandle
    """What mia and moe moderate by."""
    own: RoleHandle
    """What the bot may do."""
    answers: list[InteractionResult] = field(default_factory=list)

    @property
    def store(self) -> Store:
        return self.house.store

    @property
    def id(self) -> str:
        return str(self.guild.id)

    async def choose(self, **choices: Any) -> None:
        """Let the server have chosen something."""
        await self.store.communities.change(
            PLATFORM, self.id, lambda one: replace(one, **choices), by="the test"
        )

    async def posts(
        self,
        who: MemberActor,
        text: str = "",
        files: Sequence[tuple[str, bytes]] = (),
        to: ChannelHandle | None = None,
    ) -> discord.Message:
        """Somebody posts, and it is judged and acted upon."""
        message = await who.send(to or self.general, text, attachments=files)
        await self.judged(message)
        return message

    async def judged(self, message: discord.Message, revisions: int = 1) -> None:
        """Wait until a post is judged and acted upon, in so many revisions."""
        async with asyncio.timeout(WITHIN_S):
            while not await self._is_judged(str(message.id), revisions):  # noqa: ASYNC110 - as another process would look
                await asyncio.sleep(0.01)

    async def _is_judged(self, message_id: str, revisions: int) -> bool:
        journal = self.store.journal
        known = [one.key.ref.message_id async for one in journal.records(BEGAN)]
        return known.count(message_id) >= revisions and not await journal.unfinished()

    async def case(self, message: discord.Message) -> Case:
        """The case of a post."""
        found = await self.store.journal.case_of(self.ref(message))
        assert found is not None
        return found

    async def case_now(self, case: Case) -> Case:
        """A case as it stands."""
        found = await self.store.journal.case(case.id)
        assert found is not None
        return found

    async def history(self, post: discord.Message) -> str:
        """What happened to a post's case, with every note."""
        return "\n".join(event.note for event in (await self.case(post)).events)

    def ref(self, message: discord.Message) -> Ref:
        """A post, as the application names it."""
        return Ref(PLATFORM, self.id, str(message.channel.id), str(message.id))

    async def later(self, seconds: float = 2.0) -> None:
        """Time goes by, and the boards look around."""
        await self.env.advance_time(seconds)
        boards = self.life.application.boards
        await boards.board.turn()
        await boards.wishes.turn()
        await boards.digests.turn()

    async def outages(self) -> None:
        """What does not answer is looked at, too."""
        await self.later()
        await self.life.application.boards.incidents.turn()

    async def card(self) -> discord.Message:
        """The newest card, as it stands after a look around."""
        await self.later()
        return self.mods.history()[-1]

    async def flagged(self, who: MemberActor | None = None, text: str = ASKED) -> discord.Message:
        """A post that is before the moderators; its card is the newest."""
        post = await self.posts(who or self.ann, text)
        await self.later()
        return post

    async def slash(self, who: MemberActor, name: str, **given: Any) -> InteractionResult:
        """A command in #general."""
        return self._kept(await who.slash(self.general, name, **given))

    async def menu(
        self, who: MemberActor, label: str, on: "MemberActor | Shown"
    ) -> InteractionResult:
        """A line of a menu, in #general."""
        return self._kept(await who.context_menu(self.general, label, on))

    async def press(
        self, who: MemberActor, on: Shown | None, label: str, **answers: str
    ) -> InteractionResult:
        """Press what is so called, and fill in the form that opens."""
        assert on is not None
        shown = await self._pressed(who, on, label)
        if shown.modal is not None:
            lists = {part["custom_id"] for part in _all(shown.modal, ComponentType.STRING_SELECT)}
            values = {name: [value] if name in lists else value for name, value in answers.items()}
            shown = await who.submit_modal(shown, values)
        return self._kept(shown)

    async def _pressed(self, who: MemberActor, on: Shown, label: str) -> InteractionResult:
        parts = parts_of(on)
        if any(
            part.get("label") == label for part in parts if part["type"] == ComponentType.BUTTON
        ):
            return await who.click(on, label=label)
        for part in parts:
            for option in part.get("options") or ():
                if option["label"] == label:
                    return await who.select(on, [option["value"]], custom_id=part["custom_id"])
        raise AssertionError(f"there is nothing called {label!r} among {labels(on)}")

    async def chooses(
        self, who: MemberActor, on: Shown | None, verb: str, values: Sequence[Any]
    ) -> InteractionResult:
        """Choose from the menu of this verb."""
        assert on is not None
        (menu,) = (p["custom_id"] for p in parts_of(on) if _verb(p) == verb)
        return self._kept(await who.select(on, values, custom_id=menu))

    def stands(self, message: discord.Message) -> bool:
        """Whether a message is still there."""
        return message.id in {one.id for one in self.general.history()}

    def timed_out_until(self, who: MemberActor) -> datetime | None:
        """When somebody may post again; None where they may now."""
        told = self.env.backend.get_member(self.guild.id, who.id).timed_out_until
        return datetime.fromisoformat(told) if told else None

    def reasons(self, method: str) -> list[str]:
        """The reasons for Discord's audit log that came with requests of this method."""
        return [
            each.reason for each in self.env.http_requests if each.method == method and each.reason
        ]

    def letters(self, who: MemberActor) -> list[str]:
        """What the bot wrote to somebody alone."""
        return [one.content for one in who.user.dm_channel.history()]

    async def audited(self) -> Sequence[Entry]:
        """What was refused, the newest first."""
        return await self.store.audit.entries(what="chat.refused")

    async def idle(self) -> None:
        """Wait until every job is done that was accepted."""
        async with asyncio.timeout(WITHIN_S):
            while await self.house.queue.depth():  # noqa: ASYNC110 - as another process would look
                await asyncio.sleep(0.01)

    async def queue_is_empty(self) -> bool:
        """Whether nothing was ever accepted."""
        return (await self.house.queue.stats()).accepted == 0

    def copied(self, shown: Shown | None, to: ChannelHandle) -> discord.Message:
        """What the bot showed elsewhere, as if it stood here: buttons and all."""
        assert shown is not None
        backend = self.env.backend
        made = backend.create_message(
            to.id, backend.bot_user.id, "", components=_raw_of(shown), flags=1 << 15
        )
        return next(one for one in to.history() if one.id == made.id)

    async def lose(self, name: str) -> None:
        """The bot loses a permission, whichever role gave it."""
        backend, flag = self.env.backend, getattr(discord.Permissions, name).flag
        for role in (self.own, self.guild.default_role):
            left = backend.get_role(self.guild.id, role.id).permissions & ~flag
            backend.edit_role(self.guild.id, role.id, {"permissions": left})
        await self.env.settle()

    async def restarts(self) -> None:
        """The application ends, and another begins over what was kept."""
        await self.life.end()
        self.life = self.house.life()
        await self.env.restart_bot(self.life.client)

    def lets_everyone_use(self, name: str, kind: int = 1) -> None:
        """An administrator lets everyone use a command, in the server's settings."""
        found = self.env.backend.find_command(name, self.guild.id, type=kind)
        assert found is not None
        self.guild.set_command_permissions(int(found["id"]), {self.guild.default_role: True})

    def _kept(self, answer: InteractionResult) -> InteractionResult:
        self.answers.append(answer)
        return answer


@asynccontextmanager
async def a_town(folder: Path, *, rules: str = RULES, **settings: Any) -> AsyncIterator[Town]:
    """A server that chose #mods for its cards; the bot may do there what it asks for.

    ``settings`` are ``settings_in``'s.
    """
    async with a_house(folder, settings_in(folder, **settings), rules) as house:
        life = house.life()
        # What simcord.run does, but for a context that fixtures cannot keep.
        env = simcord.Env(life.client)
        await env.start()
        house.hands.env = env
        town = _town(env, house, life)
        await env.settle()
        await town.choose(log_channel=str(town.mods.id))
        try:
            yield town
        finally:
            await env.shutdown()
            await town.life.end()
        env.raise_errors()


def _town(env: simcord.Env, house: House, life: Life) -> Town:
    guild = env.create_guild("Home")
    general, mods = guild.create_text_channel("general"), guild.create_text_channel("mods")
    keeper = guild.create_role("Keeper", permissions=KEEPER)
    ruler = guild.create_role("Ruler", permissions=RULER)
    own = guild.roles[env.backend.bot_user.name]
    # What the invitation asks for and nothing else.
    env.backend.edit_role(guild.id, own.id, {"permissions": needed().value})
    return Town(
        env,
        house,
        life,
        guild,
        general,
        mods,
        ann=guild.add_member(env.create_user("ann")),
        bob=guild.add_member(env.create_user("bob")),
        mia=guild.add_member(env.create_user("mia"), roles=[keeper]),
        moe=guild.add_member(env.create_user("moe"), roles=[keeper]),
        ada=guild.add_member(env.create_user("ada"), roles=[ruler]),
        keeper=keeper,
        own=own,
    )


def parts_of(on: Shown) -> list[dict[str, Any]]:
    """All components, outer before inner."""
    return list(walk_components(_raw_of(on)))


def _raw_of(on: Shown) -> list[dict[str, Any]]:
    if isinstance(on, simcord.ResponseMessage):
        return on.components
    return [dict(part.to_dict()) for part in on.components]


def labels(shown: InteractionResult | Shown) -> list[str]:
    """Everything that can be pressed or chosen, by its label."""
    on = shown.response if isinstance(shown, InteractionResult) else shown
    assert on is not None
    found: list[str] = []
    for part in parts_of(on):
        found += [part["label"]] if part.get("label") else []
        found += [option["label"] for option in part.get("options") or ()]
    return found


def said(answer: InteractionResult | Shown) -> str:
    """All words of an answer or a card, without markup."""
    shown = answer.response if isinstance(answer, InteractionResult) else answer
    assert shown is not None
    texts = [part["content"] for part in parts_of(shown) if "content" in part]
    return "\n".join(texts).replace("\\", "")


def _all(modal: dict[str, Any], kind: int) -> Iterator[dict[str, Any]]:
    return (part for part in walk_components(modal["components"]) if part["type"] == kind)


def _verb(part: dict[str, Any]) -> str:
    return str(part.get("custom_id", "")).partition("|")[0]


def a_png(colour: str = "teal", size: int = 64) -> bytes:
    """A small picture with enough in it to be known again."""
    file = BytesIO()
    picture = Image.effect_noise((size, size), 90).convert("RGB")
    picture.paste(Image.new("RGB", (size // 2, size // 2), colour))
    picture.save(file, "PNG")
    return file.getvalue()
