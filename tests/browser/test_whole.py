"""The whole product as a visitor meets it: link, room, examples, desk, analysis."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from adapters.playground.examples import HERE, load
from tests.browser.whole import READING, Posts, post_all, signed_in, the_posts
from tests.journey.process import Bot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(240),
]
EXAMPLES = {example.author: example for example in load().values()}


@dataclass
class Visit:
    """A bot whose room was filled, and the page that filled it."""

    bot: Bot
    page: Page
    posts: Posts
    """By their author's name, as they stood once all were judged."""
    complaints: list[str]

    async def go(self, path: str) -> Page:
        """Open a page of it."""
        await self.page.goto(self.bot.url + path)
        return self.page


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def whole(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Visit]:
    """One bot and one room for all that follows."""
    async with Bot(tmp_path_factory.mktemp("whole"), dict(READING)) as bot:
        page = await signed_in(bot, browser, 1280)
        complaints: list[str] = []
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(f"{line.type}: {line.text}"))
        yield Visit(bot, page, await post_all(bot, page), complaints)
        await page.close()


@pytest.mark.parametrize("author", EXAMPLES)
async def test_every_example_comes_to_its_promised_end(whole: Visit, author: str) -> None:
    post = whole.posts[author]
    outcomes = {
        "removed": post["state"] == "deleted" and post["case"],
        "annotated": post["state"] == "visible" and post["annotations"],
        "reviewed": post["state"] == "visible" and post["case"] and not post["annotations"],
        "stays": post["state"] == "visible" and not post["annotations"],
    }

    assert outcomes[EXAMPLES[author].outcome], post


async def test_the_room_shows_a_tombstone_for_every_removed_post(whole: Visit) -> None:
    page = await whole.go("/playground")
    removed = [e for e in EXAMPLES.values() if e.outcome == "removed"]

    await expect(page.locator(".tombstone")).to_have_count(len(removed))


async def test_the_desk_shows_every_case_with_its_reasons(whole: Visit) -> None:
    page = await whole.go("/desk")
    cases = [post["case"] for post in whole.posts.values() if post["case"]]

    await expect(page.locator("article.case")).to_have_count(len(cases))
    scam = page.locator(f"#case-{whole.posts['Kit']['case']}")
    await expect(scam).to_contain_text("delete")
    await expect(scam.locator(".score").first).to_be_visible()


async def test_overturning_brings_the_removed_post_back(whole: Visit) -> None:
    page = await whole.go(f"/desk/cases/{whole.posts['Kit']['case']}")
    await page.locator("[data-overturn]").click()
    await expect(page.locator(".timeline")).to_contain_text("Overturned")

    assert (await the_posts(whole.bot))["Kit"]["state"] == "visible"
    room = await whole.go("/playground")
    back = room.locator(".message-text", has_text=EXAMPLES["Kit"].caption)
    await expect(back).to_be_visible()


async def test_the_analysis_arrives_in_stages(whole: Visit) -> None:
    page = await whole.go("/analyze")
    await page.set_input_files("#files", HERE / "scam-screenshot.png")
    await page.fill("#text", "no way, this actually works")
    await page.locator("#go").click()

    await expect(page.locator("[data-stage][data-state=done]")).to_have_count(4, timeout=30_000)
    await expect(page.locator(".verdict")).to_contain_text("scam")
    await expect(page.locator("rect.box").first).to_be_attached()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("path", ["/playground", "/desk", "/desk/cases/CASE", "/analyze"])
async def test_nothing_is_wider_than_the_screen(whole: Visit, path: str, width: int) -> None:
    await whole.page.set_viewport_size({"width": width, "height": 844})
    page = await whole.go(path.replace("CASE", str(whole.posts["Juno"]["case"])))
    await page.wait_for_load_state("load")

    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_no_page_complained(whole: Visit) -> None:
    # A picture may be removed between the browser's hearing of it and its asking for it.
    complaints = [line for line in whole.complaints if "404 (Not Found)" not in line]

    assert complaints == []
