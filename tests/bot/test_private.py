"""Nothing that names a person, a place or a file leaves the machine.

The whole core with a sandbox of real processes, and a small provider that sends all it is given
to a server on loopback, which keeps every byte.
"""

import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path
from typing import ClassVar

import pytest
from PIL import Image as Pillow

from analysis.detector import Needs, Tier
from analysis.http import Http
from analysis.providers.provider import Fit, Options, Tools
from analysis.sandbox import prepare
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Scope, Usage
from bot.config.load import load
from bot.core import Core, opened_core
from bot.gather import Gatherer
from bot.model import Attachment, Author, Channel, Message, Ref
from tests.analysis.fakes import SCAM
from tests.builders import a_message
from tests.emulators.server import Answer, Emulator
from tests.fakes import FakePlatform
from tests.pictures import a_picture


class Courier:
    """Sends everything it is shown."""

    options_type: ClassVar[type[Options]] = Options
    name = "courier"
    needs = Needs.EITHER
    tier = Tier.REMOTE
    categories: frozenset[Category] = frozenset({SCAM})

    def __init__(self, options: Options, tools: Tools) -> None:
        self._url = options.base_url
        self._tools = tools

    async def detect(self, content: Content, scope: Scope) -> Findings:
        pictures = [await self._tools.prepare(image, Fit(1 << 20)) for image in content.images]
        body = {
            "words": [[p.text, p.origin] for p in content.passages],
            "pictures": [base64.b64encode(p.data).decode() for p in pictures],
            "media": [repr(each) for each in content.media],
        }
        http = Http(self._tools.client, self.name)
        await http.send(self._tools.client.build_request("POST", self._url, json=body))
        return Findings(usage=(Usage("courier-1"),))

    async def check(self) -> str:
        return "it answers."


@asynccontextmanager
async def a_core(monkeypatch: pytest.MonkeyPatch, url: str) -> AsyncIterator[Core]:
    """The core as the application opens it, with the courier as its only provider."""
    server = prepare()
    monkeypatch.setenv("BIFOCAL_PROVIDERS__COURIER__API_KEY", "canarykey")
    monkeypatch.setenv("BIFOCAL_PROVIDERS__COURIER__BASE_URL", url)
    monkeypatch.setenv("BIFOCAL_ANALYSIS__PROVIDERS", "courier")
    monkeypatch.setenv("BIFOCAL_ANALYSIS__OCR", "false")
    known = {"courier": "tests.bot.test_private:Courier"}
    async with opened_core(load(), server, known=known) as made:
        yield made


def a_private_message() -> tuple[Message, bytes]:
    picture, written = a_picture(), BytesIO()
    exif = Pillow.Exif()
    exif[0x013B] = "canaryexif"
    picture.save(written, "JPEG", exif=exif, comment=b"canaryexif")
    attachment = Attachment(
        url="https://cdn.test/canaryfile/1.jpg",
        filename="canaryfile.jpg",
        media_type="image/jpeg",
        size=len(written.getvalue()),
    )
    message = a_message(
        "claim your nitro",
        ref=Ref("fake", "canaryguild", "canarychannel", "canarymessage"),
        author=Author("canaryauthor", "canaryauthor", ("canaryrole",)),
        channel=Channel("canarychannel"),
        attachments=(attachment,),
    )
    return message, written.getvalue()


@pytest.mark.slow
async def test_no_author_id_channel_file_name_or_exif_leaves_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    message, picture = a_private_message()
    platform = FakePlatform(files={message.attachments[0].url: picture})
    async with (
        Emulator(lambda _: Answer.of({})).serving() as emulator,
        a_core(monkeypatch, emulator.url) as core,
    ):
        content = await Gatherer(core.decode, 1 << 20).content(platform, message)
        scope = Scope("canaryguild", author="canaryauthor")
        found = await core.pipeline.analyse(content, scope)
    sent = emulator.received[0]
    pictures = [base64.b64decode(each) for each in sent.json()["pictures"]]
    wire = b"".join([repr(sent).encode(), *pictures]).lower()

    assert found.complete
    assert b"canary" in picture
    assert b"claim your nitro" in wire
    assert len(pictures) == 1
    assert b"canary" not in wire
