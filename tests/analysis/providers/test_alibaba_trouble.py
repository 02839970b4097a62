"""Alibaba in trouble: what is tried again, what is told, and that none of it passes for clean."""

import json
from datetime import timedelta

import httpx
import pytest

from analysis.errors import (
    ProviderError,
    ProviderGarbled,
    ProviderRejected,
    ProviderUnavailable,
)
from analysis.http import MAX_REPLY
from analysis.providers.alibaba import Alibaba as Provider
from analysis.types import Findings, Scope
from tests.analysis.providers.alibaba_kit import a_cloud, options
from tests.analysis.providers.loopback import Rerouted, Time, a_photo, a_post, tools
from tests.emulators.alibaba import Alibaba, Json, a_hit
from tests.emulators.server import Answer

TEXT = a_post("hello")
CLEAN: Json = {"RiskLevel": "none", "Result": [{"Label": "nonLabel"}]}


def ok(data: object, code: object = 200) -> Answer:
    return Answer.of({"Code": code, "Message": "OK", "Data": data})


def raw(fragment: str) -> Answer:
    """A text verdict whose confidence is written like this."""
    hit = f'{{"Label": "violent_blood", "Confidence": {fragment}}}'
    body = f'{{"Code": 200, "Data": {{"RiskLevel": "high", "Result": [{hit}]}}}}'
    return Answer(body=body.encode("utf-8", "surrogatepass"))


def throttled(status: int = 429, **headers: str) -> Answer:
    return Answer.of({"Code": "Throttling.User", "Message": "slow"}, status, **headers)


async def asked(*faults: Answer, time: Time | None = None, **more: object) -> Findings:
    """Without a socket, because a table of answers needs none."""
    time = time or Time()
    cloud = Alibaba(now=time.now)
    cloud.emulator.faults.extend(faults)
    async with tools(time, transport=httpx.ASGITransport(cloud.emulator)) as given:
        return await Provider(options(guard_service="", **more), given).detect(TEXT, Scope())


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param(Answer.of({"Code": "x"}, 400), ProviderRejected, id="bad-request"),
        pytest.param(Answer(403, b"<html>"), ProviderRejected, id="forbidden"),
        pytest.param(Answer(302, headers={"location": "http://e.test"}), ProviderRejected, id="to"),
        pytest.param(Answer(204), ProviderRejected, id="no-content"),
        pytest.param(ok(CLEAN, 400), ProviderRejected, id="business-400"),
        pytest.param(ok(CLEAN, 589), ProviderRejected, id="too-large"),
        pytest.param(ok(CLEAN, 999), ProviderRejected, id="unknown-code"),
        pytest.param(ok(CLEAN, "200"), ProviderGarbled, id="code-as-text"),
        pytest.param(ok(CLEAN, code=True), ProviderGarbled, id="code-as-bool"),
        pytest.param(Answer.of(CLEAN), ProviderGarbled, id="no-code"),
        pytest.param(Answer.of([1]), ProviderGarbled, id="a-list"),
        pytest.param(ok(None), ProviderGarbled, id="no-data"),
        pytest.param(Answer(body=b""), ProviderGarbled, id="empty"),
        pytest.param(Answer(body=b"<html>"), ProviderGarbled, id="html"),
        pytest.param(Answer(body=b'{"Code": 200, "Da'), ProviderGarbled, id="truncated"),
        pytest.param(Answer(body=b" " * (MAX_REPLY + 1)), ProviderGarbled, id="10-MB"),
        pytest.param(
            Answer(body=b'{"Code": 200, "Code": 200, "Data": {}}'), ProviderGarbled, id="twice"
        ),
        pytest.param(ok({"Result": []}), ProviderGarbled, id="no-level"),
        pytest.param(ok({"RiskLevel": "none"}), ProviderGarbled, id="no-result"),
        pytest.param(ok({**CLEAN, "RiskLevel": "extreme"}), ProviderGarbled, id="wrong-level"),
        pytest.param(ok({**CLEAN, "RiskLevel": "high"}), ProviderGarbled, id="risk-unexplained"),
        pytest.param(ok({"RiskLevel": "high", "Result": []}), ProviderGarbled, id="no-label"),
        pytest.param(ok({**CLEAN, "DataId": "other"}), ProviderGarbled, id="another-s-verdict"),
        pytest.param(ok({**CLEAN, "Result": [{}]}), ProviderGarbled, id="label-missing"),
        pytest.param(raw("NaN"), ProviderGarbled, id="nan"),
        pytest.param(raw("1e9999"), ProviderGarbled, id="infinite"),
        pytest.param(raw("100.1"), ProviderGarbled, id="over-100"),
        pytest.param(raw("-1"), ProviderGarbled, id="negative"),
        pytest.param(raw('"90"'), ProviderGarbled, id="number-as-text"),
        pytest.param(raw("true"), ProviderGarbled, id="bool"),
        pytest.param(raw('1, "Label": "\\ud800"'), ProviderGarbled, id="lone-surrogate-twice"),
        pytest.param(
            Answer(body=b'{"Code":200,"Data":{"RiskLevel":"high","Result":[{"Label":"\\ud800"}]}}'),
            ProviderGarbled,
            id="lone-surrogate",
        ),
    ],
)
async def test_a_bad_answer_is_never_clean(answer: Answer, error: type[ProviderError]) -> None:
    with pytest.raises(error):
        await asked(answer)


