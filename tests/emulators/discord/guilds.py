"""A guild: its channels, roles, members, bans, and the audit log that its moderators read."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.audit import Audited
from tests.emulators.discord.channels import Channel
from tests.emulators.discord.files import Sticker
from tests.emulators.discord.intents import Intent
from tests.emulators.discord.people import Crowd, Member, Role, User
from tests.emulators.discord.permissions import MODERATING, TALKING, Permission
from tests.emulators.discord.snowflakes import first_of, stamp

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

Json = dict[str, Any]


@dataclass(eq=False, repr=False)
class Guild:
    """A guild. ``bot_member`` is None while the bot is not in it."""

    world: "World"
    id: int
    name: str
    roles: dict[int, Role] = field(default_factory=dict)
    members: dict[int, Member] = field(default_factory=dict)
    bans: dict[int, str | None] = field(default_factory=dict)
    """Who is banned, by id, and the reason."""
    ban_windows: dict[int, int] = field(default_factory=dict)
    """The seconds of posts that each ban asked to delete."""
    audit_log: list[Audited] = field(default_factory=list)
    stickers: list[Sticker] = field(default_factory=list)
    crowd: Crowd | None = None
    gone: set[int] = field(default_factory=set)
    """Who left or was put out, so that nobody steps out of the crowd twice."""
    unavailable: bool = False
    _owner_id: int = 0

    @property
    def everyone(self) -> Role:
        """The role that all have."""
        return self.roles[self.id]

    @property
    def owner(self) -> Member:
        return self.members[self._owner_id]

    @property
    def bot_member(self) -> Member | None:
        return self.members.get(self.world.bot.id)

    @property
    def bot(self) -> Member:
        """The bot under test as a member."""
        return self.members[self.world.bot.id]

    @property
    def bot_role(self) -> Role:
        """The bot's own role: ``grant`` and ``revoke`` what it may do."""
        return next(r for r in self.roles.values() if r.managed_by == self.world.bot.id)

    @property
    def channels(self) -> list[Channel]:
        """Its channels, threads not among them."""
        return [c for c in self.world.channels.values() if c.guild is self and not c.is_thread]

    @property
    def member_count(self) -> int:
        if self.crowd is None:
            return len(self.members)
        stepped_out = [i for i in {*self.members, *self.gone} if self.crowd.number(i) is not None]
        return len(self.members) + self.crowd.size - len(stepped_out)

    def channel(
        self, name: str, kind: str = "text", *, parent: Channel | None = None, **more: Any
    ) -> Channel:
        """The channel of this name, made if there is none; ``more`` sets fields such as nsfw."""
        found = [each for each in self.channels if each.name == name]
        return found[0] if found else self.new_channel(name, kind, parent=parent, **more)

    def new_channel(
        self, name: str, kind: str = "text", *, parent: Channel | None = None, **more: Any
    ) -> Channel:
        """One more channel, whatever others are called; the bot hears CHANNEL_CREATE."""
        position = len(self.channels)
        channel = Channel(
            self.world, self.world.ids.next(), kind, name, self, parent, position=position, **more
        )
        self.world.add_channel(channel)
        channel.tell_of_itself("CHANNEL_CREATE")
        return channel

    def forum(self, name: str, **more: Any) -> Channel:
        """A forum channel, whose posts are made by ``new_post``."""
        return self.channel(name, "forum", **more)

    def role(
        self, name: str, permissions: Permission = Permission.NONE, *, position: int | None = None
    ) -> Role:
        """The role of this name, made if there is none: below the bot's unless placed above."""
        found = [each for each in self.roles.values() if each.name == name]
        if found:
            return found[0]
        return self.new_role(name, permissions, len(self.roles) if position is None else position)

    def new_role(self, name: str, permissions: Permission, place: int) -> Role:
        """One more role, whatever others are called; the bot hears GUILD_ROLE_CREATE."""
        role = Role(self, self.world.ids.next(), name, permissions, place)
        self.roles[role.id] = role
        self.tell("GUILD_ROLE_CREATE", {"role": role.drawn()}, Intent.GUILDS)
        return role

    def member(
        self,
        name: str,
        *roles: Role,
        created: timedelta = timedelta(days=400),
        joined: timedelta = timedelta(days=200),
        is_bot: bool = False,
        takes_dms: bool = True,
    ) -> Member:
        """The member of this name, who joins if there is none.

        ``created`` and ``joined`` are how long ago that was. An account of this name from
        another guild is the same account.
        """
        found = [each for each in self.members.values() if each.name == name]
        if found:
            return found[0]
        user = self.world.user(name, created=created, is_bot=is_bot, takes_dms=takes_dms)
        member = self.join(user, joined=joined)
        return member.give(*roles) if roles else member

    def moderator(self, name: str) -> Member:
        """A member whose role may delete, time out, kick and ban."""
        return self.member(name, self.role("Moderators", MODERATING, position=50))

    def join(self, user: User, *, joined: timedelta = timedelta()) -> Member:
        """An account becomes a member; the bot hears GUILD_MEMBER_ADD."""
        member = Member(user, self, self.world.now() - joined)
        self.members[user.id] = member
        self.gone.discard(user.id)
        self.tell("GUILD_MEMBER_ADD", member.drawn(), Intent.GUILD_MEMBERS)
        return member

    def member_of(self, user_id: int) -> Member | None:
        """A member by id; one of the crowd steps out of it."""
        found = self.members.get(user_id)
        if self.crowd is None or found is not None or user_id in self.gone:
            return found
        number = self.crowd.number(user_id)
        return None if number is None else self.crowd.member(number)

    def keep(self, member: Member) -> Member:
        """Remember a member of the crowd, because they do something or it is done to them."""
        self.world.users.setdefault(member.id, member.user)
        return self.members.setdefault(member.id, member)

    def of_the_crowd(self, number: int) -> Member:
        """One of the crowd, counted from 0, who is from now on remembered."""
        assert self.crowd is not None
        return self.keep(self.crowd.member(number))

    def crowded(self, size: int) -> None:
        """So many further members, each made only when looked at."""
        self.crowd = Crowd(self, size, first_of(self.world.now() - timedelta(days=365)))

    def remove(self, member: Member) -> None:
        """Somebody goes or is put out; the bot hears of it, or leaves itself."""
        if self.members.pop(member.id, None) is None:
            return
        self.gone.add(member.id)
        if member.user is self.world.bot:
            gone = {"id": str(self.id), "unavailable": False}
            self.world.gateway.send("GUILD_DELETE", gone, self.id, needs=Intent.GUILDS)
            return
        self.tell("GUILD_MEMBER_REMOVE", {"user": member.user.drawn()}, Intent.GUILD_MEMBERS)

    def ban(self, user: User, reason: str | None = None) -> None:
        """Ban an account, member or not."""
        self.bans[user.id] = reason
        self.world.users.setdefault(user.id, user)
        self.gone.add(user.id)
        self.tell("GUILD_BAN_ADD", {"user": user.drawn()}, Intent.GUILD_MODERATION)
        if member := self.members.get(user.id):
            self.remove(member)

    def unban(self, user: User) -> None:
        del self.bans[user.id]
        self.tell("GUILD_BAN_REMOVE", {"user": user.drawn()}, Intent.GUILD_MODERATION)

    def tell_of(self, member: Member) -> None:
        """Tell the bot that a member's roles, name or timeout changed."""
        self.tell("GUILD_MEMBER_UPDATE", member.drawn(), Intent.GUILD_MEMBERS)

    def tell(self, event: str, said: Json, needs: Intent) -> None:
        if self.bot_member is not None:
            told = {"guild_id": str(self.id), **said}
            self.world.gateway.send(event, told, self.id, needs=needs)

    def audit(self, action: int, target: int | None, reason: str | None, **options: str) -> None:
        """Write down what the bot did; it hears of it where it may read the log."""
        line = Audited(self.world.ids.next(), action, self.world.bot.id, target, reason, options)
        self.audit_log.append(line)
        bot = self.bot_member
        if bot is not None and Permission.VIEW_AUDIT_LOG in bot.permissions():
            self.tell("GUILD_AUDIT_LOG_ENTRY_CREATE", line.drawn(), Intent.GUILD_MODERATION)

    async def bot_joins(self, permissions: Permission = MODERATING) -> Member:
        """The bot is added; it hears GUILD_CREATE."""
        member = self.add_bot(permissions)
        self.world.gateway.send_guild(self)
        return member

    async def bot_leaves(self) -> None:
        """The bot is put out; it hears GUILD_DELETE."""
        self.remove(self.bot)

    async def go_down(self) -> None:
        """An outage: GUILD_DELETE with ``unavailable``."""
        self.unavailable = True
        gone = {"id": str(self.id), "unavailable": True}
        self.world.gateway.send("GUILD_DELETE", gone, self.id, needs=Intent.GUILDS)

    async def come_back(self) -> None:
        """The outage ends: GUILD_CREATE with ``unavailable`` false."""
        self.unavailable = False
        self.world.gateway.send_guild(self, unavailable=False)

    def add_bot(self, permissions: Permission) -> Member:
        """Let the bot in without a word, with a role of its own in the middle."""
        role = Role(self, self.world.ids.next(), "Bot", permissions, 40, self.world.bot.id)
        self.roles[role.id] = role
        member = Member(self.world.bot, self, self.world.now(), {role.id})
        self.members[member.id] = member
        return member

    def found(self, owner: User) -> "Guild":
        """Begin the guild: @everyone, and an owner."""
        self.roles[self.id] = Role(self, self.id, "@everyone", TALKING, 0)
        self.members[owner.id] = Member(owner, self, self.world.now() - timedelta(days=300))
        self._owner_id = owner.id
        return self

    def drawn(self) -> Json:
        """As the API says it, without channels and members."""
        return {
            "id": str(self.id),
            "name": self.name,
            "icon": None,
            "owner_id": str(self._owner_id),
            "roles": [role.drawn() for role in self.roles.values()],
            "emojis": [],
            "stickers": [sticker.drawn() for sticker in self.stickers],
            "features": [],
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "afk_channel_id": None,
            "afk_timeout": 300,
            "system_channel_id": None,
            "system_channel_flags": 0,
            "rules_channel_id": None,
            "public_updates_channel_id": None,
            "premium_tier": 0,
            "preferred_locale": "en-US",
            "nsfw_level": 0,
            "max_members": 500_000,
            "description": None,
        }

    def created(self) -> Json:
        """As GUILD_CREATE says it; the gateway leaves out members a session may not see."""
        threads = [t for c in self.channels for t in c.threads if t.bot_sees()]
        return self.drawn() | {
            "joined_at": stamp(self.bot.joined_at),
            "large": self.member_count > 250,
            "member_count": self.member_count,
            "members": [member.drawn() for member in self.members.values()],
            "channels": [each.drawn() for each in self.channels],
            "threads": [each.drawn() for each in threads if not each.is_archived],
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "guild_scheduled_events": [],
            "soundboard_sounds": [],
        }
