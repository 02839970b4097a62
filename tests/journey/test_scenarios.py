"""The same scenarios on Discord, Slack and the playground: one process of the bot serves all three.

What a platform lawfully cannot do is held to be withheld with its reason, never silently done.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping, Sequence

import pytest
import pytest_asyncio

from adapters.playground.examples import known_bad
from bot.model import CaseState, EventKind, Status
from tests.emulators.gemini import KEY, GeminiVendor
from tests.emulators.server import Answer, Emulator
from tests.journey import disasters
from tests.journey.disasters import everything_under
from tests.journey.hands.port import Posted
from tests.journey.kills import LONG_AGO
from tests.journey.town import Town, a_town, a_word
from tests.pictures import a_picture, encoded, text_on

pytestmark = [
    pytest.mark.slow,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.timeout(180),
]
everywhere = pytest.mark.parametrize("platform", ["discord", "slack", "playground"])
where_people_chat = pytest.mark.parametrize("platform", ["discord", "slack"])
AWAY, OVER = "gemini does not answer", "No post waits for it any more"
LURE = "free nitro for everyone, claim it at discord-gift.ru now!"


def scam() -> str:
    return f"{LURE} {a_word()}"


def harmless() -> str:
    return f"look at our garden in the rain {a_word()}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def vendor() -> AsyncIterator[Emulator]:
    """A provider that finds nothing, while it answers."""
    async with GeminiVendor().emulator().serving() as vendor:
        yield vendor


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def rehearsal(
    tmp_path_factory: pytest.TempPathFactory, vendor: Emulator
) -> AsyncIterator[Town]:
    """A bot that nobody switched live, and that asks a provider."""
    folder = tmp_path_factory.mktemp("rehearsal")
    key, url = "BIFOCAL_PROVIDERS__GEMINI__API_KEY", "BIFOCAL_PROVIDERS__GEMINI__BASE_URL"
    async with a_town(folder, simulate=True, **{key: KEY, url: vendor.url}) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A bot that acts."""
    async with a_town(tmp_path_factory.mktemp("town"), simulate=False) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def outage(rehearsal: Town, vendor: Emulator) -> Mapping[str, Sequence[Posted]]:
    """Posts that came while the provider was away, until its absence was on a card; by platform."""
    vendor.faults.extend(Answer(503) for _ in range(1000))
    posts = await disasters.judged(rehearsal, harmless)
    vendor.faults.clear()

    async def carded() -> bool:
        return all([await rehearsal.on(name).cards(AWAY) for name in posts])

    await rehearsal.until(carded, what="the incident's cards")
    return posts


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def killed(town: Town) -> Mapping[str, Sequence[Posted]]:
    """Posts that were there, came, or were under way while the process was killed; by platform."""
    return await disasters.kill(town, scam)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stopped(town: Town) -> Mapping[str, Sequence[Posted]]:
    """Posts that were there when it was told to stop; by platform."""
    return await disasters.stop(town, scam)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def erased(town: Town) -> Mapping[str, Posted]:
    """Posts that had a card, and whose author was erased; by platform."""
    return await disasters.erase(town, scam)


@everywhere
async def test_a_rehearsal_touches_nothing_and_its_card_says_simulated(
    rehearsal: Town, platform: str
) -> None:
    hands = rehearsal.on(platform)
    post = await hands.post("pia", scam(), encoded(a_picture()))
    card = await rehearsal.carded(hands, post, "simulated")

    assert "(applied)" not in card
    assert await hands.stands(post)
    assert await hands.untouched(post)
    assert await rehearsal.strikes(post) == 0


@where_people_chat
async def test_a_community_that_goes_live_is_acted_in(rehearsal: Town, platform: str) -> None:
    hands = rehearsal.chat(platform)
    said = await hands.go_live()
    post = await hands.post("quin", scam())
    await rehearsal.judged(post)

    assert "Rehearse again" in said.text
    await rehearsal.removed_as_its_platform_allows(hands, post)


@everywhere
async def test_an_outage_of_a_provider_is_one_card(
    rehearsal: Town, outage: Mapping[str, Sequence[Posted]], platform: str
) -> None:
    hands = rehearsal.on(platform)

    assert len(await hands.cards(AWAY)) == 1
    assert [await hands.card(post) for post in outage[platform]] == [[], [], []]


