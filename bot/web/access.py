"""Who is asking, what they may do, and whether their own browser page sent the request."""

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Annotated, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, HTTPException
from fastapi.openapi.models import HTTPBearer as BearerModel
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection, Request

COOKIE = "bifocal_session"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
URLENCODED = "application/x-www-form-urlencoded"
BODY_TYPES = frozenset({URLENCODED, "multipart/form-data", "application/json"})


class Scope(StrEnum):
    """What a token or session may do. ``admin`` includes all."""

    ANALYZE = "analyze"
    MODERATE = "moderate"
    ADMIN = "admin"
    PLAYGROUND = "playground"


@dataclass(frozen=True, slots=True)
class Identity:
    """Someone who proved who they are."""

    name: str
    """Shown in histories, such as the token's name."""
    scopes: frozenset[Scope]

    def may(self, scope: Scope) -> bool:
        """Whether this scope, or admin, was given."""
        return scope in self.scopes or Scope.ADMIN in self.scopes


@dataclass(frozen=True, slots=True)
class Session:
    """A signed-in browser. ``cookie`` is the secret it will send back."""

    cookie: str
    identity: Identity
    expires_at: datetime


class Tokens(Protocol):
    """Access tokens of the API, kept as hashes."""

    async def verify_token(self, text: str) -> Identity | None:
        """Whose token this is; None when it is unknown or revoked."""
        ...


class Sessions(Protocol):
    """One-time sign-in codes and the sessions they open."""

    async def redeem(self, code: str) -> Session | None:
        """Open a session; None when the code is unknown, used or expired."""
        ...

    async def session(self, cookie: str) -> Identity | None:
        """Who holds this session; None when it is unknown, ended or expired."""
        ...

    async def end(self, cookie: str) -> None:
        """Sign out. Ending an unknown session does nothing."""
        ...


def _utc_now() -> datetime:
    return datetime.now(UTC)


def _digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


class MemorySessions:
    """Codes and sessions of this process: a restart signs everyone out and prints a new link.

    Only digests are kept, so that a copy of memory opens nothing.
    """

    def __init__(
        self,
        *,
        now: Callable[[], datetime] = _utc_now,
        code_lasts: timedelta = timedelta(hours=1),
        session_lasts: timedelta = timedelta(days=7),
    ) -> None:
        self._now = now
        self._code_lasts = code_lasts
        self._session_lasts = session_lasts
        self._codes: dict[str, tuple[Identity, datetime]] = {}
        self._sessions: dict[str, tuple[Identity, datetime]] = {}

    def issue(self, identity: Identity) -> str:
        """A fresh code that signs this person in once."""
        code = token_urlsafe(32)
        self._codes[_digest(code)] = (identity, self._now() + self._code_lasts)
        return code

    async def redeem(self, code: str) -> Session | None:
        """Open a session; the code is used up whether or not it had expired."""
        identity, until = self._codes.pop(_digest(code), (None, None))
        if identity is None or until is None or until <= self._now():
            return None
        cookie, expires_at = token_urlsafe(32), self._now() + self._session_lasts
        self._drop_expired()
        self._sessions[_digest(cookie)] = (identity, expires_at)
        return Session(cookie, identity, expires_at)

    async def session(self, cookie: str) -> Identity | None:
        """Who holds this session."""
        identity, until = self._sessions.get(_digest(cookie), (None, None))
        return identity if until is not None and until > self._now() else None

    async def end(self, cookie: str) -> None:
        """Sign out."""
        self._sessions.pop(_digest(cookie), None)

    def _drop_expired(self) -> None:
        now = self._now()
        self._sessions = {key: kept for key, kept in self._sessions.items() if kept[1] > now}


def who(request: HTTPConnection) -> Identity | None:
    """Whom ``Requires`` recognised on this request, or the session's holder on a public page."""
    identity = getattr(request.state, "identity", None)
    return identity if isinstance(identity, Identity) else None


