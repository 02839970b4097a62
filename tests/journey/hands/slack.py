"""Slack in a test's hands, over its emulator, with an administrator's token for deleting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.model import Ref
from tests.emulators.slack import Channel, Message, Team, User, World
from tests.emulators.slack.controls import words_of
from tests.journey.hands.port import FORMS, LABELS, Posted, Said, Shown


@dataclass
class SlackHands:
    """One workspace, whose moderators read the private #mods."""

    world: World
    name = "slack"
    withholds: Mapping[str, str] = ()  # type: ignore[assignment]
    moderators = ("mia", "max")
    channels = ("general", "memes", "help", "market")

    def __post_init__(self) -> None:
        self.withholds = {"timeout": "Slack has no timeouts"}
        # Slack's own minute between attempts is for servers that are down for long.
        self.world.office.retries = (1.0, 2.0, 4.0, 8.0)
        self.mods.members += [self._person(who) for who in (*self.moderators, "admin")]
        for channel in self.channels:
            self.team.channel(channel)

    @property
    def team(self) -> Team:
        return self.world.team()

    @property
    def mods(self) -> Channel:
        return self.team.channel("mods", private=True)

    def settings(self) -> dict[str, str]:
        """What leads a bot here."""
        there = self.world.settings()
        return {
            "BIFOCAL_SLACK__BOT_TOKEN": there.bot_token,
            "BIFOCAL_SLACK__APP_TOKEN": there.app_token,
            "BIFOCAL_SLACK__USER_TOKEN": there.user_token,
            "BIFOCAL_SLACK__API_BASE": there.api_base,
            "BIFOCAL_SLACK__LOG_CHANNEL": self.mods.id,
        }

    async def post(
        self, who: str, text: str, picture: bytes | None = None, channel: str = ""
    ) -> Posted:
        files = [("picture.png", picture)] if picture else []
        place, author = self.team.channel(channel or "general"), self._person(who)
        message = await place.post(author, text, files=files)
        return Posted(Ref(self.name, self.team.id, place.id, message.ts), author.id, text)

    async def edit(self, post: Posted, text: str) -> Posted:
        await self._message(post).edit(text)
        return Posted(post.ref, post.author, text)

    async def stands(self, post: Posted) -> bool:
        return self._find(post) is not None

    async def untouched(self, post: Posted) -> bool:
        message = self._message(post)
        private = self.team.im(message.author).messages + message.author.ephemerals
        return not (message.reactions or message.replies or private)

    async def cards(self, words: str) -> Sequence[Shown]:
        bot = self.team.bot_user
        found = [one for one in self.mods.messages if one.author is bot and words in one.words]
        return [Shown(one.ts, one.words) for one in found]

    async def card(self, post: Posted) -> Sequence[Shown]:
        return await self.cards(post.word)

    async def press(self, card: Shown, who: str, verb: str) -> Said:
        shown, person = self.mods.find(card.id), self._person(who)
        assert shown is not None
        try:
            return await self._pressed(shown, person, LABELS[verb], **FORMS.get(verb, {}))
        finally:
            await person.dismiss()

    async def notes(self, who: str) -> Sequence[str]:
        person = self._person(who)
        bot = self.team.bot_user
        direct = [one for one in self.team.im(person).messages if one.author is bot]
        return [one.words for one in direct]

    async def removals(self, post: Posted) -> int:
        asked = self.world.calls("chat.delete")
        return sum(one.ok and one.args.get("ts") == post.ref.message_id for one in asked)

    async def told(self, post: Posted) -> int:
        bot, direct = self.team.bot_user, self.team.im(self.team.users[post.author])
        return sum(one.author is bot for one in direct.messages)

    async def why(self, post: Posted) -> Said:
        return await self._shortcut(self._person("mia"), "why", post)

    async def known_bad(self, post: Posted) -> None:
        admin = self._person("admin")
        await admin.shortcut("known_bad", self._message(post))
        await self.world.until(lambda: _offers(admin, "Choose…"), 25)
        await admin.modal.press("Choose…")
        await self.world.until(lambda: len(admin.views) > 1)
        errors = await admin.modal.submit({"category": "scam"})
        await self.world.until(lambda: "Known" in admin.modal.words)
        await admin.dismiss()
        assert errors == {}

    async def command(self, who: str, name: str, **given: str) -> Said:
        """``/analyze``, and all others behind ``/bifocal``; what is given is typed in order."""
        person, words = self._person(who), " ".join(given.values())
        seen = len(person.ephemerals)
        if name == "analyze":
            await person.slash("/analyze", words)
        else:
            await person.slash("/bifocal", f"{name.removeprefix('bifocal ')} {words}")
        said = await self.world.until(lambda: _last(person, seen), 10)
        return Said(said, private=True)

    async def report(self, post: Posted, who: str) -> Said:
        return await self._shortcut(self._person(who), "report", post)

    def may_remove(self, *, allowed: bool) -> None:
        self.team.admins_delete_messages = allowed

    async def go_live(self) -> Said:
        admin = self._person("admin")
        await admin.slash("/bifocal", "setup")
        page = await admin.told(lambda one: "Set Bifocal up" in words_of(one.blocks))
        said = await self._pressed(page, admin, "Go live", **FORMS["live"])
        await admin.dismiss()
        return said

    async def _pressed(self, on: Message, person: User, label: str, **fields: str) -> Said:
        """What comes of a press, its form filled in where it asks for one."""
        seen = len(person.ephemerals)
        await on.press(person, label)
        await self.world.until(lambda: person.views or _last(person, seen), 10)
        if not person.views:
            return Said(_last(person, seen), private=True)
        form = person.modal.words
        await person.modal.submit(fields)
        await self.world.until(lambda: person.modal.words != form and _settled(person.modal.words))
        return Said(person.modal.words, private=True)

    async def _shortcut(self, person: User, verb: str, post: Posted) -> Said:
        await person.shortcut(verb, self._message(post))
        await person.opened()
        said = await self.world.until(lambda: _settled(person.modal.words), 10)
        await person.dismiss()
        return Said(said, private=True)

    def _person(self, who: str) -> User:
        return self.team.user(who, admin=who in {"admin", *self.moderators})

    def _message(self, post: Posted) -> Message:
        message = self._find(post)
        assert message is not None, "the post is gone"
        return message

    def _find(self, post: Posted) -> Message | None:
        return self.team.channels[post.ref.channel_id].find(post.ref.message_id)


def _offers(person: User, label: str) -> bool:
    return bool(person.views) and label in person.modal.words


def _settled(words: str) -> str:
    """What stands on a surface, once it is more than that we are at work."""
    return "" if "looking" in words else words


def _last(person: User, seen: int) -> str:
    """What the person was shown since, empty while that is only that we are at work."""
    newer = person.ephemerals[seen:]
    return _settled(newer[-1].words) if newer else ""
