"""The moderators' desk: open cases, one case, decisions, and the pictures they rest on."""

from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Form, HTTPException, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from analysis.taxonomy import Category
from bot.communities import CommunityName
from bot.errors import BotError, EnvironmentFailed
from bot.model import Case, CaseState
from bot.review.which import Which
from bot.web import acts, rules_page, webhooks_page, withheld_page
from bot.web.access import MODERATOR, Moderator
from bot.web.case_view import digest, view
from bot.web.pages import Pages
from bot.web.plain import Plain
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
NO_CASE = "There is no such case."
Note = Annotated[str, Form(max_length=2000), Plain]
Version = Annotated[int, Form()]
VIEWS = {"page": "case_body.html", "list": "case_card.html"}


@dataclass(frozen=True, slots=True)
class Page:
    """Which part of which list."""

    state: str
    before: tuple[datetime, str] | None
    waiting: str = ""
    """The incident whose cases are listed; empty for cases of none."""
    community: str = ""
    """The one whose cases are listed, as people name it; empty for all."""

    @property
    def whole(self) -> bool:
        """Whether it is the beginning of everything, beside which the rest is told."""
        return self.before is None and not self.waiting and not self.community


Waiting = Annotated[str, Query(max_length=200)]


def listing(
    state: str = "open",
    before: datetime | None = None,
    last: str = "",
    *,
    waiting: Waiting = "",
    community: Waiting = "",
) -> Page:
    """Read the list's query: ``before`` and ``last`` are the previous page's last case.

    Raises (as HTTP): 404 no such list, 422 a time without its zone.
    """
    if state not in STATES:
        raise HTTPException(404, "There is no such list of cases.")
    if before is not None and before.tzinfo is None:
        raise HTTPException(422, "before needs a time zone.")
    return Page(state, None if before is None else (before, last), waiting, community)


Listing = Annotated[Page, Depends(listing)]


def routes(services: Services, pages: Pages) -> APIRouter:
    """Everything under ``/desk``."""
    router = APIRouter(prefix="/desk", dependencies=[Depends(MODERATOR)], include_in_schema=False)
    room = DeskRoom(services, pages)
    router.add_api_route("", room.page)
    router.add_api_route("/list", room.refresh)
    router.add_api_route("/cases/{case_id}", room.case_page)
    router.add_api_route("/cases/{case_id}/uphold", room.uphold, methods=["POST"])
    router.add_api_route("/cases/{case_id}/overturn", room.overturn, methods=["POST"])
    router.add_api_route("/cases/{case_id}/escalate", room.escalate, methods=["POST"])
    router.add_api_route("/cases/{case_id}/note", room.note, methods=["POST"])
    router.add_api_route("/evidence/{case_id}/{n}", room.evidence)
    acts.add(router, services, room)
    withheld_page.add(router, services, pages)
    webhooks_page.add(router, services, pages)
    rules_page.add(router, services, pages)
    router.add_api_route("/worth", room.worth)
    return router


