"""Messages as jobs: versioned JSON on the way in, a message again on the way out."""

from dataclasses import dataclass
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from bot.errors import BotError
from bot.model import Message
from bot.ports import Job

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


@dataclass(frozen=True, slots=True)
class _AnyVersion:
    v: int


_envelopes = TypeAdapter(_Envelope)
_versions = TypeAdapter(_AnyVersion)


def pack(message: Message, lane: str = "live", *, late: bool = False) -> Job:
    """Make a message a job. ``lane`` is ``live`` or ``backlog``.

    A ``late`` job has a key of its own: it asks again what did not answer.

    Raises:
        ValueError: its text is not well formed (a lone surrogate).
    """
    body = _envelopes.dump_json(_Envelope(v=VERSION, message=message, late=late)).decode()
    return Job(key=f"{message.key}+late" if late else message.key, body=body, lane=lane)


def is_late(job: Job) -> bool:
    """Whether the job asks again about a message that was judged before.

    Raises:
        UnreadableJob: as for ``unpack``.
    """
    return _opened(job).late


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
