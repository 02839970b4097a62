"""Slash commands and shortcuts, as people use them in Slack."""

import asyncio

import pytest

from bot.chat.asker import Rank
from bot.chat.commands import COMMANDS, MENUS, On
from tests.adapters.playground.kit import a_png
from tests.adapters.slack.kit import Started
from tests.emulators.slack import Fault, User, View


def told(user: User) -> str:
    """What the person reads in the newest message only they see."""
    newest = user.ephemerals[-1]
    return newest.text + str(newest.blocks)


async def test_analyze_looks_at_words_by_either_road(either: Started) -> None:
    await either.ann.slash("/analyze", "free nitro")

    (asker, name, given, files) = either.chat.commands[-1]
    assert (name, given, files) == ("analyze", {"text": "free nitro"}, [])
    assert (asker.id, asker.community_id) == (either.ann.id, either.team.id)
    assert "Did analyze" in told(either.ann)


async def test_analyze_opens_a_link_to_a_message(started: Started) -> None:
    message, _ = await started.posted("free nitro", files=[("a.png", a_png())])

    await started.ann.slash("/analyze", message.permalink)

    (_, verb, opened) = started.chat.on_messages[-1]
    assert (verb, opened.text, len(opened.attachments)) == ("analyze", "free nitro", 1)


async def test_analyze_opens_no_message_the_asker_cannot_see(started: Started) -> None:
    secret = started.team.channel("secret", private=True)
    message = await secret.post(started.team.user("bob"), "secret")

    await started.ann.slash("/analyze", message.permalink)

    assert started.chat.on_messages == []
    assert "opens nothing that you can see" in told(started.ann)


async def test_analyze_opens_a_link_to_a_file(started: Started) -> None:
    message, _ = await started.posted("look", files=[("a.png", a_png())])
    link = f"{started.team.url}files/{started.ann.id}/{message.files[0].id}/a.png"

    await started.ann.slash("/analyze", f"{link} what is this")

    (_, _, given, files) = started.chat.commands[-1]
    assert given == {"text": "what is this"}
    assert files == [("a.png", a_png())]


async def test_analyze_opens_no_file_the_asker_cannot_see(started: Started) -> None:
    secret = started.team.channel("secret", private=True)
    message = await secret.post(started.team.user("bob"), "", files=[("a.png", a_png())])
    link = f"{started.team.url}files/{started.ann.id}/{message.files[0].id}/a.png"

    await started.ann.slash("/analyze", link)

    assert started.chat.commands == []
    assert "opens nothing that you can see" in told(started.ann)


async def test_analyze_opens_the_address_of_a_file_itself(started: Started) -> None:
    message, _ = await started.posted("look", files=[("a.png", a_png())])
    file = message.files[0].id

    link = f"https://files.slack.com/files-pri/{started.team.id}-{file}/a.png"
    await started.ann.slash("/analyze", link)

    assert started.chat.commands[-1][3] == [("a.png", a_png())]


async def test_analyze_without_words_says_how_a_picture_is_looked_at(started: Started) -> None:
    await started.ann.slash("/analyze")

    assert started.chat.commands == []
    assert "choose Analyze" in told(started.ann)


async def test_a_link_of_the_workspace_that_opens_nothing_is_left_to_be_answered(
    started: Started,
) -> None:
    await started.ann.slash("/analyze", f"{started.team.url}admin hello")

    assert started.chat.commands[-1][2] == {"link": f"{started.team.url}admin", "text": "hello"}


async def test_any_other_link_is_part_of_the_words(started: Started) -> None:
    await started.ann.slash("/analyze", "https://evil.example free nitro")

    assert started.chat.commands[-1][2] == {"text": "https://evil.example free nitro"}


@pytest.mark.parametrize(
    ("typed", "name", "given"),
    [
        ("status", "status", {}),
        ("STATUS", "status", {}),
        ("case 1234", "case", {"case": "1234"}),
        ("case case=1234", "case", {"case": "1234"}),
        ("stats 7", "stats", {"days": "7"}),
        ("pause too many mistakes", "pause", {"reason": "too many mistakes"}),
        ("appeal 1234 it was a joke", "appeal", {"case": "1234", "words": "it was a joke"}),
        ("privacy yes", "privacy", {"erase": "yes"}),
        ("setup", "setup", {}),
    ],
)
async def test_every_other_command_stands_behind_one(
    started: Started, typed: str, name: str, given: dict[str, str]
) -> None:
    await started.mod.slash("/bifocal", typed)

    assert started.chat.commands[-1][1:3] == (name, given)


@pytest.mark.parametrize("name", [one.name for one in COMMANDS])
async def test_every_command_there_is_can_be_reached(started: Started, name: str) -> None:
    rest = "x" if name in {"analyze", "case"} else ""

    await started.mod.slash("/bifocal", f"{name} {rest}".strip())

    assert started.chat.commands[-1][1] == name


