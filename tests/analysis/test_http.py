"""Calling vendors: what is tried again, how long is waited, what counts as no answer."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from analysis.deadline import within
from analysis.errors import ProviderGarbled, ProviderUnavailable
from analysis.http import MAX_REPLY, Http, Refused, Reply, retry_after

NOW = datetime(2026, 11, 22, tzinfo=UTC)
GOOGLE = {"error": {"details": [{"@type": "x"}, {"retryDelay": "34s"}]}}
GOOGLE_SAYS = httpx.Response(429, json=GOOGLE).content


class Vendor:
    """Answers with the given responses in turn, the last one for ever."""

    def __init__(self, *responses: httpx.Response | Exception) -> None:
        self.responses = list(responses)
        self.calls = 0
        self.slept: list[float] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.calls += 1
        answer = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def asked(self) -> Reply:
        async with httpx.AsyncClient(transport=httpx.MockTransport(self)) as client:
            http = Http(client, "acme", sleep=self.sleep, now=lambda: NOW)
            return await http.send(client.build_request("POST", "https://acme.test/judge", json={}))


async def test_an_answer_is_read_as_json() -> None:
    reply = await Vendor(httpx.Response(200, json={"a": 1})).asked()

    assert reply.json("acme") == {"a": 1}


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_what_may_pass_is_tried_three_times(status: int) -> None:
    vendor = Vendor(httpx.Response(status))

    with pytest.raises(ProviderUnavailable, match=str(status)):
        await vendor.asked()
    assert vendor.calls == 3


@pytest.mark.parametrize("status", [302, 400, 401, 402, 403, 404, 413, 422])
async def test_what_will_not_pass_is_tried_once(status: int) -> None:
    vendor = Vendor(httpx.Response(status, headers={"location": "https://evil.test/"}))

    with pytest.raises(Refused) as caught:
        await vendor.asked()
    assert (vendor.calls, caught.value.reply.status) == (1, status)


async def test_a_broken_connection_is_tried_again() -> None:
    vendor = Vendor(httpx.ConnectError("no route"), httpx.Response(200, json=[]))
    await vendor.asked()

    assert vendor.calls == 2
    assert 0.375 <= vendor.slept[0] <= 0.5


async def test_it_waits_as_long_as_it_is_told() -> None:
    vendor = Vendor(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200, json=1))
    await vendor.asked()

    assert vendor.slept == [7.0]


async def test_it_does_not_wait_longer_than_two_minutes() -> None:
    vendor = Vendor(httpx.Response(429, headers={"retry-after": "1000000000"}))

    with pytest.raises(ProviderUnavailable) as caught:
        await vendor.asked()
    assert (vendor.calls, vendor.slept, caught.value.retry_after) == (1, [], 1e9)


@pytest.mark.parametrize(
    "refusal",
    [
        pytest.param(httpx.Response(429, headers={"retry-after": "34"}), id="told-to-wait"),
        pytest.param(httpx.Response(503), id="not-told"),
        pytest.param(httpx.ConnectError("no route"), id="not-reached"),
    ],
)
async def test_it_does_not_wait_beyond_the_deadline_it_works_under(
    refusal: httpx.Response | Exception,
) -> None:
    vendor = Vendor(refusal)

    with pytest.raises(ProviderUnavailable) as caught:
        await within(vendor.asked(), timedelta(seconds=0.2))
    asked = (
        34.0 if isinstance(refusal, httpx.Response) and refusal.headers.get("retry-after") else None
    )
    assert (vendor.calls, vendor.slept, caught.value.retry_after) == (1, [], asked)


async def test_it_waits_within_the_deadline_it_works_under() -> None:
    vendor = Vendor(httpx.Response(429, headers={"retry-after": "7"}), httpx.Response(200, json=1))
    await within(vendor.asked(), timedelta(seconds=60))

    assert vendor.slept == [7.0]


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        pytest.param({"retry-after-ms": "1500"}, b"", 1.5, id="milliseconds"),
        pytest.param({"retry-after": "3"}, b"", 3.0, id="seconds"),
        pytest.param({"retry-after": "Sun, 22 Nov 2026 00:00:09 GMT"}, b"", 9.0, id="date"),
        pytest.param({"retry-after": "Sunday, 22-Nov-26 00:00:09 GMT"}, b"", 9.0, id="rfc-850"),
        pytest.param({"retry-after": "Sun Nov 22 00:00:09 2026"}, b"", 9.0, id="asctime"),
        pytest.param({"retry-after": "Sat, 21 Nov 2026 00:00:00 GMT"}, b"", None, id="past"),
        pytest.param({"retry-after": "0"}, b"", None, id="at-once"),
        pytest.param({"retry-after": "-5"}, b"", None, id="negative"),
        pytest.param({"retry-after": "1e9"}, b"", None, id="exponent"),
        pytest.param({"retry-after": "9" * 400}, b"", None, id="endless-number"),
        pytest.param(
            {"retry-after": "Thu, 31 Dec 2026 00:00:00 +99999999999999"}, b"", None, id="no-zone"
        ),
        pytest.param({"retry-after-ms": "soon", "retry-after": "3"}, b"", 3.0, id="second-wish"),
        pytest.param({}, GOOGLE_SAYS, 34.0, id="google"),
        pytest.param({}, httpx.Response(429, json=[GOOGLE]).content, 34.0, id="google-list"),
        pytest.param({"retry-after": "soon"}, GOOGLE_SAYS, 34.0, id="garbage-and-google"),
        pytest.param({"retry-after": "soon"}, b"", None, id="garbage"),
        pytest.param({"retry-after": "nan"}, b"", None, id="nan"),
        pytest.param({}, b"<html>", None, id="absent"),
    ],
)
def test_every_documented_form_of_waiting_is_read(
    headers: dict[str, str], body: bytes, seconds: float | None
) -> None:
    assert retry_after(Reply(429, httpx.Headers(headers), body), NOW) == seconds


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"", id="empty"),
        pytest.param(b"<html>", id="html"),
        pytest.param(b'{"a": NaN}', id="nan"),
        pytest.param(b'{"a": 1e9999}', id="infinite"),
        pytest.param(b'{"a": 1, "a": 2}', id="twice"),
        pytest.param(b'{"a": 1} {"b": 2}', id="two"),
        pytest.param(b"[" * 100_000, id="deep"),
        pytest.param(b'{"a": 1', id="truncated"),
    ],
)
async def test_what_is_not_json_is_garbled(body: bytes) -> None:
    reply = await Vendor(httpx.Response(200, content=body)).asked()

    with pytest.raises(ProviderGarbled):
        reply.json("acme")


async def test_an_endless_reply_is_cut_off() -> None:
    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield b" " * (1 << 20)

    vendor = Vendor(httpx.Response(200, content=endless()))

    with pytest.raises(ProviderGarbled, match=str(MAX_REPLY)):
        await vendor.asked()


async def test_a_compressed_reply_is_not_inflated() -> None:
    vendor = Vendor(httpx.Response(200, content=b"x", headers={"content-encoding": "gzip"}))

    with pytest.raises(ProviderGarbled, match="compressed"):
        await vendor.asked()
