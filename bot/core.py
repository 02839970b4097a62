"""The analysis core as the application runs it: sandbox, readers, detectors, one pipeline."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import cast

from analysis import content, registry
from analysis.cache import Cache
from analysis.decoded import Recent
from analysis.detector import Detector
from analysis.detectors import DETECTORS
from analysis.encode import encode_webp
from analysis.media import Limits
from analysis.pipeline import Pipeline
from analysis.providers import PROVIDERS
from analysis.providers.provider import Fit
from analysis.reader import Reader
from analysis.readers import READERS
from analysis.remote.prepare import Pictures, encoded
from analysis.sandbox import DECODE, MODELS, ForkServer, Sandbox
from analysis.taxonomy import Category
from analysis.types import Content, Failure, Image, Passage
from analysis.warm import cool, warm
from bot.config.tables import Settings
from bot.log import logger
from bot.providers import Remote, opened_remote
from bot.storage.spend import SpendLedger

_log = logger("core")


@dataclass(frozen=True, slots=True)
class Core:
    """The core, ready to look at posts."""

    sandbox: Sandbox
    pipeline: Pipeline
    settings: Settings
    missing: tuple[str, ...]
    """What is switched on and not installed, each in a sentence."""
    remote: Remote
    readers: tuple[Reader, ...] = ()
    detectors: tuple[Detector, ...] = ()
    recent: Recent = field(default_factory=Recent)

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
            recent=self.recent,
        )

    async def warm(self) -> None:
        """Load what the first post would have to wait for."""
        await warm(self.readers, self.detectors)

    async def encode(self, image: Image) -> bytes:
        """A picture as evidence."""
        return await self.sandbox.decode(encode_webp, image)


@asynccontextmanager
async def opened_core(
    settings: Settings,
    server: ForkServer,
    spend: SpendLedger | None = None,
    *,
    known: Mapping[str, str] = PROVIDERS,
) -> AsyncIterator[Core]:
    """Start the sandbox and load what is installed; what is not is said once.

    ``spend`` keeps what providers cost; without it that is forgotten at the end. ``known`` is the
    registry of providers.

    Raises:
        Misconfigured: a provider or one of its options is not one of ours.
    """
    options = settings.analysis
    async with AsyncExitStack() as stack:
        sandbox = await stack.enter_async_context(
            Sandbox(
                server,
                decode=replace(DECODE, workers=options.decode_workers),
                models=replace(MODELS, workers=options.model_workers),
            )
        )
        pictures = Pictures(lambda image, fit: _encoded(sandbox, image, fit))
        remote = await stack.enter_async_context(
            opened_remote(settings, pictures, spend, known=known)
        )
        readers, missing = _readers(sandbox, ocr=options.ocr)
        for sentence in missing:
            _log.warning("extra.missing", what=sentence)
        here = [cast("type[Detector]", registry.load(DETECTORS, n))() for n in DETECTORS]
        deadline = timedelta(seconds=options.deadline_s)
        pipeline = Pipeline(
            readers,
            [*here, *remote.detectors],
            cache=Cache(),
            deadline=deadline,
            reader_timeout=deadline,
        )
        try:
            yield Core(sandbox, pipeline, settings, missing, remote, tuple(readers), tuple(here))
        finally:
            cool()


async def _encoded(sandbox: Sandbox, image: Image, fit: Fit) -> tuple[str, bytes]:
    return await sandbox.decode(encoded, image, fit)


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
