"""``resolved``: the things that an interaction's values name by id."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.emulators.discord.acting import Person
from tests.emulators.discord.files import Upload

if TYPE_CHECKING:
    from tests.emulators.discord.channels import Channel
    from tests.emulators.discord.messages import Message
    from tests.emulators.discord.people import Role

Json = dict[str, Any]


@dataclass
class Resolved:
    """Collects what is named; each method returns the id to name it by."""

    channel: "Channel"
    """Where the interaction happens."""
    parts: dict[str, Json] = field(default_factory=dict)

    def user(self, who: Person) -> str:
        user = who.user
        self._put("users", user.id, user.drawn())
        guild = self.channel.guild
        if guild is not None and (member := guild.member_of(user.id)):
            may = str(int(member.permissions(self.channel)))
            self._put("members", user.id, member.drawn(with_user=False) | {"permissions": may})
        return str(user.id)

    def role(self, role: "Role") -> str:
        return self._put("roles", role.id, role.drawn())

    def place(self, channel: "Channel") -> str:
        return self._put("channels", channel.id, channel.drawn() | {"permissions": "0"})

    def message(self, message: "Message") -> str:
        return self._put("messages", message.id, message.drawn())

    def file(self, given: "Upload | tuple[str, bytes]") -> str:
        upload = given if isinstance(given, Upload) else Upload(*given)
        file = self.channel.stored(upload, ephemeral=True)
        return self._put("attachments", file.id, file.drawn())

    def drawn(self) -> Json:
        return {"resolved": self.parts} if self.parts else {}

    def _put(self, kind: str, key: int, said: Json) -> str:
        self.parts.setdefault(kind, {})[str(key)] = said
        return str(key)
