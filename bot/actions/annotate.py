"""Reply beneath a post."""

import re
from dataclasses import dataclass
from typing import Self

from bot.errors import Gone, Misconfigured, PlatformError
from bot.model import Receipt
from bot.ports import Client, Presence, Target

_LONGEST = 1_000
"""Characters; half of the tightest platform's limit, which leaves room for its own words."""
_QUOTED = re.compile(r"'(?:[^'\\]|\\['\\])*'|\"(?:[^\"\\]|\\[\"\\])*\"")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Annotate:
    """Says something beneath a post, for all to read; written as ``annotate 'text'``."""

    text: str

    name = slot = "annotate"
    harshness = 10
    destructive = False

    @classmethod
    def parse(cls, parameters: str) -> Self:
        r"""Read the quoted text; ``\'`` and ``\\`` stand for themselves within it.

        Raises:
            Misconfigured: not quoted, empty, too long, or with control characters.
        """
        if not parameters or not _QUOTED.fullmatch(parameters):
            raise Misconfigured(
                "annotate takes the text in quotes, such as annotate 'A moderator will look.'"
            )
        text = re.sub(r"\\(.)", r"\1", parameters[1:-1])
        if not text.strip() or len(text) > _LONGEST or _UNPRINTABLE.search(text):
            raise Misconfigured(
                f"annotate takes 1 to {_LONGEST} printable characters, got {len(text)}"
            )
        return cls(text)

    def __str__(self) -> str:
        return "annotate '{}'".format(re.sub(r"(['\\])", r"\\\1", self.text))

    def __or__(self, other: Self) -> Self:
        """The one that says more; of two equally long the later in the alphabet."""
        return max(self, other, key=lambda one: (len(one.text), one.text))

    async def apply(self, client: Client, target: Target) -> Receipt:
        """Reply once, however often it is asked."""
        reply = await client.annotate(target.message.ref, self.text, nonce=target.nonce)
        return Receipt({"annotation": reply})

    async def undo(self, client: Client, target: Target, receipt: Receipt) -> str | None:
        """Remove the reply; one that is gone already is as good as removed."""
        ref = target.message.ref
        try:
            # Without a receipt (it was lost in a crash) the nonce still finds the reply.
            reply = receipt.values.get("annotation") or await client.annotation(ref, target.nonce)
            if reply:
                await client.unannotate(ref, reply)
        except Gone:
            return None
        return None

    async def probe(self, client: Client, target: Target) -> Presence:
        """Applied where a reply with our nonce stands."""
        try:
            reply = await client.annotation(target.message.ref, target.nonce)
        except Gone:
            return Presence.ABSENT
        except PlatformError:
            return Presence.UNKNOWN
        return Presence.APPLIED if reply else Presence.ABSENT
