"""Who posts in the playground: three people to play, and the strangers of the examples."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.model import Author


class Persona(StrEnum):
    """What kind of member someone is; it decides how much a policy trusts them."""

    NEWCOMER = "newcomer"
    REGULAR = "regular"
    MODERATOR = "moderator"

    @property
    def about(self) -> str:
        """One line that says what sets this persona apart."""
        return _ABOUT[self]


@dataclass(frozen=True, slots=True)
class Member:
    """Someone who can post. Timeouts are kept by ``id``."""

    id: str
    name: str
    persona: Persona


HOUSE = {
    Persona.NEWCOMER: Member("nova", "Nova", Persona.NEWCOMER),
    Persona.REGULAR: Member("remy", "Remy", Persona.REGULAR),
    Persona.MODERATOR: Member("mika", "Mika", Persona.MODERATOR),
}
"""The person a visitor becomes by choosing a persona."""

_ABOUT = {
    Persona.NEWCOMER: "Joined today",
    Persona.REGULAR: "Member for a year",
    Persona.MODERATOR: "Moderator",
}
_ACCOUNT_AGE = {
    Persona.NEWCOMER: timedelta(days=1),
    Persona.REGULAR: timedelta(days=800),
    Persona.MODERATOR: timedelta(days=2000),
}
_MEMBERSHIP = {
    Persona.NEWCOMER: timedelta(hours=2),
    Persona.REGULAR: timedelta(days=365),
    Persona.MODERATOR: timedelta(days=1000),
}
_ROLES = {
    Persona.NEWCOMER: (),
    Persona.REGULAR: ("member",),
    Persona.MODERATOR: ("member", "moderator"),
}


def author(member: Member, at: datetime) -> Author:
    """The member as the author of a post sent at that time.

    Ages count back from the post, so a newcomer is new on whatever day one plays.
    """
    return Author(
        id=member.id,
        name=member.name,
        roles=_ROLES[member.persona],
        is_moderator=member.persona is Persona.MODERATOR,
        created_at=at - _ACCOUNT_AGE[member.persona],
        joined_at=at - _MEMBERSHIP[member.persona],
    )
