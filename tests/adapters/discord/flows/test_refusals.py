"""What Discord refuses, of whatever is done: told to people, done once, never taken for done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from simcord import Env

from bot.jobs import Done, Later
from bot.model import Outcome, Status
from tests.adapters.discord.flows.town import SCAM, Town, a_png, a_town, said

MESSAGES, MEMBERS = "/channels/*/messages", "/guilds/*/members/*"
ROUTES = {
    "annotate 'Careful'": ("POST", MESSAGES),
    "ban": ("PUT", "/guilds/*/bans/*"),
    "delete": ("DELETE", f"{MESSAGES}/*"),
    "kick": ("DELETE", MEMBERS),
    "notify author": ("POST", "/users/@me/channels"),
    "react ⚠️": ("PUT", f"{MESSAGES}/*/reactions/*"),
    "role add Muted": ("PUT", f"{MEMBERS}/roles/*"),
    "spoiler": ("POST", MESSAGES),
    "timeout 1h": ("PATCH", MEMBERS),
}
"""Every action upon Discord, and the request that does it."""
RULES = "".join(
    f"""
[[rule]]
id = "rule-{number}"
when = "text.content == 'post {number}'"
then = ["{action}", "flag"]
"""
    for number, action in enumerate(ROUTES)
)


def posts(town: Town) -> Iterator[tuple[str, str, str, str]]:
    """Each action with the words that ask for it, and its request."""
    town.guild.create_role("Muted")
    for number, (action, (method, path)) in enumerate(ROUTES.items()):
        yield action, f"post {number}", method, path


def fail(env: Env, method: str, path: str, status: int, code: int) -> None:
    env.inject_error(method, path, status=status, code=code)


async def outcome(town: Town, words: str) -> Outcome:
    """What became of the action of a post by somebody who was never seen before."""
    somebody = town.guild.add_member(town.env.create_user(words.replace(" ", "-")))
    post = await town.posts(somebody, words, [("cat.png", a_png())])
    return (await town.case(post)).judgements[-1].outcomes[0]


async def each_failing(folder: Path, status: int, code: int) -> dict[str, Outcome]:
    """What becomes of each action when Discord answers its request so."""
    async with a_town(folder, rules=RULES) as town:
        found = {}
        for action, words, method, path in posts(town):
            fail(town.env, method, path, status, code)
            found[action] = await outcome(town, words)
        return found


async def test_what_discord_forbids_waits_for_a_person_with_the_reason(tmp_path: Path) -> None:
    found = await each_failing(tmp_path, 403, 50013)

    assert found.keys() == ROUTES.keys()
    assert {one.status for one in found.values()} == {Status.WITHHELD}
    assert {"give its role the permission" in one.detail for one in found.values()} == {True}


async def test_what_is_gone_is_left_and_a_removal_of_it_is_done(tmp_path: Path) -> None:
    found = await each_failing(tmp_path, 404, 10008)
    applied = {action for action, one in found.items() if one.status is Status.APPLIED}
    left = {one.detail for action, one in found.items() if action not in applied}

    assert applied == {"delete", "kick"}
    assert left == {"it is already gone"}


async def test_what_discord_allows_is_done(tmp_path: Path) -> None:
    async with a_town(tmp_path, rules=RULES) as town:
        found = {action: await outcome(town, words) for action, words, _, _ in posts(town)}

    assert {one.status for one in found.values()} == {Status.APPLIED}
    assert found.keys() == ROUTES.keys()


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_while_discord_does_not_answer_it_waits_and_is_then_done_once(
    tmp_path: Path, status: int
) -> None:
    async with a_town(tmp_path, rules=RULES) as town:
        done, waited = {}, {}
        for action, words, method, path in posts(town):
            somebody = town.guild.add_member(town.env.create_user(words.replace(" ", "-")))
            fail(town.env, method, path, status, 0)
            post = await somebody.send(town.general, words, attachments=[("cat.png", a_png())])
            job, waited[action] = await town.life.answers.get()
            # As the queue does once its time has come.
            done[action] = await town.life.application.app.handle(job)
            found = (await town.case(post)).judgements[-1].outcomes[0]

            assert found.status is Status.APPLIED, f"{action}: {found}"

    assert {type(one) for one in waited.values()} == {Later}
    assert {type(one) for one in done.values()} == {Done}


@pytest.mark.parametrize(
    ("status", "code", "told"),
    [
        (403, 50013, "give its role the permission"),
        (429, 0, "turns this address away"),
        (500, 0, "Discord answered 500"),
    ],
)
async def test_a_moderator_is_told_why_their_order_was_not_carried_out(
    town: Town, status: int, code: int, told: str
) -> None:
    post = await town.flagged()
    fail(town.env, "DELETE", f"{MESSAGES}/*", status, code)

    answer = said(await town.press(town.mia, await town.card(), "Delete", reason="scam"))

    assert "Not done" in answer
    assert told in answer
    assert town.stands(post)


async def test_an_order_that_failed_can_be_given_again(town: Town) -> None:
    post = await town.flagged()
    fail(town.env, "DELETE", f"{MESSAGES}/*", 500, 0)
    await town.press(town.mia, await town.card(), "Delete", reason="scam")

    answer = said(await town.press(town.moe, await town.card(), "Delete", reason="scam"))

    assert "Done" in answer
    assert not town.stands(post)


async def test_a_press_whose_time_is_over_does_nothing(town: Town) -> None:
    post = await town.flagged()
    opened = await town.mia.click(await town.card(), label="Delete")
    fail(town.env, "POST", "/interactions/*", 404, 10062)

    await town.mia.submit_modal(opened, {"reason": ["scam"]})

    assert town.stands(post)


async def test_an_answer_that_is_lost_has_been_carried_out_once(town: Town) -> None:
    post = await town.flagged()
    opened = await town.mia.click(await town.card(), label="Delete")
    fail(town.env, "PATCH", "/webhooks/*", 500, 0)

    await town.mia.submit_modal(opened, {"reason": ["scam"]})

    assert not town.stands(post)
    assert len(town.reasons("DELETE")) == 1


async def test_a_card_that_discord_does_not_take_now_comes_later(town: Town) -> None:
    await town.posts(town.ann, "look at this")
    fail(town.env, "POST", MESSAGES, 500, 0)
    await town.later()
    none = town.mods.history()

    await town.later(10)

    assert none == []
    assert "look at this" in said(town.mods.history()[-1])


async def test_a_channel_that_refuses_cards_is_told_of_in_status(town: Town) -> None:
    await town.posts(town.ann, "look at this")
    town.env.inject_error("POST", MESSAGES, status=403, code=50013, times=None)
    await town.later()

    health = await town.life.application.health.missing()
    lacks = town.life.application.boards.board.lacks()

    assert "discord" in health
    assert any("permission" in why for why in lacks.values())


async def test_a_scams_author_who_takes_no_letters_is_still_acted_upon(tmp_path: Path) -> None:
    rules = """
[[rule]]
id = "scam"
when = "scores.scam >= 0.8"
then = ["delete", "notify author", "flag"]
"""
    async with a_town(tmp_path, rules=rules) as town:
        fail(town.env, "POST", f"/channels/{town.ann.user.dm_channel.id}/messages", 403, 50007)
        post = await town.posts(town.ann, SCAM)
        found = {one.action: one for one in (await town.case(post)).judgements[-1].outcomes}

        assert found["delete"].status is Status.APPLIED
        assert found["notify author"].status is Status.WITHHELD
        assert "no direct messages" in found["notify author"].detail
