"""From Slack's shapes to a message, and what counts as an edit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.slack.events import Post, message_of, posted
from bot.model import Author, Channel, Message, Origin

PREVIEW = {"id": 1, "title": "A shop", "text": "Cheap", "image_url": "https://x.example/a.png"}
FILE = {
    "id": "F0001",
    "name": "a.png",
    "mimetype": "image/png",
    "size": 12,
    "url_private": "https://files.slack.com/files-pri/T1-F0001/a.png",
    "alt_txt": "a cat",
}


def an_event(**more: Any) -> dict[str, Any]:
    event = {"type": "message", "channel": "C1", "channel_type": "channel", "user": "U1"}
    return {**event, "ts": "1700000000.000100", "text": "hello", **more}


def read(event: dict[str, Any]) -> Message:
    found = posted(event)
    assert found is not None
    return message_of(found[0], "T1", Author("U1", "ann"), Channel("general"))


def test_a_file_is_an_attachment_with_all_that_is_declared_of_it() -> None:
    (found,) = read(an_event(subtype="file_share", files=[FILE])).attachments

    assert (found.filename, found.media_type, found.size, found.alt) == (
        "a.png",
        "image/png",
        12,
        "a cat",
    )
    assert found.origin is Origin.UPLOAD


def test_a_post_without_words_is_one_all_the_same() -> None:
    message = read(an_event(subtype="file_share", text="", files=[FILE]))

    assert message.text == ""
    assert len(message.attachments) == 1


def test_a_file_whose_address_is_hidden_is_asked_for_by_its_id() -> None:
    hidden = {"id": "F0009", "mode": "file_access", "file_access": "check_file_info"}

    (found,) = read(an_event(files=[hidden])).attachments

    assert found.url == "slack-file:F0009"


def test_a_file_that_lies_elsewhere_is_no_upload() -> None:
    away = {**FILE, "is_external": True, "url_private": "https://drive.example/a.png"}

    (found,) = read(an_event(files=[away])).attachments

    assert found.origin is Origin.LINK


def test_a_deleted_file_is_none() -> None:
    assert read(an_event(files=[{"id": "F1", "mode": "tombstone"}])).attachments == ()


def test_a_previews_picture_and_words_are_read() -> None:
    message = read(an_event(attachments=[PREVIEW]))

    assert message.embeds == ("A shop", "Cheap")
    assert [one.url for one in message.attachments] == ["https://x.example/a.png"]


def test_a_shared_message_is_forwarded() -> None:
    shared = {
        "is_share": True,
        "is_msg_unfurl": True,
        "text": "free nitro",
        "files": [FILE],
        "author_name": "Bob",
    }

    message = read(an_event(attachments=[shared]))

    assert "free nitro" in message.forwarded
    assert message.attachments[0].origin is Origin.FORWARD


def test_blocks_of_apps_are_read_with_their_pictures() -> None:
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Win"}},
        {
            "type": "section",
            "text": {"type": "mrkdwn", "text": "*now*"},
            "fields": [{"type": "mrkdwn", "text": "a prize"}],
            "accessory": {
                "type": "image",
                "image_url": "https://x.example/b.png",
                "alt_text": "car",
            },
        },
        {"type": "image", "image_url": "https://x.example/c.png", "alt_text": "cash"},
        {"type": "image", "slack_file": {"id": "F0777"}, "alt_text": "file"},
        {"type": "context", "elements": [{"type": "mrkdwn", "text": "hurry"}]},
    ]

    message = read(an_event(blocks=blocks))

    assert set(message.embeds) == {"Win", "*now*", "a prize", "hurry"}
    assert [one.url for one in message.attachments] == [
        "https://x.example/b.png",
        "https://x.example/c.png",
        "slack-file:F0777",
    ]
    assert [one.alt for one in message.attachments] == ["car", "cash", "file"]


def test_what_people_type_is_not_read_twice() -> None:
    rich = {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": [{"type": "text", "text": "hello"}]}
        ],
    }

    assert read(an_event(blocks=[rich])).embeds == ()


def test_the_same_message_read_again_has_the_same_revision() -> None:
    event = an_event(subtype="file_share", files=[FILE], attachments=[PREVIEW])
    again = {name: value for name, value in event.items() if name not in {"subtype", "channel"}}
    again |= {"reply_count": 3, "reactions": [{"name": "eyes", "users": ["U2"], "count": 1}]}

    assert Post(again, "C1").revision == read(event).revision


@pytest.mark.parametrize("more", [{}, {"is_external": True, "mode": "external"}])
def test_a_file_that_was_deleted_makes_no_new_revision(more: dict[str, Any]) -> None:
    whole = an_event(subtype="file_share", files=[{**FILE, **more}])
    left = {**whole, "files": [{"id": FILE["id"], "mode": "tombstone"}]}

    assert read(left).revision == read(whole).revision


@pytest.mark.parametrize(
    "change",
    [
        {"text": "hello!"},
        {"files": [FILE]},
        {"attachments": [PREVIEW]},
        {"attachments": [{**PREVIEW, "image_url": "https://x.example/other.png"}]},
        {"blocks": [{"type": "image", "image_url": "https://x.example/d.png", "alt_text": "d"}]},
    ],
)
def test_what_is_judged_anew_is_a_new_revision(change: dict[str, Any]) -> None:
    assert read(an_event(**change)).revision != read(an_event()).revision


@pytest.mark.parametrize(
    "subtype", ["channel_join", "channel_topic", "message_deleted", "message_replied", "tombstone"]
)
def test_what_slack_says_itself_is_not_judged(subtype: str) -> None:
    assert posted(an_event(subtype=subtype)) is None


def test_an_unknown_kind_of_message_is_judged() -> None:
    assert read(an_event(subtype="something_new")).text == "hello"


def test_an_edit_tells_how_it_was_before() -> None:
    event = {
        "subtype": "message_changed",
        "channel": "C1",
        "message": an_event(text="now", edited={"user": "U1", "ts": "1700000001.000000"}),
        "previous_message": an_event(),
    }

    found = posted(event)

    assert found is not None
    post, before = found
    assert before is not None
    assert (post.raw["text"], before.raw["text"]) == ("now", "hello")


NAMES = ("type", "text", "elements", "image_url", "slack_file", "id", "message", "fields", "files")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text("<>&|@#!a\x00", max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYS = ("files", "blocks", "attachments", "text", "user", "bot_id", "thread_ts", "edited", "team")


@given(st.dictionaries(st.sampled_from(KEYS), JSON))
def test_no_shape_breaks_the_reading(odd: dict[str, Any]) -> None:
    found = posted({**an_event(), **odd})

    if found is not None:
        message = message_of(found[0], "T1", Author("U1", "ann"), Channel())
        assert message.revision


@pytest.mark.parametrize("ts", ["", "abc", "1.x", "9" * 400, "-1.0", None, 5, "nan"])
def test_a_message_without_a_time_is_none(ts: object) -> None:
    assert posted(an_event(ts=ts)) is None
