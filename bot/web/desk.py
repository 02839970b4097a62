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
from bot.web.services import Desk, Services

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
Version = Annotated[int, Form()]
VIEWS = {"page": "case_body.html", "list": "case_card.html"}


def routes(services: Services, pages: Pages) -> APIRouter:
    """Everything under ``/desk``."""
    router = APIRouter(prefix="/desk", dependencies=[Depends(MODERATOR)], include_in_schema=False)
    room = DeskRoom(services.desk, pages)
    router.add_api_route("", room.page)
    router.add_api_route("/list", room.refresh)
    router.add_api_route("/cases/{case_id}", room.case_page)
    router.add_api_route("/cases/{case_id}/uphold", room.uphold, methods=["POST"])
    router.add_api_route("/cases/{case_id}/overturn", room.overturn, methods=["POST"])
    router.add_api_route("/evidence/{case_id}/{n}", room.evidence)
    return router


class DeskRoom:
    """The endpoints, over one desk."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk = desk
        self._pages = pages

    async def page(
        self, request: Request, state: str = "open", before: datetime | None = None
    ) -> HTMLResponse:
        """The list, newest first."""
        context = await self._listed(state, before)
        return self._pages.render(request, "desk.html", context, active="desk")

    async def refresh(
        self,
        request: Request,
        state: str = "open",
        before: datetime | None = None,
        seen: str = "",
    ) -> Response:
        """The list's part of the page; 204 when it is as the page has it."""
        context = await self._listed(state, before)
        if context["digest"] == seen:
            return Response(status_code=204)
        return self._pages.render(request, "desk_list.html", context)

    async def case_page(self, request: Request, case_id: str) -> HTMLResponse:
        """One case with its history."""
        return await self._answer(request, case_id, whole=True)

    async def uphold(
        self,
        request: Request,
        case_id: str,
        moderator: Moderator,
        version: Version,
        note: Note = "",
    ) -> HTMLResponse:
        """Confirm what was done."""
        await self._found(case_id)
        try:
            await self._desk.uphold(case_id, by=moderator.name, version=version, note=note)
        except AlreadyDecided as other:
            return await self._answer(request, case_id, other=other)
        return await self._answer(request, case_id)

    async def overturn(
        self,
        request: Request,
        case_id: str,
        moderator: Moderator,
        version: Version,
        note: Note = "",
    ) -> HTMLResponse:
        """Undo what can be undone, and say what could not."""
        await self._found(case_id)
        try:
            decided = await self._desk.overturn(
                case_id, by=moderator.name, version=version, note=note
            )
        except AlreadyDecided as other:
            return await self._answer(request, case_id, other=other)
        return await self._answer(request, case_id, left=decided.left)

    async def evidence(self, case_id: str, n: int) -> Response:
        """A kept picture. Only what starts as a PNG, JPEG or WebP is ever served."""
        try:
            picture = await self._desk.evidence(case_id, n)
        except LookupError as exc:
            raise HTTPException(404, "This picture is not kept.") from exc
        return Response(picture, media_type=_kind(picture), headers=EVIDENCE_HEADERS)

    async def _listed(self, state: str, before: datetime | None) -> dict[str, object]:
        if state not in STATES:
            raise HTTPException(404, "There is no such list of cases.")
        if before is not None and before.tzinfo is None:
            raise HTTPException(422, "before needs a time zone.")
        cases = await self._desk.cases(STATES[state], before, PAGE + 1)
        shown: Sequence[Case] = cases[:PAGE]
        return {
            "views": [view(case) for case in shown],
            "state": state,
            "states": tuple(STATES),
            "before": before,
            "older": shown[-1].opened_at if len(cases) > PAGE else None,
            "digest": digest(shown),
        }

    async def _found(self, case_id: str) -> Case:
        case = await self._desk.case(case_id)
        if case is None:
            raise HTTPException(404, "There is no such case.")
        return case

    async def _answer(
        self,
        request: Request,
        case_id: str,
        *,
        whole: bool = False,
        left: tuple[str, ...] = (),
        other: AlreadyDecided | None = None,
    ) -> HTMLResponse:
        """The case as the asker needs it: a whole page, or the part that a script replaces."""
        whole = whole or "hx-request" not in request.headers
        part = VIEWS.get(request.headers.get("x-bifocal-view", ""), "case_card.html")
        return self._pages.render(
            request,
            "case.html" if whole else part,
            status=409 if other and whole else 200,
            active="desk",
            v=view(await self._found(case_id)),
            left=left,
            other=other,
        )


def _kind(picture: bytes) -> str:
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in KINDS:
        if picture.startswith(magic):
            return kind
    raise HTTPException(404, "This picture cannot be shown.")
