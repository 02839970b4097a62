"""Who may reach the application at all: proxies, addresses and host names."""

import ipaddress
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from bot.errors import Misconfigured
from bot.web.problems import problem
from bot.web.services import Reach

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


def networks(entries: tuple[str, ...], key: str) -> tuple[Network, ...]:
    """Parse addresses and networks of a setting.

    Raises:
        Misconfigured: one is neither; the message names it.
    """
    try:
        return tuple(ipaddress.ip_network(entry, strict=False) for entry in entries)
    except ValueError as exc:
        raise Misconfigured(f"[web] {key}: {exc}") from exc


def host_name(host: str) -> str:
    """The name of a Host header without its port, brackets and final dot."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
    except ValueError:
        return ""
    return name.removesuffix(".")


def is_loopback(host: str) -> bool:
    """Whether binding to this host is reachable from this machine only."""
    if host in LOOPBACK_NAMES:
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Door:
    """Refuses strangers before anything else sees the request.

    On loopback the Host header must be a name of this machine, so that a page of a rebound
    domain name cannot talk to us through the visitor's browser.
    """

    def __init__(self, app: ASGIApp, reach: Reach) -> None:
        self._app = app
        self._allowed = networks(reach.allowed_ips, "allowed_ips")
        self._proxies = networks(reach.trusted_proxies, "trusted_proxies")
        self._names: frozenset[str] | None = None
        if is_loopback(reach.host):
            public = urlsplit(reach.public_url).hostname
            self._names = LOOPBACK_NAMES | ({public} if public else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let the request through, or answer 403 or 421."""
        if scope["type"] not in {"http", "websocket"}:
            await self._app(scope, receive, send)
            return
        scope = self._seen_through_proxies(scope)
        refusal = self._refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
        else:
            await problem(*refusal)(scope, receive, send)

    def _refusal(self, scope: Scope) -> tuple[int, str] | None:
        if self._allowed and not _within((scope.get("client") or ("",))[0], self._allowed):
            return 403, "Your address is not on the list of those who may use this."
        if self._names is None:
            return None
        name = host_name(Headers(scope=scope).get("host", ""))
        if name in self._names:
            return None
        return 421, "This name is not ours: use the address that was printed at the start."

    def _seen_through_proxies(self, scope: Scope) -> Scope:
        client = (scope.get("client") or ("", 0))[0]
        if not self._proxies or not _within(client, self._proxies):
            return scope
        headers = Headers(scope=scope)
        hops = [
            hop.strip() for line in headers.getlist("x-forwarded-for") for hop in line.split(",")
        ]
        while hops and _within(client, self._proxies):
            client = hops.pop()
        scheme = headers.get("x-forwarded-proto", "")
        seen = {"client": (client, 0)}
        return {**scope, **seen, **({"scheme": scheme} if scheme in {"http", "https"} else {})}


def _within(address: str, allowed: tuple[Network, ...]) -> bool:
    try:
        ip = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(ip, "ipv4_mapped", None)
    return any((mapped or ip) in network for network in allowed)
