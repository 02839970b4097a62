"""The rules in a real browser: a rehearsal from shadow to live, a policy from a file, phones."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.bot.web.rules_fakes import RULES
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
PAGES = (
    "/desk/rules",
    "/desk/rules/scam-picture",
    "/desk/try",
    "/desk/why?which=fake:g1:c1:m3",
    "/desk/webhooks",
)


async def test_a_shadow_rule_is_rehearsed_from_its_page(visit: Visit) -> None:
    page = await visit.go("/desk/rules")
    await page.get_by_role("link", name="scam-picture").click()
    await page.locator("#precision").fill("0.7")
    await page.locator("[data-tune]").click()
    await expect(page.locator("#tuning .headline")).to_contain_text("scores.scam ≥")
    await page.locator("#threshold").fill("0.8")
    await page.locator("[data-try]").click()

    await expect(page.locator("#result .headline")).to_contain_text("20 of 40 judgements")
    await expect(page.locator(".to-write")).to_contain_text('mode = "live"')
    assert visit.complaints == []


async def test_a_changed_outcome_leads_to_its_case(visit: Visit) -> None:
    page = await visit.go("/desk/rules/scam-picture")
    await page.locator(".newest a", has_text="Case").first.click()

    await expect(page.locator("#case")).to_be_visible()


async def test_a_post_without_a_case_leads_to_why(visit: Visit) -> None:
    page = await visit.go("/desk/rules/scam-picture")
    await page.locator(".newest a", has_text="Why?").first.click()

    await expect(page.locator("h1")).to_have_text("Why, or why not")


async def test_a_policy_is_read_from_a_file_and_tried(visit: Visit, tmp_path: Path) -> None:
    candidate = tmp_path / "mine.toml"
    candidate.write_text(RULES.replace('"shadow"', '"live"'))
    page = await visit.go("/desk/try")
    await page.locator("[data-upload] input").set_input_files(candidate)
    await expect(page.locator("#candidate")).to_have_value(candidate.read_text())
    await page.locator("[data-try]").click()

    await expect(page.locator("#result .headline")).to_contain_text("40 of 40 judgements")
    assert visit.complaints == []


async def test_the_pages_of_the_rules_work_without_scripts(visit: Visit) -> None:
    context = await visit.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr] # it was launched
    page = await context.new_page()
    await page.goto(f"{visit.base}/signin?code={visit.world.code()}")
    await page.goto(f"{visit.base}/desk/rules/scam-picture")
    await page.locator("[data-try]").click()

    await expect(page.locator("#result .headline")).to_contain_text("40 of 40 judgements")
    await context.close()


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("width", [360, 1280])
async def test_no_page_of_the_rules_is_wider_than_the_screen(
    visit: Visit, path: str, width: int
) -> None:
    visit.world.deliveries.fail("d" * 64)
    visit.world.rules.error = "policy.toml:3: " + "W" * 300
    await visit.page.set_viewport_size({"width": width, "height": 800})
    page = await visit.go(path)

    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visit.complaints == []
