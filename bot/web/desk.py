"""The moderators' desk: open cases, one case, decisions, and the pictures they rest on."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.errors import AlreadyDecided
from bot.model import Case, CaseState
from bot.web.access import Identity, Requires, Scope
from bot.web.case_view import digest, view
from bot.web.pages import Pages
from bot.web.services import Services

PAGE = 20
"""Cases on one page. Chosen by eye: a screenful or four."""
KINDS = ((b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"))
EVIDENCE_HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cache-Control": "private, no-store",
}
STATES: dict[str, CaseState | None] = {
    "open": CaseState.OPEN,
    "escalated": CaseState.ESCALATED,
    "closed": CaseState.CLOSED,
    "all": None,
}
MODERATOR = Requires(Scope.MODERATE)
Moderator = Annotated[Identity, Depends(MODERATOR)]
Note = Annotated[str, Form(max_length=2000)]


def routes(services: Services, pages: Pages) -> APIRouter:
    """Everything under ``/desk``."""
    router = APIRouter(prefix="/desk", dependencies=[Depends(MODERATOR)], include_in_schema=False)
    desk = services.desk

    async def listed(state: str, before: datetime | None) -> dict[str, object]:
        if state not in STATES:
            raise HTTPException(404, "There is no such list of cases.")
        if before is not None and before.tzinfo is None:
            raise HTTPException(422, "before needs a time zone.")
        cases = await desk.cases(STATES[state], before, PAGE + 1)
        shown: Sequence[Case] = cases[:PAGE]
        return {
            "views": [view(case) for case in shown],
            "state": state,
            "states": tuple(STATES),
            "before": before,
            "older": shown[-1].opened_at if len(cases) > PAGE else None,
            "digest": digest(shown),
        }

    @router.get("")
    async def page(
        request: Request, state: str = "open", before: datetime | None = None
    ) -> HTMLResponse:
        """The list, newest first."""
        context = await listed(state, before)
        return pages.render(request, "desk.html", active="desk", **context)

    @router.get("/list")
    async def refresh(
        request: Request, state: str = "open", before: datetime | None = None, seen: str = ""
    ) -> Response:
        """The list's part of the page; 204 when it is as the page has it."""
        context = await listed(state, before)
        if context["digest"] == seen:
            return Response(status_code=204)
        return pages.render(request, "desk_list.html", **context)

    async def found(case_id: str) -> Case:
        case = await desk.case(case_id)
        if case is None:
            raise HTTPException(404, "There is no such case.")
        return case

    @router.get("/cases/{case_id}")
    async def case_page(request: Request, case_id: str) -> HTMLResponse:
        """One case with its history."""
        shown = view(await found(case_id))
        return pages.render(request, "case.html", active="desk", v=shown, left=(), other=None)

    async def answer(
        request: Request, case_id: str, left: tuple[str, ...], other: AlreadyDecided | None
    ) -> HTMLResponse:
        """The decided case as a fragment, or the whole page where scripts are off."""
        whole = "hx-request" not in request.headers
        template = "case.html" if whole else "case_card.html"
        if request.headers.get("x-bifocal-view") == "page":
            template = "case_body.html"
        return pages.render(
            request,
            template,
            status=409 if other and whole else 200,
            active="desk",
            v=view(await found(case_id)),
            left=left,
            other=other,
        )

    @router.post("/cases/{case_id}/uphold")
    async def uphold(
        request: Request,
        case_id: str,
        moderator: Moderator,
        version: Annotated[int, Form()],
        note: Note = "",
    ) -> HTMLResponse:
        """Confirm what was done."""
        await found(case_id)
        try:
            await desk.uphold(case_id, by=moderator.name, version=version, note=note)
        except AlreadyDecided as other:
            return await answer(request, case_id, (), other)
        return await answer(request, case_id, (), None)

    @router.post("/cases/{case_id}/overturn")
    async def overturn(
        request: Request,
        case_id: str,
        moderator: Moderator,
        version: Annotated[int, Form()],
        note: Note = "",
    ) -> HTMLResponse:
        """Undo what can be undone, and say what could not."""
        await found(case_id)
        try:
            decided = await desk.overturn(case_id, by=moderator.name, version=version, note=note)
        except AlreadyDecided as other:
            return await answer(request, case_id, (), other)
        return await answer(request, case_id, decided.left, None)

    @router.get("/evidence/{case_id}/{n}")
    async def evidence(case_id: str, n: int) -> Response:
        """A kept picture. Only what starts as a PNG, JPEG or WebP is ever served."""
        try:
            picture = await desk.evidence(case_id, n)
        except LookupError as exc:
            raise HTTPException(404, "This picture is not kept.") from exc
        return Response(picture, media_type=_kind(picture), headers=EVIDENCE_HEADERS)

    return router


def _kind(picture: bytes) -> str:
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in KINDS:
        if picture.startswith(magic):
            return kind
    raise HTTPException(404, "This picture cannot be shown.")
