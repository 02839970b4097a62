"""The playground in a real browser: what a visitor sees and can do."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from adapters.playground.examples import HERE
from tests.browser.playground_demo import a_site

pytestmark = [pytest.mark.browser]

NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM = next((path for name in NAMES if (path := shutil.which(name))), None)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
XSS = """<img src=x onerror="document.title='owned'"><script>document.title='owned'</script>"""


@pytest.fixture(scope="module")
def chrome() -> Iterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("CI has no Chromium: run make browser first")
        pytest.skip("no Chromium here: make browser installs one")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    with a_site(tmp_path) as address:
        yield address


@pytest.fixture
def room(chrome: Browser, site: str) -> Iterator[Page]:
    """The page, opened; it may not complain about anything, not even to the console."""
    page = chrome.new_page(viewport={"width": 1280, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    page.on("pageerror", lambda error: said.append(f"error: {error}"))
    page.goto(site)
    expect(page.locator("#strip")).to_have_text("Watching the room.")
    yield page
    page.close()
    # 403: what is refused; 404: a picture removed before the browser came to ask for it.
    assert [line for line in said if "403" not in line and "404" not in line] == []


def post(page: Page, text: str, *pictures: str, who: str = "Nova") -> None:
    page.get_by_role("radio", name=who).check(force=True)
    if pictures:
        page.set_input_files("#files", [HERE / name for name in pictures])
    page.fill("#text", text)
    page.press("#text", "Enter")


def test_a_post_is_looked_at_and_left_standing(room: Page) -> None:
    post(room, "hello there")

    message = room.locator(".message")
    expect(message).to_contain_text("being looked at")
    expect(message).to_contain_text("left standing")


def test_a_post_that_needs_it_gets_a_note_beneath(room: Page) -> None:
    post(room, "be careful with this")

    expect(room.locator(".annotation")).to_contain_text("A moderator will look at this post")


def test_a_scam_disappears_and_says_why(room: Page) -> None:
    post(room, "a scam", "wallet-qr.png")

    expect(room.locator(".tombstone")).to_contain_text("Removed by Bifocal: Rule scam")
    expect(room.locator(".picture")).to_have_count(0)


def test_a_timed_out_author_cannot_write_and_others_can(room: Page) -> None:
    post(room, "a scam")

    expect(room.locator("#locked-word")).to_contain_text("Nova is timed out for 9:")
    expect(room.locator("#text")).to_be_disabled()
    room.get_by_role("radio", name="Remy").check(force=True)
    expect(room.locator("#text")).to_be_enabled()


def test_a_moderator_can_lift_a_timeout(room: Page) -> None:
    post(room, "a scam")

    room.get_by_role("button", name="Lift").click()

    expect(room.locator("#text")).to_be_enabled()


def test_moderators_see_a_card_and_the_case(room: Page) -> None:
    post(room, "a scam")

    expect(room.locator(".mod-card")).to_contain_text("Scam in #general")
    room.get_by_role("radio", name="Mika").check(force=True)
    case = room.locator(".message").get_by_role("link", name="Open the case")
    expect(case).to_have_attribute("href", "/desk/cases/case-1")


def test_only_the_moderator_sees_the_case(room: Page) -> None:
    post(room, "careful")
    expect(room.locator(".annotation")).to_be_visible()

    expect(room.locator(".message").get_by_role("link")).to_have_count(0)


def test_markup_is_shown_as_the_words_it_is(room: Page) -> None:
    post(room, XSS)

    expect(room.locator(".message-text")).to_have_text(XSS)
    expect(room.locator(".message img")).to_have_count(0)
    assert "owned" not in room.title()


def test_pictures_are_previewed_described_and_posted(room: Page) -> None:
    room.set_input_files("#files", [HERE / "photo.jpg", HERE / "meme.png"])
    room.get_by_label("Description of photo.jpg").fill("a sunset")
    room.get_by_role("button", name="Remove meme.png").click()

    room.press("#text", "Enter")

    expect(room.locator(".message .picture img")).to_have_count(1)
    expect(room.get_by_role("img", name="a sunset")).to_be_visible()


def test_a_picture_can_be_pasted(room: Page) -> None:
    room.locator("#text").focus()
    room.evaluate(
        """async () => {
            const blob = await (await fetch("/api/v1/playground/examples/meme/image")).blob();
            const carried = new DataTransfer();
            carried.items.add(new File([blob], "pasted.png", { type: "image/png" }));
            document.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried }));
        }"""
    )

    expect(room.locator(".preview")).to_contain_text("pasted.png")


def test_a_picture_can_be_dropped(room: Page) -> None:
    room.evaluate(
        """async () => {
            const blob = await (await fetch("/api/v1/playground/examples/meme/image")).blob();
            const carried = new DataTransfer();
            carried.items.add(new File([blob], "dropped.png", { type: "image/png" }));
            const options = { dataTransfer: carried, cancelable: true };
            for (const kind of ["dragover", "drop"])
                document.dispatchEvent(new DragEvent(kind, options));
        }"""
    )

    expect(room.locator(".preview")).to_contain_text("dropped.png")


def test_an_author_can_edit_with_the_arrow_key(room: Page) -> None:
    post(room, "helo")
    expect(room.locator(".message")).to_contain_text("left standing")

    room.press("#text", "ArrowUp")
    room.get_by_label("Edit the message").fill("hello")
    room.keyboard.press("Enter")

    expect(room.locator(".message-text")).to_have_text("hello")
    expect(room.locator(".message-head")).to_contain_text("edited")


def test_an_author_can_delete_a_post(room: Page) -> None:
    post(room, "oops")
    expect(room.locator(".message")).to_contain_text("left standing")

    room.locator(".message").hover()
    room.get_by_role("button", name="Delete").click()

    expect(room.locator(".tombstone")).to_have_text("Removed by its author.")


def test_another_visitor_sees_it_live(room: Page, chrome: Browser, site: str) -> None:
    other = chrome.new_page()
    other.goto(site)
    expect(other.locator("#strip")).to_have_text("Watching the room.")

    post(room, "do you see me?")

    expect(other.locator(".message-text")).to_have_text("do you see me?")
    other.close()


def test_a_post_in_another_channel_is_counted(room: Page) -> None:
    room.get_by_role("button", name="memes").click()
    post(room, "for memes")
    expect(room.locator(".message")).to_have_count(1)

    room.get_by_role("button", name="general").click()
    expect(room.locator(".message")).to_have_count(0)
    room.get_by_role("button", name="memes").click()
    expect(room.locator(".message-text")).to_have_text("for memes")


def test_one_click_posts_an_example(room: Page) -> None:
    room.locator("#open-examples").click()

    room.locator(".example").first.get_by_role("button", name="Post").click()

    expect(room.locator(".tombstone")).to_contain_text("Removed by Bifocal")


def test_one_click_posts_them_all(room: Page) -> None:
    room.locator("#open-examples").click()
    everything = room.locator(".example").count()

    room.locator("#post-all").click()

    expect(room.locator("#tally")).to_contain_text(f"{everything} seen", timeout=30_000)


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_sticks_out_at_any_width(
    chrome: Browser, site: str, width: int, scheme: str
) -> None:
    page = chrome.new_page(
        viewport={"width": width, "height": 844},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page.goto(site)
    post(page, "w" * 300 + " careful", "photo.jpg", "meme.png")
    expect(page.locator(".annotation")).to_be_visible()

    wide = page.evaluate("document.documentElement.scrollWidth")
    inner = page.evaluate("document.querySelector('#talk-scroll').scrollWidth")
    frame = page.evaluate("document.querySelector('#talk-scroll').clientWidth")
    page.close()

    assert (wide, inner) == (width, frame)


def test_the_page_works_from_the_keyboard_alone(room: Page) -> None:
    room.locator("#text").focus()
    room.keyboard.type("typed only")
    room.keyboard.press("Enter")

    expect(room.locator(".message-text")).to_have_text("typed only")
    room.locator("#open-examples").focus()
    room.keyboard.press("Enter")
    expect(room.locator("#examples")).to_be_visible()
    room.keyboard.press("Escape")
    expect(room.locator("#examples")).to_be_hidden()