class DeskRoom:
    """The endpoints, over one desk."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._desk = services.desk
        self._services = services
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
        return await self.answer(request, case_id, whole=True)

    async def uphold(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Confirm what was done."""
        await self.found(case_id)
        step = self._desk.uphold(case_id, by=by.name, version=version, note=note)
        return await self.after(request, case_id, step)

    async def overturn(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Undo what can be undone, and say what could not."""
        await self.found(case_id)
        try:
            decided = await self._desk.overturn(case_id, by=by.name, version=version, note=note)
        except EnvironmentFailed:
            raise  # nothing was refused: it can be tried again
        except BotError as refusal:
            return await self.answer(request, case_id, refusal=str(refusal))
        return await self.answer(request, case_id, left=decided.left)

    async def escalate(
        self, request: Request, case_id: str, by: Moderator, version: Version, note: Note = ""
    ) -> HTMLResponse:
        """Put it before senior moderators."""
        await self.found(case_id)
        step = self._desk.escalate(case_id, by=by.name, version=version, note=note)
        return await self.after(request, case_id, step)

    async def note(
        self, request: Request, case_id: str, by: Moderator, note: Note = ""
    ) -> HTMLResponse:
        """Add words to the history."""
        await self.found(case_id)
        return await self.after(request, case_id, self._desk.note(case_id, by=by.name, note=note))

    async def evidence(self, case_id: str, n: int) -> Response:
        """A kept picture. Only what starts as a PNG, JPEG or WebP is ever served."""
        try:
            picture = await self._desk.evidence(case_id, n)
        except (LookupError, BotError) as exc:
            raise HTTPException(404, "This picture is not kept.") from exc
        return Response(picture, media_type=picture_kind(picture), headers=EVIDENCE_HEADERS)

    async def worth(self, request: Request) -> HTMLResponse:
        """What the rules and the detectors are worth, by what moderators decided."""
        rules, detectors = await self._services.lessons.worth()
        return self._pages.render(
            request, "worth.html", active="desk", rules=rules, detectors=detectors
        )

    async def _listed(self, listing: Page) -> dict[str, object]:
        cases = await self._desk.cases(
            STATES[listing.state],
            before=listing.before,
            limit=PAGE + 1,
            waiting=listing.waiting,
            community=CommunityName.read(listing.community) if listing.community else None,
        )
        shown: Sequence[Case] = cases[:PAGE]
        places = self._services.places
        views = [view(case, self._services.clock(), places) for case in shown]
        incidents = [one for one in await self._desk.incidents() if self._beside(listing, one.key)]
        quarantined = await self._services.lessons.quarantined()
        waiting = await self._services.withheld.count(Which())
        untold = await self._services.deliveries.parked()
        top = listing.whole
        return {
            "views": views,
            "waiting": listing.waiting,
            "community": listing.community,
            "communities": places.choices() if places.several else (),
            "incidents": incidents,
            "quarantined": quarantined if top else (),
            "withheld": waiting if top else 0,
            "untold": untold if top else 0,
            "state": listing.state,
            "states": tuple(STATES),
            "before": listing.before,
            "older": (shown[-1].opened_at, shown[-1].id) if len(cases) > PAGE else None,
            "digest": digest(
                views,
                incidents,
                [(q.entry.id, q.quarantined_at) for q in quarantined],
                (waiting, untold),
            ),
        }

    @staticmethod
    def _beside(listing: Page, key: str) -> bool:
        """Whether an incident is shown: its own page shows it alone, older pages none."""
        if listing.waiting:
            return listing.waiting == key
        return listing.whole and listing.state == "open"

    async def after(self, request: Request, case_id: str, step: Awaitable[object]) -> HTMLResponse:
        """The case after a step, or why the step was refused."""
        try:
            await step
        except EnvironmentFailed:
            raise  # nothing was refused: it can be tried again
        except BotError as refusal:
            return await self.answer(request, case_id, refusal=str(refusal))
        return await self.answer(request, case_id)

    async def found(self, case_id: str) -> Case:
        """The case, or 404."""
        try:
            case = await self._desk.case(case_id)
        except EnvironmentFailed:
            raise  # the database is away: nobody knows whether there is such a case
        except BotError as exc:
            raise HTTPException(404, NO_CASE) from exc
        if case is None:
            raise HTTPException(404, NO_CASE)
        return case

    async def answer(
        self,
        request: Request,
        case_id: str,
        *,
        whole: bool = False,
        left: tuple[str, ...] = (),
        refusal: str = "",
        told: str = "",
    ) -> HTMLResponse:
        """The case as the asker needs it: a whole page, or the part that a script replaces."""
        whole = whole or "hx-request" not in request.headers
        part = VIEWS.get(request.headers.get("x-bifocal-view", ""), "case_card.html")
        return self._pages.render(
            request,
            "case.html" if whole else part,
            status=409 if refusal and whole else 200,
            active="desk",
            v=view(await self.found(case_id), self._services.clock(), self._services.places),
            left=left,
            told=told,
            categories=tuple(Category),
            refusal=refusal,
        )


def picture_kind(picture: bytes) -> str:
    """What a kept picture is, or 404 for anything else."""
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "image/webp"
    for magic, kind in KINDS:
        if picture.startswith(magic):
            return kind
    raise HTTPException(404, "This picture cannot be shown.")
