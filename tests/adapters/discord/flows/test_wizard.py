"""The setup wizard: each of its menus, and the way from rehearsal to live and back."""

import pytest

from adapters.discord.events import PLATFORM
from bot.communities import Community
from tests.adapters.discord.flows.town import SCAM, Town, labels, said


def chosen(town: Town) -> Community:
    return town.store.communities.of(PLATFORM, town.id)


async def test_cards_go_to_the_channel_that_is_chosen(town: Town) -> None:
    office = town.guild.create_text_channel("office")
    page = await town.slash(town.ada, "bifocal setup")

    await town.chooses(town.ada, page.response, "log_channel", [office])
    await town.flagged()

    assert chosen(town).log_channel == str(office.id)
    assert "look at this" in said(office.history()[-1])


async def test_a_chosen_role_moderates_from_then_on(town: Town) -> None:
    helper = town.guild.create_role("Helper")
    town.env.backend.add_member_role(town.guild.id, town.bob.id, helper.id)
    town.lets_everyone_use("queue")
    page = await town.slash(town.ada, "bifocal setup")
    before = said(await town.slash(town.bob, "queue"))

    await town.chooses(town.ada, page.response, "moderators", [helper])

    assert "Only moderators" in before
    assert "Waiting for a person" in said(await town.slash(town.bob, "queue"))


async def test_roles_can_be_taken_off_again(town: Town) -> None:
    page = await town.slash(town.ada, "bifocal setup")
    page = await town.chooses(town.ada, page.response, "moderators", [town.keeper])
    before = chosen(town).moderators

    await town.chooses(town.ada, page.response, "moderators", [])

    assert before == (str(town.keeper.id),)
    assert chosen(town).moderators == ()


async def test_analyzing_is_kept_to_the_chosen_roles(town: Town) -> None:
    page = await town.slash(town.ada, "bifocal setup")

    await town.chooses(town.ada, page.response, "analyze_for", [town.keeper])

    assert chosen(town).analyze_for == (str(town.keeper.id),)


@pytest.mark.parametrize(("verb", "value"), [("language", "es"), ("preset", "strict")])
async def test_a_choice_from_a_list_holds_at_once(town: Town, verb: str, value: str) -> None:
    page = await town.slash(town.ada, "bifocal setup")

    await town.chooses(town.ada, page.response, verb, [value])

    assert getattr(chosen(town), verb) == value


async def test_the_daily_summary_is_switched_on_and_off(town: Town) -> None:
    page = await town.slash(town.ada, "bifocal setup")
    page = await town.press(town.ada, page.response, "Daily summary")
    on = chosen(town).digest

    await town.press(town.ada, page.response, "No daily summary")

    assert on
    assert not chosen(town).digest


async def test_going_live_takes_a_yes_and_then_it_acts(town: Town) -> None:
    await town.choose(live=False)
    rehearsed = await town.posts(town.ann, SCAM)
    page = await town.slash(town.ada, "bifocal setup")

    live = await town.press(town.ada, page.response, "Go live", sure="yes")
    removed = await town.posts(town.bob, SCAM)

    assert town.stands(rehearsed)
    assert "Rehearse again" in labels(live)
    assert not town.stands(removed)


async def test_it_can_rehearse_again(town: Town) -> None:
    page = await town.slash(town.ada, "bifocal setup")

    await town.press(town.ada, page.response, "Rehearse again")

    assert town.stands(await town.posts(town.ann, SCAM))


async def test_a_moderator_who_is_shown_the_page_cannot_choose(town: Town) -> None:
    page = await town.slash(town.ada, "bifocal setup")
    copied = town.copied(page.response, town.general)

    answer = await town.press(town.mia, copied, "Rehearse again")

    assert "Only administrators" in said(answer)
    assert chosen(town).live is None
