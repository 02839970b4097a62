"""Files: their bytes, where they are shared, and what goes wrong when they are fetched."""

import mimetypes
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING
from urllib.parse import quote

from tests.emulators.slack.kinds import Json

if TYPE_CHECKING:
    from tests.emulators.slack.channels import Channel
    from tests.emulators.slack.messages import Message
    from tests.emulators.slack.people import User


@dataclass(frozen=True)
class Trouble:
    """What a fetch of a file meets instead of its bytes, whoever asks."""

    times: int | None = None
    """Only the first so many fetches; every one when None."""
    status: int = 200
    """Another than 200 is answered with an empty page: 404 gone, 403 expired, 500 …"""
    redirect: str = ""
    """A URL to send the client to, with 302; ``world.elsewhere`` records who follows."""
    html: bool = False
    """A login page with status 200, as for a token without ``files:read``."""
    pause_s: float = 0.0
    """Wait so long before each chunk of ``chunk`` bytes."""
    chunk: int = 1 << 16
    endless: bool = False
    """Repeat the bytes until the client hangs up."""
    gzip: bool = False
    """Send ``Content-Encoding: gzip``; with ``inflates_to``, a bomb of so many zero bytes."""
    inflates_to: int = 0
    cut_at: int | None = None
    """Close after so many bytes, though more were announced (or, ``chunked``, though none were)."""
    chunked: bool = False
    """No Content-Length."""
    hang: bool = False
    """Send the headers and nothing more."""
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    """Other bytes than the file's."""
    content_type: str = ""


@dataclass(frozen=True)
class Upload:
    """A file to post; a ``(name, bytes)`` pair does where nothing is unusual."""

    name: str
    content: bytes
    media_type: str = ""
    """Declared; guessed from the name when empty."""
    declared_size: int | None = None
    trouble: Trouble | None = None
    connect: bool = False
    """The event says ``check_file_info`` and names no URL, as for all that another workspace
    shares over Slack Connect."""


Files = tuple[Upload | tuple[str, bytes], ...]


@dataclass(eq=False)
class File:
    """A file as Slack holds it; set ``trouble`` to spoil further fetches."""

    id: str
    owner: "User"
    upload: Upload
    created: int
    host: str
    """``http://127.0.0.1:port`` of the file server."""
    trouble: Trouble | None = None
    deleted: bool = False
    title: str = ""
    shared_in: list["Message"] = field(default_factory=list)
    fetches: int = 0

    @property
    def content(self) -> bytes:
        return self.upload.content

    @property
    def media_type(self) -> str:
        known = self.upload.media_type or mimetypes.guess_type(self.upload.name)[0]
        return known or "application/octet-stream"

    @property
    def channels(self) -> list["Channel"]:
        return list(dict.fromkeys(message.channel for message in self.shared_in))

    @property
    def path(self) -> str:
        return f"{self.owner.team.id}-{self.id}/{quote(self.upload.name.lower())}"

    @property
    def url(self) -> str:
        """``url_private``: needs a bearer token with ``files:read``."""
        return f"{self.host}/files-pri/{self.path}"

    def meets(self) -> Trouble | None:
        """One more fetch: what it meets."""
        self.fetches += 1
        trouble = self.trouble
        if trouble is None or trouble.times is None or self.fetches <= trouble.times:
            return trouble
        return None

    def take(self, content: bytes) -> None:
        """The bytes of an upload have come."""
        self.upload = replace(self.upload, content=content, declared_size=None)

    def shape(self, *, connect: bool = False) -> Json:
        """As it stands in a message; with ``connect`` its id alone, to be asked for."""
        if self.deleted:
            return {"id": self.id, "mode": "tombstone"}
        if connect:
            return {"id": self.id, "mode": "file_access", "file_access": "check_file_info"}
        name = self.upload.name
        kind = name.rpartition(".")[2] if "." in name else "binary"
        size = self.upload.declared_size
        return {
            "id": self.id,
            "created": self.created,
            "timestamp": self.created,
            "name": name,
            "title": self.title or name,
            "mimetype": self.media_type,
            "filetype": kind,
            "pretty_type": kind.upper(),
            "user": self.owner.id,
            "user_team": self.owner.team.id,
            "editable": False,
            "size": len(self.content) if size is None else size,
            "mode": "hosted",
            "is_external": False,
            "external_type": "",
            "is_public": any(channel.kind == "public" for channel in self.channels),
            "public_url_shared": False,
            "display_as_bot": False,
            "username": "",
            "url_private": self.url,
            "url_private_download": self.url.replace(f"-{self.id}/", f"-{self.id}/download/"),
            "media_display_type": "unknown",
            "permalink": f"{self.owner.team.url}files/{self.owner.id}/{self.id}/{name}",
            "permalink_public": f"{self.host}/files-pub/{self.id}",
            "is_starred": False,
            "has_rich_preview": False,
            "file_access": "visible",
        }

    def in_full(self) -> Json:
        """What ``files.info`` says of it, with the places it is shared in."""
        by_kind: dict[str, list[str]] = {"public": [], "private": [], "im": [], "mpim": []}
        shares: dict[str, dict[str, list[Json]]] = {"public": {}, "private": {}}
        for message in self.shared_in:
            channel = message.channel
            by_kind[channel.kind].append(channel.id)
            side = "public" if channel.kind == "public" else "private"
            shares[side].setdefault(channel.id, []).append({"ts": message.ts})
        return {
            **self.shape(),
            "shares": {side: places for side, places in shares.items() if places},
            "channels": by_kind["public"],
            "groups": by_kind["private"] + by_kind["mpim"],
            "ims": by_kind["im"],
            "comments_count": 0,
        }
