"""From which community a case is, and where its post opens."""

from dataclasses import replace

import httpx
import pytest

from bot.communities import Community
from bot.model import Case, Ref
from bot.web.places import address_on
from tests.bot.web.fakes import World, a_case

AWAY = Ref("slack", "T1", "C1", "1.2")
AWAY_LINK = 'href="/desk?state=open&amp;community=slack%3AT1'


def a_case_away(name: str = "c2") -> Case:
    case = a_case(name)
    return replace(case, message=replace(case.message, ref=AWAY))


@pytest.fixture
def several(world: World) -> World:
    """A second community, with a case of its own."""
    world.communities += (Community("slack", "T1", "<b>Acme</b>"),)
    world.desk.add(a_case_away())
    return world


@pytest.mark.usefixtures("several")
async def test_each_case_names_its_community_where_there_are_several(
    moderator: httpx.AsyncClient,
) -> None:
    text = (await moderator.get("/desk")).text

    assert 'of <span class="name">&lt;b&gt;Acme&lt;/b&gt;</span> · slack' in text
    assert 'of <span class="name">Playground</span> · playground' in text


async def test_of_one_community_alone_nothing_is_said(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk")).text

    assert "Playground</span>" not in text
    assert 'name="community"' not in text


@pytest.mark.usefixtures("several")
async def test_the_list_is_limited_to_a_community(moderator: httpx.AsyncClient) -> None:
    text = (await moderator.get("/desk?community=slack:T1")).text

    assert 'id="case-c2"' in text
    assert 'id="case-c1"' not in text
    assert '<option value="slack:T1" selected>' in text


async def test_every_way_through_a_limited_list_keeps_its_limit(
    moderator: httpx.AsyncClient, several: World
) -> None:
    for number in range(30):
        several.desk.add(a_case_away(f"n{number:02}"))
    first = (await moderator.get("/desk?community=slack:T1")).text
    older = first.split("Older cases")[0].rsplit('href="', 1)[1].split('"')[0]
    second = (await moderator.get(older.replace("&amp;", "&"))).text

    assert 'href="/desk?state=closed&amp;community=slack%3AT1"' in first
    assert 'data-hx-get="/desk/list?state=open&amp;community=slack%3AT1&amp;seen=' in first
    assert first.count("<article") + second.count("<article") == 31
    assert AWAY_LINK in second


async def test_a_case_leads_to_its_post(moderator: httpx.AsyncClient, world: World) -> None:
    world.addresses[str(a_case().message.ref)] = "https://chat.example/a?b=1&c=2"

    for page in ("/desk", "/desk/cases/c1"):
        text = (await moderator.get(page)).text
        assert 'href="https://chat.example/a?b=1&amp;c=2"' in text
        assert 'rel="noopener noreferrer"' in text


async def test_what_is_no_web_address_is_no_link(
    moderator: httpx.AsyncClient, world: World
) -> None:
    world.addresses[str(a_case().message.ref)] = "javascript:alert(1)"

    assert "javascript:" not in (await moderator.get("/desk")).text


class Linking:
    """A platform whose posts have addresses."""

    def link(self, ref: Ref) -> str:
        return f"https://chat.example/{ref.message_id}"


def test_a_platform_is_asked_for_an_address_only_where_it_has_one_to_give() -> None:
    address = address_on({"slack": Linking(), "playground": object()})

    assert address(AWAY) == "https://chat.example/1.2"
    assert address(AWAY._replace(platform="playground")) == ""
    assert address(AWAY._replace(platform="gone")) == ""