@pytest.mark.parametrize(
    ("guard", "match"),
    [
        ({"Suggestion": "pass"}, "Detail"),
        ({"Suggestion": "pass", "Detail": []}, "Detail"),
        ({"Detail": [{"Type": "contentModeration", "Level": "none"}]}, "Suggestion"),
        ({"Suggestion": "pass", "Detail": [{"Type": "contentModeration"}]}, "Level"),
        (
            {"Suggestion": "block", "Detail": [{"Type": "contentModeration", "Level": "none"}]},
            "no check",
        ),
        (
            {"Suggestion": "pass", "Detail": [{"Type": "contentModeration", "Level": "high"}]},
            "without a label",
        ),
    ],
)
async def test_a_bad_guard_verdict_is_never_clean(guard: Json, match: str) -> None:
    async with a_cloud() as (cloud, alibaba):
        cloud.guard = guard
        with pytest.raises(ProviderGarbled, match=match):
            await alibaba.detect(a_post("", a_photo()), Scope())


@pytest.mark.parametrize("code", [500, 580, 581, 585, 588, 592])
async def test_a_passing_business_code_is_tried_again(code: int) -> None:
    time = Time()
    found = await asked(ok(None, code), time=time)

    assert found.signals == ()
    assert len(time.slept) == 1


async def test_after_three_tries_it_is_given_up() -> None:
    with pytest.raises(ProviderUnavailable, match="588: over the quota"):
        await asked(*[ok(None, 588)] * 3)


@pytest.mark.parametrize(
    ("answer", "unit", "waited"),
    [
        pytest.param(throttled(x_acs_retry_after="1500"), "ms", 1.5, id="milliseconds"),
        pytest.param(throttled(x_acs_retry_after="3"), "s", 3.0, id="seconds"),
        pytest.param(throttled(400, x_acs_retry_after="2000"), "ms", 2.0, id="a-400"),
        pytest.param(throttled(503, retry_after="7"), "ms", 7.0, id="standard-seconds"),
        pytest.param(
            throttled(retry_after="Mon, 23 Nov 2026 12:00:09 GMT"), "ms", 9.0, id="standard-date"
        ),
        pytest.param(throttled(retry_after_ms="250"), "ms", 0.25, id="standard-milliseconds"),
    ],
)
async def test_it_waits_as_long_as_it_is_told(answer: Answer, unit: str, waited: float) -> None:
    time = Time()
    await asked(answer, time=time, retry_after_unit=unit)

    assert time.slept == [waited]


@pytest.mark.parametrize("said", ["0", "-5", "soon", "", "1.5"])
async def test_a_senseless_delay_is_replaced_by_ours(said: str) -> None:
    time = Time()
    await asked(throttled(x_acs_retry_after=said), time=time)

    assert 0.375 <= time.slept[0] <= 0.5


async def test_it_does_not_wait_longer_than_two_minutes() -> None:
    time = Time()
    with pytest.raises(ProviderUnavailable) as caught:
        await asked(throttled(x_acs_retry_after="121000"), time=time)

    assert (time.slept, caught.value.retry_after) == ([], 121.0)


