"""The real bot over Slack: from a member's post to a moderator's decision."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.adapters.playground.kit import a_png
from tests.emulators.slack import Forgery, Trouble, Upload, slack_world
from tests.emulators.slack.controls import words_of
from tests.journey.process import command
from tests.journey.slack_room import Workspace, a_workspace, settings_of

pytestmark = pytest.mark.slow


@pytest.fixture
async def live(tmp_path: Path) -> AsyncIterator[Workspace]:
    async with a_workspace(tmp_path) as made:
        yield made


async def test_a_scam_goes_all_the_way_from_post_to_decision(live: Workspace) -> None:
    harmless = await live.general.post(live.ann, "lunch at noon?")
    scam = await live.general.post(live.ann, "claim your free nitro")

    await live.until(lambda: scam.deleted and live.ann.im.messages)
    card = await live.card("gift")
    await card.press(live.mod, "Uphold")
    await live.until(lambda: "Upheld by" in words_of(card.blocks))

    assert "claim your free nitro" in words_of(card.blocks)
    assert not harmless.deleted
    assert harmless.replies == []
    assert len(live.mods.messages) == 1


async def test_a_page_instead_of_a_picture_is_held_and_never_clean(live: Workspace) -> None:
    page = Upload("a.png", a_png(), trouble=Trouble(html=True))
    post = await live.general.post(live.ann, "look at this", files=[page])

    await live.card("look at this", "could not be looked at completely")
    await live.bot.until("slack.files_unreadable")

    assert not post.deleted


async def test_what_slack_does_not_allow_is_withheld_with_a_way_to_do_it(tmp_path: Path) -> None:
    async with a_workspace(tmp_path, admin=False) as here:
        scam = await here.general.post(here.ann, "claim your free nitro")
        shout = await here.general.post(here.team.user("bob"), "shout shout")

        for words, withheld, message in (
            ("gift", "delete (withheld)", scam),
            ("shout", "timeout 1h (withheld)", shout),
        ):
            card = await here.card(words, withheld)
            assert message.permalink in str(card.blocks)
            assert not message.deleted


async def test_a_rehearsal_touches_nothing_until_it_is_switched_live_in_chat(
    tmp_path: Path,
) -> None:
    async with a_workspace(tmp_path, simulate=True) as here:
        rehearsed = await here.general.post(here.ann, "claim your free nitro")
        await here.card("gift", "simulated")
        boss = here.team.user("boss", admin=True)
        await boss.slash("/bifocal", "setup")
        await here.until(lambda: boss.ephemerals)
        await boss.ephemerals[-1].press(boss, "Go live")
        await (await boss.opened()).submit({"sure": "yes"})
        await here.shown(boss, "Rehearse again")
        live = await here.general.post(here.ann, "another free nitro")
        await here.until(lambda: live.deleted)

        assert not rehearsed.deleted
        assert (rehearsed.replies, rehearsed.reactions) == ([], {})


async def test_over_http_slack_is_heard_and_a_stranger_is_not(tmp_path: Path) -> None:
    async with a_workspace(tmp_path, http=True) as here:
        scam = await here.general.post(here.ann, "claim your free nitro")
        card = await here.card("gift")
        await card.press(here.mod, "Uphold")
        await here.card("gift", "Upheld by")
        assert here.world.http is not None
        forged = await here.world.http.request("events_api", {}, Forgery(timestamp="abc"))

        assert scam.deleted
        assert forged.status == 401


async def test_the_doctor_finds_all_well_and_says_what_is_not(tmp_path: Path) -> None:
    async with slack_world() as world:
        settings = settings_of(world, tmp_path)
        code, out, err = await command(tmp_path, "doctor", **settings)
        _, checked, _ = await command(tmp_path, "check", **settings)
        world.team().app.token.scopes.discard("reactions:write")
        ill, told, _ = await command(tmp_path, "doctor", **settings)

    assert (code, ill) == (0, 1), out + err
    assert "slack: Socket Mode opens." in out
    assert "The policy asks for timeout, and Slack has no timeouts" in out
    assert "slack: The policy asks for timeout" in checked
    assert "reactions:write (to mark posts with a reaction)" in told


async def test_people_are_answered_in_chat(live: Workspace) -> None:
    await live.ann.slash("/analyze", "claim your free nitro")
    await live.until(lambda: any("found" in words_of(e.blocks) for e in live.ann.ephemerals))

    await live.mod.slash("/bifocal", "status")
    await live.until(lambda: live.mod.ephemerals)
    await live.mod.open_home()
    home = await live.mod.home_published()

    assert "Waiting for a person" in home.words


async def test_stopped_by_a_signal_it_loses_nothing_and_ends_well(live: Workspace) -> None:
    messages = [await live.general.post(live.ann, f"free nitro {n}") for n in range(5)]
    for message in messages:
        await message.acked()

    code = await live.bot.stop()
    await live.bot.start()
    await live.until(lambda: all(message.deleted for message in messages))

    assert code == 0
