"""The desk in a real browser: keys, veils, decisions, live cases, phones."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from playwright.async_api import expect

from bot.model import CaseState, EventKind
from tests.bot.web.fakes import NOW, a_case
from tests.browser.conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_picture_is_blurred_until_it_is_focused(visit: Visit) -> None:
    page = await visit.go("/desk")
    picture = page.locator(".veil img")
    await expect(picture).to_have_css("filter", re.compile("blur"))
    await page.keyboard.press("j")
    await page.keyboard.press("Tab")

    await expect(picture).to_have_css("filter", "none")


async def test_a_tap_unveils_and_another_veils(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.locator(".veil").click()
    await expect(page.locator(".veil")).to_have_attribute("aria-pressed", "true")
    await page.locator(".veil").click()

    await expect(page.locator(".veil")).to_have_attribute("aria-pressed", "false")


async def test_a_case_is_upheld_by_keys_alone(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.keyboard.press("j")
    await page.keyboard.press("u")

    await expect(page.locator("#case-c1 .card-foot")).to_contain_text("Upheld by mod")
    assert visit.world.desk.held["c1"].state is CaseState.CLOSED


async def test_a_key_that_comes_before_the_page_is_ready_leads_nobody_away(visit: Visit) -> None:
    # htmx puts its start off until the page is loaded; on a busy machine that is a while.
    await visit.page.add_init_script(
        "const at = window.setTimeout; window.setTimeout = (act, ms, ...more) =>"
        " at(act, document.readyState === 'complete' ? ms : 60_000, ...more);"
    )
    page = await visit.go("/desk")
    await page.keyboard.press("j")
    await page.keyboard.press("u")

    await expect(page.locator("#case-c1 .card-foot")).to_contain_text("Upheld by mod")


async def test_overturning_with_a_note_shows_what_stayed(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.keyboard.press("j")
    await page.keyboard.press("n")
    await page.keyboard.type("uo? it was a joke")
    await page.keyboard.press("Escape")
    await page.keyboard.press("o")

    await expect(page.locator("#case-c1")).to_contain_text("it can be posted again")
    last = visit.world.desk.held["c1"].events[-1]
    assert (last.kind, last.note) == (EventKind.OVERTURNED, "uo? it was a joke")


async def test_enter_in_the_note_upholds_by_the_same_road(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.locator(".decide-note").fill("clear")
    await page.locator(".decide-note").press("Enter")

    await expect(page.locator("#case-c1 .card-foot")).to_contain_text("Upheld by mod")


async def test_the_second_moderator_is_told_who_was_first(visit: Visit) -> None:
    page = await visit.go("/desk/cases/c1")
    await visit.world.desk.uphold("c1", by="Ada", version=1, note="")
    await page.locator("[data-overturn]").click()

    await expect(page.locator("[role=alert]")).to_contain_text("Ada already decided this case")


async def test_a_decision_on_the_cases_page_renews_its_history(visit: Visit) -> None:
    page = await visit.go("/desk/cases/c1")
    await page.keyboard.press("u")

    await expect(page.locator(".timeline")).to_contain_text("Upheld by mod")


async def test_new_cases_appear_by_themselves(visit: Visit) -> None:
    page = await visit.go("/desk")
    visit.world.desk.add(a_case("c2", author="latecomer", opened_at=NOW + timedelta(minutes=1)))

    await expect(page.locator("#case-c2")).to_contain_text("latecomer", timeout=10_000)
    assert visit.complaints == []


async def test_a_note_being_written_survives_the_live_list(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.locator(".decide-note").fill("half a thou")
    visit.world.desk.add(a_case("c2", opened_at=NOW + timedelta(minutes=1)))
    await page.locator("body").evaluate("htmx.trigger(document.getElementById('cases'), 'every')")

    await expect(page.locator("#note-c1")).to_have_value("half a thou")


async def test_signing_out_leads_to_the_sign_in(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.get_by_label("Sign out mod").click()

    await expect(page.locator("h1")).to_have_text("Sign in")


async def test_question_mark_shows_the_keys(visit: Visit) -> None:
    page = await visit.go("/desk")
    await page.keyboard.press("?")

    await expect(page.locator("#keys")).to_be_visible()


async def test_the_desk_works_without_scripts(visit: Visit) -> None:
    context = await visit.page.context.browser.new_context(java_script_enabled=False)  # type: ignore[union-attr] # it was launched
    page = await context.new_page()
    await page.goto(f"{visit.base}/signin?code={visit.world.code()}")
    await page.goto(f"{visit.base}/desk")
    await page.locator("[data-overturn]").click()

    await expect(page.locator("#case")).to_contain_text("it can be posted again")


@pytest.mark.parametrize("path", ["/desk", "/desk/cases/c1", "/analyze", "/docs", "/signin"])
@pytest.mark.parametrize("width", [360, 390, 1280])
async def test_no_page_is_wider_than_the_screen(visit: Visit, path: str, width: int) -> None:
    long = "W" * 300
    visit.world.desk.add(replace(a_case("c1", author=long, channel=long, text=long, rule=long)))
    await visit.page.set_viewport_size({"width": width, "height": 800})
    page = await visit.go(path)

    assert await page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0


async def test_the_theme_switch_wins_over_the_system_and_is_kept(visit: Visit) -> None:
    page = await visit.go("/desk")
    light = await page.evaluate("getComputedStyle(document.body).backgroundColor")
    await page.locator("[data-theme-switch]").click()
    await page.reload()

    assert await page.evaluate("getComputedStyle(document.body).backgroundColor") != light
