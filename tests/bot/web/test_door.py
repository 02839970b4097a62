"""Addresses, proxies and host names."""

import httpx
import pytest

from bot.errors import Misconfigured
from bot.web.app import create_app
from bot.web.services import Reach
from tests.bot.web.conftest import BASE
from tests.bot.web.fakes import World


async def status(reach: Reach, peer: str = "127.0.0.1", **headers: str) -> int:
    """What /healthz answers a peer."""
    app = create_app(World(reach=reach).services())
    transport = httpx.ASGITransport(app, client=(peer, 4000))
    named = {key.replace("_", "-"): value for key, value in headers.items()}
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        return (await client.get("/healthz", headers=named)).status_code


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8080", "localhost:8080", "[::1]:8080", "LOCALHOST", "bifocal.example"]
)
async def test_our_own_names_are_served(host: str) -> None:
    reach = Reach(public_url="https://bifocal.example/")

    assert await status(reach, Host=host) == 200


@pytest.mark.parametrize(
    "host",
    ["evil.example", "127.0.0.1.evil.example", "evil.example:8080", "", "[", "a@localhost.evil"],
)
async def test_a_rebound_name_is_refused_on_loopback(host: str) -> None:
    assert await status(Reach(), Host=host) == 421


async def test_any_name_is_served_when_bound_to_the_world() -> None:
    assert await status(Reach(host="0.0.0.0"), Host="chat.example") == 200  # noqa: S104 - the point


@pytest.mark.parametrize(
    ("peer", "expected"),
    [("10.1.2.3", 200), ("::ffff:10.1.2.3", 200), ("10.2.0.1", 403), ("nonsense", 403)],
)
async def test_only_listed_addresses_get_in(peer: str, expected: int) -> None:
    assert await status(Reach(allowed_ips=("10.1.0.0/16",)), peer) == expected


async def test_a_trusted_proxy_names_the_client() -> None:
    reach = Reach(allowed_ips=("203.0.113.7",), trusted_proxies=("127.0.0.1",))

    assert await status(reach, X_Forwarded_For="203.0.113.7") == 200


async def test_a_client_cannot_forge_hops_before_the_proxy() -> None:
    reach = Reach(allowed_ips=("203.0.113.7",), trusted_proxies=("127.0.0.1",))

    assert await status(reach, X_Forwarded_For="203.0.113.7, 198.51.100.9") == 403


async def test_a_stranger_is_not_believed_as_a_proxy() -> None:
    reach = Reach(allowed_ips=("203.0.113.7",), trusted_proxies=("127.0.0.1",))

    assert await status(reach, "198.51.100.9", X_Forwarded_For="203.0.113.7") == 403


def test_a_setting_that_is_no_address_is_named() -> None:
    with pytest.raises(Misconfigured, match=r"allowed_ips.*nonsense"):
        create_app(
            World(reach=Reach(allowed_ips=("nonsense",))).services()
        ).build_middleware_stack()
