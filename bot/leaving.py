"""A person leaves: every store that may know them is asked to forget."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from bot.errors import BotError
from bot.jobs import Job
from bot.log import logger
from bot.ports import Erases
from bot.queue.jobs import UnreadableJob, unpack
from bot.queue.port import Queue
from bot.storage.erase import Person, erase
from bot.storage.forget import discard
from bot.storage.store import Store

_log = logger("leaving")


@dataclass(frozen=True, slots=True)
class Left:
    """How much went, and from where."""

    posts: int
    cases: int
    pictures: int
    jobs: int
    kept: int
    """Posts the platform itself kept on this machine."""


async def leave(
    store: Store, queue: Queue, keeper: Erases | None, person: Person, *, at: datetime, by: str
) -> Left:
    """Erase someone everywhere, and overwrite what was deleted. Safe to repeat, also after a kill.

    Nothing else may be using the stores. ``keeper`` is the platform, where it keeps posts here.

    Raises:
        EnvironmentFailed: some store did not do its part; doing it again goes on.
    """
    erased = await erase(store.database, person, at=at, by=by)
    pictures = 0
    while some := await discard(store.database, store.evidence):
        pictures += some
    jobs = await queue.erase(
        lambda key, body: is_of(person, Job(key, body)), [str(ref) for ref in erased.refs]
    )
    # A platform that keeps posts here is one community: another's name is none of its business.
    kept = 0 if keeper is None or person.community else await keeper.erase_author(person.author_id)
    await store.database.compact()
    return Left(erased.forgotten.posts, erased.forgotten.cases, pictures, jobs, kept)


def is_of(person: Person, job: Job) -> bool:
    """Whether a job is a post of theirs. One that cannot be read is, if it names them at all."""
    try:
        message = unpack(job)
    except UnreadableJob:
        return person.author_id in job.body
    return (
        message.author.id == person.author_id
        and message.ref.platform == person.platform
        and person.community in {"", message.ref.community_id}
    )


async def finish_leaving(
    store: Store, queue: Queue, keepers: Mapping[str, Erases], at: datetime
) -> None:
    """At a start, before anything uses the stores: erase for good whom somebody erased in chat.

    What cannot be done now is said, and done at the next start.
    """
    try:
        for person in (people := await store.erasures.unfinished()):
            await leave(store, queue, keepers.get(person.platform), person, at=at, by="")
            await store.erasures.finished(person)
        if people:  # the wish itself named them
            await store.database.compact()
    except BotError as exc:
        _log.error("erasure.unfinished", error=str(exc))
