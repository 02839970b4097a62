"""A circuit breaker: a vendor that does not answer is left alone, then tried with one call.

Closed, calls pass. It opens after several failures in a row, at once when the vendor says how long
to stay away, and at once and for long when it refuses our key. When its time is over, one call
goes through as a probe, and the others wait for what becomes of it by failing at once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderOverBudget,
    ProviderRejected,
    ProviderUnavailable,
)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Patience:
    """When a breaker opens and for how many seconds. All chosen by eye."""

    failures: int = 5
    """So many in a row open it."""
    first_s: float = 10.0
    """How long at first; doubled with every probe that fails."""
    longest_s: float = 300.0
    rejected_s: float = 600.0
    """How long after a refusal that only the operator can mend."""
    asked_s: float = 3600.0
    """The most a vendor's own wish counts for; a probe an hour costs nobody anything."""


class Breaker:
    """One provider's breaker. ``clock`` gives seconds that never go back."""

    def __init__(
        self,
        provider: str,
        clock: Callable[[], float],
        *,
        patience: Patience = Patience(),
        tell: Callable[[str], None] = log.error,
    ) -> None:
        """``tell`` is given one sentence for the operator each time a spell of trouble begins."""
        self._provider = provider
        self._clock = clock
        self._patience = patience
        self._tell = tell
        self._failures = 0
        self._until: float | None = None
        """Open until then; None: closed."""
        self._spell = 0
        """How often it opened since it was last closed."""
        self._why = ""
        self._probing = False

    @property
    def open(self) -> bool:
        """Whether a call would fail at once."""
        return self._until is not None and (self._probing or self._clock() < self._until)

    def refuse_if_open(self) -> None:
        """Raise where a call would fail at once, before it waits for anything.

        Raises:
            ProviderUnavailable: the breaker is open; ``retry_after`` says for how long yet.
        """
        if self._until is None or not self.open:
            return
        left = max(0.0, self._until - self._clock())
        # A probe under way answers soon; how soon nobody knows.
        raise ProviderUnavailable(
            f"left alone after trouble: {self._why}",
            provider=self._provider,
            retry_after=left or None,
        )

    @contextmanager
    def guarding(self) -> Iterator[None]:
        """Around one call: refuse it, let it pass, or let it pass as the probe.

        Raises:
            ProviderUnavailable: the breaker is open.
        """
        self.refuse_if_open()
        probe = self._until is not None
        self._probing = self._probing or probe
        try:
            yield
        except (TimeoutError, ProviderError) as exc:
            self._learn(exc, probe=probe)
            raise
        else:
            self._close()
        finally:
            # Also where the call was cancelled: that says nothing of the vendor.
            self._probing = self._probing and not probe

    def _learn(self, exc: Exception, *, probe: bool) -> None:
        match exc:
            case ProviderOverBudget():
                return
            case ProviderGarbled():
                self._close()  # it answers; what it says is the caller's trouble
            case ProviderRejected(lasting=True):
                self._open(self._patience.rejected_s, str(exc), probe=probe)
            case ProviderRejected() if self._until is None:
                # One post may be refused for itself, so only a row of them says more.
                self._count(str(exc), probe=probe)
            case ProviderUnavailable(retry_after=float() | int() as asked):
                self._open(min(asked, self._patience.asked_s), str(exc), probe=probe)
            case _:
                self._count(str(exc) or "no answer in time", probe=probe)

    def _count(self, why: str, *, probe: bool) -> None:
        if self._until is not None and not probe:
            return  # it began before the trouble was known, and tells nothing new
        self._failures += 1
        if probe or self._failures >= self._patience.failures:
            seconds = min(self._patience.first_s * 2**self._spell, self._patience.longest_s)
            self._open(seconds, why, probe=probe)

    def _open(self, seconds: float, why: str, *, probe: bool) -> None:
        if not self._spell:
            self._tell(f"{self._provider} is left alone for {seconds:.0f} s: {why}")
        if self._until is None or probe:
            # Bounded, so that two to its power stays a number.
            self._spell = min(self._spell + 1, 32)
        self._why = why
        self._until = max(self._until or 0.0, self._clock() + seconds)

    def _close(self) -> None:
        self._failures = self._spell = 0
        self._until = None
