"""The pages about rules: what rules did, what they would do, and trying a change."""

import httpx
import pytest

from bot.communities import Community
from bot.policy.policy import Policy
from bot.web.access import Scope
from tests.bot.web.conftest import BASE, token_for
from tests.bot.web.fakes import World
from tests.bot.web.rules_fakes import FakeRules

MODERATOR = {"Authorization": "Bearer token-moderate"}
REF = "fake:g1:c1:m3"


async def test_every_rule_is_shown_with_its_mode_condition_and_place(
    moderator: httpx.AsyncClient, world: World
) -> None:
    text = (await moderator.get("/desk/rules")).text

    assert "scores.scam &gt;= 0.6 &amp;&amp; image.count &gt; 0" in text
    assert "policy.toml:10" in text
    assert text.count('class="card rule-row') == len(world.rules.policy.rules) + 1


async def test_a_shadow_rule_shows_what_it_would_have_done(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk/rules/scam-picture")).text

    assert "Would have done" in text
    assert '30 <span class="shadowed">delete</span>' in text
    assert "30 flag" in text
    assert '<a href="/desk/cases/c1">Case</a>' in text
    assert '<a href="/desk/why?which=playground%3Aroom%3Ageneral%3Am5">Why?</a>' in text


async def test_precision_rests_on_what_moderators_decided(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk/rules/scam-picture")).text

    assert "2 of 3 upheld" in text


async def test_rules_are_listed_by_mode(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk/rules", params={"mode": "shadow"})).text

    assert 'id="rule-scam-picture"' in text
    assert 'id="rule-scam-likely"' not in text


async def test_what_a_community_makes_of_a_rule_is_said(moderator: httpx.AsyncClient) -> None:
    assert "live in community room" in (await moderator.get("/desk/rules")).text


async def test_a_rule_of_one_community_is_shown_and_not_rehearsed_alone(
    moderator: httpx.AsyncClient,
) -> None:
    listed = (await moderator.get("/desk/rules")).text
    page = (await moderator.get("/desk/rules/here-only")).text

    assert "only in community room" in listed
    assert "It holds only in community room." in page
    assert "data-try" not in page


async def test_a_file_that_is_not_in_force_is_said(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.rules.error = 'policy.toml:3: rule "a": "scores.scan" is not known'

    text = (await moderator.get("/desk/rules")).text

    assert "not in force" in text
    assert "policy.toml:3" in text


async def test_going_live_is_tried_on_the_past_and_can_be_copied(
    moderator: httpx.AsyncClient,
) -> None:
    form = {"mode": "live", "score": "scam", "threshold": "0.8", "days": "30"}
    text = (await moderator.post("/desk/rules/scam-picture/try", data=form)).text

    assert "20</b> of 40 judgements would come out otherwise" in text
    assert "# policy.toml, line 8, rule &#34;scam-picture&#34;" in text
    assert "mode = &#34;live&#34;" in text
    assert "scam = 0.8" in text


async def test_a_tuning_shows_its_curve_and_its_proposal(moderator: httpx.AsyncClient) -> None:
    page = await moderator.post("/desk/rules/scam-picture/tune", data={"precision": "0.7"})

    assert "<polyline" in page.text
    assert "decided cases of 40" in page.text


async def test_why_nothing_came_of_a_trial_is_said(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.rules.refuses = "Another change is being tried; wait a moment and ask again."

    for what in ("try", "tune"):
        text = (await moderator.post(f"/desk/rules/scam-picture/{what}", data={})).text
        assert world.rules.refuses in text


async def test_an_unknown_rule_is_404(moderator: httpx.AsyncClient) -> None:
    assert (await moderator.get("/desk/rules/nothing")).status_code == 404
    assert (await moderator.post("/desk/rules/nothing/try", data={})).status_code == 404


async def test_an_administrator_tries_a_whole_policy(moderator: httpx.AsyncClient) -> None:
    rule = '[[rule]]\r\nid = "all"\r\nwhen = "true"\r\nthen = ["delete"]\r\n'
    text = (await moderator.post("/desk/try", data={"candidate": rule})).text

    assert "40</b> of 40 judgements would come out otherwise" in text
    assert "when = &#34;true&#34;" in text


async def test_what_is_wrong_with_a_pasted_policy_is_said_and_it_stays_in_the_form(
    moderator: httpx.AsyncClient,
) -> None:
    rule = '[[rule]]\nid = "a"\nwhen = "scores.scan > 0.5"\nthen = ["flag"]'
    text = (await moderator.post("/desk/try", data={"candidate": rule})).text

    assert "did you mean &#34;scores.scam&#34;" in text
    assert "scores.scan &gt; 0.5" in text


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_a_moderator_may_not_try_a_whole_policy(
    client: httpx.AsyncClient, method: str
) -> None:
    body = {"data": {"candidate": "x"}} if method == "POST" else {}
    answer = await client.request(method, "/desk/try", headers=MODERATOR, **body)  # type: ignore[arg-type] # a form

    assert answer.status_code == 403


async def test_any_judged_message_is_explained(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk/why", params={"which": REF})).text

    assert "scores.scam = 0.63" in text
    assert "image.count &gt; 0" in text


async def test_a_message_that_is_not_remembered_is_said(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk/why", params={"which": "a:b:c:d"})).text

    assert "Nothing is remembered of it" in text


@pytest.mark.parametrize(
    "path", ["/desk/rules", "/desk/rules/scam-picture", "/desk/why", "/desk/webhooks"]
)
async def test_the_pages_are_for_moderators(client: httpx.AsyncClient, path: str) -> None:
    nobody = await client.get(path)
    other = await client.get(path, headers={"Authorization": "Bearer token-analyze"})
    allowed = await client.get(path, headers=MODERATOR)

    assert nobody.status_code in {303, 401}
    assert (other.status_code, allowed.status_code) == (403, 200)


async def test_a_page_that_was_not_ours_starts_no_trial(
    moderator: httpx.AsyncClient,
) -> None:
    del moderator.headers["X-CSRF-Token"]

    answer = await moderator.post("/desk/rules/scam-picture/try", data={})

    assert answer.status_code == 403


async def test_deliveries_that_were_given_up_stand_on_the_desk(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.deliveries.fail("d1")
    world.deliveries.fail("d2", parked=False)

    desk, page = (await moderator.get("/desk")).text, (await moderator.get("/desk/webhooks")).text

    assert "1 delivery to webhooks was given up" in " ".join(desk.split())
    assert "it answered 503" in page
    assert "after 3 attempts" in page
    assert page.count("Try again") == 1
    assert "canary" not in page


@pytest.mark.parametrize("verb", ["retry", "drop"])
async def test_an_administrator_settles_a_delivery(
    moderator: httpx.AsyncClient, world: World, verb: str
) -> None:
    world.deliveries.fail("d1")
    first = await moderator.post(f"/desk/webhooks/d1/{verb}")
    second = await moderator.post(f"/desk/webhooks/d1/{verb}")

    assert (first.status_code, second.status_code) == (303, 404)
    assert world.deliveries.settled == [("d1", verb, "mod")]


async def test_a_moderator_sees_deliveries_and_settles_none(
    client: httpx.AsyncClient, world: World
) -> None:
    world.deliveries.fail("d1")
    await client.get("/signin", params={"code": world.code(Scope.MODERATE)})
    cookie = client.cookies["bifocal_session"]
    request = httpx.Request("GET", BASE, headers={"cookie": f"bifocal_session={cookie}"})
    client.headers.update({"X-CSRF-Token": token_for(request), "Origin": BASE})

    page = (await client.get("/desk/webhooks")).text
    settled = await client.post("/desk/webhooks/d1/drop")

    assert "Try again" not in page
    assert settled.status_code == 403
    assert world.deliveries.settled == []


STRICT = """
[[rule]]
id = "nothing-strange"
when = "scores.scam >= 0.2"
then = ["flag"]
"""


@pytest.fixture
def strict(world: World) -> FakeRules:
    """A policy that two communities chose instead of the settings'."""
    book = FakeRules(
        Policy.parse(STRICT.encode(), "strict.toml"), text='extends = "strict"', seen=()
    )
    places = (Community("slack", "T1", "Our <b>team</b>"), Community("discord", "9"))
    world.rules.others["strict"] = book, places
    return book


@pytest.mark.usefixtures("strict")
async def test_a_policy_that_communities_chose_is_a_link_with_their_names(
    moderator: httpx.AsyncClient,
) -> None:
    text = (await moderator.get("/desk/rules")).text

    assert 'href="/desk/rules?preset=strict"' in text
    assert "Our &lt;b&gt;team&lt;/b&gt;" in text
    assert "rule-nothing-strange" not in text


async def test_where_every_community_has_one_policy_there_is_nothing_to_choose(
    moderator: httpx.AsyncClient,
) -> None:
    assert 'aria-label="Policies"' not in (await moderator.get("/desk/rules")).text


@pytest.mark.usefixtures("strict")
async def test_a_chosen_policys_rules_lead_to_its_own_pages(moderator: httpx.AsyncClient) -> None:
    listed = (await moderator.get("/desk/rules?preset=strict")).text
    page = (await moderator.get("/desk/rules/nothing-strange?preset=strict")).text

    assert 'href="/desk/rules/nothing-strange?preset=strict"' in listed
    assert "rule-scam-likely" not in listed
    assert 'action="/desk/rules/nothing-strange/try?preset=strict#result"' in page
    assert 'action="/desk/rules/nothing-strange/tune?preset=strict#tuning"' in page
    assert "strict, in Our" in page


async def test_a_chosen_policy_is_tried_by_itself(
    moderator: httpx.AsyncClient, strict: FakeRules
) -> None:
    strict.refuses = "the strict one was asked"
    tried = await moderator.post(
        "/desk/rules/nothing-strange/try?preset=strict", data={"mode": "shadow"}
    )
    tuned = await moderator.post("/desk/rules/nothing-strange/tune?preset=strict", data={})
    whole = await moderator.post("/desk/try?preset=strict", data={"candidate": STRICT})
    form = await moderator.get("/desk/try?preset=strict")

    assert all(strict.refuses in answer.text for answer in (tried, tuned, whole))
    assert "extends = &#34;strict&#34;" in form.text


@pytest.mark.usefixtures("strict")
@pytest.mark.parametrize("path", ["/desk/rules", "/desk/rules/nothing-strange", "/desk/try"])
async def test_a_policy_that_nobody_chose_is_not_there(
    moderator: httpx.AsyncClient, path: str
) -> None:
    assert (await moderator.get(path, params={"preset": "relaxed"})).status_code == 404
