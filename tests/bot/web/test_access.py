"""Who gets in, what they may do, and that no other site can act in their name."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from fastapi.routing import iter_route_contexts

from bot.model import CaseState
from bot.web.access import SAFE_METHODS, Identity, MemorySessions, Scope
from bot.web.app import create_app
from tests.bot.web.conftest import BASE
from tests.bot.web.fakes import NOW, World, a_platform

PUBLIC = {
    "/", "/docs", "/favicon.ico", "/healthz", "/metrics", "/openapi.json", "/readyz",
    "/signin", "/static",
}  # fmt: skip
FORM = {"version": "1"}
UPHOLD = "/desk/cases/c1/uphold"
PATHS = {"case_id": "c1", "n": "0", "entry": "7", "delivery": "d1", "rule": "scam-likely"}


def every_route() -> Iterator[tuple[str, str]]:
    """Method and path of all there is, with its parameters filled in."""
    app = create_app(World(platforms=(a_platform(),)).services())
    for route in iter_route_contexts(app.routes):
        for method in sorted(route.methods or {"GET"}):
            yield method, (route.path or "").format(**PATHS)


GUARDED = [(method, path) for method, path in every_route() if path not in PUBLIC]


def test_the_table_of_routes_holds_the_platform_and_our_own() -> None:
    paths = {path for _, path in every_route()}

    assert {"/api/v1/analyze", UPHOLD, "/api/v1/playground/messages", "/signout"} <= paths


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_a_guarded_route_refuses_nobody_in_particular(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), GUARDED)
async def test_a_guarded_route_refuses_an_unknown_token(
    client: httpx.AsyncClient, method: str, path: str
) -> None:
    answer = await client.request(method, path, headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), list(every_route()))
async def test_no_route_changes_anything_without_a_scope(method: str, path: str) -> None:
    assert method in SAFE_METHODS or path not in PUBLIC


@pytest.mark.parametrize("scope", [Scope.MODERATE, Scope.PLAYGROUND])
async def test_another_scope_does_not_open_the_analysis(
    client: httpx.AsyncClient, scope: Scope
) -> None:
    headers = {"Authorization": f"Bearer token-{scope.value}"}
    answer = await client.post("/api/v1/analyze", data={"text": "x"}, headers=headers)

    assert answer.status_code == 403


async def test_admin_includes_every_scope(client: httpx.AsyncClient) -> None:
    answer = await client.get("/desk", headers={"Authorization": "Bearer token-admin"})

    assert answer.status_code == 200


async def test_a_wrong_token_is_not_saved_by_a_good_cookie(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.get("/desk", headers={"Authorization": "Bearer wrong"})

    assert answer.status_code == 401


async def test_the_sign_in_link_works_once(client: httpx.AsyncClient, world: World) -> None:
    code = world.code()
    first = await client.get("/signin", params={"code": code})
    second = await client.get("/signin", params={"code": code})

    assert (first.status_code, second.status_code) == (303, 400)


async def test_the_session_cookie_is_hidden_from_scripts_and_other_sites(
    client: httpx.AsyncClient, world: World
) -> None:
    answer = await client.get("/signin", params={"code": world.code()})

    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie


async def test_a_sign_in_code_expires() -> None:
    now = NOW
    sessions = MemorySessions(now=lambda: now)
    code = sessions.issue(Identity("mod", frozenset({Scope.ADMIN})))
    now = NOW + timedelta(hours=1)

    assert await sessions.redeem(code) is None


async def test_a_session_expires() -> None:
    now = NOW
    sessions = MemorySessions(now=lambda: now)
    session = await sessions.redeem(sessions.issue(Identity("mod", frozenset())))
    now = NOW + timedelta(days=7)

    assert session is not None
    assert await sessions.session(session.cookie) is None


async def test_signing_out_ends_the_session(moderator: httpx.AsyncClient) -> None:
    cookie = moderator.cookies["bifocal_session"]
    await moderator.post("/signout")
    answer = await moderator.get("/desk", headers={"cookie": f"bifocal_session={cookie}"})

    assert answer.status_code == 401


async def test_our_own_page_may_decide(moderator: httpx.AsyncClient, world: World) -> None:
    answer = await moderator.post(UPHOLD, data=FORM)

    assert answer.status_code == 200
    assert world.desk.held["c1"].state is CaseState.CLOSED


async def test_a_form_field_carries_the_token_where_scripts_are_off(
    moderator: httpx.AsyncClient,
) -> None:
    token = moderator.headers.pop("X-CSRF-Token")
    answer = await moderator.post(UPHOLD, data=FORM | {"csrf_token": token})

    assert answer.status_code == 200


FORGED = [
    pytest.param({"X-CSRF-Token": ""}, id="no token"),
    pytest.param({"X-CSRF-Token": "0" * 64}, id="wrong token"),
    pytest.param({"X-CSRF-Token": "\u00e9"}, id="odd token"),
    pytest.param({"Origin": "https://evil.example"}, id="other origin"),
    pytest.param({"Origin": "null"}, id="hidden origin"),
    pytest.param({"Origin": BASE + ".evil.example"}, id="look-alike origin"),
    pytest.param({"Origin": "http://["}, id="malformed origin"),
    pytest.param({"Sec-Fetch-Site": "cross-site"}, id="cross-site"),
    pytest.param({"Sec-Fetch-Site": "same-site"}, id="a sibling domain"),
]


@pytest.mark.parametrize(
    "path",
    [UPHOLD, "/desk/cases/c1/overturn", "/desk/cases/c1/claim", "/desk/cases/c1/do", "/signout"],
)
@pytest.mark.parametrize("headers", FORGED)
async def test_a_forged_request_changes_nothing(
    moderator: httpx.AsyncClient, world: World, headers: dict[str, str], path: str
) -> None:
    encoded = {key.encode(): value.encode() for key, value in headers.items()}
    answer = await moderator.post(path, data=FORM, headers=encoded)

    assert answer.status_code == 403
    assert world.desk.held["c1"].state is CaseState.OPEN


async def test_a_request_without_any_origin_changes_nothing(
    moderator: httpx.AsyncClient, world: World
) -> None:
    del moderator.headers["Origin"]
    answer = await moderator.post(UPHOLD, data=FORM)

    assert answer.status_code == 403
    assert world.desk.held["c1"].state is CaseState.OPEN


async def test_a_plain_form_of_our_own_page_may_hide_its_origin(
    moderator: httpx.AsyncClient,
) -> None:
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    answer = await moderator.post(UPHOLD, data=FORM, headers=headers)

    assert answer.status_code == 200


async def test_json_called_text_is_refused(moderator: httpx.AsyncClient) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = await moderator.post(
        "/api/v1/playground/messages", content=b'{"text": "x"}', headers=headers
    )

    assert answer.status_code == 415


async def test_deciding_by_get_is_refused(moderator: httpx.AsyncClient, world: World) -> None:
    answer = await moderator.get(UPHOLD, params=FORM)

    assert answer.status_code == 405
    assert world.desk.held["c1"].state is CaseState.OPEN


async def test_the_description_lists_no_unguarded_change(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()

    unguarded = [
        path
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
        if method.upper() not in SAFE_METHODS and not operation.get("security")
    ]
    assert unguarded == []