@pytest.mark.parametrize("typed", ["", "help", "nonsense"])
async def test_whoever_does_not_know_is_shown_what_they_may_use(
    started: Started, typed: str
) -> None:
    await started.ann.slash("/bifocal", typed)

    assert started.chat.commands == []
    assert "/bifocal appeal" in told(started.ann)
    assert "/bifocal pause" not in told(started.ann)


@pytest.mark.parametrize(
    ("typed", "said"), [("case", "&lt;case&gt;"), ("stats 8", "1|7|30"), ("privacy no", "yes")]
)
async def test_a_command_that_lacks_something_shows_how_it_is_typed(
    started: Started, typed: str, said: str
) -> None:
    await started.mod.slash("/bifocal", typed)

    assert started.chat.commands == []
    assert said in told(started.mod)


async def test_an_answer_that_takes_long_comes_after_a_word_that_we_are_at_work(
    started: Started,
) -> None:
    started.chat.gate = asyncio.Event()

    delivery = await started.ann.slash("/analyze", "free nitro")
    first = told(started.ann)
    started.chat.gate.set()
    await started.ann.told(lambda one: "Did analyze" in one.text)

    assert "looking" in first
    assert delivery.latency_s < 3


async def test_a_fault_of_ours_is_told_without_a_traceback(started: Started) -> None:
    started.chat.breaks = True

    await started.ann.slash("/analyze", "free nitro")

    assert "Something went wrong on our side" in told(started.ann)
    assert "ZeroDivision" not in told(started.ann)


async def test_slack_in_trouble_is_told_to_who_asked(started: Started) -> None:
    started.world.fail("users.info", Fault("internal_error"))

    await started.ann.slash("/bifocal", "status")

    assert "Slack did not do its part" in told(started.ann)


@pytest.mark.parametrize("who", ["ann", "mod", "boss"])
async def test_ranks_are_read_from_slack(started: Started, who: str) -> None:
    user = {
        "ann": started.ann,
        "mod": started.mod,
        "boss": started.team.user("boss", admin=True),
    }[who]

    await user.slash("/bifocal", "status")

    ranks = {"ann": Rank.MEMBER, "mod": Rank.MODERATOR, "boss": Rank.ADMIN}
    assert started.chat.commands[-1][0].rank is ranks[who]


async def test_a_command_of_a_workspace_without_the_app_is_not_served(started: Started) -> None:
    await started.ann.slash("/bifocal", "status", team_id="T0FORGED")

    assert started.chat.commands == []


@pytest.mark.parametrize("menu", [one for one in MENUS if one.on is On.MESSAGE])
async def test_every_line_of_a_messages_menu_is_served(either: Started, menu: object) -> None:
    verb = menu.verb  # type: ignore[attr-defined]
    message, _ = await either.posted("free nitro")

    await either.mod.shortcut(verb, message)
    shown = await _modal(either, either.mod, f"Did {verb}")

    (asker, _, given) = either.chat.on_messages[-1]
    assert (asker.id, given.text, given.ref.message_id) == (either.mod.id, "free nitro", message.ts)
    assert message.permalink in str(shown.blocks)


async def test_a_menu_says_at_once_that_we_are_at_work(started: Started) -> None:
    message, _ = await started.posted("free nitro")
    started.chat.gate = asyncio.Event()

    await started.ann.shortcut("analyze", message)
    first = (await started.ann.opened()).words
    started.chat.gate.set()
    await _modal(started, started.ann, "Did analyze")

    assert "looking" in first


async def test_a_message_of_our_own_is_not_looked_at(started: Started) -> None:
    message, taken = await started.posted("hello")
    await started.slack.client.annotate(taken.ref, "careful", nonce="n")

    await started.ann.shortcut("report", message.replies[0])
    await _modal(started, started.ann, "Bifocal's own")

    assert started.chat.on_messages == []


async def test_a_moderator_asks_for_somebodys_history(started: Started) -> None:
    await started.mod.shortcut("history")
    view = await started.mod.opened()

    errors = await view.submit({"person": started.ann.id})

    (_, verb, person) = started.chat.on_persons[-1]
    assert (errors, verb, person.id) == ({}, "history", started.ann.id)
    assert "history of ann" in started.mod.modal.words


async def test_only_moderators_ask_for_a_history(started: Started) -> None:
    await started.ann.shortcut("history")
    view = await started.ann.opened()

    assert "Only moderators" in view.words


async def test_a_shortcut_we_do_not_know_is_acknowledged(started: Started) -> None:
    delivery = await started.ann.shortcut("nonsense")

    assert delivery.acked


async def _modal(started: Started, user: User, words: str) -> View:
    """The person's modal, once it says this."""
    await started.world.until(lambda: user.views and words in user.views[-1].words)
    return user.views[-1]
