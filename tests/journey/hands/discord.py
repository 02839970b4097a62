"""Discord in a test's hands, over its emulator."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import Ref
from tests.emulators.discord import (
    Channel,
    Guild,
    How,
    Interaction,
    Member,
    Message,
    Permission,
    World,
)
from tests.emulators.discord.interactions import DEFERRED_UPDATE
from tests.journey.hands.port import FORMS, LABELS, Posted, Said, Shown

BAD = 300


@dataclass
class DiscordHands:
    """One guild, whose moderators read #mod-log."""

    world: World
    name = "discord"
    withholds: Mapping[str, str] = ()  # type: ignore[assignment]
    moderators = ("mia", "max")
    channels = ("general", "memes", "help", "market")

    def __post_init__(self) -> None:
        self.withholds = {}
        self.log  # noqa: B018 - made before the bot looks
        for channel in self.channels:
            self.guild.channel(channel)

    @property
    def guild(self) -> Guild:
        return self.world.guild("Home")

    @property
    def log(self) -> Channel:
        return self.guild.channel("mod-log")

    def settings(self) -> dict[str, str]:
        """What leads a bot here."""
        there = self.world.settings()
        return {
            "BIFOCAL_DISCORD__TOKEN": there.token,
            "BIFOCAL_DISCORD__API_BASE": there.api_base,
            "BIFOCAL_DISCORD__GATEWAY_URL": there.gateway_url,
            "BIFOCAL_DISCORD__CDN_BASE": there.cdn_base,
            "BIFOCAL_DISCORD__LOG_CHANNEL": str(self.log.id),
        }

    async def post(
        self, who: str, text: str, picture: bytes | None = None, channel: str = ""
    ) -> Posted:
        files = [("picture.png", picture)] if picture else []
        place, author = self.guild.channel(channel or "general"), self._person(who)
        message = await place.post(author, text, files=files)
        ref = Ref(self.name, str(self.guild.id), str(place.id), str(message.id))
        return Posted(ref, str(author.id), text)

    async def edit(self, post: Posted, text: str) -> Posted:
        await self._message(post).edit(text)
        return Posted(post.ref, post.author, text)

    async def stands(self, post: Posted) -> bool:
        return self._find(post) is not None

    async def untouched(self, post: Posted) -> bool:
        message = self._message(post)
        author = self.guild.members[message.author.id]
        beneath = [one for one in message.channel.messages if one.reply_to is message]
        done = message.reactions or beneath or author.is_timed_out or author.dms
        return not done and not self.guild.audit_log

    async def cards(self, words: str) -> Sequence[Shown]:
        found = [one for one in self.log.messages if one.by_bot and words in one.text]
        return [Shown(str(one.id), one.text) for one in found]

    async def card(self, post: Posted) -> Sequence[Shown]:
        return await self.cards(post.word)

    async def press(self, card: Shown, who: str, verb: str) -> Said:
        shown = self.log.message(int(card.id))
        assert shown is not None
        pressed = await shown.click(self._person(who), LABELS[verb])
        return await self._answer(pressed, **FORMS.get(verb, {}))

    async def notes(self, who: str) -> Sequence[str]:
        return [one.text for one in self._person(who).dms if one.by_bot]

    async def removals(self, post: Posted) -> int:
        asked = self.world.requests("DELETE", f"/messages/{post.ref.message_id}")
        return sum(one.status < BAD for one in asked)

    async def told(self, post: Posted) -> int:
        dms = self.world.users[int(post.author)].dms
        return sum(one.by_bot for one in dms)

    async def why(self, post: Posted) -> Said:
        return await self._menu(self._person("mia"), "Why not flagged?", post)

    async def known_bad(self, post: Posted) -> None:
        owner = self.guild.owner
        asked = await owner.message_menu("Mark as known bad", self._message(post), LONG)
        assert asked.reply is not None
        pressed = await asked.reply.click(owner, "Choose…")
        assert pressed.modal is not None, pressed.text
        done = await self._answer(pressed, category="scam")
        assert "Known" in done.text, done.text

    async def command(self, who: str, name: str, **given: str) -> Said:
        return await self._said(await self._person(who).slash(name, How(), **given))

    async def report(self, post: Posted, who: str) -> Said:
        return await self._menu(self._person(who), "Report to moderators", post)

    def may_remove(self, *, allowed: bool) -> None:
        change = self.guild.bot_role.grant if allowed else self.guild.bot_role.revoke
        change(Permission.MANAGE_MESSAGES)

    async def go_live(self) -> Said:
        owner = self.guild.owner
        page = await owner.slash("bifocal setup")
        assert page.reply is not None
        return await self._answer(await page.reply.click(owner, "Go live"), **FORMS["live"])

    async def _answer(self, pressed: Interaction, **fields: str) -> Said:
        """What comes of a press, its form filled in where it asks for one."""
        if pressed.modal is not None:
            pressed = await pressed.modal.submit(**fields)
        return await self._said(pressed)

    async def _menu(self, person: Member, label: str, post: Posted) -> Said:
        return await self._said(await person.message_menu(label, self._message(post)))

    async def _said(self, answered: Interaction) -> Said:
        """What the asker reads; on a message that they alone see, the answer is written over it."""
        assert answered.in_time, "not answered within three seconds"
        if answered.answer != DEFERRED_UPDATE:
            return Said(answered.text, answered.ephemeral)
        await self.world.until(lambda: answered.edits)
        assert answered.message is not None
        return Said(answered.message.text, answered.message.is_ephemeral)

    def _person(self, who: str) -> Member:
        if who == "admin":
            return self.guild.owner
        return self.guild.moderator(who) if who in self.moderators else self.guild.member(who)

    def _message(self, post: Posted) -> Message:
        message = self._find(post)
        assert message is not None, "the post is gone"
        return message

    def _find(self, post: Posted) -> Message | None:
        return self.world.channels[int(post.ref.channel_id)].message(int(post.ref.message_id))


LONG = How(within_s=25.0)
"""A picture that nobody judged is judged first."""
