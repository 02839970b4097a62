"""What members do about themselves: appeal, ask what is stored, be erased."""

from tests.adapters.discord.flows.town import SCAM, Town, labels, said


async def test_an_appeal_in_a_direct_message_comes_before_the_moderators(town: Town) -> None:
    post = await town.flagged(text=SCAM)
    await town.press(town.mia, await town.card(), "Uphold")

    answer = await town.ann.user.slash("appeal", words="It was my own shop")
    card = await town.card()

    assert "Appealed" in said(answer)
    assert "Appealed by its author" in said(card)
    assert "It was my own shop" in await town.history(post)


async def test_whose_appeal_changes_nothing_is_told_so(town: Town) -> None:
    await town.flagged(text=SCAM)
    await town.ann.user.slash("appeal")

    await town.press(town.mia, await town.card(), "Uphold")

    assert "it stays as it was decided" in town.letters(town.ann)[0]


async def test_an_appeal_is_made_once(town: Town) -> None:
    case = await town.case(await town.flagged())
    await town.slash(town.ann, "appeal", case=case.id)

    answer = await town.slash(town.ann, "appeal", case=case.id)

    assert "Not done" in said(answer)


async def test_nobody_appeals_for_another_or_learns_that_a_case_exists(town: Town) -> None:
    case = await town.case(await town.flagged(text=SCAM))

    theirs = said(await town.slash(town.bob, "appeal", case=case.id))
    nobodys = said(await town.slash(town.bob, "appeal", case="0" * 16))

    assert theirs.replace(case.id, "") == nobodys.replace("0" * 16, "")


async def test_who_appeals_rightly_is_free_again_and_told_so(town: Town) -> None:
    await town.flagged(text=SCAM)
    await town.ann.user.slash("appeal", words="It was a joke")

    await town.press(town.mia, await town.card(), "Overturn", words="So it was")
    (letter,) = town.letters(town.ann)

    assert town.timed_out_until(town.ann) is None
    assert "we were wrong, and we are sorry" in letter


async def test_what_is_stored_is_told_in_a_direct_message_too(town: Town) -> None:
    await town.flagged()

    here = said(await town.slash(town.ann, "privacy"))
    alone = said(await town.ann.user.slash("privacy"))

    assert "without words, for 30 days: 1." in here
    assert "without words, for 30 days: 1." in alone


async def test_only_an_administrator_erases_who_asked_for_it(town: Town) -> None:
    post = await town.flagged()
    await town.slash(town.ann, "privacy", erase="yes")
    card = await town.card()

    shut = said(await town.press(town.mia, card, "Erase…", sure="yes"))
    kept = await town.store.journal.case_of(town.ref(post))
    done = said(await town.press(town.ada, card, "Erase…", sure="yes"))

    assert "ann asks to be erased" in said(card)
    assert "Only administrators" in shut
    assert kept is not None
    assert "1 posts and all that hung on them are gone" in done
    assert await town.store.journal.case_of(town.ref(post)) is None


async def test_a_declined_wish_says_so_and_may_be_asked_again(town: Town) -> None:
    await town.flagged()
    asked = await town.slash(town.ann, "privacy")
    await town.press(town.ann, asked.response, "Ask to be erased")

    await town.press(town.ada, await town.card(), "Decline")
    card = await town.card()

    assert "declined" in said(card)
    assert "Erase…" not in labels(card)


async def test_closed_direct_messages_stop_no_overturn(town: Town) -> None:
    await town.flagged(text=SCAM)
    await town.ann.user.slash("appeal")
    town.env.inject_error(
        "POST", f"/channels/{town.ann.user.dm_channel.id}/messages", status=403, code=50007
    )

    answer = said(await town.press(town.mia, await town.card(), "Overturn"))

    assert "Overturned" in answer
    assert town.timed_out_until(town.ann) is None
    assert town.letters(town.ann) == []
