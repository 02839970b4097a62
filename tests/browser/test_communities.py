"""Several communities in a real browser: choosing one, their policies, phones."""

import pytest
from playwright.async_api import expect

from bot.communities import Community
from bot.policy.policy import Policy
from tests.bot.web.fakes import a_case
from tests.bot.web.rules_fakes import FakeRules
from tests.bot.web.test_desk_places import AWAY, a_case_away
from tests.bot.web.test_rules import STRICT
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]
LONG = "The Society for the Preservation of Very Long Community Names"


@pytest.fixture
def several(visit: Visit) -> Visit:
    """Three communities, one of them under a policy of its own."""
    world = visit.world
    away = Community("slack", AWAY.community_id, LONG, preset="strict")
    world.communities += (away, Community("discord", "1" * 20))
    world.desk.add(a_case_away())
    world.addresses[str(AWAY)] = "https://acme.example/archives/C1/p12"
    world.addresses[str(a_case().message.ref)] = "https://chat.example/1/2/3"
    strict = FakeRules(Policy.parse(STRICT.encode(), "strict.toml"), text=STRICT, seen=())
    world.rules.others["strict"] = strict, (away, Community("discord", "W" * 40))
    return visit


async def test_choosing_a_community_lists_its_cases_at_once(several: Visit) -> None:
    page = await several.go("/desk")
    await page.get_by_label("Community").select_option("slack:T1")

    await expect(page.locator("article.case")).to_have_count(1)
    await expect(page.locator("#case-c2")).to_contain_text(LONG)
    assert several.complaints == []


async def test_a_community_is_chosen_without_scripts(several: Visit) -> None:
    context = await several.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr] # it was launched
    page = await context.new_page()
    await page.goto(f"{several.base}/signin?code={several.world.code()}")
    await page.goto(f"{several.base}/desk")
    await page.get_by_label("Community").select_option("slack:T1")
    await page.get_by_role("button", name="Show", exact=True).click()

    await expect(page.locator("article.case")).to_have_count(1)
    await context.close()


async def test_a_communitys_policy_is_a_click_away(several: Visit) -> None:
    page = await several.go("/desk/rules")
    await page.get_by_role("navigation", name="Policies").get_by_text("strict").click()
    await page.get_by_role("link", name="nothing-strange").click()
    await page.locator("[data-try]").click()

    await expect(page.locator("#result .headline")).to_contain_text("of 40 judgements")
    await expect(page.locator(".lede")).to_contain_text(LONG)
    assert several.complaints == []


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk?community=slack:T1",
        "/desk/cases/c2",
        "/desk/rules",
        "/desk/rules?preset=strict",
        "/desk/rules/nothing-strange?preset=strict",
        "/desk/try?preset=strict",
    ],
)
async def test_long_names_make_no_page_wider_than_the_screen(
    several: Visit, path: str, width: int
) -> None:
    await several.page.set_viewport_size({"width": width, "height": 800})
    page = await several.go(path)

    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert several.complaints == []
