"""Work that is in flight is joined, not started again."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

E = TypeVar("E")
K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class _Events(Generic[E]):
    """What a piece of work has told so far, and who listens."""

    def __init__(self) -> None:
        self._told: list[E] = []
        self._listeners: list[Callable[[E], None]] = []

    def tell(self, event: E) -> None:
        self._told.append(event)
        for listener in tuple(self._listeners):
            listener(event)

    def join(self, listener: Callable[[E], None]) -> None:
        """One that comes late hears first what the others have heard."""
        for event in self._told:
            listener(event)
        self._listeners.append(listener)

    def leave(self, listener: Callable[[E], None]) -> None:
        self._listeners.remove(listener)


@dataclass(slots=True)
class _Flight(Generic[V, E]):
    """One piece of work, and how many wait for it."""

    task: asyncio.Task[V]
    events: _Events[E]
    aboard: int = 0


class SingleFlight(Generic[K, V, E]):
    """Runs work once per key, however many ask for it at the same time.

    Nobody's cancellation reaches the work while another still waits for it; when the last one
    leaves, it is cancelled. A failure is everyone's. Nothing is kept once the work has ended.
    """

    def __init__(self) -> None:
        self._flights: dict[K, _Flight[V, E]] = {}

    async def join(
        self,
        key: K,
        work: Callable[[Callable[[E], None]], Coroutine[object, object, V]],
        listener: Callable[[E], None] | None = None,
    ) -> V:
        """Return what the work in flight under this key returns, starting it if there is none.

        ``work`` is given a function to tell its events with; listeners must not raise.
        """
        flight = self._flights.get(key) or self._take_off(key, work)
        flight.aboard += 1
        if listener is not None:
            flight.events.join(listener)
        try:
            await asyncio.wait({flight.task})  # unlike awaiting it, this passes on no cancellation
            return flight.task.result()
        finally:
            flight.aboard -= 1
            if listener is not None:
                flight.events.leave(listener)
            if not flight.aboard and not flight.task.done():
                self._land(key, flight)
                flight.task.cancel()

    def _take_off(
        self, key: K, work: Callable[[Callable[[E], None]], Coroutine[object, object, V]]
    ) -> _Flight[V, E]:
        events: _Events[E] = _Events()
        flight = _Flight(asyncio.create_task(work(events.tell)), events)
        flight.task.add_done_callback(lambda task: self._ended(key, flight, task))
        self._flights[key] = flight
        return flight

    def _ended(self, key: K, flight: _Flight[V, E], task: asyncio.Task[V]) -> None:
        self._land(key, flight)
        if not task.cancelled():
            task.exception()  # looked at here too: everyone may have left at this very moment

    def _land(self, key: K, flight: _Flight[V, E]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]
