"""Keep an author from posting for a while."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Self

from bot.actions.durations import format_duration, parse_duration
from bot.errors import Gone, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

LONGEST = timedelta(days=28)
"""Discord's own limit (docs, "Modify Guild Member", communication_disabled_until)."""
_SAME = timedelta(seconds=2)
"""Platforms round the end of a timeout; ends this close are one."""


@dataclass(frozen=True, slots=True)
class Timeout:
    """The author cannot post for this long; written as ``timeout 1h``."""

    length: timedelta

    name = slot = "timeout"
    harshness = 50
    destructive = True

    @classmethod
    def parse(cls, parameters: str) -> Self:
        """Read a duration of at most 28 days.

        Raises:
            Misconfigured: none, not of the form, or longer than that.
        """
        if not parameters:
            raise Misconfigured("timeout takes a duration, such as timeout 1h")
        return cls(parse_duration(parameters, at_most=LONGEST))

    def __str__(self) -> str:
        return f"timeout {format_duration(self.length)}"

    def __or__(self, other: Self) -> Self:
        return max(self, other, key=lambda one: one.length)

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Time the author out; a timeout that lasts longer already is left alone.

        The receipt remembers when ours ends and when the one before it did.
        """
        ref, author = target.message.ref, target.message.author
        until = target.now + self.length
        standing = await client.timed_out_until(ref, author)
        if standing is not None and standing > until + _SAME:
            return Receipt({"kept": standing.isoformat()})
        if standing is not None and abs(standing - until) <= _SAME:
            # Ours from before an interruption: the receipt was lost, the timeout was not.
            return Receipt({"until": standing.isoformat()})
        await client.time_out(ref, author, until, reason=target.reason)
        values = {"until": until.isoformat()}
        return Receipt(values | ({"previous": standing.isoformat()} if standing else {}))

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Lift the timeout, or restore the shorter one it replaced.

        One that somebody changed since is theirs, and is left alone with the reason said.
        """
        try:
            return await self._undo(client, target, receipt)
        except Gone:
            return None

    async def _undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        ref, author = target.message.ref, target.message.author
        standing = await client.timed_out_until(ref, author)
        if standing is None or "kept" in receipt.values:
            return None
        if "until" not in receipt.values:
            return "It is not known what stood before, so lift the timeout by hand."
        if abs(standing - datetime.fromisoformat(receipt.values["until"])) > _SAME:
            return "Somebody changed the timeout since, so it was left as it is."
        previous = _time(receipt.values.get("previous"))
        if previous is not None and previous > target.now:
            await client.time_out(ref, author, previous, reason=target.reason)
        else:
            await client.lift_timeout(ref, author, reason=target.reason)
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where the author is timed out at least as long as we wanted.

        A shorter timeout may be ours, reckoned from an earlier moment, or a moderator's: unknown.
        """
        try:
            standing = await client.timed_out_until(target.message.ref, target.message.author)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        if standing is None:
            return Presence.ABSENT
        long_enough = standing >= target.now + self.length - _SAME
        return Presence.APPLIED if long_enough else Presence.UNKNOWN


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
