"""The analyse API, and the page where anyone with leave can watch an analysis happen."""

import asyncio
import json
from collections.abc import AsyncIterator

import structlog
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response, StreamingResponse

from analysis.types import Origin
from bot.analysis_report import Analysis, document, facts
from bot.web.access import Requires, Scope
from bot.web.evidence_view import boxes, pieces, reasons, score_rows
from bot.web.pages import Pages
from bot.web.problems import described
from bot.web.services import Services
from bot.web.turnstile import Turnstile
from bot.web.uploads import BODY, Upload, read_upload

SHOWN_FACTS = frozenset({"ocr", "qr", "caption", "alt", "filename", "embed", "forward"})
log = structlog.get_logger(__name__)


def as_json(value: object) -> bytes:
    """JSON in ASCII: no U+2028 that breaks a script, no surrogate that breaks the encoding."""
    return json.dumps(value, ensure_ascii=True, allow_nan=False).encode()


def routes(services: Services, pages: Pages) -> APIRouter:
    """``POST /api/v1/analyze``, ``GET /analyze`` and the page's live stream."""
    router = APIRouter(dependencies=[Depends(Requires(Scope.ANALYZE))])
    turnstile = Turnstile(services.limits.at_once, services.limits.waiting)

    @router.post(
        "/api/v1/analyze",
        openapi_extra=BODY,
        tags=["analysis"],
        responses=described(401, 403, 413, 415, 422, 429),
    )
    async def analyze(request: Request) -> Response:
        """Analyse pictures and words together.

        Answers `bifocal.analysis/1`, with 200 also when the analysis is incomplete
        (`complete` is false and `failures` say why). Nothing is stored.
        """
        upload = await read_upload(request, services.limits)
        async with turnstile.turn():
            analysis = await services.analyser.analyse(upload.files, upload.text)
        return Response(as_json(document(analysis)), media_type="application/json")

    @router.get("/analyze", include_in_schema=False)
    async def page(request: Request) -> HTMLResponse:
        return pages.render(request, "analyze.html", active="analyse", limits=services.limits)

    @router.post("/analyze/stream", include_in_schema=False)
    async def stream(request: Request) -> StreamingResponse:
        upload = await read_upload(request, services.limits)
        lines = _lines(request, upload)
        return StreamingResponse(lines, media_type="application/x-ndjson")

    async def _lines(request: Request, upload: Upload) -> AsyncIterator[bytes]:
        """One JSON line a stage as it ends, then the page's last part as HTML."""
        news: asyncio.Queue[dict[str, object] | None] = asyncio.Queue()

        async def work() -> None:
            try:
                async with turnstile.turn():
                    news.put_nowait({"stage": "started"})
                    analysis = await services.analyser.analyse(
                        upload.files,
                        upload.text,
                        lambda stage, ms: news.put_nowait({"stage": stage, "ms": ms}),
                    )
                shown = pages.render(request, "analysis.html", view(analysis))
                news.put_nowait({"html": bytes(shown.body).decode()})
            finally:
                news.put_nowait(None)

        task = asyncio.create_task(work())
        try:
            while (line := await news.get()) is not None:
                yield as_json(line) + b"\n"
            await task
        except Exception as exc:  # noqa: BLE001 - the head is sent: trouble becomes the last line
            log.error("analysis_failed", error=type(exc).__name__)  # noqa: TRY400 - no values
            yield as_json({"problem": "The analysis broke off. Try again."}) + b"\n"
        finally:
            task.cancel()

    return router


def view(analysis: Analysis) -> dict[str, object]:
    """What the template of a finished analysis is given."""
    found = analysis.assessment
    why = reasons(found.signals)
    stated = facts(analysis)
    return {
        "analysis": analysis,
        "found": found,
        "verdict": analysis.verdict,
        "rows": score_rows({key.value: score for key, score in found.scores.items()}, why),
        "pictures": [
            (index, name, media, boxes(index, why, stated))
            for index, (name, media) in enumerate(zip(analysis.names, found.media, strict=False))
        ],
        "passages": [
            (passage, pieces(passage, why))
            for passage in analysis.content.passages
            if passage.text.strip() and passage.origin is not Origin.FILENAME
        ],
        "facts": [
            (f"f{index}", fact)
            for index, fact in enumerate(stated)
            if fact.kind.value not in SHOWN_FACTS
        ],
    }
