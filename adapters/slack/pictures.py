"""Kept pictures, shown to one person and taken away again.

Slack covers nothing, so a picture is never part of a card: whoever asks sees it alone. It must be
uploaded for that; it is shared in no channel, and deleted after a while, also over a restart.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from io import BytesIO

import aiohttp
from PIL import Image

from adapters.slack.api import TIMEOUT, Api, Shape
from adapters.slack.background import Background
from adapters.slack.elements import line
from adapters.slack.errors import Refused
from adapters.slack.shape import word
from adapters.slack.workspace import Workspace
from adapters.slack.workspaces import Workspaces
from bot.bookmarks import Bookmarks
from bot.chat.asker import Refused as NotNow
from bot.chat.port import Chat
from bot.errors import BotError, PlatformError, PlatformUnavailable

PREFIX = "slack/shown/"
STANDS = timedelta(minutes=10)
"""How long a shown picture can be seen; chosen by eye."""
PAUSES = (0.5, 1.0, 2.0)
"""Seconds before a picture that Slack does not know yet is tried again; chosen by eye."""
ALT = "A picture kept as evidence"


class Pictures:
    """Shows pictures from the evidence store."""

    def __init__(
        self,
        workspaces: Workspaces,
        bookmarks: Bookmarks,
        background: Background,
        session: Callable[[], aiohttp.ClientSession],
        now: Callable[[], datetime],
    ) -> None:
        self._workspaces = workspaces
        self._bookmarks = bookmarks
        self._background = background
        self._session = session
        self._now = now

    async def blocks(self, workspace: Workspace, chat: Chat, name: str) -> list[Shape]:
        """The picture, ready to be put before one person.

        Raises:
            Refused: it is not kept any more.
            PlatformError: Slack does not take it.
        """
        try:
            kept = await chat.picture(name)
        except LookupError as exc:
            raise NotNow("This picture is not kept any more.") from exc
        # Slack shows no WebP in blocks. The bytes are our own, encoded from bare pixels.
        shown = await asyncio.to_thread(_png, kept)
        file = await self._uploaded(workspace.api, shown)
        await self._bookmarks.put(
            PREFIX + file, {"team": workspace.id, "at": self._now().isoformat()}
        )
        self._background.start_idle(self._take_away(workspace.api, file), "picture")
        picture: Shape = {"type": "image", "slack_file": {"id": file}, "alt_text": ALT}
        minutes = STANDS // timedelta(minutes=1)
        return [picture, line(f"Only you see it. It is taken away after {minutes} minutes.")]

    @staticmethod
    async def put_up(send: Callable[[], Awaitable[object]]) -> None:
        """Show a picture that was just uploaded. Slack needs a moment until it knows it for one.

        Raises as ``send`` does, once it was patient.
        """
        for pause in PAUSES:
            try:
                await send()
            except Refused as exc:
                if exc.word not in {"invalid_arguments", "invalid_blocks"}:
                    raise
                await asyncio.sleep(pause)
            else:
                return
        await send()

    async def sweep(self) -> None:
        """Take away what a restart left behind."""
        for name, note in (await self._bookmarks.under(PREFIX)).items():
            if self._now() - datetime.fromisoformat(note["at"]) < STANDS:
                continue
            try:
                workspace = await self._workspaces.of(note["team"])
                await self._deleted(workspace.api, name.removeprefix(PREFIX))
            except PlatformUnavailable:
                continue
            except BotError:
                await self._bookmarks.drop(name)

    async def _uploaded(self, api: Api, picture: bytes) -> str:
        place = await api.call(
            "files.getUploadURLExternal",
            filename="picture.png",
            length=len(picture),
            alt_txt=ALT,
        )
        file = word(place.get("file_id"))
        try:
            async with self._session().post(
                word(place.get("upload_url")), data=picture, timeout=TIMEOUT, allow_redirects=False
            ) as reply:
                taken = reply.status == 200  # noqa: PLR2004 - HTTP's own number
        except (aiohttp.ClientError, TimeoutError, ValueError) as exc:
            raise PlatformUnavailable(f"Slack took no picture: {type(exc).__name__}.") from exc
        if not taken:
            raise PlatformUnavailable("Slack took no picture.")
        await api.call("files.completeUploadExternal", files=[{"id": file, "title": "Picture"}])
        return file

    async def _take_away(self, api: Api, file: str) -> None:
        await asyncio.sleep(STANDS.total_seconds())
        await self._deleted(api, file)

    async def _deleted(self, api: Api, file: str) -> None:
        try:
            await api.call("files.delete", file=file)
        except (Refused, PlatformError) as exc:
            if isinstance(exc, PlatformUnavailable):
                raise
        await self._bookmarks.drop(PREFIX + file)


def _png(picture: bytes) -> bytes:
    with Image.open(BytesIO(picture), formats=("WEBP", "PNG", "JPEG")) as opened:
        written = BytesIO()
        opened.convert("RGB").save(written, "PNG")
        return written.getvalue()
