"""Signing in with the one-time link that ``bifocal run`` prints, and out again."""

from fastapi import APIRouter, HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from bot.web.access import COOKIE, check_body_type, check_not_forged, recognise
from bot.web.pages import Pages
from bot.web.services import Services


def routes(services: Services, pages: Pages) -> APIRouter:
    """``GET /signin?code=…`` and ``POST /signout``."""
    router = APIRouter(include_in_schema=False)

    @router.get("/signin")
    async def sign_in(request: Request, code: str = "") -> Response:
        """Redeem the code, which works once, and go to the first page."""
        session = await services.sessions.redeem(code) if code else None
        if session is None:
            return pages.render(
                request, "signin.html", status=400 if code else 200, used=bool(code)
            )
        answer = RedirectResponse("/", status_code=303, headers={"Cache-Control": "no-store"})
        answer.set_cookie(
            COOKIE,
            session.cookie,
            expires=session.expires_at,
            path="/",
            secure=request.url.scheme == "https",
            httponly=True,
            samesite="lax",
        )
        return answer

    @router.post("/signout")
    async def sign_out(request: Request) -> Response:
        """End the session; a request that no page of ours sent ends nothing."""
        if await recognise(request, services.tokens, services.sessions) is None:
            raise HTTPException(401, "You are not signed in.")
        await check_not_forged(request, services.reach.public_url)
        check_body_type(request)
        await services.sessions.end(request.cookies.get(COOKIE, ""))
        answer = RedirectResponse("/signin", status_code=303)
        answer.delete_cookie(COOKIE, path="/")
        return answer

    return router
