"""The moderators' desk: open cases, one case, decisions, and the pictures they rest on."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from bot.errors import BotError
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
NO_CASE = "There is no such case."
MODERATOR = Requires(Scope.MODERATE)
Moderator = Annotated[Identity, Depends(MODERATOR)]
Note = Annotated[str, Form(max_length=2000)]
Version = Annotated[int, Form()]
VIEWS = {"page": "case_body.html", "list": "case_card.html"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of which list."""

    state: str
    before: tuple[datetime, str] | None


def listing(state: str = "open", before: datetime | None = None, last: str = "") -> Page:
    """Read the list's query: ``before`` and ``last`` are the previous page's last case.

    Raises (as HTTP): 404 no such list, 422 a time without its zone.
    """
    if state not in STATES:
        raise HTTPException(404, "There is no such list of cases.")
    if before is not None and before.tzinfo is None:
        raise HTTPException(422, "before needs a time zone.")
    return Page(state, None if before is None else (before, last))


Listing = Annotated[Page, Depends(listing)]


def routes(services: Services, pages: Pages) -> APIRouter:
    """Everything under ``/desk``."""
    router = APIRouter(prefix="/desk", dependencies=[Depends(MODERATOR)], include_in_schema=False)
    room = DeskRoom(services.desk, pages)
    router.add_api_route("", room.page)
    router.add_api_route("/list", room.refresh)
    router.add_api_route("/cases/{case_id}", room.case_page)
    router.add_api_route("/cases/{case_id}/uphold", room.uphold, methods=["POST"])
    router.add_api_route("/cases/{case_id}/overturn", room.overturn, methods=["POST"])
    router.add_api_route("/cases/{case_id}/escalate", room.escalate, methods=["POST"])
    router.add_api_route("/cases/{case_id}/note", room.note, methods=["POST"])
    router.add_api_route("/evidence/{case_id}/{n}", room.evidence)
    return router


class DeskRoom:
    """The endpoints, over one desk."""

    def __init__(self, desk: Desk, pages: Pages) -> None:
        self._desk = desk
        self._pages = pages

    async def page(self, request: Request, listing: Listing) -> HTMLResponse:
        """The list, newest first."""
        context = await self._listed(listing)
        return self._pages.render(request, "desk.html", context, active="desk")

    async def refresh(self, request: Request, listing: Listing, seen: str = "") -> Response:
        """The list's part of the page; 204 when it is as the page has it."""
        context = await self._listed(listing)
        if context["digest"] == seen:
            return Response(status_code=204)
        return self._pages.render(request, "desk_list.html", context)

    async def case_page(self, request: Request, case_id: str) -> HTMLResponse:
        """One case with its history."""
        return await self._answer(request, case_id, whole=True)

    async def uphold(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Confirm what was done."""
        await self._found(case_id)
        step = self._desk.uphold(case_id, by=by.name, version=version, note=note)
        return await self._after(request, case_id, step)

    async def overturn(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Undo what can be undone, and say what could not."""
        await self._found(case_id)
        try:
            decided = await self._desk.overturn(case_id, by=by.name, version=version, note=note)
        except BotError as refusal:
            return await self._answer(request, case_id, refusal=str(refusal))
        return await self._answer(request, case_id, left=decided.left)

    async def escalate(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Put it before senior moderators."""
        await self._found(case_id)
        step = self._desk.escalate(case_id, by=by.name, version=version, note=note)
        return await self._after(request, case_id, step)

    async def note(
        self, request: Request, case_id: str, by: Moderator, note: Note = ""
    ) -> HTMLResponse:
        """Add words to the history."""
        await self._found(case_id)
        return await self._after(request, case_id, self._desk.note(case_id, by=by.name, note=note))

    async def evidence(self, case_id: str, n: int) -> Response:
        """A kept picture. Only what starts as a PNG, JPEG or WebP is ever served."""
        try:
            picture = await self._desk.evidence(case_id, n)
        except (LookupError, BotError) as exc:
            raise HTTPException(404, "This picture is not kept.") from exc
        return Response(picture, media_type=_kind(picture), headers=EVIDENCE_HEADERS)

    async def _listed(self, listing: Page) -> dict[str, object]:
        cases = await self._desk.cases(STATES[listing.state], before=listing.before, limit=PAGE + 1)
        shown: Sequence[Case] = cases[:PAGE]
        return {
            "views": [view(case) for case in shown],
            "state": listing.state,
            "states": tuple(STATES),
            "before": listing.before,
            "older": (shown[-1].opened_at, shown[-1].id) if len(cases) > PAGE else None,
            "digest": digest(shown),
        }

    async def _after(self, request: Request, case_id: str, step: Awaitable[object]) -> HTMLResponse:
        try:
            await step
        except BotError as refusal:
            return await self._answer(request, case_id, refusal=str(refusal))
        return await self._answer(request, case_id)

    async def _found(self, case_id: str) -> Case:
        try:
            case = await self._desk.case(case_id)
        except BotError as exc:
            raise HTTPException(404, NO_CASE) from exc
        if case is None:
            raise HTTPException(404, NO_CASE)
        return case

    async def _answer(
        self,
        request: Request,
        case_id: str,
        *,
        whole: bool = False,
        left: tuple[str, ...] = (),
        refusal: str = "",
    ) -> HTMLResponse:
        """The case as the asker needs it: a whole page, or the part that a script replaces."""
        whole = whole or "hx-request" not in request.headers
        part = VIEWS.get(request.headers.get("x-bifocal-view", ""), "case_card.html")
        return self._pages.render(
            request,
            "case.html" if whole else part,
            status=409 if refusal and whole else 200,
            active="desk",
            v=view(await self._found(case_id)),
            left=left,
            refusal=refusal,
        )


def _kind(picture: bytes) -> str:
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in KINDS:
        if picture.startswith(magic):
            return kind
    raise HTTPException(404, "This picture cannot be shown.")
