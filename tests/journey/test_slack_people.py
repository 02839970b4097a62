"""An author, a moderator and an administrator click through all of Slack's surfaces."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.emulators.slack import View
from tests.emulators.slack.controls import words_of
from tests.emulators.slack.interactions import press_payload
from tests.journey.process import command
from tests.journey.slack_room import Workspace, a_workspace

pytestmark = pytest.mark.slow


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with a_workspace(tmp_path, BIFOCAL_LIMITS__ANALYZE_PER_USER_PER_HOUR="2") as made:
        yield made


async def the_wizard(here: Workspace) -> str:
    """The administrator lets Mia moderate and Carl analyze; what the page says in the end."""
    boss, mia = here.team.user("boss", admin=True), here.team.user("mia")
    carl = here.team.user("carl")
    await boss.slash("/bifocal", "setup")
    await here.told(boss, "Set Bifocal up")
    await boss.ephemerals[-1].choose(boss, "moderators", [mia.id])
    await here.until(lambda: f'"{mia.id}"' in json.dumps(boss.ephemerals[-1].blocks))
    await boss.ephemerals[-1].choose(boss, "analyze_for", [carl.id])
    await here.until(lambda: f'"{carl.id}"' in json.dumps(boss.ephemerals[-1].blocks))
    return words_of(boss.ephemerals[-1].blocks)


async def test_the_wizard_says_what_slack_does_not_allow(here: Workspace) -> None:
    assert "Slack has no timeouts" in await the_wizard(here)


async def test_who_may_analyze_is_chosen_and_how_often_is_limited(here: Workspace) -> None:
    await the_wizard(here)
    carl = here.team.user("carl")

    await here.ann.slash("/analyze", "claim your free nitro")
    refused = await here.told(here.ann, "Not done")
    for _ in range(2):
        await carl.slash("/analyze", "claim your free nitro")
        await here.told(carl, "Something was found")
        carl.ephemerals.clear()
    await carl.slash("/analyze", "claim your free nitro")
    enough = await here.told(carl, "Not done")

    assert "not open to everyone here" in refused
    assert "often enough" in enough


async def test_an_author_sees_what_was_done_and_appeals_once(here: Workspace) -> None:
    scam = await here.general.post(here.ann, "claim your free nitro")
    await here.general.post(here.team.user("bob"), "lunch at noon?")
    await here.until(lambda: scam.deleted)
    await here.card("gift", "delete (applied)")

    home = await here.home(here.ann, "Your posts", "delete")
    await home.press("Appeal")
    form = await here.shown(here.ann, "What should the moderator know?")
    await form.submit({"words": "it was a joke"})
    await here.shown(here.ann, "Appealed")
    await here.until(lambda: here.ann.home and "Appeal" not in here.ann.home.words)
    other = await here.home(here.team.user("bob"), "Your posts")

    assert "Nothing of yours was flagged" in other.words


def posts_on(view: View) -> set[str]:
    """The posts a page shows."""
    return set(re.findall(r"free nitro \d", view.words))


async def test_a_moderator_works_through_the_queue_on_the_app_home(here: Workspace) -> None:
    await the_wizard(here)
    mia = here.team.user("mia")
    posts = [await here.general.post(here.ann, f"free nitro {n}") for n in range(10)]
    await here.until(lambda: all(post.deleted for post in posts))

    home = await here.home(mia, "10 open in all", "Older")
    newest = posts_on(home)
    await home.press("Older")
    older = await here.page(mia, "Newest")
    words = posts_on(older)
    assert (len(newest), len(words), newest & words) == (8, 2, set())

    await older.press("case")
    case = await here.shown(mia, "free nitro")
    (escalated,) = posts_on(case)
    await case.press("Escalate")
    form = await here.shown(mia, "senior moderators")
    await form.submit({"words": "please look"})
    await here.shown(mia, "Escalated")
    await mia.dismiss()

    await (await here.home(mia, "9 open in all")).press("Escalated")
    await (await here.page(mia, "Escalated", escalated)).press("Look")
    await (await here.shown(mia, "please look")).press("Overturn")
    await (await here.shown(mia, "taken back")).submit({"words": "harmless"})
    await here.shown(mia, "Slack brings no deleted message back")
    await mia.dismiss()

    await (await here.home(mia)).press("Decided")
    await here.page(mia, "Decided", escalated)


async def test_what_was_done_by_hand_is_written_down(tmp_path: Path) -> None:
    async with a_workspace(tmp_path, admin=False) as here:
        scam = await here.general.post(here.ann, "claim your free nitro")
        card = await here.card("gift", "delete (withheld)")
        await card.press(here.mod, "Do what was withheld")
        told = await here.told(here.mod, "Not all of it", "a bot deletes only its own")
        await scam.delete(here.ann)
        await card.choose(here.mod, "more", "Done by hand")
        await here.told(here.mod, "1 noted as done by hand")

        assert told
        assert scam.permalink.partition("?")[0] in str(here.mod.ephemerals)
        await here.card("gift", "delete (dropped)")


async def test_what_was_forged_is_in_the_audit(tmp_path: Path) -> None:
    async with a_workspace(tmp_path) as here:
        await here.general.post(here.ann, "claim your free nitro")
        card = await here.card("gift")
        forged = press_payload(card, here.mod, "Uphold")
        forged["actions"][0]["value"] = forged["actions"][0]["value"][:-1] + "!"
        foreign = press_payload(card, here.mod, "Uphold")
        foreign["user"]["team_id"] = here.world.team("other").id
        for payload in (forged, foreign):
            await here.world.interact(payload)
        await here.told(here.mod, "another workspace")
        await here.bot.stop()

    _, out, err = await command(
        tmp_path, "audit", "list", "--what", "chat.refused", "--json", **here.bot.settings
    )
    refused = [line["detail"]["command"] for line in json.loads(out)["audit"]]

    assert sorted(refused) == ["forged", "stranger"], err
    assert "Upheld" not in words_of(card.blocks)


async def test_every_line_of_a_messages_menu_answers(here: Workspace) -> None:
    shout = await here.general.post(here.team.user("bob"), "shout shout")
    harmless = await here.general.post(here.team.user("carl"), "buy this now")
    await here.card("shout", "timeout 1h (withheld)")

    for verb, said in (("why", "A rule matches"), ("analyze", "A post like it")):
        await here.mod.shortcut(verb, shout)
        await here.shown(here.mod, said)
        await here.mod.dismiss()
    for verb in ("known_bad", "known_good"):
        await here.mod.shortcut(verb, shout)
        await here.shown(here.mod, "This post has no picture")
        await here.mod.dismiss()
    await here.ann.shortcut("report", harmless)
    await here.shown(here.ann, "Reported")

    await here.card("buy this now")
