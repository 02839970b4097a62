"""The web application: API, desk, analyse page, health, and each platform's own routes."""

from fastapi import APIRouter, Depends, FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from bot.web import analyse, cases_api, desk, docs_page, health, parked, signin
from bot.web.access import Requires, recognise
from bot.web.door import Door
from bot.web.pages import STATIC, NavLink, Pages
from bot.web.problems import answer_problems
from bot.web.services import Mounted, Services
from bot.web.shield import Shield

ABOUT = (
    "Bifocal looks at a post's picture and its words together. Errors are RFC 9457 problem "
    "details. Requests carry `Authorization: Bearer …`."
)


def create_app(services: Services) -> FastAPI:
    """Build the application. Every route but signing in, health and the docs needs a scope.

    Raises:
        Misconfigured: ``[web]`` names an address that is none.
    """
    app = FastAPI(
        title="Bifocal",
        version="1",
        description=ABOUT,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    pages = Pages()
    app.state.services = services
    app.state.nav = navigation(services.platforms)
    answer_problems(app, pages)
    for router in (
        _front(services),
        analyse.routes(services, pages),
        desk.routes(services, pages),
        cases_api.routes(services),
        parked.routes(services),
        signin.routes(services, pages),
        health.routes(services),
        docs_page.routes(pages),
    ):
        app.include_router(router)
    for platform in services.platforms:
        guard = [] if platform.scope is None else [Depends(Requires(platform.scope))]
        app.include_router(platform.router, dependencies=guard)
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    app.add_middleware(Door, reach=services.reach)
    app.add_middleware(Shield, limits=services.limits)
    return app


def navigation(platforms: tuple[Mounted, ...]) -> tuple[NavLink, ...]:
    """The top bar: the platforms that have a page, then our own."""
    theirs = [NavLink(p.name.capitalize(), p.home, p.name) for p in platforms if p.home]
    return (
        *theirs,
        NavLink("Analyse", "/analyze", "analyse"),
        NavLink("Desk", "/desk", "desk"),
        NavLink("Rules", "/desk/rules", "rules"),
    )


def _front(services: Services) -> APIRouter:
    router = APIRouter(include_in_schema=False)
    home = next((p.home for p in services.platforms if p.home), "/desk")

    @router.get("/")
    async def front(request: Request) -> Response:
        """Go where the work is; sign in first where nobody is signed in."""
        known = await recognise(request, services.tokens, services.sessions)
        return RedirectResponse(home if known else "/signin", status_code=303)

    @router.get("/favicon.ico")
    async def favicon() -> Response:
        """Browsers ask for it whatever the page says."""
        return RedirectResponse("/static/favicon.svg", status_code=308)

    return router
