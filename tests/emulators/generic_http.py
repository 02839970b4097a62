"""The other side of docs/generic-http.md: checks all it says of a request, and answers by it."""

import base64
import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from tests.emulators.server import Answer, Emulator, Received

WINDOW_S = 300
SECRET = "a-secret-of-both-sides"
Json = dict[str, Any]

_KEYS = {
    "": {"schema", "id", "categories", "passages", "pictures"},
    "passages": {"text", "origin", "file"},
    "pictures": {"file", "frame", "media_type", "data"},
}


@dataclass
class Endpoint:
    """Scores what contains a word; ``more`` is put over the answer, ``without`` taken out."""

    secret: str = SECRET
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    by_word: dict[str, tuple[str, float]] = field(default_factory=dict)
    more: Json = field(default_factory=dict)
    without: tuple[str, ...] = ()
    nonces: set[str] = field(default_factory=set)
    asked: list[Json] = field(default_factory=list)
    emulator: Emulator = field(init=False)

    def __post_init__(self) -> None:
        self.emulator = Emulator(self._answer)

    def _answer(self, request: Received) -> Answer:
        if (refused := self._refused(request)) is not None:
            return Answer.of({"error": refused}, 401)
        body = request.json()
        if (wrong := _wrong(body)) is not None:
            return Answer.of({"error": wrong}, 422)
        self.asked.append(body)
        scores = dict.fromkeys(body["categories"], 0.0)
        words = " ".join(passage["text"] for passage in body["passages"])
        scores |= dict(hit for word, hit in self.by_word.items() if word in words)
        answer = {
            "schema": "bifocal.answer/1",
            "id": body["id"],
            "model": "house-model@7",
            "blocked": False,
            "scores": scores,
            **self.more,
        }
        return Answer.of({key: answer[key] for key in answer if key not in self.without})

    def _refused(self, request: Received) -> str | None:
        headers = request.headers
        stamp, nonce = headers["x-bifocal-timestamp"], headers["x-bifocal-nonce"]
        lines = ["v1", stamp, nonce, hashlib.sha256(request.body).hexdigest()]
        digest = hmac.new(self.secret.encode(), "\n".join(lines).encode(), "sha256").hexdigest()
        if headers["x-bifocal-signature"] != f"v1={digest}":
            return "signature"
        if abs(self.now().timestamp() - int(stamp)) > WINDOW_S:
            return "clock"
        if nonce in self.nonces:
            return "nonce"
        self.nonces.add(nonce)
        return None


def _wrong(body: Json) -> str | None:
    if set(body) != _KEYS[""] or body["schema"] != "bifocal.request/1":
        return "schema"
    for part in ("passages", "pictures"):
        if any(set(one) != _KEYS[part] for one in body[part]):
            return part
    if any(one["origin"] == "filename" for one in body["passages"]):
        return "origin"
    for picture in body["pictures"]:
        if not base64.b64decode(picture["data"], validate=True).startswith(b"\xff\xd8\xff"):
            return "picture"
    return None
