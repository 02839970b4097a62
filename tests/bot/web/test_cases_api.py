"""The desk for programs: pages, decisions and who was faster, evidence, figures."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from bot.model import CaseState, EventKind
from bot.web.case_models import CaseList, CaseTold, Decided, Stats
from bot.web.desk import EVIDENCE_HEADERS
from tests.bot.web.fakes import NOW, World, a_case
from tests.bot.web.test_desk_places import a_case_away

URL = "/api/v1/cases"
DECIDE = f"{URL}/c1/decisions"


@pytest.fixture
def program(client: httpx.AsyncClient) -> httpx.AsyncClient:
    """One that carries a moderator's token."""
    client.headers["Authorization"] = "Bearer token-moderate"
    return client


@pytest.mark.parametrize("path", [URL, f"{URL}/c1", "/api/v1/stats", f"{URL}/c1/evidence/0"])
async def test_analysing_alone_does_not_open_the_desk(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Authorization": "Bearer token-analyze"})

    assert answer.status_code == 403


async def test_every_case_is_on_one_page_once(program: httpx.AsyncClient, world: World) -> None:
    for number in range(5):
        world.desk.add(a_case(f"n{number}"))
    found: list[str] = []
    more: str | None = ""
    while more is not None:
        answer = await program.get(URL, params={"limit": 2, "before": more})
        page = CaseList.model_validate(answer.json())
        found += [one.case for one in page.cases]
        more = page.next

    assert sorted(found) == ["c1", "n0", "n1", "n2", "n3", "n4"]


async def test_a_page_is_of_a_state_and_a_community(
    program: httpx.AsyncClient, world: World
) -> None:
    world.desk.add(a_case_away())
    world.desk.add(replace(a_case("c3"), state=CaseState.CLOSED))

    async def listed(**asked: str) -> list[str]:
        return [one["case"] for one in (await program.get(URL, params=asked)).json()["cases"]]

    assert sorted(await listed()) == ["c1", "c2"]
    assert await listed(community="slack:T1") == ["c2"]
    assert await listed(state="closed") == ["c3"]
    assert sorted(await listed(state="all")) == ["c1", "c2", "c3"]


async def test_a_case_is_told_whole_and_as_described(program: httpx.AsyncClient) -> None:
    told = CaseTold.model_validate((await program.get(f"{URL}/c1")).json())

    assert (told.text, told.version) == ("get yours at bit.example/x", 1)
    assert told.passages[1].text == "claim your free nitro now"
    assert [one.action for one in told.judgements[0].outcomes] == ["delete", "timeout 1h"]
    assert told.judgements[0].signals[0].evidence is not None


async def test_a_decision_is_made_in_the_tokens_name(
    program: httpx.AsyncClient, world: World
) -> None:
    body = {"decision": "uphold", "version": 1, "note": "clear"}
    answer = await program.post(DECIDE, json=body)

    decided = Decided.model_validate(answer.json())
    last = world.desk.held["c1"].events[-1]
    assert (decided.case.state, decided.left) == (CaseState.CLOSED, [])
    assert (last.kind, last.by, last.note) == (EventKind.UPHELD, "token-moderate", "clear")


async def test_an_overturn_says_what_could_not_be_undone(program: httpx.AsyncClient) -> None:
    answer = await program.post(DECIDE, json={"decision": "overturn", "version": 1})

    assert answer.json()["left"] == ["The message was deleted; it can be posted again."]


async def test_escalating_and_noting_leave_it_undecided(
    program: httpx.AsyncClient, world: World
) -> None:
    await program.post(DECIDE, json={"decision": "note", "note": "asked the author"})
    await program.post(DECIDE, json={"decision": "escalate", "version": 2})

    case = world.desk.held["c1"]
    assert [one.kind for one in case.events[1:]] == [EventKind.NOTED, EventKind.ESCALATED]
    assert case.state is CaseState.ESCALATED


async def test_the_second_to_decide_is_told_who_did(
    program: httpx.AsyncClient, world: World
) -> None:
    await world.desk.uphold("c1", by="Ada", version=1, note="")
    answer = await program.post(DECIDE, json={"decision": "overturn", "version": 1})

    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert "Ada already decided this case" in answer.json()["detail"]


@pytest.mark.parametrize(
    "body",
    [
        {"decision": "uphold"},
        {"decision": "note"},
        {"decision": "note", "note": " "},
        {"decision": "note", "note": "n" * 2001},
        {"decision": "note", "note": "a\0"},
        {"decision": "appeal", "version": 1},
        {"decision": "uphold", "version": 1, "by": "Ada"},
        {"decision": "uphold", "version": 2**40},
    ],
)
async def test_what_is_no_decision_decides_nothing(
    program: httpx.AsyncClient, world: World, body: dict[str, object]
) -> None:
    answer = await program.post(DECIDE, json=body)

    assert answer.status_code == 422
    assert world.desk.held["c1"].version == 1


async def test_a_picture_comes_as_it_is_kept(program: httpx.AsyncClient, world: World) -> None:
    answer = await program.get(f"{URL}/c1/evidence/0")

    assert (answer.content, answer.headers["content-type"]) == (world.desk.picture, "image/png")
    assert (
        EVIDENCE_HEADERS.items()
        <= {name.title(): value for name, value in answer.headers.items()}.items()
    )


async def test_what_no_browser_may_show_is_not_served(
    program: httpx.AsyncClient, world: World
) -> None:
    world.desk.picture = b"<svg onload=alert(1)>"

    assert (await program.get(f"{URL}/c1/evidence/0")).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", f"{URL}/none", 404),
        ("POST", f"{URL}/none/decisions", 404),
        ("GET", f"{URL}/none/evidence/0", 404),
        ("GET", f"{URL}/c1/evidence/7", 404),
        ("GET", f"{URL}/c1/evidence/x", 422),
        ("GET", f"{URL}?before=x", 422),
        ("GET", f"{URL}?state=none", 422),
        ("GET", f"{URL}?limit=0", 422),
        ("GET", f"{URL}?limit=101", 422),
        ("GET", "/api/v1/stats?days=0", 422),
    ],
)
async def test_what_is_not_there_is_a_problem_document(
    program: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    body = {"decision": "uphold", "version": 1}
    answer = await program.request(method, path, json=body if method == "POST" else None)

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


async def test_figures_are_of_each_community_and_of_the_days_asked_for(
    program: httpx.AsyncClient, world: World
) -> None:
    world.desk.add(a_case("old", opened_at=NOW - timedelta(days=10)))
    world.time = NOW + timedelta(hours=1)

    async def told(**asked: str) -> Stats:
        return Stats.model_validate((await program.get("/api/v1/stats", params=asked)).json())

    (week,), (month,) = (await told(days="7")).communities, (await told()).communities
    assert (week.name, week.opened, month.opened) == ("Playground", 1, 2)
    assert [(one.action, one.number) for one in week.actions] == [("delete", 1), ("timeout", 1)]
    assert (await told(community="slack:T1")).communities == []


async def test_the_description_names_every_problem(client: httpx.AsyncClient) -> None:
    described = (await client.get("/openapi.json")).json()["paths"]

    answers = described[f"{URL}/{{case_id}}/decisions"]["post"]["responses"]
    assert set(answers) == {"200", "400", "401", "403", "404", "409", "415", "422"}
    assert (
        "image/webp"
        in described[f"{URL}/{{case_id}}/evidence/{{n}}"]["get"]["responses"]["200"]["content"]
    )
