"""Messages as jobs: versioned JSON on the way in, a message again on the way out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from bot.errors import BotError
from bot.jobs import Job
from bot.model import Message

VERSION: Literal[1] = 1
"""Written into every body. A reader refuses what is newer than itself instead of guessing."""


class UnreadableJob(BotError):
    """A job's body is no message this version can read. Trying again cannot help: it is parked."""


@dataclass(frozen=True, slots=True)
class _Envelope:
    v: Literal[1]
    message: Message
    late: bool = False
    """The message was judged before, and something did not answer then."""
    burst: datetime | None = None
    """The message was judged before, and turned out at this moment to be part of a flood."""
    report: bool = False
    """A member reported the message, which may have been judged before."""


@dataclass(frozen=True, slots=True)
class _AnyVersion:
    v: int


_envelopes = TypeAdapter(_Envelope)
_versions = TypeAdapter(_AnyVersion)


def pack(
    message: Message,
    lane: str = "live",
    *,
    late: bool = False,
    burst: datetime | None = None,
    report: bool = False,
) -> Job:
    """Make a message a job. ``lane`` is ``live`` or ``backlog``.

    A ``late`` job has a key of its own: it asks again what did not answer. So has one of a
    ``burst``, which judges the post again as of that moment, and a ``report``, which puts it
    before a person.

    Raises:
        ValueError: its text is not well formed (a lone surrogate).
    """
    envelope = _Envelope(v=VERSION, message=message, late=late, burst=burst, report=report)
    body = _envelopes.dump_json(envelope).decode()
    suffix = "+late" if late else "+burst" if burst else "+report" if report else ""
    return Job(key=message.key + suffix, body=body, lane=lane)


def is_late(job: Job) -> bool:
    """Whether the job asks again about a message that was judged before.

    Raises:
        UnreadableJob: as for ``unpack``.
    """
    return _opened(job).late


def burst_of(job: Job) -> datetime | None:
    """The moment of the flood that the job judges a message by, if it does.

    Raises:
        UnreadableJob: as for ``unpack``.
    """
    return _opened(job).burst


def is_report(job: Job) -> bool:
    """Whether the job puts a message before a person because a member reported it.

    Raises:
        UnreadableJob: as for ``unpack``.
    """
    return _opened(job).report


def unpack(job: Job) -> Message:
    """Read back what ``pack`` wrote.

    Raises:
        UnreadableJob: not a message, or written by a newer version. The message names the job
            and the first field that is wrong, never what stands in it.
    """
    return _opened(job).message


def _opened(job: Job) -> _Envelope:
    try:
        return _envelopes.validate_json(job.body)
    except ValidationError as exc:
        raise UnreadableJob(f"job {job.key} cannot be read: {_what_is_wrong(job, exc)}") from exc


def _what_is_wrong(job: Job, exc: ValidationError) -> str:
    try:
        version = _versions.validate_json(job.body).v
    except ValidationError:
        version = VERSION
    if version != VERSION:
        return f"it has version {version} and this Bifocal reads version {VERSION}"
    # Neither input nor URL: a body is a person's post, and this line is logged and shown.
    first = exc.errors(include_input=False, include_url=False, include_context=False)[0]
    return f"{'.'.join(map(str, first['loc'])) or 'body'}: {first['type']}"
