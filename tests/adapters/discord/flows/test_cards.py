"""Every button of a card, with the form it opens and what comes of it on Discord."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.model import CaseState
from tests.adapters.discord.flows.town import SCAM, Town, a_png, a_town, labels, said


async def test_a_card_comes_with_everything_that_can_be_done(town: Town) -> None:
    await town.flagged()

    offered = labels(await town.card())

    assert offered[:7] == [
        "Uphold", "Overturn", "Delete", "Time out…", "Ban…", "Claim", "Escalate",
    ]  # fmt: skip
    assert {"Known bad", "Known good", "Ignore these here", "Note"} <= {*offered}
    assert {"Open on the desk", "See the post"} <= {*offered}


async def test_upholding_closes_the_case_and_the_card_says_by_whom(town: Town) -> None:
    case = await town.case(await town.flagged())

    await town.press(town.mia, await town.card(), "Uphold")
    card = await town.card()

    assert (await town.case_now(case)).state is CaseState.CLOSED
    assert "Upheld by mia" in said(card)
    assert [each for each in labels(card) if each in {"Uphold", "Ban…", "Note"}] == ["Note"]


async def test_an_overturn_lifts_what_can_be_lifted_and_names_what_cannot(town: Town) -> None:
    post = await town.flagged(text=SCAM)
    removed = not town.stands(post)
    timed_out = town.timed_out_until(town.ann)

    answer = await town.press(town.mia, await town.card(), "Overturn", words="A joke among friends")

    assert removed
    assert timed_out is not None
    assert town.timed_out_until(town.ann) is None
    assert "Discord cannot bring a removed message back" in said(answer)


async def test_deleting_removes_the_post_with_who_ordered_it(town: Town) -> None:
    post = await town.flagged()

    answer = await town.press(
        town.mia, await town.card(), "Delete", reason="scam", words="Third time"
    )

    assert "Done" in said(answer)
    assert not town.stands(post)
    assert town.reasons("DELETE") == [f"Bifocal: ordered by mia ({town.mia.id})"]
    assert "Scam or phishing: Third time" in await town.history(post)


@pytest.mark.parametrize(("length", "lasts"), [("10m", 10), ("1h", 60), ("28d", 28 * 24 * 60)])
async def test_a_timeout_lasts_as_long_as_was_chosen(town: Town, length: str, lasts: int) -> None:
    post = await town.flagged()

    await town.press(town.mia, await town.card(), "Time out…", length=length, reason="spam")

    assert town.timed_out_until(town.ann) == town.env.now() + timedelta(minutes=lasts)
    assert f"timeout {length}: Spam or flood" in await town.history(post)


async def test_a_ban_puts_the_author_out(town: Town) -> None:
    post = await town.flagged()

    await town.press(town.mia, await town.card(), "Ban…", reason="scam", sure="yes")

    assert town.guild.get_ban(town.ann) is not None
    assert "ban: Scam or phishing" in await town.history(post)


async def test_a_claim_keeps_another_moderator_away(town: Town) -> None:
    case = await town.case(await town.flagged())
    card = await town.card()

    mine = await town.press(town.mia, card, "Claim")
    theirs = await town.press(town.moe, card, "Uphold")

    assert "Yours" in said(mine)
    assert "mia" in said(theirs)
    assert (await town.case_now(case)).state is CaseState.OPEN
    assert "mia (" in said(await town.card())


async def test_an_escalated_case_says_so_on_its_card_and_in_the_queue(town: Town) -> None:
    await town.flagged()

    await town.press(town.mia, await town.card(), "Escalate", words="Not mine to decide")
    queue = await town.slash(town.moe, "queue")
    waiting = said(queue)
    escalated = said(await town.press(town.moe, queue.response, "Escalated"))

    assert "Escalated by mia" in said(await town.card())
    assert "Post in #general" not in waiting
    assert "Post in #general" in escalated


async def test_a_note_stands_in_the_history_also_of_a_closed_case(town: Town) -> None:
    post = await town.flagged()
    await town.press(town.mia, await town.card(), "Uphold")

    await town.press(town.moe, await town.card(), "Note", words="Spoke with them")

    assert "Spoke with them" in await town.history(post)


async def test_known_bad_pictures_are_flagged_when_they_come_again(town: Town) -> None:
    picture = ("cat.png", a_png())
    await town.posts(town.ann, "look at this", [picture])

    marked = await town.press(town.mia, await town.card(), "Known bad", category="scam")
    again = await town.posts(town.bob, "", [picture])

    assert "Known" in said(marked)
    assert (await town.case(again)).judgements[-1].rules == ("known",)


async def test_known_good_pictures_are_taught(town: Town) -> None:
    await town.posts(town.ann, "look at this", [("cat.png", a_png())])

    marked = await town.press(town.mia, await town.card(), "Known good")

    assert said(marked).startswith("### Known")


async def test_pictures_that_are_ignored_here_are_still_judged_elsewhere(town: Town) -> None:
    picture = ("cat.png", a_png())
    elsewhere = town.guild.create_text_channel("elsewhere")
    await town.posts(town.ann, "look at this", [picture])
    card = await town.card()
    await town.press(town.mia, card, "Known bad", category="scam")

    ignored = await town.press(town.mia, card, "Ignore these here")
    here = await town.posts(town.bob, "", [picture])
    there = await town.posts(town.bob, "", [picture], to=elsewhere)

    assert "Ignored from now on" in said(ignored)
    assert await town.store.journal.case_of(town.ref(here)) is None
    assert await town.store.journal.case_of(town.ref(there)) is not None


async def test_what_was_withheld_is_done_by_a_press(tmp_path: Path) -> None:
    async with a_town(tmp_path, actions=1) as town:
        await town.flagged(text=SCAM)
        post = await town.flagged(town.bob, SCAM)
        stood = town.stands(post)

        answer = await town.press(town.mia, await town.card(), "Do what was withheld")

        assert stood
        assert "done" in said(answer)
        assert not town.stands(post)
        assert town.timed_out_until(town.bob) is not None


async def test_what_was_withheld_can_be_dropped(tmp_path: Path) -> None:
    async with a_town(tmp_path, actions=1) as town:
        await town.flagged(text=SCAM)
        post = await town.flagged(town.bob, SCAM)

        answer = await town.press(town.mia, await town.card(), "Drop what was withheld")

        assert "dropped" in said(answer)
        assert town.stands(post)
        assert "Do what was withheld" not in labels(await town.card())


async def test_where_it_only_rehearses_an_order_is_rehearsed_and_says_so(tmp_path: Path) -> None:
    async with a_town(tmp_path, live=False) as town:
        post = await town.flagged()

        answer = await town.press(town.mia, await town.card(), "Delete", reason="scam")

        assert "only rehearsed" in said(answer)
        assert town.stands(post)


async def test_a_cards_picture_survives_its_post_and_is_covered(town: Town) -> None:
    await town.posts(town.ann, SCAM, [("bait.png", a_png())])

    card = await town.card()

    assert [each.filename for each in card.attachments] == ["SPOILER_0.webp"]
    assert town.general.history()[-1].author.id == town.env.backend.bot_user.id
