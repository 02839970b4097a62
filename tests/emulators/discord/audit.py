"""The audit log: who did what to whom, and the reason that was given."""

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass(frozen=True)
class Audited:
    """A line of the audit log.

    Actions (https://docs.discord.com/developers/resources/audit-log): 10-12 channel, 20 kick,
    22 ban, 23 unban, 24 member update (timeout), 25 roles, 30 role made, 72 delete, 73 bulk delete.
    """

    id: int
    action: int
    by: int
    target: int | None
    reason: str | None
    """The decoded ``X-Audit-Log-Reason``."""
    options: Json = field(default_factory=dict)
    """What belongs to the action, such as the channel of a deletion."""

    def drawn(self) -> Json:
        return {
            "id": str(self.id),
            "action_type": self.action,
            "user_id": str(self.by),
            "target_id": str(self.target) if self.target else None,
            "changes": [],
            **({"options": self.options} if self.options else {}),
            **({"reason": self.reason} if self.reason else {}),
        }
