"""Tells the operator what a policy asks for that a platform does not allow, as it comes into force.

Whoever reads it can change the policy, or the platform's settings, before a post needs it.
"""

from collections.abc import Callable, Mapping

from bot.communities import Communities
from bot.log import logger
from bot.policy.policy import Policy
from bot.ports import Bounded, Platform

_log = logger("policy")


class Beyond:
    """Warns once for each policy and place: at start, at a reload, at another preset."""

    def __init__(
        self,
        platforms: Mapping[str, Platform],
        communities: Communities,
        policy: Callable[[str], Policy],
    ) -> None:
        """``policy`` gives the rules in force in a community."""
        self._platforms = platforms
        self._communities = communities
        self._policy = policy
        self._told: dict[tuple[str, str], tuple[str, frozenset[str]]] = {}

    async def turn(self) -> None:
        """Look once whether anything came into force that was not warned of."""
        for name, platform in self._platforms.items():
            if isinstance(platform, Bounded):
                for one in self._communities.all(name):
                    self._look(name, platform, one.id)

    def _look(self, name: str, platform: Bounded, community: str) -> None:
        policy = self._policy(community)
        found = platform.asks_too_much(policy.may_ask(community), community)
        version, before = self._told.get((name, community), ("", frozenset()))
        new = [one for one in found if version != policy.version or one not in before]
        for sentence in new:
            _log.warning(
                "policy.too_much",
                platform=name,
                community=community,
                version=policy.version,
                reason=sentence,
            )
        self._told[name, community] = policy.version, frozenset(found)
