"""Why a post was flagged, or was not: each rule with the parts of its condition."""

from collections.abc import Callable

from bot.chat.asker import Refused
from bot.chat.sheet import Entry, Sheet, Tone
from bot.model import Ref
from bot.policy.explain import Came, Explained
from bot.policy.policy import Policy
from bot.review.why import why
from bot.storage.journal import Journal

SHOWN = 6
"""Rules on a sheet, the nearest; chosen by eye."""
_MARKS = {True: "✓", False: "✗", None: "?"}


class Explaining:
    """Explains what is remembered of a post by the rules of today."""

    def __init__(self, journal: Journal, policy: Callable[[str], Policy]) -> None:
        self._journal = journal
        self._policy = policy

    async def why(self, ref: Ref) -> Sheet:
        """Every rule that came near, those that match first.

        Raises:
            Refused: nothing is remembered of the post.
        """
        found = await why(self._journal, self._policy, str(ref))
        if found is None:
            raise Refused(
                "Nothing is remembered of this post: it was not judged, or its record ran out."
            )
        last, policy, told, matched = found.newest, found.policy, found.rules, found.matches
        then = ", ".join(one.rule for one in last.matched) or "none"
        entries = tuple(_entry(one) for one in told if one.came is not Came.OFF)
        failures = tuple(f"Not looked at: {one.reason}" for one in last.assessment.failures)
        return Sheet(
            "A rule matches" if matched else "No rule matches",
            ("The nearest come first.", *failures) if not matched else failures,
            (("Matched when it was judged", then), ("Judged", f"{last.judged_at:%d %b %H:%M} UTC")),
            entries=entries[:SHOWN],
            tone=Tone.WATCH if matched else Tone.PLAIN,
            footer=f"By {policy.name}, version {policy.version}",
            post=str(ref),
        )


def _entry(one: Explained) -> Entry:
    lines = [
        f"{_MARKS[part.answer]} {part.text}" + (f" ({_read(part.read)})" if part.read else "")
        for part in one.parts
    ]
    if one.reason:
        lines.append(one.reason)
    return Entry(f"{one.rule.id}: {one.came.value}", "\n".join(lines))


def _read(values: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{name} is {value}" for name, value in values)
