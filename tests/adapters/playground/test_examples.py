"""The examples are what their script draws, what their table says, and posted by strangers."""

from io import BytesIO

import numpy as np
import pytest
import zxingcpp
from PIL import Image

from adapters.playground.examples import HERE, Example, known_bad, load
from adapters.playground.examples.draw import PICTURES
from adapters.playground.members import Persona
from adapters.playground.posts import CHANNELS
from tests.adapters.playground.kit import API, Started

ALL = pytest.mark.parametrize("example", load().values(), ids=load().keys())
FAINT = 3.0
"""Mean difference of 255 levels that another version of a codec or font may make (by eye)."""


def frames(data: bytes) -> list[np.ndarray]:
    with Image.open(BytesIO(data), formats=("PNG", "JPEG", "GIF")) as picture:
        made = []
        for n in range(getattr(picture, "n_frames", 1)):
            picture.seek(n)
            made.append(np.asarray(picture.convert("RGB"), dtype=float))
        return made


def test_there_are_at_least_a_dozen() -> None:
    assert len(load()) >= 12


@pytest.mark.parametrize("name", sorted(PICTURES))
def test_a_committed_picture_is_what_the_script_draws(name: str) -> None:
    committed = frames((HERE / name).read_bytes())
    drawn = frames(PICTURES[name]())

    assert [frame.shape for frame in committed] == [frame.shape for frame in drawn]
    assert max(np.abs(a - b).mean() for a, b in zip(committed, drawn, strict=True)) < FAINT


def test_every_picture_in_the_folder_is_drawn_by_the_script() -> None:
    assert {path.name for path in HERE.iterdir() if path.suffix in {".png", ".jpg", ".gif"}} == (
        PICTURES.keys()
    )


def test_all_pictures_together_stay_small() -> None:
    assert sum((HERE / name).stat().st_size for name in PICTURES) < 400_000


@ALL
def test_an_example_names_a_persona_a_channel_and_an_outcome(example: Example) -> None:
    assert example.persona in list(Persona)
    assert example.channel in CHANNELS
    assert example.outcome in {"removed", "annotated", "reviewed", "stays"}


@ALL
def test_an_example_with_a_picture_describes_it(example: Example) -> None:
    assert bool(example.file) is bool(example.alt)
    assert example.path is None or example.path.is_file()


@ALL
async def test_an_example_can_be_posted(started: Started, example: Example) -> None:
    reply = await started.http.post(f"{API}/examples/{example.name}")

    assert reply.status_code == 201
    (message,) = started.queue.taken
    assert message.text == example.caption
    assert len(message.attachments) == (1 if example.file else 0)


async def test_an_example_is_posted_by_a_stranger_each_time(started: Started) -> None:
    for _ in range(2):
        await started.http.post(f"{API}/examples/meme")

    assert len({message.author.id for message in started.queue.taken}) == 2


@pytest.mark.parametrize("name", ["nope", "..%2fdraw", "%00"])
async def test_an_example_that_never_was_is_not_found(started: Started, name: str) -> None:
    assert (await started.http.post(f"{API}/examples/{name}")).status_code == 404


async def test_an_examples_picture_can_be_looked_at(started: Started) -> None:
    listed = (await started.http.get(f"{API}/examples")).json()

    pictures = [await started.http.get(one["image"]) for one in listed if one["image"]]

    assert {reply.headers["content-type"] for reply in pictures} <= {
        "image/png",
        "image/jpeg",
        "image/gif",
    }


@pytest.mark.parametrize(
    ("name", "address"),
    [
        ("wallet-qr.png", "https://claim-airdrop.example/connect-wallet?bonus=500"),
        ("friendly-qr.png", "https://en.wikipedia.org/wiki/Board_game"),
    ],
)
def test_a_code_leads_where_it_says(name: str, address: str) -> None:
    with Image.open(HERE / name) as picture:
        codes = zxingcpp.read_barcodes(np.asarray(picture.convert("L")))

    assert [code.text for code in codes] == [address]


def test_only_the_third_frame_carries_the_scam() -> None:
    hello, wave, scam, last = frames((HERE / "third-frame.gif").read_bytes())

    light = [frame.mean() > 128 for frame in (hello, wave, scam, last)]
    assert light == [True, True, False, True]


def test_the_known_picture_travels_with_other_pixels() -> None:
    again = load()["known-bad"].data()

    assert again is not None
    assert frames(again)[0].shape != frames(known_bad().read_bytes())[0].shape
