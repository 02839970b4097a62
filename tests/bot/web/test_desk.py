"""The desk over fakes: lists, decisions, and who was first."""

from datetime import timedelta

import httpx
import pytest

from bot.errors import EnvironmentFailed
from bot.model import Case, CaseState, EventKind
from bot.web.app import create_app
from tests.bot.web.conftest import BASE
from tests.bot.web.fakes import NOW, FakeDesk, World, a_case

TOKEN = {"Authorization": "Bearer token-moderate"}
HX = {"HX-Request": "true"}


async def test_a_case_shows_what_was_posted_found_and_done(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk")).text

    for said in ("newcomer", "#general", "free nitro", "0.96", "scam-screenshot", "simulated"):
        assert said in text


async def test_an_empty_desk_says_so(moderator: httpx.AsyncClient, world: World) -> None:
    world.desk.held.clear()
    answer = await moderator.get("/desk")

    assert "Nothing waits for you" in answer.text


async def test_upholding_closes_the_case_under_the_moderators_name(
    moderator: httpx.AsyncClient, world: World
) -> None:
    await moderator.post("/desk/cases/c1/uphold", data={"version": "1", "note": "clear"})

    last = world.desk.held["c1"].events[-1]
    assert (last.kind, last.by, last.note) == (EventKind.UPHELD, "mod", "clear")


async def test_overturning_says_what_could_not_be_undone(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.post("/desk/cases/c1/overturn", data={"version": "1"}, headers=HX)

    assert "The message was deleted; it can be posted again." in answer.text


async def test_the_second_to_decide_is_told_who_did(
    moderator: httpx.AsyncClient, world: World
) -> None:
    await world.desk.uphold("c1", by="Ada", version=1, note="")
    answer = await moderator.post("/desk/cases/c1/overturn", data={"version": "1"}, headers=HX)

    assert "Ada" in answer.text
    assert "already decided" in answer.text
    assert world.desk.held["c1"].events[-1].kind is EventKind.UPHELD


async def test_without_scripts_the_second_to_decide_gets_409(
    moderator: httpx.AsyncClient, world: World
) -> None:
    await world.desk.uphold("c1", by="Ada", version=1, note="")
    answer = await moderator.post("/desk/cases/c1/uphold", data={"version": "1"})

    assert answer.status_code == 409


async def test_a_note_is_added_without_deciding(moderator: httpx.AsyncClient, world: World) -> None:
    await moderator.post("/desk/cases/c1/note", data={"note": "asked the author"})

    case = world.desk.held["c1"]
    assert (case.state, case.events[-1].note) == (CaseState.OPEN, "asked the author")


async def test_escalating_puts_it_on_the_other_list(moderator: httpx.AsyncClient) -> None:
    await moderator.post("/desk/cases/c1/escalate", data={"version": "1"})
    answer = await moderator.get("/desk?state=escalated")

    assert 'id="case-c1"' in answer.text


async def test_cases_of_one_moment_are_all_listed_once(
    moderator: httpx.AsyncClient, world: World
) -> None:
    for n in range(30):
        world.desk.add(a_case(f"n{n:02}"))
    first = (await moderator.get("/desk")).text
    older = first.split("Older cases")[0].rsplit('href="', 1)[1].split('"')[0]
    second = (await moderator.get(older.replace("&amp;", "&"))).text

    assert first.count("<article") + second.count("<article") == 31


async def test_a_decision_by_script_answers_the_card_alone(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.post("/desk/cases/c1/uphold", data={"version": "1"}, headers=HX)

    assert answer.text.lstrip().startswith("<article")


@pytest.mark.parametrize("form", [{}, {"version": "x"}, {"version": "1", "note": "n" * 2001}])
async def test_a_bad_form_decides_nothing(
    moderator: httpx.AsyncClient, world: World, form: dict[str, str]
) -> None:
    answer = await moderator.post("/desk/cases/c1/uphold", data=form)

    assert answer.status_code == 422
    assert world.desk.held["c1"].state is CaseState.OPEN


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/desk?state=nonsense", 404),
        ("/desk?before=yesterday", 422),
        ("/desk?before=2026-11-23T12:00:00", 422),
        ("/desk/cases/none", 404),
        ("/desk/evidence/none/0", 404),
        ("/desk/evidence/c1/7", 404),
        ("/desk/evidence/c1/x", 422),
    ],
)
async def test_what_is_not_there_is_said(
    moderator: httpx.AsyncClient, path: str, status: int
) -> None:
    answer = await moderator.get(path)

    assert answer.status_code == status


async def test_deciding_a_case_that_is_not_there_is_404(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.post("/desk/cases/none/uphold", data={"version": "1"})

    assert answer.status_code == 404


async def test_an_unchanged_list_costs_an_empty_answer(moderator: httpx.AsyncClient) -> None:
    address = list_address((await moderator.get("/desk")).text)
    answer = await moderator.get(address)

    assert answer.status_code == 204


async def test_a_new_case_comes_with_the_next_look(
    moderator: httpx.AsyncClient, world: World
) -> None:
    address = list_address((await moderator.get("/desk")).text)
    world.desk.add(a_case("c2", author="latecomer"))
    answer = await moderator.get(address)

    assert "latecomer" in answer.text


async def test_older_cases_are_on_the_next_page(moderator: httpx.AsyncClient, world: World) -> None:
    for n in range(25):
        world.desk.add(a_case(f"n{n}", opened_at=NOW + timedelta(minutes=n + 1)))
    first = (await moderator.get("/desk")).text
    older = first.split("Older cases")[0].rsplit('href="', 1)[1].split('"')[0]
    second = (await moderator.get(older.replace("&amp;", "&"))).text

    assert first.count("<article") == 20
    assert second.count("<article") == 6


async def test_a_picture_is_served_in_a_sandbox(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.get("/desk/evidence/c1/0")

    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "kept", [b"<svg onload=alert(1)>", b"%!PS", b"GIF89a", b"", b"RIFF1234AVI "]
)
async def test_what_is_no_picture_of_ours_is_not_served(
    moderator: httpx.AsyncClient, world: World, kept: bytes
) -> None:
    world.desk.picture = kept
    answer = await moderator.get("/desk/evidence/c1/0")

    assert answer.status_code == 404


@pytest.mark.parametrize("path", ["/desk/evidence/c1/0", "/desk", "/desk/cases/c1"])
async def test_an_analysts_token_sees_no_case(client: httpx.AsyncClient, path: str) -> None:
    answer = await client.get(path, headers={"Authorization": "Bearer token-analyze"})

    assert answer.status_code == 403


def list_address(page: str) -> str:
    """Where the page looks for changes."""
    return page.split('data-hx-get="', 1)[1].split('"', 1)[0].replace("&amp;", "&")


class Away(FakeDesk):
    """A desk whose database does not answer."""

    async def case(self, case_id: str) -> Case | None:
        raise EnvironmentFailed(f"The database is away, and nobody can look up {case_id}.")


async def test_a_case_nobody_can_look_up_is_not_said_to_be_missing() -> None:
    transport = httpx.ASGITransport(create_app(World(desk=Away()).services()))
    async with httpx.AsyncClient(transport=transport, base_url=BASE, headers=TOKEN) as client:
        page = await client.get("/desk/cases/c1")
        note = await client.post("/desk/cases/c1/note", data={"note": "hm"})

    assert (page.status_code, note.status_code) == (503, 503)
