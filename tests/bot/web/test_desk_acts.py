"""The desk beside deciding: incidents, claims, set-aside posts, withheld actions, banks."""

from dataclasses import replace
from datetime import timedelta

import httpx
import pytest

from analysis.taxonomy import Category
from analysis.types import BankKind, Failure, FailureKind
from bot.model import Case, EventKind, Status
from bot.review.states import CLAIM_LASTS
from bot.review.worth import Worth
from tests.bot.web.fakes import NOW, World, a_case
from tests.bot.web.test_desk import HX, list_address

GEMINI = "gemini:unavailable"
MODERATOR = {"Authorization": "Bearer token-moderate"}


def a_waiting_case(case_id: str, waiting: str = GEMINI) -> Case:
    return replace(a_case(case_id, opened_at=NOW + timedelta(minutes=1)), waiting=waiting)


def a_withheld_case(case_id: str = "w1") -> Case:
    """One whose first action was withheld."""
    case = a_case(case_id)
    (judgement,) = case.judgements
    first, *rest = judgement.outcomes
    waits = replace(first, status=Status.WITHHELD, detail="the limit of 5 actions an hour")
    return replace(case, judgements=(replace(judgement, outcomes=(waits, *rest)),))


def a_parked_case(case_id: str = "p1") -> Case:
    """One whose worker was given up on."""
    case = a_case(case_id)
    (judgement,) = case.judgements
    failures = (Failure("worker", FailureKind.UNREADABLE, "given up"),)
    return replace(
        case, judgements=(replace(judgement, failures=failures),), waiting="worker:unreadable"
    )


async def test_an_outage_is_one_card_and_not_a_thousand_cases(
    moderator: httpx.AsyncClient, world: World
) -> None:
    for n in range(30):
        world.desk.add(a_waiting_case(f"w{n}"))
    text = (await moderator.get("/desk")).text

    assert "gemini does not answer" in text
    assert "30 posts wait" in text
    assert text.count("<article") == 1


async def test_an_incident_pages_through_its_cases(
    moderator: httpx.AsyncClient, world: World
) -> None:
    for n in range(25):
        world.desk.add(a_waiting_case(f"w{n:02}"))
    first = (await moderator.get(f"/desk?waiting={GEMINI}")).text
    older = first.split("Older cases")[0].rsplit('href="', 1)[1].split('"')[0]
    second = (await moderator.get(older.replace("&amp;", "&"))).text

    assert (first.count("<article"), second.count("<article")) == (20, 5)


async def test_an_incidents_page_stays_live_on_its_own_cases(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.desk.add(a_waiting_case("w1"))
    address = list_address((await moderator.get(f"/desk?waiting={GEMINI}")).text)
    world.desk.add(a_waiting_case("w2"))
    text = (await moderator.get(address)).text

    assert text.count("<article") == 2


async def test_claiming_shows_who_is_on_it(moderator: httpx.AsyncClient) -> None:
    await moderator.post("/desk/cases/c1/claim")
    text = (await moderator.get("/desk")).text

    assert "mod is on it until" in text


async def test_a_claim_of_another_is_refused_by_name(
    moderator: httpx.AsyncClient, world: World
) -> None:
    await world.desk.claim("c1", by="Ada")
    answer = await moderator.post("/desk/cases/c1/claim", headers=HX)

    assert "Ada is deciding this case" in answer.text


async def test_a_claim_that_runs_out_renews_the_list(
    moderator: httpx.AsyncClient, world: World
) -> None:
    await world.desk.claim("c1", by="Ada")
    address = list_address((await moderator.get("/desk")).text)
    unchanged = await moderator.get(address)
    world.time = NOW + CLAIM_LASTS + timedelta(minutes=5)
    answer = await moderator.get(address)

    assert unchanged.status_code == 204
    assert "released by Ada" in answer.text


async def test_a_post_that_was_given_up_on_is_analysed_again(
    moderator: httpx.AsyncClient, world: World
) -> None:
    case = a_parked_case()
    world.desk.add(case)
    key = world.queue.park(case)
    page = (await moderator.get("/desk/cases/p1")).text
    answer = await moderator.post("/desk/cases/p1/again", headers=HX)

    assert "Analyse again" in page
    assert "It is being analysed again." in answer.text
    assert world.queue.driven == [key]
    assert world.desk.held["p1"].events[-1].by == "mod"


async def test_what_is_not_set_aside_is_not_driven_again(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.desk.add(a_parked_case())
    answer = await moderator.post("/desk/cases/p1/again", headers=HX)

    assert "not set aside any more" in answer.text


async def test_only_a_case_of_a_dead_worker_offers_another_analysis(
    moderator: httpx.AsyncClient,
) -> None:
    assert "Analyse again" not in (await moderator.get("/desk/cases/c1")).text


async def test_the_api_lists_set_aside_jobs_without_their_words(
    client: httpx.AsyncClient, world: World
) -> None:
    key = world.queue.park(a_parked_case())
    answer = await client.get("/api/v1/parked", headers=MODERATOR)

    (job,) = answer.json()
    assert (job["key"], job["attempts"]) == (key, 3)
    assert "canary" not in answer.text


async def test_the_api_drives_a_job_again(client: httpx.AsyncClient, world: World) -> None:
    key = world.queue.park(a_parked_case())
    answer = await client.post("/api/v1/parked/redrive", json={"key": key}, headers=MODERATOR)

    assert (answer.status_code, world.queue.driven) == (200, [key])


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"key": "none"}, 404),
        ({}, 422),
        ({"key": ""}, 422),
        ({"key": "k" * 1001}, 422),
        ({"key": "k", "x": 1}, 422),
    ],
)
async def test_a_bad_wish_drives_nothing(
    client: httpx.AsyncClient, body: dict[str, object], status: int
) -> None:
    answer = await client.post("/api/v1/parked/redrive", json=body, headers=MODERATOR)

    assert answer.status_code == status


