"""Pictures in requests, checked as vendors check them: true base64 of what it says it is."""

import base64
import binascii
import re

from tests.emulators.server import Answer

MAGIC = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
_DATA = re.compile(r"data:(image/[a-z]+);base64,(.*)", re.DOTALL)


class Unacceptable(ValueError):
    """The request is not as documented; the vendor answers 400."""


def picture(encoded: str, media_type: str) -> bytes:
    """Decode bare base64 of a picture; a ``data:`` address is refused, and so is another type."""
    try:
        data = base64.b64decode(encoded, validate=True)
    except binascii.Error as exc:
        raise Unacceptable("data is not base64") from exc
    if not data.startswith(MAGIC.get(media_type, b"\0")):
        raise Unacceptable(f"data is no {media_type}")
    return data


def addressed(url: str) -> bytes:
    """Decode a ``data:`` address of a picture."""
    match = _DATA.fullmatch(url)
    if match is None:
        raise Unacceptable("image_url is no data address")
    return picture(match[2], match[1])


def openai_error(status: int, message: str, kind: str, code: str | None) -> Answer:
    error = {"message": message, "type": kind, "param": None, "code": code}
    return Answer.of({"error": error}, status)


def google_error(status: int, message: str, kind: str, *details: object) -> Answer:
    error = {"code": status, "message": message, "status": kind, "details": list(details)}
    return Answer.of({"error": error}, status)


GOOGLE_BAD_KEY = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "API_KEY_INVALID"}
