"""Looks at files and words that someone asked about. Acts on nothing, stores nothing."""

import time
from collections.abc import Callable, Sequence

from analysis.stages import Fused, Judged, Read, Stage
from analysis.text import well_formed
from analysis.types import Content, Origin, Passage
from bot.analysis_report import Analysis
from bot.journey.gather import Decode
from bot.journey.judge import Judge
from bot.model import Context

OnStage = Callable[[str, float], None]
"""Called as each stage ends (decoded, read, judged, fused) with its wall milliseconds."""

NOWHERE = Context(community_id="analyze", channel_id="analyze")
"""An analysis by hand has no author and no channel; rules that need one stay unanswered."""


class Analyser:
    """The core and the policy, for the analyse page, the API and the command line."""

    def __init__(self, decode: Decode, judge: Judge) -> None:
        self._decode = decode
        self._judge = judge

    async def analyse(
        self,
        files: Sequence[tuple[str, bytes]],
        text: str,
        on_stage: OnStage | None = None,
    ) -> Analysis:
        """Analyse named files and words together. Trouble is part of the answer."""
        started = time.perf_counter()
        content = await self._decoded(files, text)
        tell = on_stage or (lambda _name, _ms: None)
        tell("decoded", (time.perf_counter() - started) * 1000)
        assessment, verdict = await self._judge.judge(
            content, NOWHERE, lambda stage: _named(stage, tell)
        )
        return Analysis(tuple(name for name, _ in files), content, assessment, verdict)

    async def _decoded(self, files: Sequence[tuple[str, bytes]], text: str) -> Content:
        caption = well_formed(text)
        passages = (Passage(caption, Origin.CAPTION),) if caption.strip() else ()
        return await self._decode(passages, [data for _, data in files])


def _named(stage: Stage, tell: OnStage) -> None:
    """Only the stages a person follows; each detector's own answer is in the analysis."""
    match stage:
        case Read():
            tell("read", stage.ms)
        case Judged():
            tell("judged", stage.ms)
        case Fused():
            tell("fused", stage.ms)
        case _:
            return
