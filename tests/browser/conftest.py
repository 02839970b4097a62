"""A real Chromium before the application on loopback."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from bot.web.app import create_app
from bot.web.server import WebServer
from tests.bot.web.fakes import World, a_platform

expect.set_options(timeout=20_000)  # a busy machine is slow, not wrong

NAMES = ("chromium", "chromium-browser", "google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


def found_chromium() -> str | None:
    """Where the system's Chromium is, if it has one."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where the browser is; without one the test is skipped, on CI it fails."""
    found = found_chromium()
    if found is None:
        reason = "no Chromium found: run make browser"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests, which therefore run in the session's event loop."""
    async with async_playwright() as playwright:
        made = await playwright.chromium.launch(executable_path=chromium, args=QUIET)
        yield made
        await made.close()


@dataclass
class Visit:
    """A served world and a page of it, signed in."""

    world: World
    base: str
    page: Page
    complaints: list[str]
    """What the page's console and the CSP complained about."""

    async def go(self, path: str) -> Page:
        """Open a page."""
        await self.page.goto(self.base + path)
        return self.page


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser: Browser) -> AsyncIterator[Visit]:
    """Signed in as an administrator at desktop width, in light colours."""
    world = World(platforms=(a_platform(),))
    server, stop = WebServer(create_app(world.services()), "127.0.0.1", 0), asyncio.Event()
    task = asyncio.create_task(server.serve(stop))
    base = f"http://127.0.0.1:{server.port}"
    page = await browser.new_page(viewport={"width": 1280, "height": 900}, color_scheme="light")
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda line: complaints.append(line.text) if line.type in {"error", "warning"} else None,
    )
    await page.goto(f"{base}/signin?code={world.code()}")
    yield Visit(world, base, page, complaints)
    await page.close()
    stop.set()
    await task