def csrf_token(request: HTTPConnection) -> str:
    """The token that proves a request came from our own page: derived from the session's secret.

    Nobody without the cookie can derive it, and the cookie cannot be read by a page's scripts.
    """
    cookie = request.cookies.get(COOKIE, "")
    return _digest(f"csrf:{cookie}") if cookie else ""


async def recognise(request: HTTPConnection, tokens: Tokens, sessions: Sessions) -> Identity | None:
    """Who is asking. A token that is sent is the only thing looked at: no falling back."""
    header = request.headers.get("authorization")
    if header is not None:
        scheme, _, token = header.partition(" ")
        return await tokens.verify_token(token.strip()) if scheme.lower() == "bearer" else None
    cookie = request.cookies.get(COOKIE)
    return await sessions.session(cookie) if cookie else None


class Requires(SecurityBase):
    """A dependency that lets a request pass with this scope, and stops forged ones.

    Raises (as HTTP): 401 not recognised, 403 scope missing or not sent by our own page,
    415 a body of a kind no route takes.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.scheme_name = "token"
        self.model = BearerModel(
            description="`Authorization: Bearer …`, made with `bifocal tokens create`; in a "
            "browser, the session cookie with the `X-CSRF-Token` header."
        )

    async def __call__(self, request: Request) -> Identity:
        """The identity, once everything holds."""
        services = request.app.state.services
        identity = await recognise(request, services.tokens, services.sessions)
        if identity is None:
            raise HTTPException(
                401, "Sign in, or send a valid access token.", {"WWW-Authenticate": "Bearer"}
            )
        request.state.identity = identity
        if request.method not in SAFE_METHODS:
            await check_not_forged(request, services.reach.public_url)
            check_body_type(request)
        if not identity.may(self.scope):
            raise HTTPException(403, f"This needs the scope {self.scope.value}.")
        return identity


def guard(scope: str) -> Requires:
    """For platforms that guard their own routes: the dependency for a scope's name."""
    return Requires(Scope(scope))


async def check_not_forged(request: Request, public_url: str) -> None:
    """A request that a cookie vouches for must come from our own page and carry its token."""
    if "authorization" in request.headers:
        return  # a browser never adds a bearer token by itself
    if not _same_origin(request, public_url):
        raise HTTPException(403, "The request did not come from this site's own page.")
    given = request.headers.get("x-csrf-token") or await _form_token(request)
    if not hmac.compare_digest(given.encode(), csrf_token(request).encode()):
        raise HTTPException(403, "The page is out of date: reload it and try again.")


def _same_origin(request: Request, public_url: str) -> bool:
    origin, site = request.headers.get("origin"), request.headers.get("sec-fetch-site")
    if site is not None and site != "same-origin":
        return False
    if origin is None or origin == "null":
        # Our no-referrer policy makes a browser's plain form say "null" even to its own site.
        return site == "same-origin"
    ours = {request.headers.get("host", ""), urlsplit(public_url).netloc} - {""}
    return _netloc(origin) in ours


def _netloc(origin: str) -> str:
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""


async def _form_token(request: Request) -> str:
    if media_type(request) != URLENCODED:
        return ""
    value = (await request.form()).get("csrf_token", "")
    return value if isinstance(value, str) else ""


def media_type(request: Request) -> str:
    """The body's declared type, without its parameters, in small letters."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def check_body_type(request: Request) -> None:
    """Refuse bodies that only a cross-site form would send, such as JSON called text/plain."""
    declared = media_type(request)
    if declared and declared not in BODY_TYPES and not declared.endswith("+json"):
        raise HTTPException(415, f"Send {', '.join(sorted(BODY_TYPES))}.")


MODERATOR = Requires(Scope.MODERATE)
"""The guard of everything moderators do."""

Moderator = Annotated[Identity, Depends(MODERATOR)]
"""The moderator who asks."""

ADMINISTRATOR = Requires(Scope.ADMIN)
"""The guard of what changes how the bot works."""

Administrator = Annotated[Identity, Depends(ADMINISTRATOR)]
"""The administrator who asks."""
