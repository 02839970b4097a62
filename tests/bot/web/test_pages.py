"""Every page: its headers, and that nobody's words ever become markup."""

import json
import re
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser

import httpx
import pytest

from analysis.types import Failure, FailureKind
from bot.model import CaseEvent, CaseState, EventKind, Outcome, Status
from bot.review.worth import Worth
from bot.web.pages import STATIC, TEMPLATES
from bot.web.shield import CSP
from tests.bot.web.fakes import NOW, World, a_case, an_analysis

PAGES = [
    "/desk/withheld",
    "/desk/worth",
    "/desk?waiting=x",
    "/desk",
    "/desk?state=all",
    "/desk/cases/c1",
    "/analyze",
    "/docs",
    "/signin",
    "/nowhere",
]
HTML = {"Accept": "text/html"}

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    '"><script>alert(1)</script>',
    "' onmouseover='alert(1)' x='",
    '" autofocus onfocus="alert(1)',
    "javascript:alert(1)",
    "</textarea></title></style><b>",
    "<!--><iframe srcdoc='<script>alert(1)</script>'>",
    "--><a href=javascript:alert(1)>x</a>",
    "{{ 7 * 7 }}{% raw %}{{ csrf }}",
    "\u2028<script>alert(1)</script>\u2029",
    "&lt;script&gt;alert(1)&lt;/script&gt;<b>",
    '<a href="jav&#x09;ascript:alert(1)">x</a>',
    "`><svg><animate onbegin=alert(1) attributeName=x>",
    "\u202e<plaintext>",
    "]]><x/><![CDATA[",
    "<template><script>alert(1)</script></template>",
]


