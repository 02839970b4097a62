"""The playground's examples come out as its page says, read and judged by the real core."""

from collections.abc import AsyncIterator
from typing import NamedTuple

import pytest
import pytest_asyncio

from adapters.playground.examples import Example, known_bad, load
from analysis.bank import BankEntry, BankIndex
from analysis.sandbox import prepare
from analysis.taxonomy import Category
from analysis.types import Assessment, BankKind, Banks, Modality, Origin, Passage
from bot.config.load import load as settings
from bot.core import Core, opened_core
from bot.journey.judge import Judge
from bot.known import known_picture
from bot.model import Verdict
from bot.policy.file import PolicyFile
from tests.builders import a_context

pytestmark = [pytest.mark.slow, pytest.mark.asyncio(loop_scope="module")]


class Seen(NamedTuple):
    assessment: Assessment
    verdict: Verdict

    @property
    def outcome(self) -> str:
        """In the words of ``examples.toml``."""
        done = {action.name for action in self.verdict.actions}
        if "delete" in done:
            return "removed"
        if "annotate" in done:
            return "annotated"
        return "reviewed" if self.verdict.needs_review else "stays"


class Viewer:
    """The real core and the preset ``standard``, with the bank of a fresh playground."""

    def __init__(self, core: Core, banks: Banks) -> None:
        self._core = core
        self._banks = banks
        self._judge = Judge(core.pipeline, PolicyFile(None), self._view, "never")

    async def see(self, example: Example) -> Seen:
        words = [Passage(example.caption, Origin.CAPTION)]
        words += [Passage(example.alt, Origin.ALT, 0)] if example.alt else []
        words += [Passage(example.file, Origin.FILENAME, 0)] if example.file else []
        data = example.data()
        content = await self._core.decode(words, [data] if data else [])
        return Seen(*await self._judge.judge(content, a_context()))

    async def _view(self, _community: str) -> Banks:
        return self._banks


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def viewer(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[Viewer]:
    pytest.importorskip("rapidocr", reason="pictures are read with the extra ocr")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("nowhere"))
        read = settings()
    async with opened_core(read, prepare()) as core:
        bad = await known_picture(core, known_bad().read_bytes(), Category.SCAM, confirmed=True)
        entry = BankEntry(
            id="1",
            bank="examples",
            kind=BankKind.BAD,
            category=bad.category,
            confirmed=bad.confirmed,
            sha256=bad.sha256,
            pdq=bad.pdq,
            quality=bad.quality,
        )
        yield Viewer(core, BankIndex([entry]))


@pytest.mark.parametrize("example", load().values(), ids=load().keys())
async def test_an_example_comes_out_as_its_page_says(viewer: Viewer, example: Example) -> None:
    seen = await viewer.see(example)

    assert seen.assessment.failures == ()
    assert seen.outcome == example.outcome, seen.assessment.scores[Category.SCAM]


async def test_the_mild_halves_are_shown_beside_what_they_make_together(viewer: Viewer) -> None:
    scam = (await viewer.see(load()["together"])).assessment

    makers = [scam.signals[index] for index in scam.made_by[Category.SCAM]]
    assert {signal.modality for signal in makers} == set(Modality)
    assert all(s.score < 0.5 for s in makers if s.modality is not Modality.JOINT)
