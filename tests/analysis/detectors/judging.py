"""How detectors' tests ask: a text in, its strongest score for a category out."""

from analysis.detector import Detector
from analysis.taxonomy import Category
from analysis.types import Content, Findings, Origin, Passage, Scope


async def found_in(detector: Detector, *texts: str, origin: Origin = Origin.CAPTION) -> Findings:
    """Judge texts as passages of one origin; those of pictures are of the first picture."""
    media = 0 if origin in {Origin.OCR, Origin.QR} else None
    passages = tuple(Passage(text, origin, media) for text in texts)
    return await detector.detect(Content(passages=passages), Scope())


async def score_of(
    detector: Detector, category: Category, *texts: str, origin: Origin = Origin.CAPTION
) -> float:
    """Return the highest score given for a category, 0.0 where there is no signal."""
    findings = await found_in(detector, *texts, origin=origin)
    return max((s.score for s in findings.signals if s.category is category), default=0.0)
