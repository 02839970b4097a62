"""What authors are told, in every language there is a catalogue of."""

from dataclasses import replace

import pytest

from bot.actions.notify import Notify
from bot.catalogues import compiled, read, source
from bot.house import Voice
from bot.model import Outcome, Status
from bot.notices import languages, sorry, told
from tests.builders import NOON, a_message, a_ref, a_target
from tests.fakes import FakeClient

DONE = (
    Outcome("delete", Status.APPLIED, NOON),
    Outcome("timeout 1h", Status.APPLIED, NOON),
    Outcome("strike for 30d", Status.WITHHELD, NOON),
)


@pytest.mark.parametrize("language", languages())
def test_every_compiled_catalogue_says_what_its_source_says(language: str) -> None:
    po = source(language)

    assert po.with_suffix(".mo").read_bytes() == compiled(read(po.read_text("utf-8")))


@pytest.mark.parametrize("language", languages())
def test_every_catalogue_translates_every_sentence(language: str) -> None:
    theirs = read(source(language).read_text("utf-8"))

    assert theirs.keys() == read(source("en").read_text("utf-8")).keys()
    assert all(theirs.values())


def test_a_note_says_what_was_done_why_and_how_to_appeal() -> None:
    assert told(Voice(), a_message(), "It looks like a scam.", DONE).splitlines() == [
        "About your post in #general:",
        "It looks like a scam.",
        "It was removed.",
        "You cannot post for 1h.",
        "A moderator can look at it again.",
        "If you think this is a mistake, write to a moderator.",
    ]


def test_a_note_is_written_in_the_language_of_the_settings() -> None:
    note = told(Voice("es"), a_message(), "Parece una estafa.", DONE)

    assert "Se ha retirado." in note
    assert "No puedes publicar durante 1h." in note


def test_the_operators_own_way_to_appeal_replaces_ours() -> None:
    note = told(Voice(appeal="Write to appeals@example.org."), a_message(), "Because.", DONE)

    assert note.endswith("Write to appeals@example.org.")


@pytest.mark.parametrize("language", languages())
def test_neither_note_quotes_the_post(language: str) -> None:
    message = a_message("canary of the words")

    assert "canary" not in told(Voice(language), message, "Because.", DONE)
    assert "canary" not in sorry(Voice(language), message)


def test_an_overturn_apologises() -> None:
    assert "we are sorry" in sorry(Voice(), a_message())


async def test_a_note_is_written_in_the_language_its_community_chose() -> None:
    client = FakeClient()
    chosen = {"g1": "es"}
    house = replace(client.house(), language_of=lambda community: chosen.get(community, ""))
    for community in ("g1", "g2"):
        message = a_message(ref=a_ref(community_id=community))
        await Notify().apply(client, a_target(message, nonce=community, house=house))

    assert "Sobre tu mensaje" in client.dms["g1"][1]
    assert "About your post" in client.dms["g2"][1]


def test_a_language_that_is_no_more_is_told_in_english() -> None:
    assert "About your post" in told(Voice("xx"), a_message(), "Why.", ())
