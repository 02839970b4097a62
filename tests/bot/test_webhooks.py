"""Webhooks: signed, through the outbox, repeated until received, parked when dead."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr, ValidationError

from bot.config.tables import Webhook
from bot.errors import NotPermitted
from bot.house import Delivery, Outbox
from bot.model import Outcome, Record, Status
from bot.storage.outbox import OutboxStore
from bot.storage.seal import Seal
from bot.webhooks import GIVEN_UP_AFTER, Webhooks, delivery_id, payload, signature
from tests.bot.journey import a_world
from tests.builders import NOON, a_message

URL = "https://hooks.test/bifocal"
MESSAGE = a_message("canary 0.9")


@dataclass
class Receiver:
    """Answers with the codes it is given, then 204."""

    codes: list[int] = field(default_factory=list)
    got: list[httpx.Request] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.got.append(request)
        self.reached.set()
        code = self.codes.pop(0) if self.codes else 204
        if code == 0:
            raise httpx.ConnectError("refused")
        return httpx.Response(code, headers={"Location": "https://elsewhere.test/"})

    @property
    def deliveries(self) -> list[str]:
        return [request.headers["Bifocal-Delivery"] for request in self.got]


@dataclass
class Post:
    """An outbox, its receiver and their clock."""

    webhooks: Webhooks
    store: OutboxStore
    receiver: Receiver
    record: Record
    time: datetime = NOON

    def delivery(self, nonce: str = "n") -> Delivery:
        done = (Outcome("delete", Status.APPLIED, NOON),)
        return Delivery("ops", nonce, "acted", MESSAGE, self.record, done)

    async def deliver(self) -> None:
        async with self.webhooks.client() as http:
            await self.webhooks.deliver(http)


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    async with a_post(tmp_path) as made:
        yield made


@asynccontextmanager
async def a_post(folder: Path, *, include_text: bool = False) -> AsyncIterator[Post]:
    async with a_world(folder) as world:
        await world.handle(world.stands(MESSAGE))
        made: Post
        seal = Seal([Fernet.generate_key().decode()], "the test")
        store = OutboxStore(world.journal.database, seal, lambda: made.time)
        options = {"ops": Webhook(url=URL, secret=SecretStr("s3"), include_text=include_text)}
        receiver = Receiver()
        webhooks = Webhooks(options, store, lambda: made.time, httpx.MockTransport(receiver))
        made = Post(webhooks, store, receiver, await world.record(MESSAGE))
        yield made


async def test_a_delivery_is_signed_over_time_nonce_and_body(post: Post) -> None:
    await post.webhooks.put(post.delivery())
    await post.deliver()

    (request,) = post.receiver.got
    said = request.headers
    assert said["Bifocal-Signature"] == signature(
        "s3", said["Bifocal-Timestamp"], said["Bifocal-Nonce"], request.content.decode()
    )
    assert said["Bifocal-Timestamp"] == str(int(NOON.timestamp()))


async def test_a_delivery_says_what_was_done_and_not_a_word_of_the_post(post: Post) -> None:
    await post.webhooks.put(post.delivery())
    await post.deliver()

    (request,) = post.receiver.got
    told = json.loads(request.content)
    assert told["rules"] == ["scam", "mild"]
    assert told["outcomes"] == [{"action": "delete", "status": "applied"}]
    assert b"canary" not in request.content


async def test_the_words_are_sent_where_the_settings_say_so(tmp_path: Path) -> None:
    async with a_post(tmp_path, include_text=True) as post:
        await post.webhooks.put(post.delivery())
        await post.deliver()

        assert json.loads(post.receiver.got[0].content)["text"] == "canary 0.9"


async def test_what_is_put_twice_is_delivered_once(post: Post) -> None:
    await post.webhooks.put(post.delivery())
    await post.deliver()
    await post.webhooks.put(post.delivery())
    await post.deliver()

    assert post.receiver.deliveries == [delivery_id("n")]


@pytest.mark.parametrize("code", [0, 301, 307, 400, 401, 429, 500])
async def test_what_is_not_received_is_sent_again_under_the_same_id(post: Post, code: int) -> None:
    post.receiver.codes = [code]
    await post.webhooks.put(post.delivery())
    await post.deliver()
    await post.deliver()
    post.time += timedelta(seconds=5)
    await post.deliver()

    first, second = post.receiver.got
    assert post.receiver.deliveries == [delivery_id("n")] * 2
    assert first.headers["Bifocal-Nonce"] != second.headers["Bifocal-Nonce"]


async def test_no_redirect_is_followed(post: Post) -> None:
    post.receiver.codes = [307]
    await post.webhooks.put(post.delivery())
    await post.deliver()

    assert [str(request.url) for request in post.receiver.got] == [URL]


async def test_waits_double_up_to_an_hour_and_end_after_a_day(post: Post) -> None:
    post.receiver.codes = [500] * 100
    await post.webhooks.put(post.delivery())
    waits = []
    while (due := await post.store.next_due()) is not None:
        waits.append((due - post.time).total_seconds())
        post.time = due
        await post.deliver()

    (parked,) = await post.store.troubled()
    assert parked.parked
    assert waits[1:5] == [5, 10, 20, 40]
    assert max(waits) == 3600
    assert post.time - NOON <= GIVEN_UP_AFTER
    assert parked.detail == "it answered 500"


async def test_a_receiver_that_is_gone_for_good_is_not_asked_again(post: Post) -> None:
    post.receiver.codes = [410]
    await post.webhooks.put(post.delivery())
    await post.deliver()

    assert await post.store.next_due() is None
    assert await post.store.parked() == 1


async def test_a_parked_delivery_can_be_driven_again(post: Post) -> None:
    post.receiver.codes = [410]
    await post.webhooks.put(post.delivery())
    await post.deliver()
    again = await post.webhooks.retry(delivery_id("n"), by="ada")
    await post.deliver()

    assert again
    assert len(post.receiver.got) == 2
    assert await post.webhooks.troubled() == []


async def test_a_parked_delivery_can_be_dropped_and_its_body_is_forgotten(post: Post) -> None:
    post.receiver.codes = [410]
    await post.webhooks.put(post.delivery())
    await post.deliver()
    first = await post.webhooks.drop(delivery_id("n"), by="ada")
    second = await post.webhooks.drop(delivery_id("n"), by="ada")
    await post.deliver()

    assert (first, second) == (True, False)
    assert len(post.receiver.got) == 1
    assert await post.webhooks.troubled() == []
    assert await post.webhooks.holds("n")


async def test_what_is_still_tried_is_shown_behind_what_was_given_up(post: Post) -> None:
    post.receiver.codes = [503, 410]
    await post.webhooks.put(post.delivery("first"))
    await post.deliver()
    await post.webhooks.put(post.delivery("second"))
    await post.deliver()

    found = await post.webhooks.troubled()
    assert [(one.delivery, one.parked, one.detail) for one in found] == [
        (delivery_id("second"), True, "it answered 410 Gone"),
        (delivery_id("first"), False, "it answered 503"),
    ]
    assert {(one.event, one.ref) for one in found} == {("acted", MESSAGE.ref)}


async def test_only_what_was_given_up_is_retried_or_dropped(post: Post) -> None:
    post.receiver.codes = [503]
    await post.webhooks.put(post.delivery())
    await post.deliver()

    assert not await post.webhooks.retry(delivery_id("n"), by="ada")
    assert not await post.webhooks.drop(delivery_id("n"), by="ada")


async def test_what_was_committed_before_a_death_is_delivered_by_the_next_process(
    post: Post,
) -> None:
    await post.webhooks.put(post.delivery())
    options = {"ops": Webhook(url=URL, secret=SecretStr("s3"))}
    next_life = Webhooks(options, post.store, lambda: post.time, httpx.MockTransport(post.receiver))
    await replace(post, webhooks=next_life).deliver()

    assert post.receiver.deliveries == [delivery_id("n")]


async def test_it_runs_until_told_to_stop(post: Post) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(post.webhooks.run(stop))
    await post.webhooks.put(post.delivery())
    await post.receiver.reached.wait()
    stop.set()
    await running

    assert post.receiver.deliveries == [delivery_id("n")]


async def test_a_webhook_that_is_not_set_up_is_refused(post: Post) -> None:
    with pytest.raises(NotPermitted, match=r"webhooks\.other"):
        await post.webhooks.put(replace(post.delivery(), webhook="other"))


async def test_an_overturn_is_told_without_a_judgement(post: Post) -> None:
    told = payload(replace(post.delivery(), event="overturned", record=None), include_text=False)

    assert told["event"] == "overturned"
    assert "rules" not in told


@pytest.mark.parametrize(
    "url", ["", "http://hooks.test/", "ftp://hooks.test/", "http://127.0.0.1.evil.test/", "hooks"]
)
def test_only_https_or_this_machine_is_told(url: str) -> None:
    with pytest.raises(ValidationError, match="https"):
        Webhook(url=url, secret=SecretStr("s3"))


@pytest.mark.parametrize("url", [URL, "http://127.0.0.1:9/x", "http://localhost/x"])
def test_a_receiver_on_this_machine_needs_no_certificate(url: str) -> None:
    assert Webhook(url=url, secret=SecretStr("s3")).url == url


def _as_port(webhooks: Webhooks) -> Outbox:
    """Checked by mypy."""
    return webhooks
