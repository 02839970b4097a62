"""Our requests beside those of Alibaba's own package, recorded once on loopback.

The package is not installed with the others: it brings a scheduler, an agent for credentials and
ten more packages along. What may differ, and why: the package signs every header it sends and we
sign those that mean something, the list of which travels with the signature; it says in
``x-acs-credentials-provider`` where on its machine it found its key, which is nobody's business.
"""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from analysis.providers.alibaba_gateway import Gateway
from tests.analysis.providers.alibaba_kit import options
from tests.analysis.providers.loopback import Time, tools
from tests.emulators.alibaba import Alibaba
from tests.emulators.server import Answer, Emulator, Received

RECORDED = json.loads(
    (Path(__file__).parents[2] / "payloads" / "alibaba_sdk.json").read_text("utf-8")
)["requests"]
MACHINES = {"x-acs-credentials-provider"}
EVERY = pytest.mark.parametrize(
    "theirs", RECORDED, ids=[each["headers"]["x-acs-action"] for each in RECORDED]
)


async def ours(theirs: dict[str, Any]) -> Received:
    """The same call by our gateway."""
    answer = Answer.of({"RequestId": "r", "Code": 200, "Data": {}})
    async with Emulator(lambda _: answer).serving() as vendor, tools(Time()) as given:
        gateway = Gateway(options(base_url=vendor.url), given)
        body = dict(parse_qsl(theirs["body"])) or None
        action = theirs["headers"]["x-acs-action"]
        await gateway.call(action, body, query=theirs["query"] or None)
        return vendor.received[-1]


def stamps(headers: dict[str, str]) -> dict[str, str]:
    """The headers of the protocol, without those that differ from call to call."""
    passing = {"x-acs-date", "x-acs-signature-nonce"}
    return {
        name: "" if name in passing else value
        for name, value in headers.items()
        if name.startswith("x-acs-") and name not in MACHINES
    }


@EVERY
async def test_alibaba_is_asked_as_its_own_package_asks(theirs: dict[str, Any]) -> None:
    sent = await ours(theirs)

    assert (sent.method, sent.path) == (theirs["method"], theirs["path"])
    assert sent.query == theirs["query"]
    assert sent.body.decode() == theirs["body"]
    assert sent.headers.get("content-type") == theirs["headers"].get("content-type")
    assert stamps(dict(sent.headers)) == stamps(theirs["headers"])


@EVERY
async def test_the_key_is_shown_as_its_own_package_shows_it(theirs: dict[str, Any]) -> None:
    mine = (await ours(theirs)).headers["authorization"].split(",")
    other = theirs["headers"]["authorization"].split(",")

    assert mine[0] == other[0]
    assert [part.partition("=")[0] for part in mine] == [part.partition("=")[0] for part in other]
    signed, all_signed = (set(part.partition("=")[2].split(";")) for part in (mine[1], other[1]))
    assert all_signed - signed <= {"accept", "user-agent", *MACHINES}
    assert signed < all_signed
    assert len(mine[2]) == len(other[2])


@EVERY
def test_the_emulator_takes_what_its_own_package_sends(theirs: dict[str, Any]) -> None:
    """So the arithmetic by which it checks our signatures is the vendor's."""
    at = datetime.fromisoformat(theirs["headers"]["x-acs-date"])
    cloud = Alibaba(now=lambda: at)
    body = theirs["body"].encode()
    request = Received("POST", theirs["path"], theirs["query"], theirs["headers"], body)
    spoilt = Received("POST", theirs["path"], theirs["query"], theirs["headers"], body + b"&a=b")
    answers: list[Any] = [cloud.emulator.handle(each) for each in (request, spoilt)]

    assert "SignatureDoesNotMatch" not in answers[0].body.decode()
    assert answers[1].status == 400
