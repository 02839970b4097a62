"""Reads what a visitor posts, strictly and within limits, before anything is kept."""

import json
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import NamedTuple

from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import FormParser, MultiPartException, MultiPartParser
from starlette.requests import Request

from adapters.playground.members import Persona
from adapters.playground.posts import CHANNELS, File
from adapters.playground.problems import Problem
from analysis.text import well_formed

_FIELDS = {"persona", "text", "channel", "image", "alt"}
_NAME = 200
_ALT = 1_000
_JSON_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one post may hold. The text's is twice Discord's, the bytes are by eye."""

    characters: int = 4_000
    images: int = 10
    bytes_per_image: int = 20 * 1024 * 1024
    bytes_per_post: int = 50 * 1024 * 1024


class Posting(NamedTuple):
    """A post as its author sent it."""

    persona: Persona
    channel: str
    text: str
    files: tuple[File, ...]


async def read_post(request: Request, limits: Limits) -> Posting:
    """A multipart form with ``persona``, ``text``, ``image`` and ``alt`` each n times, ``channel``.

    Raises:
        Problem: 413, 415 or 422, naming the field.
    """
    form = await _form(request, limits)
    try:
        _refuse_unknown(form)
        text = checked_text(_one(form, "text") or "", limits)
        files = await _files(form, limits)
        if not text.strip() and not files:
            raise Problem(422, "text: write something, or add an image.")
        return Posting(_persona(form), _channel(form), text, files)
    finally:
        await form.close()


async def read_edit(request: Request, limits: Limits) -> str:
    """The new text of an edit, a JSON object ``{"text": …}``.

    Raises:
        Problem: 413 or 422.
    """
    body = b"".join([chunk async for chunk in _capped(request, _JSON_BYTES)])
    try:
        text = json.loads(body)["text"]
    except (ValueError, KeyError, TypeError, RecursionError) as exc:
        raise Problem(422, 'The body must be a JSON object such as {"text": "hello"}.') from exc
    if not isinstance(text, str):
        raise Problem(422, "text: must be a string.")
    return checked_text(text, limits)


def checked_text(text: str, limits: Limits) -> str:
    """The text, well formed.

    Raises:
        Problem: 422, it is longer than allowed.
    """
    if len(text) > limits.characters:
        raise Problem(422, f"text: at most {limits.characters} characters, got {len(text)}.")
    return well_formed(text)


def file_name(name: str) -> str:
    """A name to be shown: its last part, printable, of bounded length, never empty."""
    last = well_formed(name).replace("\\", "/").rpartition("/")[2]
    shown = "".join(letter for letter in last if letter.isprintable()).strip()
    return shown[-_NAME:] or "unnamed"


async def _form(request: Request, limits: Limits) -> FormData:
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = _capped(request, limits.bytes_per_post)
    parser: MultiPartParser | FormParser
    if declared == "multipart/form-data":
        parser = MultiPartParser(request.headers, body, max_files=64, max_fields=64)
    elif declared == "application/x-www-form-urlencoded":  # what clients send without images
        parser = FormParser(request.headers, body, max_fields=64)
    else:
        raise Problem(415, "Send the post as multipart/form-data.")
    try:
        return await parser.parse()
    except MultiPartException as exc:
        raise Problem(422, f"The form cannot be read: {exc.message}") from exc


async def _capped(request: Request, at_most: int) -> AsyncGenerator[bytes, None]:
    taken = 0
    async for chunk in request.stream():
        taken += len(chunk)
        if taken > at_most:
            raise Problem(413, f"A request may hold at most {at_most} bytes.")
        yield chunk


def _refuse_unknown(form: FormData) -> None:
    for name in form:
        if name not in _FIELDS:
            known = ", ".join(sorted(_FIELDS))
            raise Problem(422, f"unknown field {file_name(name)!r}; known are {known}.")


def _one(form: FormData, name: str) -> str | None:
    values = _texts(form, name)
    if len(values) > 1:
        raise Problem(422, f"{name}: given more than once.")
    return values[0] if values else None


def _texts(form: FormData, name: str) -> list[str]:
    values = form.getlist(name)
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) < len(values):
        raise Problem(422, f"{name}: must be text, not a file.")
    return texts


def _persona(form: FormData) -> Persona:
    value = _one(form, "persona")
    try:
        return Persona(value or "")
    except ValueError as exc:
        raise Problem(422, f"persona: must be one of {', '.join(Persona)}.") from exc


def _channel(form: FormData) -> str:
    value = _one(form, "channel") or CHANNELS[0]
    if value not in CHANNELS:
        raise Problem(422, f"channel: must be one of {', '.join(CHANNELS)}.")
    return value


async def _files(form: FormData, limits: Limits) -> tuple[File, ...]:
    parts = [part for part in form.getlist("image") if not _left_empty(part)]
    if len(parts) > limits.images:
        raise Problem(422, f"image: at most {limits.images} in one post, got {len(parts)}.")
    alts = _texts(form, "alt")
    return tuple(
        [
            await _file(part, alts[n] if n < len(alts) else "", limits)
            for n, part in enumerate(parts)
        ]
    )


def _left_empty(part: UploadFile | str) -> bool:
    # What browsers and HTTP clients send for a file field in which nothing was chosen.
    return not part or (isinstance(part, UploadFile) and not part.filename and not part.size)


async def _file(part: UploadFile | str, alt: str, limits: Limits) -> File:
    if isinstance(part, str):
        raise Problem(422, "image: must be a file.")
    if (part.size or 0) > limits.bytes_per_image:
        raise Problem(413, f"image: at most {limits.bytes_per_image} bytes each.")
    name = file_name(part.filename or "")
    return File(name, await part.read(), well_formed(alt)[:_ALT])
