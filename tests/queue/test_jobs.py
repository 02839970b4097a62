"""A message survives the queue unchanged, and what is no message is refused in plain words."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.jobs import Job
from bot.model import Attachment, Author, Channel, Message, Origin, Ref
from bot.queue.jobs import UnreadableJob, pack, unpack

words = st.text(max_size=40)
zones = st.sampled_from([UTC, timezone(timedelta(hours=5, minutes=30))])
times = st.datetimes(
    min_value=datetime(1970, 1, 2),  # noqa: DTZ001 - hypothesis adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001 - hypothesis adds the zone
    timezones=zones,
)
messages = st.builds(
    Message,
    ref=st.builds(Ref, words, words, words, words),
    revision=words,
    author=st.builds(
        Author,
        id=words,
        name=words,
        roles=st.lists(words, max_size=3).map(tuple),
        is_bot=st.booleans(),
        is_moderator=st.booleans(),
        created_at=st.none() | times,
        joined_at=st.none() | times,
    ),
    channel=st.builds(Channel, name=words, kind=words, nsfw=st.booleans()),
    text=words,
    sent_at=times,
    attachments=st.lists(
        st.builds(
            Attachment,
            url=words,
            filename=words,
            media_type=words,
            size=st.none() | st.integers(0, 2**53),
            spoiler=st.booleans(),
            origin=st.sampled_from(Origin),
            alt=words,
        ),
        max_size=2,
    ).map(tuple),
    embeds=st.lists(words, max_size=2).map(tuple),
    forwarded=st.lists(words, max_size=2).map(tuple),
    mentions=st.integers(0, 100),
    edited=st.booleans(),
)


def a_message(text: str = "hello") -> Message:
    return Message(
        ref=Ref("playground", "home", "lobby", "1"),
        revision="0",
        author=Author("7", "Ann"),
        channel=Channel(),
        text=text,
        sent_at=datetime(2026, 11, 23, tzinfo=UTC),
    )


@given(messages)
def test_a_message_comes_out_as_it_went_in(message: Message) -> None:
    assert unpack(pack(message)) == message


@given(messages, st.sampled_from(["live", "backlog"]))
def test_a_job_is_named_after_its_message_and_rides_in_its_lane(
    message: Message, lane: str
) -> None:
    job = pack(message, lane)

    assert (job.key, job.lane, job.attempt) == (message.key, lane, 1)


def test_a_body_says_its_version() -> None:
    assert pack(a_message()).body.startswith('{"v":1,')


@pytest.mark.parametrize(
    ("body", "why"),
    [
        pytest.param("", "body: json_invalid", id="empty"),
        pytest.param("[]", "body: dataclass_type", id="not-an-object"),
        pytest.param('{"v":1}', "message: missing", id="no-message"),
        pytest.param('{"v":2,"message":{"new":"shape"}}', "version 2", id="newer"),
        pytest.param('{"v":1,"message":{"text":5}}', "message.ref: missing", id="half"),
        pytest.param("\x00\x01", "body: json_invalid", id="binary"),
    ],
)
def test_what_is_no_message_is_unreadable_and_says_where(body: str, why: str) -> None:
    with pytest.raises(UnreadableJob, match=f"job k cannot be read: .*{why}"):
        unpack(Job("k", body))


def test_the_refusal_does_not_repeat_the_post() -> None:
    body = pack(a_message("private words")).body.replace('"mentions":0', '"mentions":"secret"')

    with pytest.raises(UnreadableJob) as caught:
        unpack(Job("k", body))

    assert "private" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_text_that_is_not_well_formed_is_refused_before_it_is_queued() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        pack(a_message("\ud800"))