@pytest.mark.parametrize("keys", [("Code", "Message"), ("code", "message"), ("CODE", "MESSAGE")])
async def test_a_gateway_s_word_is_read_however_it_is_written(keys: tuple[str, str]) -> None:
    no = Answer.of({keys[0]: "Forbidden.RAM", keys[1]: "canary"}, 400)
    with pytest.raises(ProviderRejected) as caught:
        await asked(no)

    assert str(caught.value) == (
        "HTTP 400 Forbidden.RAM: grant the RAM user AliyunYundunGreenWebFullAccess"
    )


@pytest.mark.parametrize("word", ["a\nb", 7, None, "x" * 81])
async def test_a_word_that_is_none_is_left_out(word: object) -> None:
    with pytest.raises(ProviderRejected) as caught:
        await asked(Answer.of({"Code": word}, 400))

    assert str(caught.value) == "HTTP 400"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"access_key_id": "other"}, "InvalidAccessKeyId.NotFound: the access_key_id is not known"),
        ({"access_key_secret": "other"}, "SignatureDoesNotMatch: the access_key_secret"),
        ({"version": "2017-01-12"}, "HTTP 404 InvalidVersion"),
    ],
)
async def test_a_check_says_what_is_wrong(wrong: dict[str, str], message: str) -> None:
    async with a_cloud(**wrong) as (_, alibaba):
        with pytest.raises(ProviderRejected, match=message):
            await alibaba.check()


async def test_a_clock_that_is_off_is_told() -> None:
    time = Time()
    async with a_cloud(time) as (cloud, alibaba):
        cloud.now = lambda: time.at + timedelta(minutes=16)
        with pytest.raises(ProviderRejected, match="clock is off"):
            await alibaba.check()


async def test_every_attempt_is_signed_anew() -> None:
    async with a_cloud(guard_service="") as (cloud, alibaba):
        cloud.emulator.faults.append(throttled())
        await alibaba.detect(TEXT, Scope())
        nonces = [r.headers["x-acs-signature-nonce"] for r in cloud.emulator.received]

    assert len(set(nonces)) == 2


async def test_a_request_sent_twice_is_refused_by_the_vendor() -> None:
    """So that the emulator's refusal of a used nonce is known to work."""
    async with a_cloud() as (cloud, alibaba), httpx.AsyncClient() as client:
        await alibaba.detect(TEXT, Scope())
        first = cloud.emulator.received[0]
        again = await client.post(cloud.emulator.url, content=first.body, headers=first.headers)

    assert again.json()["Code"] == "SignatureNonceUsed"


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Answer(silent=True), id="hang"),
        pytest.param(Answer(hang=True, body=b"xx"), id="headers-only"),
        pytest.param(Answer(body=b"0123456789", cut_at=4), id="cut"),
    ],
)
async def test_a_paid_call_that_was_sent_is_not_repeated(fault: Answer) -> None:
    time = Time()
    async with a_cloud(time, guard_service="", timeout_s=0.2) as (cloud, alibaba):
        cloud.emulator.faults.append(fault)
        with pytest.raises(ProviderUnavailable):
            await alibaba.detect(TEXT, Scope())

    assert (len(cloud.emulator.received), time.slept) == (1, [])


async def test_a_call_that_never_reached_the_vendor_is_repeated() -> None:
    time = Time()
    async with tools(time, transport=Rerouted({})) as given:
        with pytest.raises(ProviderUnavailable, match="no connection"):
            await Provider(options(), given).detect(TEXT, Scope())

    assert len(time.slept) == 2


async def test_a_secret_in_a_vendor_s_message_is_not_repeated() -> None:
    no = {"Code": "SignatureDoesNotMatch", "Message": "string to sign: canary"}
    with pytest.raises(ProviderRejected) as caught:
        await asked(Answer.of(no, 400))

    assert "canary" not in str(caught.value)


async def test_what_a_vendor_adds_is_left_alone() -> None:
    data = {"RiskLevel": "low", "Result": [a_hit("violent_blood", 50, New={"a": 1})], "New": []}
    found = await asked(Answer(body=json.dumps({"Code": 200, "Data": data}).encode()))

    assert [s.score for s in found.signals] == [0.2]
