"""Where cards can be put up now, and why not elsewhere. In memory: a restart tries everything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.communities import Communities
from bot.log import logger
from bot.storage.card_rows import Place

AGAIN = timedelta(minutes=10)
"""Until a community that has no place for cards is tried again; chosen by eye."""
TOLD = timedelta(hours=1)
"""Between two lines in the log about the same community."""
LONGEST = timedelta(hours=1)
"""What a platform may ask to be left alone for; a clock that was set back counts for no more."""

_log = logger("board")


@dataclass(frozen=True, slots=True)
class _Closed:
    """A community where no card can be put up."""

    until: datetime
    why: str
    channel: str
    """What was chosen then: another choice is tried at once."""


class Places:
    """Where cards can be put up now, and why not elsewhere."""

    def __init__(self, communities: Communities, clock: Callable[[], datetime]) -> None:
        self._communities = communities
        self._clock = clock
        self._closed: dict[Place, _Closed] = {}
        self._away: dict[Place, datetime] = {}
        self._told: dict[Place, datetime] = {}
        self._trying: dict[Place, datetime] = {}

    def lacks(self) -> Mapping[str, str]:
        """Why no card can be put up, by ``platform:community``."""
        return {":".join(place): closed.why for place, closed in self._closed.items()}

    def closed(self, place: Place) -> bool:
        """Whether cards must wait for a person to choose or permit."""
        return place in self._closed

    def away(self, place: Place) -> bool:
        """Whether the platform is left alone for some seconds."""
        now, until = self._clock(), self._away.get(place)
        return until is not None and now < until <= now + LONGEST

    def left_alone(self) -> Sequence[Place]:
        """Those that are left alone now."""
        self._away = {place: at for place, at in self._away.items() if self.away(place)}
        return tuple(self._away)

    def close(self, place: Place, why: str) -> None:
        """No card can be put up there; said once an hour."""
        now, channel = self._clock(), self._channel(place)
        self._trying.pop(place, None)
        self._closed[place] = _Closed(now + AGAIN, why, channel)
        told = self._told.get(place)
        if told is None or not timedelta() <= now - told < TOLD:
            self._told[place] = now
            _log.warning("board.no_place", platform=place[0], community=place[1], why=why)

    def leave(self, place: Place, seconds: float) -> None:
        """The platform does not answer: try later."""
        self._away[place] = self._clock() + timedelta(seconds=seconds)

    def opened(self) -> Mapping[Place, bool]:
        """Those that are to be tried again, which are not closed any more, and whether with all.

        With one card first, where nothing is known to have changed: thousands may wait.
        """
        now, again = self._clock(), dict[Place, bool]()
        for place, since in list(self._trying.items()):
            if not timedelta() <= now - since < AGAIN:
                del self._trying[place]
                again[place] = True
        for place, closed in list(self._closed.items()):
            chosen = closed.channel != self._channel(place)
            if chosen or not now < closed.until <= now + AGAIN:
                del self._closed[place]
                again[place] = chosen
                if not chosen:
                    self._trying[place] = now
        return again

    def works(self, place: Place) -> bool:
        """A card was shown there; whether it was the one tried, so that all may follow."""
        return self._trying.pop(place, None) is not None

    def _channel(self, place: Place) -> str:
        return self._communities.of(*place).log_channel
