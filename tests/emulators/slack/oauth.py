"""Adding the app: the page where one presses Allow, and the code's exchange for tokens."""

import base64
import re
from dataclasses import dataclass
from html import escape, unescape
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urljoin

import aiohttp
from aiohttp import web

from tests.emulators.slack.kinds import Json, Refused
from tests.emulators.slack.web_api import Args

if TYPE_CHECKING:
    from tests.emulators.slack.people import User
    from tests.emulators.slack.world import World

CODE_LIFE_S = 600


@dataclass
class Consent:
    """What one person agreed to, until the app fetches it."""

    user: "User"
    scopes: frozenset[str]
    user_scopes: frozenset[str]
    redirect_uri: str
    expires_at: float
    used: bool = False


def authorize(world: "World", request: web.Request) -> web.StreamResponse:
    """``/oauth/v2/authorize``: ``world.consents`` presses Allow at once, or Cancel when None."""
    query = request.query
    if query.get("client_id") != world.app.client_id:
        return _page(400, "invalid_client_id")
    redirect_uri = query.get("redirect_uri") or world.app.redirect_uri
    if not redirect_uri:
        return _page(400, "bad_redirect_uri")
    back = {"state": query["state"]} if "state" in query else {}
    user = world.consents
    if user is None:
        return _redirect(redirect_uri, {"error": "access_denied", **back})
    wanted, for_user = query.get("scope", ""), query.get("user_scope", "")
    if not wanted and not for_user:
        return _page(400, "invalid_scope: no scopes requested")
    code = f"{world.ids.next('code')}.{world.new_hash()}"
    world.consented[code] = Consent(
        user,
        _scopes(wanted),
        _scopes(for_user),
        query.get("redirect_uri", ""),
        world.ids.now() + CODE_LIFE_S,
    )
    return _redirect(redirect_uri, {"code": code, **back})


def access(world: "World", args: Args, request: web.Request) -> Json:
    """``oauth.v2.access``: client id and secret by Basic auth or as arguments."""
    client_id, secret = _client(args, request)
    if client_id != world.app.client_id:
        raise Refused("invalid_client_id")
    if secret != world.app.client_secret:
        raise Refused("bad_client_secret")
    consent = world.consented.get(args.text("code"))
    if consent is None or world.ids.now() > consent.expires_at:
        raise Refused("invalid_code")
    if consent.used:
        raise Refused("code_already_used")
    if args.text("redirect_uri") != consent.redirect_uri:
        raise Refused("bad_redirect_uri")
    consent.used = True
    user, team = consent.user, consent.user.team
    app = team.install(user, scopes=consent.scopes, user_scopes=consent.user_scopes)
    authed: Json = {"id": user.id}
    if consent.user_scopes and app.user_token:
        token = app.user_token
        authed |= {"scope": token.provided, "access_token": token.value, "token_type": "user"}
    return {
        "app_id": world.app.id,
        "authed_user": authed,
        "scope": app.token.provided,
        "token_type": "bot",
        "access_token": app.token.value,
        "bot_user_id": app.bot.id,
        "team": {"id": team.id, "name": team.name},
        "enterprise": None,
        "is_enterprise_install": False,
    }


def connections_open(world: "World", args: Args, request: web.Request) -> Json:
    """``apps.connections.open``: takes the app-level token only."""
    words = request.headers.get("Authorization", "").split(maxsplit=1)
    token = world.tokens.get(words[-1] if words else args.text("token"))
    if token is None:
        raise Refused("invalid_auth" if words else "not_authed")
    if token.kind != "app":
        raise Refused("not_allowed_token_type")
    if token.error:
        raise Refused(token.error)
    if "connections:write" not in token.scopes:
        raise Refused("missing_scope", needed="connections:write", provided=token.provided)
    return {"url": world.sockets.ticket()}


def api_test(_world: "World", args: Args, _request: web.Request) -> Json:
    if error := args.text("error"):
        raise Refused(error)
    return {"args": args.given}


@dataclass(frozen=True)
class Landed:
    """The page a person ends on."""

    status: int
    text: str
    url: str
    location: str = ""


async def install(user: "User", url: str) -> Landed:
    """Follow the app's own installation page as a browser does, and press Allow.

    ``url`` is where the app starts it (``…/slack/install``): a redirect, or a page with a link.
    """
    world, cookies = user.world, dict[str, str]()
    world.consents = user
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as browser:
        landed = await _look(browser, url, cookies)
        while onward := _onward(world, landed):
            landed = await _look(browser, onward, cookies)
    world.consents = None
    return landed


async def _look(browser: aiohttp.ClientSession, url: str, cookies: dict[str, str]) -> Landed:
    # The app marks its cookie Secure, and loopback is not; at an https site it would be kept.
    headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    async with browser.get(url, headers=headers, allow_redirects=False) as page:
        cookies |= {name: morsel.value for name, morsel in page.cookies.items()}
        location = urljoin(url, page.headers["Location"]) if "Location" in page.headers else ""
        return Landed(page.status, await page.text(), url, location)


def _onward(world: "World", landed: Landed) -> str:
    """Where the page leads: a redirect, or its "Add to Slack" link."""
    links = [unescape(link) for link in re.findall(r'href="([^"]+)"', landed.text)]
    authorize_url = f"{world.api_site.url}/oauth/v2/authorize"
    allow = [link for link in links if link.startswith(authorize_url)]
    return landed.location or (allow[0] if allow else "")


def _client(args: Args, request: web.Request) -> tuple[str, str]:
    words = request.headers.get("Authorization", "").split(maxsplit=1)
    if len(words) == 2 and words[0].lower() == "basic":
        name, _, secret = base64.b64decode(words[1]).decode().partition(":")
        return name, secret
    return args.text("client_id"), args.text("client_secret")


def _scopes(text: str) -> frozenset[str]:
    return frozenset(text.replace(",", " ").split())


def _redirect(uri: str, query: dict[str, str]) -> web.Response:
    joined = f"{uri}{'&' if '?' in uri else '?'}{urlencode(query)}"
    return web.Response(status=302, headers={"Location": joined})


def _page(status: int, words: str) -> web.Response:
    return web.Response(status=status, text=f"<p>{escape(words)}</p>", content_type="text/html")
