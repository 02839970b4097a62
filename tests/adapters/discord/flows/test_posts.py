"""What becomes of posts: kinds we cannot look into, changes on the way, floods, the day's sum."""

from pathlib import Path

import pytest

from bot.model import CaseState, Status
from tests.adapters.discord.flows.town import ASKED, SCAM, Town, a_png, a_town, said

MP4 = b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + bytes(64)
OGG = b"OggS\0\x02" + bytes(64) + b"OpusHead"
LOTTIE = b'{"v":"5.5.7","fr":60,"ip":0,"op":60,"w":320,"h":320,"layers":[]}'
KINDS = {"clip.mp4": MP4, "voice-message.ogg": OGG, "wave.json": LOTTIE}


@pytest.mark.parametrize("name", KINDS)
async def test_what_cannot_be_looked_into_goes_to_a_person(tmp_path: Path, name: str) -> None:
    async with a_town(tmp_path, unsupported="review") as town:
        post = await town.posts(town.ann, "", [(name, KINDS[name])])
        case = await town.case(post)

        assert [one.kind for one in case.judgements[-1].failures] == ["not_supported"]
        assert case.state is CaseState.OPEN


@pytest.mark.parametrize("name", KINDS)
async def test_by_choice_it_is_noted_and_leaves_no_case(tmp_path: Path, name: str) -> None:
    async with a_town(tmp_path, unsupported="note") as town:
        post = await town.posts(town.ann, "", [(name, KINDS[name])])

        assert await town.store.journal.case_of(town.ref(post)) is None


async def test_nothing_is_done_about_a_post_that_was_taken_back_before_it_was_judged(
    town: Town,
) -> None:
    town.life.open.clear()
    post = await town.ann.send(town.general, SCAM)
    await town.ann.delete(post)
    town.life.open.set()
    await town.judged(post)
    outcomes = (await town.case(post)).judgements[-1].outcomes

    assert {one.status for one in outcomes if one.action != "flag"} == {Status.WITHHELD}
    assert town.timed_out_until(town.ann) is None
    assert town.reasons("DELETE") == []


async def test_a_post_that_was_edited_while_it_was_judged_is_judged_as_it_is_now(
    town: Town,
) -> None:
    town.life.open.clear()
    post = await town.ann.send(town.general, SCAM)
    await town.ann.edit(post, "Sorry, that was not me")
    town.life.open.set()
    await town.judged(post, revisions=2)
    case = await town.case(post)

    assert town.stands(post)
    assert town.timed_out_until(town.ann) is None
    # Both revisions are judged side by side: which is written first is nobody's promise.
    (first,) = [one for one in case.judgements if one.outcomes]
    assert {one.status for one in first.outcomes[:2]} == {Status.WITHHELD}


async def test_an_edit_into_a_scam_is_removed(town: Town) -> None:
    post = await town.posts(town.ann, "hello")
    await town.ann.edit(post, SCAM)
    await town.judged(post, revisions=2)

    assert not town.stands(post)


async def test_a_moderators_scam_is_flagged_and_left(town: Town) -> None:
    post = await town.posts(town.mia, SCAM)
    outcomes = (await town.case(post)).judgements[-1].outcomes

    assert town.stands(post)
    assert "moderators and the owner are never acted upon" in {one.detail for one in outcomes}


async def test_a_burst_of_one_author_is_one_card(town: Town) -> None:
    for number in range(3):
        await town.posts(town.ann, f"{ASKED}, number {number}")

    card = said(await town.card())

    assert len(town.mods.history()) == 1
    assert "2 more posts" in card


async def test_a_reached_limit_is_told_once(tmp_path: Path) -> None:
    async with a_town(tmp_path, actions=1) as town:
        for number in range(3):
            await town.posts(town.ann, f"{SCAM} {number}")
        notices = [one for one in map(said, town.mods.history()) if "stopped acting" in one]

        assert len(notices) == 1


async def test_the_day_is_summed_up_once_where_that_is_wished(town: Town) -> None:
    await town.choose(digest=True)
    await town.flagged(text=SCAM)
    await town.later(24 * 3600)
    await town.later()
    sums = [one for one in map(said, town.mods.history()) if "2026-01-01: the day" in one]

    assert len(sums) == 1
    assert "1 case opened" in sums[0]


async def test_a_post_in_a_thread_is_judged_and_removed_there(town: Town) -> None:
    start = await town.ann.send(town.general, "let us talk")
    town.env.backend.create_thread(town.general.id, "talk", town.ann.id, message_id=start.id)
    (thread,) = town.general.threads

    post = await town.posts(town.bob, SCAM, to=thread)

    assert post.id not in {one.id for one in thread.history()}


async def test_a_forwarded_scam_is_judged_by_what_it_carries(town: Town) -> None:
    await town.choose(live=False)
    source = await town.posts(town.ann, SCAM, [("bait.png", a_png())])

    forwarded = await town.bob.forward(source, town.general)
    await town.judged(forwarded)

    assert (await town.case(forwarded)).judgements[-1].rules[0] == "scam"


async def test_an_outage_is_one_card_and_says_how_many_wait(tmp_path: Path) -> None:
    async with a_town(tmp_path, vendor="http://127.0.0.1:9/") as town:
        for number in range(4):
            await town.posts(town.ann, f"hello {number}", [("cat.png", a_png())])
        await town.outages()
        cards = [said(one) for one in town.mods.history()]

        assert len(cards) == 1
        assert "4 posts wait" in cards[0]
