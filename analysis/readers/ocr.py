"""Reads text in pictures with RapidOCR and the models its wheel carries; nothing is fetched.

Importing this module needs the extra ``ocr``, though neither the bot's process nor a decode
worker loads it: the engine lives in the models pool alone.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Protocol, cast

import numpy as np
import numpy.typing as npt

from analysis.readers.gate import may_have_text
from analysis.sandbox import Sandbox
from analysis.types import Box, Image, Origin, Passage

for _package in ("rapidocr", "onnxruntime"):
    if find_spec(_package) is None:
        raise ModuleNotFoundError(f"No module named {_package!r}", name=_package)

_MODELS = {
    "Det.model_path": "PP-OCRv6_det_small.onnx",
    "Rec.model_path": "PP-OCRv6_rec_small.onnx",
    "Cls.model_path": "ch_ppocr_mobile_v2.0_cls_mobile.onnx",
}
"""Naming the three bundled files keeps RapidOCR from choosing, and so from downloading."""

_OPTIONS: dict[str, object] = {
    "Global.log_level": "critical",
    # It turns but half of the lines that stand on their head; see ``_SURE``.
    "Global.use_cls": False,
    "Det.limit_type": "max",
    "Det.limit_side_len": 960,
    # More threads finish little sooner and cost 1.7 times the work (measured).
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


_SURE = 0.85
"""Lines that stand on their head score 0.58 to 0.75, upright ones 0.97 and more (measured on
drawn text); below this a line is read the other way up as well."""
_TURNED = 24
"""How many lines of one picture at most; each takes about 20 ms."""

Colours = npt.NDArray[np.uint8]
Pixels = npt.NDArray[np.float32]


class Ocr:
    """What is written in a picture, line by line.

    Of words drawn 10 to 32 pixels high in fifteen styles 90 % are read exactly
    (measured); pictures without strokes are not read at all, see ``gate``.
    """

    name = "ocr"
    bounded = True
    """The sandbox limits every job from when a worker takes it."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def warm(self) -> None:
        """Have every models worker load its models, all at the same time.

        Raises:
            WorkerLost: a worker died or overran.
        """
        async with asyncio.TaskGroup() as group:
            for _ in range(self._sandbox.models):
                group.create_task(self._sandbox.model(load_models))

    async def read(self, image: Image) -> tuple[Passage, ...]:
        """One passage per line of text, from the top down, with the model's confidence.

        Raises:
            WorkerLost: the worker died or overran.
        """
        if not await self._sandbox.decode(may_have_text, image):
            return ()
        return await self._sandbox.model(read_lines, image)


def load_models() -> None:
    """Load the models and use them once; runs in a models worker."""
    _engine()(np.zeros((32, 32, 3), np.uint8))


def read_lines(image: Image) -> tuple[Passage, ...]:
    """Read a picture; runs in a models worker. The first call loads the models, about 2 s."""
    rgb = np.frombuffer(image.data, np.uint8).reshape(image.height, image.width, 3)
    picture = np.ascontiguousarray(rgb[:, :, ::-1])  # it was trained on BGR
    engine = _engine()
    lines = engine(picture)
    weak = sorted((line for line in lines if line.score < _SURE), key=lambda line: line.score)
    turned = {line: engine.turned(picture, line) for line in weak[:_TURNED]}
    return tuple(_passage(turned.get(line, line), image) for line in lines)


@dataclass(frozen=True, slots=True, eq=False)
class _Line:
    text: str
    score: float
    corners: Pixels
    """Four points, in pixels of the picture."""


class _Found(Protocol):
    """The part of RapidOCR's answers that is used; the three run in parallel."""

    boxes: Sequence[Pixels] | None
    txts: Sequence[str] | None
    scores: Sequence[float]


class _Engine:
    """RapidOCR with its bundled models, told to do no more than we need."""

    def __init__(self) -> None:
        import rapidocr  # noqa: PLC0415 - only in the worker: it brings OpenCV and ONNX Runtime
        from rapidocr.utils.process_img import get_rotate_crop_image  # noqa: PLC0415 - the same

        models = Path(rapidocr.__file__).parent / "models"
        paths = {option: str(models / name) for option, name in _MODELS.items()}
        self._read = cast("Callable[..., _Found]", rapidocr.RapidOCR(params=_OPTIONS | paths))
        self._cut = cast("Callable[[Colours, Pixels], Colours]", get_rotate_crop_image)

    def __call__(self, picture: Colours) -> list[_Line]:
        """Find the lines and read them, from the top down."""
        found = self._read(picture, use_det=True)  # it would keep the last call's False
        if found.boxes is None or found.txts is None:
            return []
        return [
            _Line(str(text), float(score), corners)
            for text, score, corners in zip(found.txts, found.scores, found.boxes, strict=True)
        ]

    def turned(self, picture: Colours, line: _Line) -> _Line:
        """The line read the other way up, where that gives the surer text."""
        laid_flat = self._cut(picture, line.corners.astype(np.float32))
        found = self._read(np.rot90(laid_flat, 2).copy(), use_det=False)
        if not found.txts or float(found.scores[0]) <= line.score:
            return line
        return replace(line, text=str(found.txts[0]), score=float(found.scores[0]))


@lru_cache(maxsize=1)
def _engine() -> _Engine:
    return _Engine()


def _passage(line: _Line, image: Image) -> Passage:
    inside = np.clip(line.corners / np.array([image.width, image.height]), 0.0, 1.0)
    (left, top), (right, bottom) = inside.min(axis=0), inside.max(axis=0)
    return Passage(
        text=line.text,
        origin=Origin.OCR,
        media=image.frame_of,
        box=Box(float(left), float(top), float(right), float(bottom)),
        score=min(1.0, max(0.0, line.score)),
    )
