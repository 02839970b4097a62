"""Give an author a role, or take one away."""

from dataclasses import dataclass
from typing import Literal, Self, cast

from bot.actions.words import read_words
from bot.errors import Gone, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

Change = Literal["add", "remove"]


@dataclass(frozen=True, slots=True)
class Role:
    """Written ``role add quarantined`` or ``role remove verified``; the name may hold spaces."""

    change: Change
    role: str

    name = "role"
    harshness = 40
    destructive = True

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read what to do with which role.

        Raises:
            Misconfigured: neither ``add`` nor ``remove``, or no role.
        """
        change, _, role = parameters.partition(" ")
        if change not in {"add", "remove"} or not role.strip():
            raise Misconfigured("role is written role add NAME or role remove NAME")
        return cls(cast("Change", change), read_words("role", role))

    @property
    def slot(self) -> str:
        """Each role by itself."""
        return f"role {self.role}"

    def __str__(self) -> str:
        return f"role {self.change} {self.role}"

    def __or__(self, other: Self) -> Self:
        """Taking away wins: who has fewer roles can do less."""
        return max(self, other, key=lambda one: one.change)

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Change it once; what stood so when the author posted is nobody's doing of ours."""
        await self._set(client, target, has=self.change == "add")
        return Receipt()

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:  # noqa: ARG002 - port
        """Put the role back as it was when the post was made."""
        try:
            await self._set(client, target, has=self.role in target.message.author.roles)
        except Gone:
            return None
        return None

    async def _set(self, client: Client, target: Target, *, has: bool) -> None:
        ref, author = target.message.ref, target.message.author
        change = client.add_role if has else client.remove_role
        if await client.has_role(ref, author, self.role) is not has:
            await change(ref, author, self.role, reason=target.reason)

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the role is as wanted, whoever made it so."""
        ref, author = target.message.ref, target.message.author
        try:
            has = await client.has_role(ref, author, self.role)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if has is (self.change == "add") else Presence.ABSENT
