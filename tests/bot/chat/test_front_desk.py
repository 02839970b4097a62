"""What is asked in chat: rights first, then the answer; trouble is told and never raised."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.chat.asker import Rank
from bot.chat.commands import COMMANDS, MENUS, On
from bot.chat.port import Chat
from bot.chat.sheet import Press, Sheet, Tone
from bot.model import Attachment, CaseState, EventKind, Ref, Status
from bot.storage.erase import Person
from tests.bot.chat.kit import Office, an_asker, an_office, rehearsing
from tests.builders import a_message, an_author

ADMIN = an_asker(Rank.ADMIN, id="admin-1", name="Ada")
MODERATOR = an_asker()
MEMBER = an_asker(Rank.MEMBER, id="u1", name="Nora")


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    async with an_office(tmp_path) as made:
        yield made


def refused(sheet: Sheet) -> bool:
    return sheet.title == "Not done"


def test_it_is_what_platforms_are_given(office: Office) -> None:
    chat: Chat = office.desk

    assert chat is office.desk


@pytest.mark.parametrize("command", [c for c in COMMANDS if c.rank > Rank.MEMBER], ids=str)
async def test_a_command_is_refused_to_lower_ranks(office: Office, command: object) -> None:
    name, rank = getattr(command, "name", ""), getattr(command, "rank", Rank.MEMBER)

    sheet = await office.desk.command(an_asker(Rank(rank - 1)), name, {"case": "c1"})

    assert refused(sheet)
    assert office.written.refused == [("mod-1", name)]


@pytest.mark.parametrize("menu", [m.verb for m in MENUS if m.rank > Rank.MEMBER])
async def test_a_menu_is_refused_to_members(office: Office, menu: str) -> None:
    on = next(one.on for one in MENUS if one.verb == menu)

    if on is On.PERSON:
        sheet = await office.desk.on_person(MEMBER, menu, an_author())
    else:
        sheet = await office.desk.on_message(MEMBER, menu, a_message())

    assert refused(sheet)


@pytest.mark.parametrize("command", [one.name for one in COMMANDS if not one.outside])
async def test_outside_of_a_community_it_is_refused(office: Office, command: str) -> None:
    asker = an_asker(Rank.ADMIN, community="")

    assert refused(await office.desk.command(asker, command, {"text": "hello", "case": "c1"}))


async def test_an_unknown_command_is_refused(office: Office) -> None:
    assert refused(await office.desk.command(ADMIN, "nonsense", {}))


async def test_a_fault_of_ours_is_told_without_its_words(office: Office) -> None:
    broken = an_asker(id="\ud800")  # no database takes a lone surrogate

    sheet = await office.desk.on_person(broken, "history", an_author("\ud800"))

    assert refused(sheet)
    assert "fault of ours" in sheet.body[0]


async def test_analyzing_says_what_was_found(office: Office) -> None:
    sheet = await office.desk.command(MEMBER, "analyze", {"text": "scam 0.9"})

    assert sheet.title == "Something was found"
    assert ("Rules", "scam, mild") in sheet.fields


async def test_analyzing_something_harmless_says_so(office: Office) -> None:
    sheet = await office.desk.command(MEMBER, "analyze", {"text": "hello"})

    assert (sheet.title, sheet.tone) == ("Nothing a rule speaks of", Tone.GOOD)


async def test_what_could_not_be_analyzed_is_not_called_harmless(office: Office) -> None:
    office.world.detector.away = True

    sheet = await office.desk.command(MEMBER, "analyze", {"text": "hello"})

    assert sheet.title == "Not everything could be looked at"


async def test_analyzing_nothing_is_refused(office: Office) -> None:
    assert refused(await office.desk.command(MEMBER, "analyze", {}))


async def test_a_link_nobody_could_open_is_told(office: Office) -> None:
    given = {"link": "https://example.org/a.png", "text": "hello"}

    assert refused(await office.desk.command(MEMBER, "analyze", given))


async def test_analyzing_too_often_is_refused(office: Office) -> None:
    for _ in range(3):
        await office.desk.command(MEMBER, "analyze", {"text": "hello"})

    assert refused(await office.desk.command(MEMBER, "analyze", {"text": "hello"}))


async def test_analyzing_may_be_kept_to_a_role(office: Office) -> None:
    await office.communities.change(
        "fake", "g1", lambda one: replace(one, analyze_for=("trusted",)), by="ada"
    )

    assert refused(await office.desk.command(MEMBER, "analyze", {"text": "hello"}))
    trusted = an_asker(Rank.MEMBER, roles=("trusted",))
    assert not refused(await office.desk.command(trusted, "analyze", {"text": "hello"}))


async def test_the_queue_lists_the_communitys_open_cases_alone(office: Office) -> None:
    case = await office.a_case()
    await office.a_case(community="g2")

    sheet = await office.desk.command(MODERATOR, "queue", {})

    assert [one.button and one.button.press for one in sheet.entries] == [Press("case", case.id)]


async def test_a_long_queue_has_pages(office: Office) -> None:
    made = [await office.a_case() for _ in range(10)]

    first = await office.desk.command(MODERATOR, "queue", {})
    older = next(button.press for button in first.buttons if button.label == "Older")
    assert older is not None
    second = await office.desk.press(MODERATOR, older)

    presses = [one.button.press for one in (*first.entries, *second.entries) if one.button]
    shown = [press.subject for press in presses if press]
    assert (len(first.entries), sorted(shown)) == (8, sorted(case.id for case in made))


async def test_a_case_is_shown_with_its_words_and_history(office: Office) -> None:
    case = await office.a_case("scam 0.9")

    sheet = await office.desk.command(MODERATOR, "case", {"case": case.id.upper()})

    assert sheet.quote == "scam 0.9"
    assert "opened" in sheet.body[-1]
    assert f"https://desk.example/{case.id}" in [button.url for button in sheet.buttons]


async def test_another_communitys_case_is_not_shown(office: Office) -> None:
    case = await office.a_case(community="g2")

    assert refused(await office.desk.command(MODERATOR, "case", {"case": case.id}))


@pytest.mark.parametrize("verb", ["uphold", "overturn", "delete", "ban", "claim", "note", "ignore"])
async def test_a_press_on_another_communitys_case_does_nothing(office: Office, verb: str) -> None:
    case = await office.a_case(community="g2")

    sheet = await office.desk.press(MODERATOR, Press(verb, case.id, "now"), {"sure": "yes"})

    after = await office.world.journal.case(case.id)
    assert refused(sheet)
    assert office.written.refused == [("mod-1", verb)]
    assert after is not None
    assert (after.events, office.written.ordered) == (case.events, [])


@pytest.mark.parametrize("verb", ["uphold", "delete", "ban", "release", "known_bad", "erase"])
async def test_a_member_who_presses_is_refused(office: Office, verb: str) -> None:
    case = await office.a_case()

    sheet = await office.desk.press(MEMBER, Press(verb, case.id, "now"), {"sure": "yes"})

    assert refused(sheet)
    assert office.written.ordered == []


async def test_upholding_closes_the_case_and_redraws_its_card(office: Office) -> None:
    case = await office.a_case()

    await office.desk.press(MODERATOR, Press("uphold", case.id))

    after = await office.world.journal.case(case.id)
    assert after is not None
    assert after.state is CaseState.CLOSED
    assert after.events[-1].by == "Mo (mod-1)"
    assert office.written.redrawn == [case.id]


async def test_the_second_moderator_is_told_who_was_faster(office: Office) -> None:
    case = await office.a_case()
    await office.desk.press(MODERATOR, Press("uphold", case.id))

    sheet = await office.desk.press(
        an_asker(id="mod-2", name="Bo"), Press("overturn", case.id, "now"), {}
    )

    assert refused(sheet)
    assert "Mo (mod-1) already upheld" in sheet.body[0]


async def test_an_overturn_undoes_what_was_done(office: Office) -> None:
    case = await office.a_case("scam 0.9")
    assert case.message.ref not in office.world.platform.client.messages

    sheet = await office.desk.press(MODERATOR, Press("overturn", case.id, "now"), {"words": "ok"})

    assert sheet.title == "Overturned"
    assert case.message.ref in office.world.platform.client.messages


async def test_a_claim_keeps_others_away(office: Office) -> None:
    case = await office.a_case()
    await office.desk.press(MODERATOR, Press("claim", case.id))

    sheet = await office.desk.press(an_asker(id="mod-2", name="Bo"), Press("uphold", case.id))

    assert "Mo (mod-1) is deciding this case" in sheet.body[0]


async def test_a_note_stands_in_the_history(office: Office) -> None:
    case = await office.a_case()

    await office.desk.press(MODERATOR, Press("note", case.id, "now"), {"words": "seen before"})

    after = await office.world.journal.case(case.id)
    assert after is not None
    assert (after.events[-1].kind, after.events[-1].note) == (EventKind.NOTED, "seen before")


@pytest.mark.parametrize(
    ("verb", "answers", "action"),
    [
        ("delete", {"reason": "scam"}, "delete"),
        ("timeout", {"length": "1h", "reason": "spam"}, "timeout 1h"),
        ("ban", {"sure": "yes", "reason": "scam"}, "ban"),
    ],
)
async def test_an_order_is_carried_out_and_its_reason_noted(
    office: Office, verb: str, answers: dict[str, str], action: str
) -> None:
    case = await office.a_case()

    sheet = await office.desk.press(MODERATOR, Press(verb, case.id, "now"), answers)

    after = await office.world.journal.case(case.id)
    assert sheet.title == "Done"
    assert office.written.ordered == [(case.id, action, "Mo (mod-1)")]
    assert after is not None
    assert after.events[-1].note.startswith(f"{action}: ")


@pytest.mark.parametrize(
    ("verb", "answers"), [("ban", {"reason": "scam"}), ("timeout", {"length": "99d"})]
)
async def test_a_harsh_press_without_its_answer_does_nothing(
    office: Office, verb: str, answers: dict[str, str]
) -> None:
    case = await office.a_case()

    assert refused(await office.desk.press(MODERATOR, Press(verb, case.id, "now"), answers))
    assert office.written.ordered == []


@pytest.mark.parametrize(
    ("status", "title"), [(Status.SIMULATED, "Rehearsed"), (Status.WITHHELD, "Not done")]
)
async def test_an_order_that_was_not_carried_out_says_so(
    office: Office, status: Status, title: str
) -> None:
    case = await office.a_case()
    office.written.status = status

    sheet = await office.desk.press(MODERATOR, Press("delete", case.id, "now"), {})

    assert sheet.title == title


async def test_pictures_can_be_ignored_only_where_there_are_any(office: Office) -> None:
    case = await office.a_case()

    assert refused(await office.desk.press(MODERATOR, Press("ignore", case.id)))


async def test_what_is_ignored_can_be_taken_back(office: Office) -> None:
    case = await office.a_case(picture=b"pixels")

    ignored = await office.desk.press(MODERATOR, Press("ignore", case.id))
    back = next(button.press for button in ignored.buttons)
    assert back is not None
    await office.desk.press(MODERATOR, back)

    assert office.written.ignored == [case.id]
    assert office.written.unignored == [f"c1/{case.evidence[0].sha256}"]


async def test_reporting_puts_it_before_a_moderator(office: Office) -> None:
    sheet = await office.desk.on_message(MEMBER, "report", a_message())

    assert sheet.title == "Reported"
    assert office.written.reported == [(a_message(), "u1")]


async def test_reporting_counts_against_the_hour(office: Office) -> None:
    for _ in range(3):
        await office.desk.on_message(MEMBER, "report", a_message())

    assert refused(await office.desk.on_message(MEMBER, "report", a_message()))


async def test_why_was_it_not_flagged_shows_what_came_near(office: Office) -> None:
    message = office.world.stands(a_message("scam 0.4"))
    await office.world.handle(message)

    sheet = await office.desk.on_message(MODERATOR, "why", message)

    assert sheet.title == "No rule matches"
    nearest = sheet.entries[0]
    assert nearest.title == "scam: no match"
    assert "scores.scam is 0.4" in nearest.text


async def test_why_of_a_post_nobody_judged_says_so(office: Office) -> None:
    assert refused(await office.desk.on_message(MODERATOR, "why", a_message()))


async def test_known_bad_of_a_flagged_post_asks_what_for(office: Office) -> None:
    case = await office.a_case()
    post = replace(case.message, attachments=(Attachment("u"),))

    sheet = await office.desk.on_message(MODERATOR, "known_bad", post)

    assert [button.press for button in sheet.buttons] == [Press("known_bad", case.id)]


async def test_status_says_rehearsing_or_live(office: Office) -> None:
    live = await office.desk.command(MODERATOR, "status", {})
    rehearsing(office)
    rehearsed = await office.desk.command(MODERATOR, "status", {})

    assert ("Mode", "live") in live.fields
    assert ("Mode", "rehearsing") in rehearsed.fields


async def test_status_tells_what_is_broken(office: Office) -> None:
    office.missing["queue"] = "the disk is full"

    sheet = await office.desk.command(MODERATOR, "status", {})

    assert (sheet.body, sheet.tone) == (("queue: the disk is full",), Tone.BAD)


async def test_status_tells_that_no_card_can_be_put_up(office: Office) -> None:
    office.lacking["fake:g1"] = "no channel was chosen for cards"

    sheet = await office.desk.command(MODERATOR, "status", {})

    assert sheet.body == ("No card can be put up here: no channel was chosen for cards",)


async def test_the_doctor_puts_what_is_ill_first(office: Office) -> None:
    office.world.platform.missing = "no permission in #general"

    sheet = await office.desk.command(ADMIN, "doctor", {})

    assert (sheet.title, sheet.tone) == ("One thing to mend", Tone.BAD)
    assert sheet.body[0].startswith("✗ fake: NOT WELL: no permission")


async def test_a_pause_holds_here_and_not_elsewhere(office: Office) -> None:
    await office.desk.command(MODERATOR, "pause", {"reason": "raid"})

    assert office.communities.of("fake", "g1").paused == "paused by Mo: raid"
    assert office.communities.of("fake", "g2").paused == ""


async def test_resuming_ends_the_pause(office: Office) -> None:
    await office.desk.command(MODERATOR, "pause", {})

    sheet = await office.desk.command(MODERATOR, "resume", {})

    assert (sheet.tone, office.communities.of("fake", "g1").paused) == (Tone.GOOD, "")


async def test_a_moderator_cannot_resume_what_the_operator_paused(office: Office) -> None:
    await office.switch.pause("ops")

    assert refused(await office.desk.command(MODERATOR, "resume", {}))


async def test_the_rules_are_listed_with_what_they_do(office: Office) -> None:
    sheet = await office.desk.command(MODERATOR, "rules", {})

    assert [one.title for one in sheet.entries] == ["scam", "flood", "mild"]
    assert "delete, timeout 1h, flag" in sheet.entries[0].text


async def test_statistics_count_this_community(office: Office) -> None:
    await office.a_case()
    await office.a_case(community="g2")

    sheet = await office.desk.command(MODERATOR, "stats", {"days": "1"})

    assert ("Posts judged", "1") in sheet.fields
    assert ("Cases opened", "1") in sheet.fields


async def test_the_author_of_a_post_can_appeal_once(office: Office) -> None:
    case = await office.a_case()
    await office.desk.press(MODERATOR, Press("uphold", case.id))

    first = await office.desk.command(MEMBER, "appeal", {"words": "it was me"})
    again = await office.desk.command(MEMBER, "appeal", {"case": case.id})

    after = await office.world.journal.case(case.id)
    assert first.title == "Appealed"
    assert refused(again)
    assert after is not None
    assert after.state is CaseState.ESCALATED


async def test_an_appeal_can_be_made_in_a_direct_message(office: Office) -> None:
    await office.a_case()

    sheet = await office.desk.command(replace(MEMBER, community_id=""), "appeal", {})

    assert sheet.title == "Appealed"


async def test_nobody_appeals_for_another_and_learns_nothing(office: Office) -> None:
    case = await office.a_case()
    stranger = an_asker(Rank.MEMBER, id="u9")

    theirs = await office.desk.command(stranger, "appeal", {"case": case.id})
    nobodys = await office.desk.command(stranger, "appeal", {"case": "f" * 16})

    assert theirs.body == (f"There is no case {case.id} of yours.",)
    assert nobodys.body == (f"There is no case {'f' * 16} of yours.",)


async def test_privacy_says_what_is_stored(office: Office) -> None:
    await office.a_case()

    sheet = await office.desk.command(MEMBER, "privacy", {})

    assert sheet.body[0].endswith("30 days: 1.")
    assert sheet.body[1].endswith("decided: 1.")


async def test_a_wish_to_be_erased_goes_before_an_administrator(office: Office) -> None:
    await office.desk.command(MEMBER, "privacy", {"erase": "yes"})
    person = Person("fake", "u1", "g1")
    assert office.written.wishes == {person: "Nora"}

    sheet = await office.desk.press(ADMIN, Press("erase", "u1", "now"), {"sure": "yes"})

    assert sheet.title == "Erased"
    assert office.written.wishes == {}


async def test_a_persons_history_lists_strikes_and_cases(office: Office) -> None:
    case = await office.a_case()
    await office.world.authors.strike(
        Ref("fake", "g1", "", ""), an_author(), office.world.time.replace(year=2027),
        nonce="n", reason="a scam",
    )  # fmt: skip

    sheet = await office.desk.on_person(MODERATOR, "history", an_author())

    assert ("Strikes now", "1") in sheet.fields
    assert "a scam" in sheet.body[0]
    assert [e.button and e.button.press for e in sheet.entries] == [Press("case", case.id)]


async def test_the_wizard_takes_each_choice_at_once(office: Office) -> None:
    await office.desk.command(ADMIN, "setup", {})

    await office.desk.press(ADMIN, Press("log_channel"), {"chosen": "c9"})
    await office.desk.press(ADMIN, Press("moderators"), {"chosen": "r1,r2"})
    await office.desk.press(ADMIN, Press("analyze_for"), {"chosen": "r3"})
    await office.desk.press(ADMIN, Press("preset"), {"chosen": "strict"})
    await office.desk.press(ADMIN, Press("language"), {"chosen": "es"})
    await office.desk.press(ADMIN, Press("digest", detail="yes"))
    await office.desk.press(ADMIN, Press("live", detail="now"), {"sure": "yes"})

    chosen = office.communities.of("fake", "g1")
    assert (chosen.log_channel, chosen.moderators, chosen.preset) == ("c9", ("r1", "r2"), "strict")
    assert chosen.analyze_for == ("r3",)
    assert (chosen.language, chosen.digest, chosen.live) == ("es", True, True)


async def test_the_wizard_says_what_the_rules_ask_for_in_vain(office: Office) -> None:
    before = await office.desk.command(ADMIN, "setup", {})
    office.world.platform.forbids["delete"] = "nobody may delete here"
    after = await office.desk.command(ADMIN, "setup", {})

    assert {*after.body} - {*before.body} == {"delete: nobody may delete here"}


async def test_going_live_needs_a_yes(office: Office) -> None:
    assert refused(await office.desk.press(ADMIN, Press("live", detail="now"), {}))
    assert office.communities.of("fake", "g1").live is None


async def test_a_preset_that_is_not_offered_is_refused(office: Office) -> None:
    assert refused(await office.desk.press(ADMIN, Press("preset"), {"chosen": "../etc"}))


async def test_a_named_policy_file_leaves_no_preset_to_choose(tmp_path: Path) -> None:
    async with an_office(tmp_path, file="policy.toml") as office:
        sheet = await office.desk.command(ADMIN, "setup", {})

    assert "preset" not in {choice.press.verb for choice in sheet.choices}


@pytest.mark.parametrize(("channel", "asked"), [("", True), ("c9", False)])
async def test_the_wizard_asks_first_for_a_channel(
    tmp_path: Path, channel: str, *, asked: bool
) -> None:
    async with an_office(tmp_path, channel=channel) as office:
        sheet = await office.desk.command(ADMIN, "setup", {})

    assert ("First choose the channel" in sheet.body[0]) is asked


async def test_home_is_the_queue_for_moderators_and_their_own_for_authors(office: Office) -> None:
    case = await office.a_case()

    moderators = await office.desk.home(MODERATOR)
    authors = await office.desk.home(MEMBER)

    assert moderators.title == "Waiting for a person"
    assert [e.button and e.button.press for e in authors.entries] == [Press("appeal", case.id)]


async def test_a_picture_nobody_keeps_is_not_found(office: Office) -> None:
    with pytest.raises(LookupError):
        await office.desk.picture("f" * 64)
