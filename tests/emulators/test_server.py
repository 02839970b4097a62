"""The emulators' own server does what its knobs say."""

import httpx
import pytest

from tests.emulators.server import Answer, Emulator, Received


def echo(request: Received) -> Answer:
    return Answer.of({"got": request.json()})


async def test_it_answers_and_remembers_what_arrived() -> None:
    async with Emulator(echo).serving() as vendor, httpx.AsyncClient() as client:
        reply = await client.post(f"{vendor.url}/judge?a=1", json={"b": 2})

    assert reply.json() == {"got": {"b": 2}}
    assert (vendor.received[0].path, vendor.received[0].query) == ("/judge", {"a": "1"})


async def test_a_fault_is_given_out_once() -> None:
    async with Emulator(echo).serving() as vendor, httpx.AsyncClient() as client:
        vendor.faults.append(Answer(429, headers={"retry-after": "1"}))
        statuses = [(await client.post(vendor.url, json=1)).status_code for _ in range(2)]

    assert statuses == [429, 200]


@pytest.mark.parametrize("fault", [Answer(hang=True, body=b"xx"), Answer(silent=True)])
async def test_a_hanging_answer_hangs_until_the_client_gives_up(fault: Answer) -> None:
    async with Emulator(echo).serving() as vendor, httpx.AsyncClient(timeout=0.2) as client:
        vendor.faults.append(fault)
        with pytest.raises(httpx.ReadTimeout):
            await client.post(vendor.url, json=1)


async def test_a_cut_body_is_cut() -> None:
    async with Emulator(echo).serving() as vendor, httpx.AsyncClient() as client:
        vendor.faults.append(Answer(body=b"0123456789", cut_at=4))
        with pytest.raises(httpx.RemoteProtocolError):
            await client.post(vendor.url, json=1)
