"""The real process before a real browser: signed in, and with every example posted and judged."""

import asyncio
from collections.abc import Mapping
from typing import Any

from playwright.async_api import Browser, Page

from adapters.playground.examples import load
from tests.journey.process import Bot

READING = {"BIFOCAL_ANALYSIS__OCR": "true"}
"""The examples' scams stand in pictures."""
Posts = Mapping[str, Mapping[str, Any]]


async def signed_in(bot: Bot, browser: Browser, width: int, height: int = 900) -> Page:
    """The playground, opened by the one-time link."""
    page = await browser.new_page(viewport={"width": width, "height": height})
    await page.goto(f"{bot.url}/signin?code={bot.code}")
    await page.goto(f"{bot.url}/playground")
    return page


async def post_all(bot: Bot, page: Page) -> Posts:
    """Press the drawer's one button; returns the posts by their author's name, once judged."""
    await page.locator("#open-examples").click()
    await page.locator("#post-all").click()
    async with asyncio.timeout(200):
        while True:
            posts = await the_posts(bot)
            if len(posts) == len(load()) and all(post["judged"] for post in posts.values()):
                return posts
            await asyncio.sleep(0.2)


async def the_posts(bot: Bot) -> Posts:
    """What stands in the room now, by the author's name."""
    async with bot.client() as client:
        found = (await client.get("/api/v1/playground/messages")).json()
    return {post["author"]["name"]: post for post in found}
