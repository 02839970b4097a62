"""``python -m tests.browser.pictures``: the README's pictures, taken of the real process."""

import asyncio
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Page, async_playwright, expect

from tests.browser.conftest import QUIET, found_chromium
from tests.browser.whole import READING, post_all, signed_in
from tests.journey.process import Bot

WHERE = Path("docs/images")
LARGEST = 300_000
"""Bytes of one picture: a README is read over telephones too."""


async def main() -> None:
    """Post the examples, and take the desk and the playground."""
    with tempfile.TemporaryDirectory() as folder:
        async with Bot(Path(folder), dict(READING)) as bot, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=found_chromium(), args=QUIET)
            page = await signed_in(bot, browser, 1280, 860)
            posts = await post_all(bot, page)
            await page.goto(f"{bot.url}/playground")
            await expect(page.locator(".tombstone").first).to_be_visible()
            await _taken(page, "playground.png")
            await page.goto(f"{bot.url}/desk")
            case = page.locator(f"#case-{posts['Kit']['case']}")
            await case.scroll_into_view_if_needed()
            await page.evaluate(
                "id => scrollTo(0, document.getElementById(id).offsetTop - 90)",
                f"case-{posts['Kit']['case']}",
            )
            await expect(case.locator("img").first).to_be_visible()
            await _taken(page, "desk.png")
            await browser.close()


async def _taken(page: Page, name: str) -> None:
    await page.wait_for_load_state("networkidle")
    picture = Image.open(BytesIO(await page.screenshot(animations="disabled")))
    # 256 colours are enough for a page, and a third of the bytes.
    written = BytesIO()
    picture.convert("RGB").quantize(256).save(written, "PNG", optimize=True)
    assert written.tell() <= LARGEST, f"{name}: {written.tell()} bytes"
    (WHERE / name).write_bytes(written.getvalue())
    print(f"{WHERE / name}: {written.tell():,} bytes")  # noqa: T201 - run by hand


if __name__ == "__main__":
    WHERE.mkdir(parents=True, exist_ok=True)
    asyncio.run(main())
