"""Reads the pictures and words of a multipart request, within limits."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from fastapi import HTTPException
from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request

from bot.web.access import media_type
from bot.web.services import Limits

BAD_REQUEST = 400
MULTIPART = "multipart/form-data"
BODY = {
    "requestBody": {
        "required": True,
        "content": {
            MULTIPART: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "image": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "Pictures: JPEG, PNG, GIF, WebP, AVIF or BMP.",
                        },
                        "text": {"type": "string", "description": "The words beside them."},
                    },
                }
            }
        },
    }
}
"""How the body is described in OpenAPI: it is parsed by hand, after access was checked."""


@dataclass(frozen=True, slots=True)
class Upload:
    """What was sent to be looked at."""

    files: tuple[tuple[str, bytes], ...]
    text: str


async def read_upload(request: Request, limits: Limits) -> Upload:
    """Read fields ``image`` (any number) and ``text``.

    Raises (as HTTP): 413 too many or too large, 415 not multipart, 422 nothing to look at.
    """
    if media_type(request) != MULTIPART:
        raise HTTPException(415, f"Send {MULTIPART} with the fields image and text.")
    async with _form(request, limits) as form:
        upload = Upload(tuple([await _file(f, limits) for f in form.getlist("image")]), _text(form))
    if not upload.files and not upload.text.strip():
        raise HTTPException(422, "Nothing to look at: send an image, text, or both.")
    return upload


@asynccontextmanager
async def _form(request: Request, limits: Limits) -> AsyncIterator[FormData]:
    """The parsed form; its spooled files are closed at the end."""
    try:
        form = await request.form(
            max_files=limits.files, max_fields=20, max_part_size=limits.text_bytes
        )
    except StarletteHTTPException as exc:
        if exc.status_code != BAD_REQUEST:
            raise
        # starlette says 400 for all of these; which limit was met decides the status.
        over = "Too many" in exc.detail or "exceeded" in exc.detail
        raise HTTPException(413 if over else 422, exc.detail) from exc
    except (UnicodeError, ValueError, LookupError) as exc:
        raise HTTPException(422, "The multipart body is not well formed.") from exc
    try:
        yield form
    finally:
        await form.close()


async def _file(field: UploadFile | str, limits: Limits) -> tuple[str, bytes]:
    if isinstance(field, str):
        raise HTTPException(422, "The field image must be a file.")
    if (field.size or 0) > limits.file_bytes:
        raise HTTPException(413, f"A file may have {limits.file_bytes:,} bytes at most.")
    return field.filename or "image", await field.read()


def _text(form: FormData) -> str:
    value = form.get("text", "")
    if not isinstance(value, str):
        raise HTTPException(422, "The field text must be text.")
    return value