@pytest.mark.parametrize("scope", ["analyze", "playground"])
async def test_other_scopes_see_no_set_aside_job(client: httpx.AsyncClient, scope: str) -> None:
    headers = {"Authorization": f"Bearer token-{scope}"}
    answer = await client.get("/api/v1/parked", headers=headers)

    assert answer.status_code == 403


async def test_a_withheld_action_is_done_now_in_the_moderators_name(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.desk.add(a_withheld_case())
    page = (await moderator.get("/desk/cases/w1")).text
    await moderator.post("/desk/cases/w1/do", data={"action": "delete"})

    ((verb, which, by),) = world.withheld.asked
    assert "Do it now" in page
    assert (verb, which.case_id, which.action, by) == ("do", "w1", "delete", "mod")
    assert world.desk.held["w1"].judgements[0].outcomes[0].status is Status.APPLIED


async def test_what_cannot_be_done_is_said(moderator: httpx.AsyncClient, world: World) -> None:
    world.desk.add(a_withheld_case())
    world.withheld.refuses = "delete: moderators and the owner are never acted upon."
    answer = await moderator.post("/desk/cases/w1/do", headers=HX)

    assert "moderators and the owner are never acted upon" in answer.text


async def test_a_withheld_action_is_dropped(moderator: httpx.AsyncClient, world: World) -> None:
    world.desk.add(a_withheld_case())
    answer = await moderator.post("/desk/cases/w1/drop", data={"action": "delete"}, headers=HX)

    assert "dropped" in answer.text
    assert "Do it now" not in answer.text


async def test_many_withheld_actions_are_released_at_once(
    moderator: httpx.AsyncClient, world: World
) -> None:
    for n in range(3):
        world.desk.add(a_withheld_case(f"w{n}"))
    page = (await moderator.get("/desk/withheld?why=limits")).text
    form = {"why": "limits", "until": NOW.isoformat()}
    answer = await moderator.post("/desk/withheld/do", data=form)

    assert "3</b> actions wait" in page
    assert "3 done" in answer.text
    assert world.withheld.asked[0][1].until == NOW


@pytest.mark.parametrize(
    "form",
    [{}, {"until": "x"}, {"until": "2026-11-23T12:00:00"}, {"until": NOW.isoformat(), "why": "x"}],
)
async def test_a_bad_form_releases_nothing(
    moderator: httpx.AsyncClient, world: World, form: dict[str, str]
) -> None:
    world.desk.add(a_withheld_case())
    answer = await moderator.post("/desk/withheld/do", data=form)

    assert answer.status_code == 422
    assert world.withheld.asked == []


@pytest.mark.parametrize("kind", list(BankKind))
async def test_one_click_teaches_the_bank(
    client: httpx.AsyncClient, world: World, kind: BankKind
) -> None:
    form = {"kind": kind.value, "category": "gore"}
    await client.post("/desk/cases/c1/known", data=form, headers=MODERATOR)

    assert world.lessons.taught == [("c1", kind, Category.GORE, "token-moderate", False)]


async def test_an_administrators_click_confirms(moderator: httpx.AsyncClient, world: World) -> None:
    await moderator.post("/desk/cases/c1/known", data={"kind": "bad"})

    assert world.lessons.taught[0][-1] is True


async def test_an_entry_out_of_force_is_told_and_put_back(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.lessons.isolate()
    page = (await moderator.get("/desk")).text
    await moderator.post("/desk/banks/7/back")

    assert "matched too much" in page
    assert world.lessons.isolated == {}


async def test_an_entry_that_is_not_there_is_404(moderator: httpx.AsyncClient) -> None:
    answer = await moderator.post("/desk/banks/7/remove")

    assert answer.status_code == 404


async def test_what_the_rules_are_worth_is_a_table(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.lessons.rules = (Worth("scam-screenshot", 4, 3, 1), Worth("new", 1, 0, 0))
    text = (await moderator.get("/desk/worth")).text

    assert "scam-screenshot" in text
    assert "0.75" in text
    assert "\N{EN DASH}" in text


async def test_a_case_the_bot_resolved_says_so(moderator: httpx.AsyncClient, world: World) -> None:
    case = world.desk.held["c1"]
    event = replace(case.events[0], kind=EventKind.RESOLVED, note="answered later: nothing found")
    world.desk.held["c1"] = replace(case, events=(*case.events, event))
    text = (await moderator.get("/desk/cases/c1")).text

    assert "answered later: nothing found" in text
