"""The desk's further flows in a real browser: incidents, claims, withheld actions, dead workers."""

import pytest
from playwright.async_api import expect

from bot.model import Status
from bot.review.states import CLAIM_LASTS
from tests.bot.web.fakes import NOW, a_case
from tests.bot.web.test_desk_acts import a_parked_case, a_waiting_case, a_withheld_case
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_an_incident_opens_to_its_posts(visit: Visit) -> None:
    for n in range(3):
        visit.world.desk.add(a_waiting_case(f"w{n}"))
    page = await visit.go("/desk")
    await expect(page.locator("article.case")).to_have_count(1)
    await page.locator("#incident-1 a").click()

    await expect(page.locator("article.case")).to_have_count(3)
    assert visit.complaints == []


async def test_an_incident_appears_by_itself(visit: Visit) -> None:
    page = await visit.go("/desk")
    visit.world.desk.add(a_waiting_case("w1"))

    await expect(page.locator("#incident-1")).to_contain_text("1 post waits", timeout=10_000)


async def test_claiming_on_the_cases_page_shows_on_it(visit: Visit) -> None:
    page = await visit.go("/desk/cases/c1")
    await page.get_by_role("button", name="Claim", exact=True).click()

    await expect(page.locator(".badge.claimed")).to_contain_text("mod is on it until")


async def test_another_moderators_claim_appears_and_runs_out_by_itself(visit: Visit) -> None:
    page = await visit.go("/desk")
    await visit.world.desk.claim("c1", by="Ada")
    await expect(page.locator(".badge.claimed")).to_contain_text("Ada is on it", timeout=10_000)
    visit.world.time = NOW + 2 * CLAIM_LASTS

    await expect(page.locator(".badge.released")).to_have_text("released by Ada", timeout=10_000)


async def test_a_withheld_action_is_done_with_one_press(visit: Visit) -> None:
    visit.world.desk.add(a_withheld_case("w1"))
    page = await visit.go("/desk/cases/w1")
    await page.locator("#withheld").get_by_role("button", name="Do it now").first.click()

    await expect(page.locator("[role=status]").first).to_contain_text("1 done")
    assert visit.world.desk.held["w1"].judgements[0].outcomes[0].status is Status.APPLIED


async def test_many_withheld_actions_are_dropped_with_one_press(visit: Visit) -> None:
    for n in range(3):
        visit.world.desk.add(a_withheld_case(f"w{n}"))
    page = await visit.go("/desk/withheld?why=limits")
    await page.locator("[data-bulk-drop]").click()

    await expect(page.locator("main")).to_contain_text("3 dropped")


async def test_a_dead_workers_post_is_analysed_again_with_one_press(visit: Visit) -> None:
    case = a_parked_case()
    visit.world.desk.add(case)
    key = visit.world.queue.park(case)
    page = await visit.go("/desk/cases/p1")
    await page.get_by_role("button", name="Analyse again").click()

    await expect(page.locator("main")).to_contain_text("It is being analysed again.")
    assert visit.world.queue.driven == [key]


async def test_a_picture_is_made_known_with_one_press(visit: Visit) -> None:
    page = await visit.go("/desk/cases/c1")
    await page.get_by_role("button", name="Known bad").click()

    await expect(page.locator("main")).to_contain_text("Its pictures flag from now on.")


async def test_an_entry_out_of_force_is_removed_from_its_card(visit: Visit) -> None:
    visit.world.lessons.isolate()
    page = await visit.go("/desk")
    await page.get_by_role("button", name="Remove it").click()

    await expect(page.locator(".quarantine")).to_have_count(0)


@pytest.mark.parametrize(
    "path",
    [
        "/desk",
        "/desk?waiting=gemini:unavailable",
        "/desk/cases/w1",
        "/desk/cases/p1",
        "/desk/withheld",
        "/desk/worth",
    ],
)
@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_new_parts_fit_a_phone_in_light_and_dark(
    visit: Visit, path: str, scheme: str
) -> None:
    long = "W" * 120
    visit.world.desk.add(a_withheld_case("w1"))
    visit.world.desk.add(a_parked_case())
    visit.world.desk.add(a_waiting_case("x1"))
    visit.world.desk.add(a_case("c1", rule=long))
    visit.world.lessons.isolate(long)
    await visit.world.desk.claim("w1", by=long)
    await visit.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    await visit.page.set_viewport_size({"width": 360, "height": 800})
    page = await visit.go(path)

    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert visit.complaints == []
