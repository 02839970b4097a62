"""Who presses what is not theirs to press, or not any more."""

from bot.model import CaseState, Status
from tests.adapters.discord.flows.town import KEEPER, SCAM, Town, said


async def test_a_member_who_presses_a_moderators_button_is_refused_and_written_down(
    town: Town,
) -> None:
    case = await town.case(await town.flagged())

    answer = await town.press(town.bob, await town.card(), "Uphold")
    (line,) = await town.audited()

    assert "Only moderators may do this" in said(answer)
    assert (await town.case_now(case)).state is CaseState.OPEN
    assert line.by == f"bob ({town.bob.id})"
    assert line.detail["command"] == "uphold"


async def test_a_member_who_fills_in_a_moderators_form_is_refused(town: Town) -> None:
    post = await town.flagged()

    answer = await town.press(town.bob, await town.card(), "Delete", reason="scam")

    assert "Only moderators may do this" in said(answer)
    assert town.stands(post)


async def test_a_moderators_button_that_is_shown_to_members_stays_the_moderators(
    town: Town,
) -> None:
    case = await town.case(await town.flagged())
    queue = await town.slash(town.mia, "queue")
    copied = town.copied(queue.response, town.general)

    answer = await town.press(town.bob, copied, "Look")

    assert "Only moderators may do this" in said(answer)
    assert case.id not in said(answer)


async def test_a_button_of_another_server_is_refused_and_written_down(town: Town) -> None:
    case = await town.case(await town.flagged())
    away = town.env.create_guild("Away")
    room = away.create_text_channel("room")
    role = away.create_role("Keeper", permissions=KEEPER)
    eve = away.add_member(town.env.create_user("eve"), roles=[role])
    copied = town.copied(await town.card(), room)

    answer = await town.press(eve, copied, "Uphold")
    lines = await town.audited()

    assert "not valid here" in said(answer)
    assert (await town.case_now(case)).state is CaseState.OPEN
    assert [line.by for line in lines] == [f"eve ({eve.id})"]


async def test_a_case_of_another_server_is_not_shown(town: Town) -> None:
    case = await town.case(await town.flagged())
    away = town.env.create_guild("Away")
    room = away.create_text_channel("room")
    role = away.create_role("Keeper", permissions=KEEPER)
    eve = away.add_member(town.env.create_user("eve"), roles=[role])

    answer = await eve.slash(room, "case", case=case.id)

    assert "another community" in said(answer)
    assert "look at this" not in said(answer)


async def test_a_cards_buttons_work_after_a_restart(town: Town) -> None:
    case = await town.case(await town.flagged())
    card = await town.card()
    await town.restarts()

    await town.press(town.mia, card, "Uphold")

    assert (await town.case_now(case)).state is CaseState.CLOSED
    assert "Upheld by mia" in said(await town.card())


async def test_a_form_works_after_a_restart(town: Town) -> None:
    post = await town.flagged()
    opened = await town.mia.click(await town.card(), label="Delete")
    await town.restarts()

    answer = await town.mia.submit_modal(opened, {"reason": ["scam"]})

    assert "Done" in said(answer)
    assert not town.stands(post)


async def test_the_second_moderator_is_told_who_was_faster(town: Town) -> None:
    case = await town.case(await town.flagged())
    opened = await town.mia.click(await town.card(), label="Overturn")
    await town.press(town.moe, await town.card(), "Uphold")

    answer = await town.mia.submit_modal(opened, {})

    assert "moe" in said(answer)
    assert (await town.case_now(case)).state is CaseState.CLOSED
    assert "Upheld by moe" in said(await town.card())


async def test_an_action_that_two_moderators_order_is_done_once(town: Town) -> None:
    await town.flagged()
    card = await town.card()
    opened = await town.mia.click(card, label="Delete")
    await town.press(town.moe, card, "Delete", reason="scam")

    answer = await town.mia.submit_modal(opened, {"reason": ["spam"]})

    assert "Done" in said(answer)
    assert len(town.reasons("DELETE")) == 1


async def test_who_lost_their_role_since_the_card_came_is_refused(town: Town) -> None:
    case = await town.case(await town.flagged())
    card = await town.card()
    town.env.backend.remove_member_role(town.guild.id, town.mia.id, town.keeper.id)

    answer = await town.press(town.mia, card, "Uphold")

    assert "Only moderators may do this" in said(answer)
    assert (await town.case_now(case)).state is CaseState.OPEN


async def test_what_the_bot_may_not_do_any_more_is_named_and_not_tried(town: Town) -> None:
    post = await town.flagged()
    card = await town.card()
    await town.lose("manage_messages")

    answer = await town.press(town.mia, card, "Delete", reason="scam")

    assert "Bifocal lacks Manage Messages here" in said(answer)
    assert town.stands(post)
    assert town.reasons("DELETE") == []


async def test_a_moderator_is_not_acted_upon_by_another(town: Town) -> None:
    await town.flagged(town.moe)

    answer = await town.press(town.mia, await town.card(), "Time out…", length="1h", reason="spam")

    assert "moderators and the owner are never acted upon" in said(answer)
    assert town.timed_out_until(town.moe) is None


async def test_a_case_can_be_told_of_though_its_author_left(town: Town) -> None:
    post = await town.flagged()
    card = await town.card()
    town.guild.remove_member(town.ann)
    await town.env.settle()

    answer = await town.press(town.mia, card, "Time out…", length="1h", reason="spam")
    removed = await town.press(town.mia, card, "Delete", reason="spam")

    assert "already gone" in said(answer)
    assert "Done" in said(removed)
    assert not town.stands(post)


async def test_where_it_cannot_look_again_nothing_is_done_and_a_person_is_asked(
    town: Town,
) -> None:
    await town.lose("read_message_history")

    post = await town.posts(town.ann, SCAM)
    outcomes = (await town.case(post)).judgements[-1].outcomes

    assert town.stands(post)
    assert {one.status for one in outcomes if one.action != "flag"} == {Status.WITHHELD}
