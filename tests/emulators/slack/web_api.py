"""The Web API's front door: arguments from anywhere, tokens, scopes, limits, refusals."""

import json
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from aiohttp import web

from tests.emulators.slack.kinds import Json, Refused, invalid
from tests.emulators.slack.tokens import Caller, Token

if TYPE_CHECKING:
    from tests.emulators.slack.world import World


class Args:
    """A call's arguments, merged from query, form and JSON body."""

    def __init__(self, given: Json) -> None:
        self.given = given

    def text(self, name: str, default: str = "") -> str:
        value = self.given.get(name)
        return default if value is None else str(value)

    def need(self, name: str) -> str:
        """
        Raises:
            Refused: ``invalid_arguments`` naming the missing field.
        """
        if not (value := self.text(name)):
            raise invalid(f"missing required field: {name}")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        value = self.given.get(name)
        return default if value is None else str(value).lower() in ("1", "true")

    def number(self, name: str, default: int) -> int:
        try:
            return int(self.text(name) or default)
        except ValueError as exc:
            raise invalid(f"{name} must be a number") from exc

    def structure(self, name: str) -> Any:
        """A value that may come as JSON or as JSON in text."""
        value = self.given.get(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError as exc:
            raise invalid(f"{name} is no JSON") from exc


Handle = Callable[[Caller, Args], Json]


@dataclass(frozen=True)
class Method:
    """One Web API method."""

    handle: Handle
    scopes: tuple[str, ...] = ()
    """Any one of these is needed; methods that depend on the conversation ask for more inside."""


@dataclass
class Call:
    """One Web API call as it came, and what was answered."""

    method: str
    args: Json
    token: str
    headers: Mapping[str, str]
    status: int = 200
    answer: Json = field(default_factory=dict)
    at: float = field(default_factory=time.perf_counter)
    """Seconds, when it came."""

    @property
    def ok(self) -> bool:
        return bool(self.answer.get("ok"))


@dataclass
class Fault:
    """An answer given out instead of doing the work."""

    error: str = "ratelimited"
    status: int = 200
    retry_after: int | str = 1
    """Of ``ratelimited``; text to send nonsense."""
    hang: bool = False
    text: str | None = None
    """A page instead of JSON, as a gateway in trouble answers."""


@dataclass
class WebApi:
    """Answers ``/api/METHOD``."""

    world: "World"
    methods: Mapping[str, Method]
    open_methods: Mapping[str, Callable[["World", Args, web.Request], Json]]
    """Methods that take no workspace token: oauth.v2.access, apps.connections.open, api.test."""
    calls: list[Call] = field(default_factory=list)
    faults: dict[str, deque[Fault]] = field(default_factory=dict)
    """By method, and ``*`` for any: given out first, one a call."""

    async def serve(self, request: web.Request) -> web.StreamResponse:
        args = await _merged(request)
        lowered = {key.lower(): value for key, value in request.headers.items()}
        name = request.path.removeprefix("/api/")
        call = Call(name, args.given, _token(request, args), lowered)
        if (fault := self._fault(name)) is not None:
            return await self._faulty(call, fault)
        headers: dict[str, str] = {}
        try:
            call.answer = {"ok": True, **self._answer(call, args, request)}
        except Refused as exc:
            call.status, call.answer = exc.status, {"ok": False, "error": exc.error, **exc.fields}
            if exc.error == "ratelimited":
                call.status, headers = 429, {"Retry-After": str(exc.fields["retry_after"])}
        known = self.world.tokens.get(call.token)
        if known is not None and not known.error:
            headers["x-oauth-scopes"] = known.provided
        if (method := self.methods.get(name)) and method.scopes:
            headers["x-accepted-oauth-scopes"] = ",".join(method.scopes)
        return self._say(call, headers)

    def _answer(self, call: Call, args: Args, request: web.Request) -> Json:
        if call.method in self.open_methods:
            return self.open_methods[call.method](self.world, args, request)
        method = self.methods.get(call.method)
        if method is None:
            raise Refused("unknown_method", req_method=call.method)
        caller = self.caller(call.token)
        caller.need(*method.scopes)
        self.world.throttle(call.method, args.text("channel"))
        return method.handle(caller, args)

    def caller(self, value: str) -> Caller:
        """Who a token stands for.

        Raises:
            Refused: ``not_authed``, ``invalid_auth``, ``token_revoked``, ``account_inactive``,
                or ``not_allowed_token_type`` for an app-level token.
        """
        if not value:
            raise Refused("not_authed")
        token: Token | None = self.world.tokens.get(value)
        if token is None:
            raise Refused("invalid_auth")
        if token.error:
            raise Refused(token.error)
        if token.team is None or token.user is None:
            raise Refused("not_allowed_token_type")
        return Caller(token, token.team, token.user)

    def _fault(self, name: str) -> Fault | None:
        for key in (name, "*"):
            if waiting := self.faults.get(key):
                return waiting.popleft()
        return None

    async def _faulty(self, call: Call, fault: Fault) -> web.Response:
        if fault.hang:
            await self.world.closing.wait()
        call.status, call.answer = fault.status, {"ok": False, "error": fault.error}
        if fault.text is not None:
            self._note(call)
            return web.Response(status=call.status, text=fault.text, content_type="text/html")
        headers = {}
        if fault.error == "ratelimited":
            call.status, headers = 429, {"Retry-After": str(fault.retry_after)}
        return self._say(call, headers)

    def _say(self, call: Call, headers: dict[str, str]) -> web.Response:
        self._note(call)
        return web.json_response(call.answer, status=call.status, headers=headers)

    def _note(self, call: Call) -> None:
        self.calls.append(call)
        self.world.stir()


async def _merged(request: web.Request) -> Args:
    given: Json = dict(request.query)
    if request.content_type == "application/json":
        try:
            body = await request.json()
        except ValueError:
            body = None
        given |= body if isinstance(body, dict) else {}
    elif request.method == "POST":
        form = await request.post()
        given |= {name: value for name, value in form.items() if isinstance(value, str)}
    return Args(given)


def _token(request: web.Request, args: Args) -> str:
    words = request.headers.get("Authorization", "").split(maxsplit=1)
    if len(words) == 2 and words[0].lower() == "bearer":
        return words[1]
    return args.text("token")
