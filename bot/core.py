"""The analysis core as the application runs it: sandbox, readers, detectors, one pipeline."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import cast

from analysis import content, registry
from analysis.cache import Cache
from analysis.detector import Detector
from analysis.detectors import DETECTORS
from analysis.encode import encode_webp
from analysis.media import Limits
from analysis.pipeline import Pipeline
from analysis.reader import Reader
from analysis.readers import READERS
from analysis.sandbox import DECODE, MODELS, ForkServer, Sandbox
from analysis.taxonomy import Category
from analysis.types import Content, Failure, Image, Passage
from analysis.warm import cool, warm
from bot.config.tables import Settings
from bot.log import logger

_log = logger("core")


@dataclass(frozen=True, slots=True)
class Core:
    """The core, ready to look at posts."""

    sandbox: Sandbox
    pipeline: Pipeline
    settings: Settings
    missing: tuple[str, ...]
    """What is switched on and not installed, each in a sentence."""
    readers: tuple[Reader, ...] = ()
    detectors: tuple[Detector, ...] = ()

    async def decode(
        self, passages: Sequence[Passage], files: Sequence[bytes | Failure]
    ) -> Content:
        """Words and files' bytes, as content."""
        media = self.settings.media
        return await content.build(
            passages,
            files,
            self.sandbox,
            Limits(media.max_bytes, media.max_pixels, media.max_frames),
            unsupported=media.unsupported,
        )

    async def warm(self) -> None:
        """Load what the first post would have to wait for."""
        await warm(self.readers, self.detectors)

    async def encode(self, image: Image) -> bytes:
        """A picture as evidence."""
        return await self.sandbox.decode(encode_webp, image)


@asynccontextmanager
async def opened_core(settings: Settings, server: ForkServer) -> AsyncIterator[Core]:
    """Start the sandbox and load what is installed; what is not is said once."""
    options = settings.analysis
    async with Sandbox(
        server,
        decode=replace(DECODE, workers=options.decode_workers),
        models=replace(MODELS, workers=options.model_workers),
    ) as sandbox:
        readers, missing = _readers(sandbox, ocr=options.ocr)
        for sentence in missing:
            _log.warning("extra.missing", what=sentence)
        detectors = [cast("type[Detector]", registry.load(DETECTORS, n))() for n in DETECTORS]
        deadline = timedelta(seconds=options.deadline_s)
        pipeline = Pipeline(
            readers, detectors, cache=Cache(), deadline=deadline, reader_timeout=deadline
        )
        try:
            yield Core(sandbox, pipeline, settings, missing, tuple(readers), tuple(detectors))
        finally:
            cool()


def unasked(pipeline: Pipeline) -> frozenset[Category]:
    """The categories that no detector of this pipeline judges."""
    return frozenset(Category) - pipeline.categories


def _readers(sandbox: Sandbox, *, ocr: bool) -> tuple[list[Reader], tuple[str, ...]]:
    readers: list[Reader] = []
    missing: list[str] = []
    for name in READERS:
        if name == "ocr" and not ocr:
            continue
        try:
            readers.append(cast("type[Reader]", registry.load(READERS, name))(sandbox))  # type: ignore[call-arg] # every reader takes the sandbox
        except registry.MissingExtra as exc:
            missing.append(f"{exc}; install the extra with: pip install 'bifocal[{name}]'")
    return readers, tuple(missing)