class Shape(HTMLParser):
    """Counts elements with their attributes' names, and keeps every address."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: Counter[tuple[str, tuple[str, ...]]] = Counter()
        self.addresses: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements[(tag, tuple(name for name, _ in attrs))] += 1
        self.addresses += [
            value or ""
            for name, value in attrs
            if name in {"href", "src", "action", "formaction", "data-hx-get", "data-hx-post"}
        ]

    def handle_decl(self, decl: str) -> None:
        self.elements[(decl, ())] += 1

    def handle_comment(self, data: str) -> None:
        self.elements[("comment", ())] += 1


async def shapes(client: httpx.AsyncClient, world: World, words: str) -> list[Shape]:
    """The desk, a decided case and an analysis whose every text is ``words``."""
    case = a_case(
        text=words, author=words, channel=words, filename=words,
        ocr=words, quote=words, rule=words, note=words,
    )  # fmt: skip
    closing = CaseEvent(EventKind.UPHELD, NOW, words, words)
    world.desk.held = {
        "c1": case,
        "c2": replace(
            case, id="c2", state=CaseState.CLOSED, events=(*case.events, closing), opened_at=NOW
        ),
    }
    waits = Outcome(words, Status.WITHHELD, NOW, detail=words)
    judgement = replace(case.judgements[0], outcomes=(waits,))
    claimed = CaseEvent(EventKind.CLAIMED, NOW, words)
    failed = (Failure("worker", FailureKind.UNREADABLE, words),)
    world.desk.held["c3"] = replace(
        case, id="c3", judgements=(judgement,), events=(*case.events, claimed)
    )
    world.desk.held["c4"] = replace(
        case, id="c4", judgements=(replace(judgement, failures=failed),), waiting=f"{words}:timeout"
    )
    world.lessons.isolated.clear()
    world.lessons.isolate(words)
    world.lessons.rules = (Worth(words, 1, 1, 0),)
    world.analyser.analysis = an_analysis(
        text=words, ocr=words, quote=words, rule=words, explanation=words, reason=words
    )
    pages = [
        (await client.get(path)).text
        for path in (
            "/desk",
            "/desk?state=all",
            "/desk/cases/c1",
            "/desk/cases/c2",
            "/desk/cases/c3",
            "/desk/cases/c4",
            "/desk/withheld",
            "/desk/worth",
        )
    ]
    files = [("image", ("a.png", b"x"))]
    stream = await client.post("/analyze/stream", data={"text": "x"}, files=files)
    return [Shape(page) for page in [*pages, json.loads(stream.text.splitlines()[-1])["html"]]]


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_add_no_element_and_no_attribute(
    moderator: httpx.AsyncClient, world: World, words: str
) -> None:
    harmless = await shapes(moderator, world, "harmless")
    hostile = await shapes(moderator, world, words)

    assert [page.elements for page in hostile] == [page.elements for page in harmless]


@pytest.mark.parametrize("words", HOSTILE)
async def test_hostile_words_lead_nowhere(
    moderator: httpx.AsyncClient, world: World, words: str
) -> None:
    addresses = [a for page in await shapes(moderator, world, words) for a in page.addresses]

    assert [address for address in addresses if not address.startswith(("/", "#"))] == []


@pytest.mark.parametrize("words", HOSTILE)
async def test_a_hostile_file_name_is_text(moderator: httpx.AsyncClient, words: str) -> None:
    async def shape(name: str) -> Shape:
        quoted = name.replace('"', "%22")
        body = (
            f'--b\r\nContent-Disposition: form-data; name="image"; filename="{quoted}"\r\n\r\n'
            "x\r\n--b--\r\n"
        )
        headers = {"Content-Type": "multipart/form-data; boundary=b"}
        answer = await moderator.post("/analyze/stream", content=body.encode(), headers=headers)
        return Shape(json.loads(answer.text.splitlines()[-1])["html"])

    assert (await shape(words)).elements == (await shape("harmless")).elements


@pytest.mark.parametrize("path", [*PAGES, "/healthz", "/static/bifocal.css", "/openapi.json"])
async def test_every_answer_carries_the_security_headers(
    moderator: httpx.AsyncClient, path: str
) -> None:
    answer = await moderator.get(path, headers=HTML)

    assert answer.headers["content-security-policy"] == CSP
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"


async def test_a_refusal_at_the_door_carries_them_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers={"Host": "evil.example"})

    assert answer.headers["content-security-policy"] == CSP


def test_the_policy_allows_nothing_inline_and_no_frames() -> None:
    assert "unsafe" not in CSP
    assert CSP.startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in CSP


@pytest.mark.parametrize("path", PAGES)
async def test_no_page_has_inline_styles_scripts_or_foreign_addresses(
    moderator: httpx.AsyncClient, path: str
) -> None:
    text = (await moderator.get(path, headers=HTML)).text

    assert re.search(r"<style|\sstyle=|\son\w+=|<script(?![^>]* src=)", text) is None
    assert [a for a in Shape(text).addresses if not a.startswith(("/", "#"))] == []


def test_no_template_marks_anything_safe_but_our_icons() -> None:
    trusting = [
        path.name for path in TEMPLATES.glob("*.html") if re.search(r"\|\s*safe", path.read_text())
    ]

    assert trusting == ["icons.html"]


async def test_a_browser_is_shown_a_page_for_an_error(client: httpx.AsyncClient) -> None:
    answer = await client.get("/desk", headers=HTML)

    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    assert "bifocal run" in answer.text


async def test_pages_are_not_cached(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.get("/desk")

    assert answer.headers["cache-control"] == "no-store"


async def test_the_front_leads_to_the_playground_where_there_is_one(
    moderator: httpx.AsyncClient,
) -> None:
    answer = await moderator.get("/")

    assert answer.headers["location"] == "/playground"


async def test_the_front_leads_strangers_to_the_sign_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/")

    assert answer.headers["location"] == "/signin"


async def test_health_is_open_and_readiness_says_what_is_missing(
    client: httpx.AsyncClient, world: World
) -> None:
    world.health.lacks["database"] = "it cannot be written"
    alive, ready = await client.get("/healthz"), await client.get("/readyz")

    assert (alive.status_code, ready.status_code) == (200, 503)
    assert ready.json()["missing"] == {"database": "it cannot be written"}


async def test_all_parts_there_is_ready(client: httpx.AsyncClient) -> None:
    answer = await client.get("/readyz")

    assert answer.json() == {"status": "ready", "missing": {}}


async def test_metrics_are_those_of_the_registry_that_was_given(client: httpx.AsyncClient) -> None:
    answer = await client.get("/metrics")

    assert answer.status_code == 200
    assert "python_info" not in answer.text


def test_the_licence_of_htmx_names_the_file_that_is_served() -> None:

    served = sha256((STATIC / "htmx.min.js").read_bytes()).hexdigest()

    assert served in (STATIC / "htmx.LICENSE.txt").read_text()
