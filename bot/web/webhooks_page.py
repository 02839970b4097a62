"""What webhooks could not be told: shown to moderators, settled by administrators."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse

from bot.web.access import Administrator, Moderator, Scope
from bot.web.pages import Pages
from bot.web.services import Services

NOT_PARKED = "No delivery of this name is given up."


def add(router: APIRouter, services: Services, pages: Pages) -> None:
    """Add the routes under ``/desk``."""
    page = WebhooksPage(services, pages)
    router.add_api_route("/webhooks", page.show)
    router.add_api_route("/webhooks/{delivery}/retry", page.retry, methods=["POST"])
    router.add_api_route("/webhooks/{delivery}/drop", page.drop, methods=["POST"])


class WebhooksPage:
    """The endpoints. Of what a delivery says, nothing but its event and its post is shown."""

    def __init__(self, services: Services, pages: Pages) -> None:
        self._deliveries = services.deliveries
        self._pages = pages

    async def show(self, request: Request, by: Moderator) -> HTMLResponse:
        """Deliveries that were given up, then those that failed so far."""
        return self._pages.render(
            request,
            "webhooks.html",
            active="desk",
            deliveries=await self._deliveries.troubled(),
            admin=by.may(Scope.ADMIN),
        )

    async def retry(self, delivery: str, by: Administrator) -> RedirectResponse:
        """Try one again."""
        return _back(done=await self._deliveries.retry(delivery, by=by.name))

    async def drop(self, delivery: str, by: Administrator) -> RedirectResponse:
        """Send one no more."""
        return _back(done=await self._deliveries.drop(delivery, by=by.name))


def _back(*, done: bool) -> RedirectResponse:
    if not done:
        raise HTTPException(404, NOT_PARKED)
    return RedirectResponse("/desk/webhooks", status_code=303)
