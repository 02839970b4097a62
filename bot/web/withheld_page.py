"""Actions that were withheld, and the bar that releases or drops them all."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Form, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from bot.errors import BotError
from bot.review.which import Settled, Which, Why
from bot.web.access import Moderator
from bot.web.case_view import view
from bot.web.pages import Pages
from bot.web.services import Services

SHOWN = 50
"""Actions whose cases stand on one page; the bar speaks of as many at once."""


def add(router: APIRouter, services: Services, pages: Pages) -> None:
    """Add the routes under ``/desk``."""
    page = WithheldPage(services, pages)
    router.add_api_route("/withheld", page.show)
    router.add_api_route("/withheld/do", page.do, methods=["POST"])
    router.add_api_route("/withheld/drop", page.drop, methods=["POST"])


class WithheldPage:
    """The endpoints. What is asked for ends with the moment the page was shown."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._services = services
        self._pages = pages

    async def show(
        self, request: Request, why: Why = Why.ANY, since: datetime | None = None
    ) -> HTMLResponse:
        """The cases with withheld actions, the one that waits longest first."""
        return await self._page(request, Which(why=why, since=_aware(since)))

    async def do(
        self,
        request: Request,
        by: Moderator,
        until: Annotated[datetime, Form()],
        why: Annotated[Why, Form()] = Why.ANY,
        since: Annotated[datetime | None, Form()] = None,
    ) -> HTMLResponse:
        """Have them done."""
        which = Which(why=why, since=_aware(since), until=_aware(until))
        return await self._page(
            request, which, await self._services.withheld.release(which, by=by.name), "done"
        )

    async def drop(
        self,
        request: Request,
        by: Moderator,
        until: Annotated[datetime, Form()],
        why: Annotated[Why, Form()] = Why.ANY,
        since: Annotated[datetime | None, Form()] = None,
    ) -> HTMLResponse:
        """They are not to be done."""
        which = Which(why=why, since=_aware(since), until=_aware(until))
        try:
            settled = await self._services.withheld.drop(which, by=by.name)
        except BotError as exc:
            settled = Settled(0, (str(exc),))
        return await self._page(request, which, settled, "dropped")

    async def _page(
        self, request: Request, which: Which, settled: Settled | None = None, how: str = ""
    ) -> HTMLResponse:
        now = self._services.clock()
        which = replace(which, until=now)
        cases = await self._services.withheld.cases(which, SHOWN)
        return self._pages.render(
            request,
            "withheld.html",
            active="desk",
            views=[view(case, now, self._services.places) for case in cases],
            number=await self._services.withheld.count(which),
            which=which,
            whys=tuple(Why),
            settled=settled,
            how=how,
        )


def _aware(at: datetime | None) -> datetime | None:
    if at is not None and at.tzinfo is None:
        raise HTTPException(422, "A time needs its zone.")
    return at
