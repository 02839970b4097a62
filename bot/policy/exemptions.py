"""Who is spared which rules: by role, by channel, by a label on the author."""

from dataclasses import dataclass

from bot.errors import Misconfigured
from bot.model import Context
from bot.policy.section import Section

_GROUNDS = ("roles", "channels", "labels")


@dataclass(frozen=True, slots=True)
class Exemption:
    """Holds for a post when each ground that is given has one in common with it."""

    roles: frozenset[str]
    channels: frozenset[str]
    """Ids or names."""
    labels: frozenset[str]
    rules: frozenset[str]
    """Empty: every rule."""
    place: str
    """File and line."""

    def covers(self, context: Context) -> bool:
        """Whether the post is one of those that are spared."""
        return (
            (not self.roles or not self.roles.isdisjoint(context.author.roles))
            and (not self.labels or not self.labels.isdisjoint(context.author.labels))
            and (not self.channels or not self.channels.isdisjoint(_called(context)))
        )

    def spares(self, rule: str) -> bool:
        """Whether this rule is not asked of them."""
        return not self.rules or rule in self.rules

    def __str__(self) -> str:
        grounds = (("role", self.roles), ("channel", self.channels), ("label", self.labels))
        given = [f"{name} {' or '.join(sorted(ids))}" for name, ids in grounds if ids]
        return ", ".join(given)


def _called(context: Context) -> tuple[str, ...]:
    """What a post's channel may be called: never by a thread's own name, which anybody chooses."""
    channel = context.channel
    return tuple(one for one in (context.channel_id, channel.parent_id, channel.lasting) if one)


def read_exemption(section: Section) -> Exemption:
    """Read one ``[[exempt]]``.

    Raises:
        Misconfigured: a key is not as it should be, or no ground is given, which would spare all.
    """
    section.only(*_GROUNDS, "rules")
    roles, channels, labels = (frozenset(section.texts(key)) for key in _GROUNDS)
    if not (roles or channels or labels):
        raise Misconfigured(
            f"{section.where()}: exempt: say whom it spares with {', '.join(_GROUNDS)}"
        )
    rules = frozenset(section.texts("rules"))
    return Exemption(roles, channels, labels, rules, section.place("exempt"))
