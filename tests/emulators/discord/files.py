"""What a message carries besides words: attachments and stickers, and how the CDN serves them."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from mimetypes import guess_type
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.emulators.discord.world import World

Json = dict[str, Any]
SPOILER = 1 << 3
"""The attachment flag; older spoilers are known by the prefix ``SPOILER_`` alone."""


@dataclass
class Serving:
    """How the CDN hands out a file. As it is: whole, at once, with its true length.

    Change an attachment's own: ``message.attachments[0].serving.status = 503``.
    """

    status: int = 200
    bytes_per_s: float | None = None
    """Drip it out at this pace."""
    endless: bool = False
    """Never stop sending, and announce no length."""
    gzip: bool = False
    """Send it gzip'd with ``Content-Encoding: gzip``, whatever the client asked for."""
    announced: int | None = None
    """A ``Content-Length`` that is not true; the connection is cut when the bytes are out."""
    unannounced: bool = False
    """Send no length; the end of the connection is the end of the file."""
    cut_at: int | None = None
    """Cut the connection after so many bytes."""
    html: bool = False
    """Answer 200 with an HTML page instead."""
    redirect: str | None = None
    """Answer 302 to this URL."""
    hang: bool = False
    """Send the headers and nothing more."""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Upload:
    """A file a person sends. ``("a.png", data)`` is short for one with nothing unusual."""

    filename: str
    data: bytes
    media_type: str | None = None
    """What the message claims it is; guessed from the name when not given."""
    alt: str = ""
    spoiler_flag: bool = False
    """Marked by flag alone, as since June 2026; a name with ``SPOILER_`` is the other way."""
    declared_size: int | None = None
    """What the message claims, when not the true length."""
    duration_s: float | None = None
    waveform: str | None = None
    serving: Serving = field(default_factory=Serving)


Files = Sequence[Upload | tuple[str, bytes]]


def uploads(files: Files) -> list[Upload]:
    return [file if isinstance(file, Upload) else Upload(*file) for file in files]


@dataclass(eq=False, repr=False)
class Attachment:
    """A stored file. Its link is signed anew whenever its message is drawn."""

    world: "World"
    id: int
    channel_id: int
    upload: Upload
    deleted: bool = False
    ephemeral: bool = False
    fetched: int = 0
    """How often the CDN was asked for it."""

    @property
    def filename(self) -> str:
        return self.upload.filename

    @property
    def data(self) -> bytes:
        return self.upload.data

    @property
    def serving(self) -> Serving:
        return self.upload.serving

    @property
    def is_spoiler(self) -> bool:
        return self.upload.spoiler_flag or self.filename.startswith("SPOILER_")

    @property
    def media_type(self) -> str | None:
        return self.upload.media_type or guess_type(self.filename)[0]

    @property
    def url(self) -> str:
        """A link that works from now until it expires."""
        kind = "ephemeral-attachments" if self.ephemeral else "attachments"
        return self.world.cdn.signed(f"/{kind}/{self.channel_id}/{self.id}/{self.filename}")

    def delete(self) -> None:
        """The CDN answers 404 from now on."""
        self.deleted = True

    def drawn(self) -> Json:
        upload, link = self.upload, self.url
        width, height = size_of(upload.data)
        declared = upload.declared_size
        said: Json = {
            "id": str(self.id),
            "filename": self.filename,
            "size": len(upload.data) if declared is None else declared,
            "url": link,
            "proxy_url": link,
            "flags": SPOILER if upload.spoiler_flag else 0,
        }
        more = {
            "content_type": self.media_type,
            "description": upload.alt or None,
            "width": width,
            "height": height,
            "duration_secs": upload.duration_s,
            "waveform": upload.waveform,
            "ephemeral": self.ephemeral or None,
        }
        return said | {key: value for key, value in more.items() if value is not None}


def size_of(data: bytes) -> tuple[int | None, int | None]:
    """Width and height of a PNG or GIF; nothing for what else there is."""
    if data.startswith(b"\x89PNG") and len(data) >= 24:
        width, height = struct.unpack(">II", data[16:24])
        return width, height
    if data.startswith(b"GIF8") and len(data) >= 10:
        width, height = struct.unpack("<HH", data[6:10])
        return width, height
    return None, None


STICKER_TYPES = {1: ("png", "image/png"), 2: ("png", "image/png"), 3: ("json", "application/json")}
"""PNG, APNG and Lottie by Discord's format number; 4 is GIF."""


@dataclass(eq=False, repr=False)
class Sticker:
    """A sticker: ``kind`` 1 PNG, 2 APNG, 3 Lottie, 4 GIF."""

    id: int
    name: str
    data: bytes
    kind: int = 1
    guild_id: int | None = None
    serving: Serving = field(default_factory=Serving)

    @property
    def path(self) -> str:
        extension, _ = STICKER_TYPES.get(self.kind, ("gif", "image/gif"))
        return f"/stickers/{self.id}.{extension}"

    @property
    def media_type(self) -> str:
        return STICKER_TYPES.get(self.kind, ("gif", "image/gif"))[1]

    def item(self) -> Json:
        return {"id": str(self.id), "name": self.name, "format_type": self.kind}

    def drawn(self) -> Json:
        return self.item() | {
            "type": 2,
            "description": "",
            "tags": "smile",
            "available": True,
            "guild_id": str(self.guild_id or 0),
        }
