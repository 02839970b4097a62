"""The analyse API: its document, its limits, and its errors."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from analysis.taxonomy import Category
from bot.analysis_report import document
from bot.errors import EnvironmentFailed, QueueFull
from bot.web.app import create_app
from bot.web.services import Limits
from tests.bot.web.conftest import BASE
from tests.bot.web.fakes import FakeAnalyser, World, a_png, an_analysis

URL = "/api/v1/analyze"
TOKEN = {"Authorization": "Bearer token-analyze"}
IMAGE = ("image", ("a.png", b"\x89PNG", "image/png"))


async def test_the_answer_is_the_document_of_the_analysis(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, data={"text": "hi"}, files=[IMAGE], headers=TOKEN)

    assert answer.status_code == 200
    assert answer.json() == json.loads(json.dumps(document(an_analysis())))


async def test_every_category_has_a_score_or_null(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, files=[IMAGE], headers=TOKEN)

    assert set(answer.json()["scores"]) == {category.value for category in Category}


async def test_what_was_read_from_a_picture_is_among_the_facts(client: httpx.AsyncClient) -> None:
    answer = await client.post(URL, files=[IMAGE], headers=TOKEN)

    read = [fact for fact in answer.json()["facts"] if fact["kind"] == "ocr"]
    assert read == [
        {
            "kind": "ocr",
            "value": "claim your free nitro now",
            "score": 0.98,
            "modality": "image",
            "media": 0,
            "box": [0.1, 0.2, 0.6, 0.4],
        }
    ]


def test_only_live_rules_are_named_as_matched() -> None:
    verdict = document(an_analysis())["verdict"]

    assert verdict == {
        "rules": ["scam-screenshot"],
        "unanswered": ["no-nudity"],
        "actions": ["delete", "timeout 1h"],
        "needs_review": True,
        "explanation": "The picture promises a gift and the caption links to a shortener.",
    }


def test_a_file_that_could_not_be_decoded_keeps_its_place() -> None:
    analysis = an_analysis(names=("bad.png", "a.png"))
    undecoded = replace(analysis.assessment, media=(None, analysis.assessment.media[1]))
    media = document(replace(analysis, assessment=undecoded))["media"]

    assert isinstance(media, list)
    assert [(m["name"], m["sha256"]) for m in media] == [("bad.png", None), ("a.png", "ab" * 32)]


async def test_files_and_words_reach_the_analyser(client: httpx.AsyncClient, world: World) -> None:
    files = [("image", ("a.png", a_png())), ("image", ("b.png", a_png()))]
    await client.post(URL, data={"text": "words"}, files=files, headers=TOKEN)

    assert world.analyser.seen == [(("a.png", "b.png"), "words")]


async def test_a_lone_surrogate_in_the_answer_is_no_error(
    client: httpx.AsyncClient, world: World
) -> None:
    world.analyser.analysis = an_analysis(ocr="a\ud800b\u2028", quote="x")
    answer = await client.post(URL, files=[IMAGE], headers=TOKEN)

    assert answer.status_code == 200


PROBLEMS = [
    pytest.param({"data": {"text": "  "}, "files": [("other", b"")]}, 422, id="nothing to look at"),
    pytest.param({"data": {"image": "x"}, "files": [("other", b"")]}, 422, id="image is no file"),
    pytest.param({"files": [("text", ("a", b"x"))]}, 422, id="text is a file"),
    pytest.param({"data": {"text": "x"}}, 415, id="urlencoded"),
    pytest.param({"json": {"text": "x"}}, 415, id="json"),
    pytest.param({"content": b"x", "headers": {"Content-Type": "image/png"}}, 415, id="raw image"),
    pytest.param({}, 415, id="no body"),
    pytest.param(
        {"content": b"x", "headers": {"Content-Type": "multipart/form-data"}}, 422, id="no boundary"
    ),
    pytest.param(
        {"content": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=b"}},
        422,
        id="not multipart",
    ),
    pytest.param({"files": [IMAGE] * 11}, 413, id="too many files"),
    pytest.param({"files": [("image", ("a", bytes(1001)))]}, 413, id="too large a file"),
    pytest.param({"files": [("image", ("a", bytes(900)))] * 6}, 413, id="too much in all"),
    pytest.param({"data": {"text": "x" * 600}, "files": [IMAGE]}, 413, id="too many words"),
]


@pytest.mark.parametrize(("request_parts", "status"), PROBLEMS)
async def test_a_bad_request_is_a_problem_document(
    request_parts: dict[str, object], status: int
) -> None:
    limits = Limits(file_bytes=1000, total_bytes=5000, text_bytes=500)
    transport = httpx.ASGITransport(create_app(World(limits=limits).services()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=TOKEN) as client:
        answer = await client.post(URL, **request_parts)  # type: ignore[arg-type] # a table

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == status


async def test_a_body_without_a_length_is_cut_off_at_the_limit() -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield b'--b\r\nContent-Disposition: form-data; name="image"; filename="a"\r\n\r\n'
        while sent < 1000:
            sent += 1
            yield bytes(1000)

    transport = httpx.ASGITransport(create_app(World(limits=Limits(total_bytes=5000)).services()))
    headers = TOKEN | {"Content-Type": "multipart/form-data; boundary=b"}
    async with httpx.AsyncClient(transport=transport, base_url=BASE) as client:
        answer = await client.post(URL, content=endless(), headers=headers)

    assert answer.status_code == 413
    assert sent < 10


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/nowhere", 404), ("DELETE", "/healthz", 405), ("GET", "/static/../app.py", 404)],
)
async def test_what_does_not_exist_is_a_problem_document(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_crash_is_a_plain_500_without_a_traceback(
    client: httpx.AsyncClient, world: World
) -> None:
    world.analyser.trouble = RuntimeError("canary-secret")
    answer = await client.post(URL, files=[IMAGE], headers=TOKEN)

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "canary-secret" not in answer.text
    assert "Traceback" not in answer.text


@pytest.mark.parametrize("trouble", [QueueFull("canary-path"), EnvironmentFailed("canary-path")])
async def test_a_store_that_is_away_is_a_503_that_says_when_to_come_again(
    client: httpx.AsyncClient, world: World, trouble: Exception
) -> None:
    world.analyser.trouble = trouble
    answer = await client.post(URL, files=[IMAGE], headers=TOKEN)

    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "canary-path" not in answer.text


async def test_the_description_names_every_problem(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()

    answers = described["paths"][URL]["post"]["responses"]
    assert set(answers) == {"200", "401", "403", "413", "415", "422", "429"}


class _Slow(FakeAnalyser):
    """Waits until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.waiting = asyncio.Event()

    async def analyse(self, *args: object, **kwargs: object) -> object:  # type: ignore[override]
        self.waiting.set()
        await self.go.wait()
        return an_analysis()


async def test_too_many_at_once_are_told_when_to_come_again() -> None:
    slow = _Slow()
    app = create_app(World(analyser=slow, limits=Limits(at_once=1, waiting=0)).services())
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=TOKEN) as client:
        first = asyncio.create_task(client.post(URL, files=[IMAGE]))
        await slow.waiting.wait()
        second = await client.post(URL, files=[IMAGE])
        slow.go.set()
        await first

    assert second.status_code == 429
    assert int(second.headers["retry-after"]) > 0


async def test_the_stream_tells_each_stage_and_ends_with_the_page(
    moderator: httpx.AsyncClient,
) -> None:
    answer = await moderator.post("/analyze/stream", data={"text": "hi"}, files=[IMAGE])

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line.get("stage") for line in lines[:-1]] == [
        "started", "decoded", "read", "judged", "fused",
    ]  # fmt: skip
    assert "scam-screenshot" in lines[-1]["html"]


async def test_a_crash_in_the_stream_is_its_last_line(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.analyser.trouble = RuntimeError("canary-secret")
    answer = await moderator.post("/analyze/stream", data={"text": "hi"}, files=[IMAGE])

    assert "problem" in json.loads(answer.text.splitlines()[-1])
    assert "canary-secret" not in answer.text
