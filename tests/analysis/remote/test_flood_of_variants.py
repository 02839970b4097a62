"""Floods that are not quite the same: one pixel apart, the same from many, and very large."""

import asyncio
from io import BytesIO

from PIL import Image as Pillow

from analysis.errors import ProviderOverBudget
from analysis.providers.provider import Fit
from analysis.remote.budget import Allowance
from analysis.remote.meter import Spared
from analysis.remote.prepare import Pictures
from analysis.remote.prices import expected
from analysis.types import Content, Findings, Image, Origin, Passage, Scope
from tests.analysis.fakes import Gate, a_post, an_image
from tests.analysis.remote.kit import FakeProvider, Kit

SIDE = 64


def a_picture(side: int, *, marked: int = 0) -> Content:
    """A black square with one pixel marked; however it is marked, its PDQ hash is equal."""
    pixels = bytearray(side * side * 3)
    pixels[marked] = 255
    image = Image(bytes(pixels), side, side, f"{side}-{marked}", "0" * 64, 100, 0)
    return Content((Passage("look", Origin.CAPTION),), (image,))


async def test_variants_of_one_pixel_stay_within_the_authors_share() -> None:
    kit, provider = Kit(allowance=Allowance(1.0, 0.5, 0.2)), FakeProvider()
    asked = kit.around(provider)
    ada, bob = Scope("x", author="ada"), Scope("x", author="bob")
    flood = [asked.detect(a_picture(SIDE, marked=number), ada) for number in range(1000)]
    ends = await asyncio.gather(*flood, return_exceptions=True)
    other = await asked.detect(a_post(text="hello"), bob)

    assert len(provider.seen) == 10 + 1
    assert sum(isinstance(each, Findings) for each in ends) == 10
    assert all(isinstance(each, Findings | ProviderOverBudget) for each in ends)
    assert other.judged is None


async def test_one_picture_of_fifty_people_is_paid_for_once() -> None:
    kit, provider = Kit(), FakeProvider(gate=Gate())
    asked = kit.around(provider)
    post = a_post(an_image())
    fifty = [
        asyncio.create_task(asked.detect(post, Scope(f"c{n % 5}", author=f"a{n}")))
        for n in range(50)
    ]
    await provider.gate.reached.wait()
    provider.gate.opened.set()
    found = await asyncio.gather(*fifty)

    assert len(provider.seen) == 1
    assert sorted({each.cost_usd for each in found}) == [0.0, 0.01]
    assert sum(each.cost_usd for each in found) == 0.01
    assert kit.meter.snapshot()["acme"].spared == {Spared.SINGLE_FLIGHT: 49}


async def test_a_large_picture_costs_no_more_than_a_small_one() -> None:
    small, large = a_picture(SIDE), a_picture(4096)
    sent = await Pictures()(large.images[0], Fit(max_bytes=1 << 20, max_side=1024))

    assert expected(large) == expected(small)
    assert Pillow.open(BytesIO(sent.data)).size == (1024, 1024)
    assert len(sent.data) <= 1 << 20