@everywhere
async def test_scam_words_with_a_picture_are_removed_and_put_on_a_card(
    town: Town, platform: str
) -> None:
    hands = town.on(platform)
    post = await hands.post("ann", scam(), encoded(a_picture()))
    await town.gone(hands, post)
    card = await town.carded(hands, post, "delete")
    await town.judged(post)

    assert "scam" in card.lower()
    await town.removed_as_its_platform_allows(hands, post)


@everywhere
async def test_a_known_bad_picture_is_removed_and_put_on_a_card(town: Town, platform: str) -> None:
    hands = town.on(platform)
    seen = await hands.post("bob", harmless(), known_bad().read_bytes())
    await town.judged(seen)
    if platform != "playground":
        await hands.known_bad(seen)
    post = await hands.post("cem", f"hello {a_word()}", known_bad().read_bytes())
    await town.gone(hands, post)
    await town.carded(hands, post, "known-bad")
    await town.judged(post)

    await town.removed_as_its_platform_allows(hands, post)


@everywhere
async def test_a_harmless_post_is_left_alone(town: Town, platform: str) -> None:
    hands = town.on(platform)
    post = await hands.post("dee", harmless(), encoded(a_picture()))
    await town.judged(post)

    (line,) = town.lines(post.ref)
    assert line["outcomes"] == []
    assert await hands.stands(post)
    assert await hands.card(post) == []


@everywhere
async def test_an_edit_into_a_scam_is_judged_as_a_new_revision(town: Town, platform: str) -> None:
    hands = town.on(platform)
    post = await hands.post("eve", harmless())
    await town.judged(post)
    stood = await hands.stands(post)
    await hands.edit(post, scam())
    await town.gone(hands, post)
    await town.judged(post, 2)

    revisions = {line["revision"] for line in town.lines(post.ref)}
    assert stood
    assert len(revisions) == 2


@everywhere
async def test_an_upheld_case_is_closed_on_the_same_card(town: Town, platform: str) -> None:
    hands = town.on(platform)
    post = await hands.post("fay", scam())
    await town.carded(hands, post)
    (card,) = await hands.card(post)
    said = await hands.press(card, "mia", "uphold")
    text = await town.carded(hands, post, "upheld")

    assert "upheld" in said.text.lower()
    assert [one.id for one in await hands.card(post)] == [card.id]
    assert "mia" in text.lower()
    assert (await town.case(post)).state is CaseState.CLOSED


@everywhere
async def test_an_overturned_case_tells_the_author_and_refunds_the_strike(
    town: Town, platform: str
) -> None:
    hands = town.on(platform)
    post = await hands.post("gus", scam())
    await town.carded(hands, post)
    (card,) = await hands.card(post)
    await town.until(lambda: hands.notes("gus"), what="a note of the removal")
    struck = await town.strikes(post)
    notes = len(await hands.notes("gus"))
    await hands.press(card, "mia", "overturn")
    text = await town.carded(hands, post, "overturned")

    assert "mia" in text.lower()
    assert [one.id for one in await hands.card(post)] == [card.id]
    assert await town.strikes(post) == struck - 1
    assert any("we were wrong" in note for note in (await hands.notes("gus"))[notes:])


@everywhere
async def test_of_two_moderators_at_once_one_decides_and_the_other_is_told(
    town: Town, platform: str
) -> None:
    hands = town.on(platform)
    post = await hands.post("hal", scam())
    await town.carded(hands, post)
    (card,) = await hands.card(post)
    answers = await asyncio.gather(*(hands.press(card, who, "uphold") for who in hands.moderators))

    events = [event.kind for event in (await town.case(post)).events]
    assert events.count(EventKind.UPHELD) == 1
    assert len({answer.text for answer in answers}) == 2


@everywhere
async def test_why_not_flagged_names_the_rules_that_came_near(town: Town, platform: str) -> None:
    hands = town.on(platform)
    post = await hands.post("ida", harmless())
    await town.judged(post)

    said = await hands.why(post)
    assert said.private
    assert "no rule matches" in said.text.lower()
    assert "scam" in said.text


@where_people_chat
async def test_a_member_s_report_puts_a_post_before_a_person(town: Town, platform: str) -> None:
    hands = town.chat(platform)
    post = await hands.post("jan", harmless())
    await town.judged(post)
    said = await hands.report(post, "kim")
    card = await town.carded(hands, post)

    assert "Reported" in said.text
    assert said.private
    assert "kim" not in card.lower()
    assert await hands.stands(post)


