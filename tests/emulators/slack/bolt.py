"""A plain Bolt app, unmodified, over the emulator: what the emulator itself is tested with."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from tests.emulators.slack.world import World


def an_app(world: World, **options: Any) -> AsyncApp:
    """An app with the tokens of the first workspace, or with ``options``' own authorisation."""
    settings = world.settings()
    given = {"signing_secret": settings.signing_secret, **options}
    if "authorize" not in given and "oauth_settings" not in given:
        given["client"] = AsyncWebClient(settings.bot_token, base_url=settings.api_base)
    return AsyncApp(**given)


@asynccontextmanager
async def over_sockets(world: World, app: AsyncApp, ping_s: float = 5.0) -> AsyncIterator[None]:
    """The app connected in Socket Mode."""
    handler = AsyncSocketModeHandler(app, world.settings().app_token, ping_interval=ping_s)
    await handler.connect_async()  # type: ignore[no-untyped-call]
    try:
        await world.connected()
        yield
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]


@asynccontextmanager
async def over_http(world: World, app: AsyncApp) -> AsyncIterator[str]:
    """The app's own web server, entered at Slack as the URL to send to."""
    runner = web.AppRunner(app.web_app("/slack/events"), access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        await world.point_at(f"{base}/slack/events")
        yield base
    finally:
        await runner.cleanup()
