"""What moderators do to a case beside deciding it."""

from typing import Annotated, Protocol

from fastapi import APIRouter, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from analysis.taxonomy import Category
from analysis.types import BankKind
from bot.errors import BotError
from bot.model import Case
from bot.review.which import Settled, Which
from bot.web.access import Moderator, Scope
from bot.web.case_view import view
from bot.web.plain import Plain
from bot.web.services import Services

AGAIN = "It is being analysed again."
ASKED_AGAIN = "Asked for it to be analysed again."
NOT_PARKED = "It is not set aside any more: it was analysed, or it is being analysed now."
Action = Annotated[str, Form(max_length=200), Plain]
"""One withheld action as the policy writes it; empty for all of the case."""


class Room(Protocol):
    """The desk's answers, as its own routes give them."""

    async def found(self, case_id: str) -> Case:
        """The case, or 404."""
        ...

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
        """The case as the asker needs it."""
        ...


def add(router: APIRouter, services: Services, room: Room) -> None:
    """Add the routes under ``/desk``."""
    acts = Acts(services, room)
    for verb, act in (
        ("claim", acts.claim),
        ("again", acts.again),
        ("do", acts.do),
        ("drop", acts.drop),
        ("known", acts.known),
    ):
        router.add_api_route(f"/cases/{{case_id}}/{verb}", act, methods=["POST"])
    router.add_api_route("/banks/{entry}/back", acts.put_back, methods=["POST"])
    router.add_api_route("/banks/{entry}/remove", acts.remove, methods=["POST"])


class Acts:
    """The endpoints."""

    def __init__(self, services: Services, room: Room) -> None:
        self._services = services
        self._room = room

    async def claim(self, request: Request, case_id: str, by: Moderator) -> HTMLResponse:
        """Reserve the case, so that no two look at it."""
        await self._room.found(case_id)
        try:
            await self._services.desk.claim(case_id, by=by.name)
        except BotError as refusal:
            return await self._room.answer(request, case_id, refusal=str(refusal))
        return await self._room.answer(request, case_id)

    async def again(self, request: Request, case_id: str, by: Moderator) -> HTMLResponse:
        """Let the post be analysed again whose worker was given up on."""
        case = await self._room.found(case_id)
        key = view(case, self._services.clock(), self._services.places).parked
        if not key or not await self._services.parked.redrive(key):
            return await self._room.answer(request, case_id, refusal=NOT_PARKED)
        await self._services.desk.note(case_id, by=by.name, note=ASKED_AGAIN)
        return await self._room.answer(request, case_id, told=AGAIN)

    async def do(
        self, request: Request, case_id: str, by: Moderator, action: Action = ""
    ) -> HTMLResponse:
        """Have withheld actions done."""
        await self._room.found(case_id)
        which = Which(case_id, action=action or None)
        settled = await self._services.withheld.release(which, by=by.name)
        told = _told(settled, "done")
        return await self._room.answer(request, case_id, left=settled.left, told=told)

    async def drop(
        self, request: Request, case_id: str, by: Moderator, action: Action = ""
    ) -> HTMLResponse:
        """They are not to be done."""
        await self._room.found(case_id)
        which = Which(case_id, action=action or None)
        try:
            settled = await self._services.withheld.drop(which, by=by.name)
        except BotError as refusal:
            return await self._room.answer(request, case_id, refusal=str(refusal))
        return await self._room.answer(request, case_id, told=_told(settled, "dropped"))

    async def known(
        self,
        request: Request,
        case_id: str,
        by: Moderator,
        kind: Annotated[BankKind, Form()],
        category: Annotated[Category, Form()] = Category.SCAM,
    ) -> HTMLResponse:
        """Put its pictures into the community's bank; an administrator confirms them at once."""
        await self._room.found(case_id)
        sure = by.may(Scope.ADMIN)
        lessons = self._services.lessons
        try:
            told = await lessons.known(case_id, kind, category, by=by.name, confirmed=sure)
        except BotError as refusal:
            return await self._room.answer(request, case_id, refusal=str(refusal))
        return await self._room.answer(request, case_id, told=told)

    async def put_back(self, entry: str, by: Moderator) -> RedirectResponse:
        """Let a bank entry match again that was out of force."""
        return _back(done=await self._services.lessons.put_back(entry, by=by.name))

    async def remove(self, entry: str, by: Moderator) -> RedirectResponse:
        """Take a bank entry out."""
        return _back(done=await self._services.lessons.remove(entry, by=by.name))


def _back(*, done: bool) -> RedirectResponse:
    if not done:
        raise HTTPException(404, "There is no such entry.")
    return RedirectResponse("/desk", status_code=303)


def _told(settled: Settled, how: str) -> str:
    return f"{settled.done} {how}." if settled.done else ""