@where_people_chat
async def test_analyze_answers_the_asker_alone(town: Town, platform: str) -> None:
    hands = town.chat(platform)
    said = await hands.command("lea", "analyze", text=LURE)

    assert said.private
    assert "Something was found" in said.text
    assert "Nothing of this is kept" in said.text


@where_people_chat
async def test_a_pause_withholds_what_would_be_done_until_somebody_resumes(
    town: Town, platform: str
) -> None:
    hands = town.chat(platform)
    await hands.command("mia", "bifocal pause", reason="raid")
    during = await hands.post("mo", scam())
    await town.judged(during)
    said = await hands.command("mia", "bifocal resume")
    after = await hands.post("ned", scam())
    await town.gone(hands, after)

    (delete,) = [one for one in await town.outcomes(during) if one.action == "delete"]
    assert delete.status is Status.WITHHELD
    assert "paused" in delete.detail
    assert await hands.stands(during)
    assert "Acting again" in said.text


@where_people_chat
async def test_what_may_not_be_removed_is_withheld_with_its_reason(
    town: Town, platform: str
) -> None:
    hands = town.chat(platform)
    hands.may_remove(allowed=False)
    post = await hands.post("pat", scam())
    await town.judged(post)
    await town.carded(hands, post, "withheld")
    hands.may_remove(allowed=True)

    (delete,) = [one for one in await town.outcomes(post) if one.action == "delete"]
    assert delete.status is Status.WITHHELD
    assert "delete" in delete.detail.lower() or "manage messages" in delete.detail.lower()
    assert await hands.stands(post)


@everywhere
async def test_a_flood_in_four_channels_is_one_card_and_earlier_copies_go(
    town: Town, platform: str
) -> None:
    hands, word = town.on(platform), a_word()
    picture = encoded(text_on("navy", "white", "Look here", box=(320, 240)))
    posts: list[Posted] = []
    for channel in hands.channels:
        posts.append(await hands.post("oli", f"look {word}", picture, channel))
        await town.judged(posts[-1])
    await town.gone(hands, *posts)
    await town.carded(hands, posts[-1])

    cards = {card.id for post in posts for card in await hands.card(post)}
    assert len(cards) == 1


@everywhere
async def test_a_kill_in_the_middle_loses_nothing_and_does_nothing_twice(
    killed: Mapping[str, Sequence[Posted]], town: Town, platform: str
) -> None:
    hands, posts = town.on(platform), killed[platform]
    records = [one async for one in town.store.journal.records(LONG_AGO)]
    judged = Counter(one.key.ref for one in records)

    assert [judged[post.ref] for post in posts] == [1] * len(posts)
    assert [await hands.removals(post) for post in posts] == [1] * len(posts)
    assert [await hands.told(post) for post in posts] == [1] * len(posts)
    assert [len(await hands.card(post)) for post in posts] == [1] * len(posts)
    statuses = {one.status for post in posts for one in await town.outcomes(post)}
    assert not statuses & {Status.INTENDED, Status.FAILED, Status.UNKNOWN}


@everywhere
async def test_sigterm_finishes_what_is_in_flight(
    stopped: Mapping[str, Sequence[Posted]], town: Town, platform: str
) -> None:
    hands, posts = town.on(platform), stopped[platform]

    assert [await hands.removals(post) for post in posts] == [1] * len(posts)
    assert [len(town.lines(post.ref)) for post in posts] == [1] * len(posts)


@everywhere
async def test_an_erased_author_leaves_nothing(
    erased: Mapping[str, Posted], town: Town, platform: str
) -> None:
    hands, post = town.on(platform), erased[platform]

    assert await hands.card(post) == []
    assert await hands.cards(post.word) == []
    assert everything_under(town.bot.folder, post.author, post.word) == []


@everywhere
@pytest.mark.usefixtures("outage")
async def test_an_outage_s_card_closes_itself_when_the_provider_answers(
    rehearsal: Town, platform: str
) -> None:
    hands = rehearsal.on(platform)
    (card,) = await rehearsal.until(lambda: hands.cards(OVER), 100, what="the end of an outage")

    assert [one.id for one in await hands.cards(AWAY)] == [card.id]
