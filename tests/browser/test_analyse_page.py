"""The analyse page in a real browser: choose, follow, read, and nothing complains."""

import base64

import pytest
from playwright.async_api import FilePayload, Page, expect

from tests.bot.web.fakes import a_png, an_analysis
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
GIVE = """([kind, data]) => {
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], "given.png", { type: "image/png" }));
  const event = kind === "paste"
    ? new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true })
    : new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true });
  document.getElementById("text").dispatchEvent(event);
}"""


async def analysed(visit: Visit) -> Page:
    """The page after one picture and its words were analysed."""
    page = await visit.go("/analyze")
    picture = FilePayload(name="a.png", mimeType="image/png", buffer=a_png())
    await page.set_input_files("#files", picture)
    await page.fill("#text", "get yours at bit.example/x")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".verdict")).to_be_visible()
    return page


async def test_every_stage_ends_and_the_verdict_is_shown(visit: Visit) -> None:
    page = await analysed(visit)

    await expect(page.locator("[data-stage][data-state=done]")).to_have_count(4)
    await expect(page.locator(".verdict")).to_contain_text("scam-screenshot")
    assert visit.complaints == []


async def test_failures_and_unasked_categories_are_said_plainly(visit: Visit) -> None:
    page = await analysed(visit)

    await expect(page.locator("#result")).to_contain_text("gemini could not be reached")
    await expect(page.locator("#result")).to_contain_text("Not asked: nudity, gore")


async def test_a_signal_lights_its_box_and_its_words(visit: Visit) -> None:
    page = await analysed(visit)
    await page.locator(".chip[data-link=s0]").focus()

    await expect(page.locator("rect.box[data-link=s0]")).to_have_class("box joint is-lit")
    await expect(page.locator("mark[data-link=s0]")).to_have_class("joint is-lit")


async def test_boxes_lie_where_the_picture_is(visit: Visit) -> None:
    page = await analysed(visit)
    picture = await page.locator(".figure img").bounding_box()
    box = await page.locator("rect.box[data-link=s0]").bounding_box()

    assert picture
    assert box
    assert box["x"] == pytest.approx(picture["x"] + 0.1 * picture["width"], abs=3)
    assert box["width"] == pytest.approx(0.5 * picture["width"], abs=6)


@pytest.mark.parametrize("kind", ["paste", "drop"])
async def test_a_picture_can_be_given(visit: Visit, kind: str) -> None:
    page = await visit.go("/analyze")
    await page.evaluate(GIVE, [kind, base64.b64encode(a_png()).decode()])

    await expect(page.locator("#thumbs img")).to_have_attribute("alt", "given.png")


async def test_nothing_given_is_said_without_asking_the_server(visit: Visit) -> None:
    page = await visit.go("/analyze")
    await page.locator("#go").click()

    await expect(page.locator(".toast")).to_contain_text("Choose a picture or type some words")


async def test_trouble_is_a_sentence(visit: Visit) -> None:
    visit.world.analyser.trouble = RuntimeError("canary-secret")
    page = await visit.go("/analyze")
    await page.fill("#text", "words")
    await page.locator("#go").click()

    await expect(page.locator("#progress-note")).to_contain_text("The analysis broke off")
    assert "canary-secret" not in await page.content()


async def test_hostile_words_run_nothing(visit: Visit) -> None:
    attack = "<img src=x onerror='window.pwned=1'>\"><script>window.pwned=1</script>"
    visit.world.analyser.analysis = an_analysis(text=attack, ocr=attack, rule=attack, quote=attack)
    page = await analysed(visit)

    assert await page.evaluate("window.pwned") is None
    await expect(page.locator("#result")).to_contain_text("<img src=x")
