"""Draws the examples' pictures: ``python -m adapters.playground.examples.draw`` writes them anew.

Every address is under ``.example``, which belongs to nobody, except a link to Wikipedia.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from adapters.playground.examples.canvas import (
    INK,
    NIGHT,
    PAPER,
    blank,
    bubble,
    button,
    cat,
    landscape,
    qr,
    write,
)

HERE = Path(__file__).parent
BLURPLE, GREEN, PINK = (88, 101, 242), (36, 128, 70), (214, 72, 140)
LILAC, SOFT = (148, 120, 210), (219, 222, 225)


def scam_screenshot() -> bytes:
    """A chat in which somebody gives away what is never free."""
    shot = blank((720, 420), NIGHT)
    write(shot, (24, 18), "# giveaways", 22, (181, 186, 193), bold=True)
    bubble(shot, 70, ("Wumpus Rewards", "FREE DISCORD NITRO for everyone!"), BLURPLE, SOFT)
    lines = "Claim your free nitro before it expires.\nLog in here: discord-gifts.example/nitro"
    bubble(shot, 158, ("Wumpus Rewards", lines), BLURPLE, SOFT)
    button(shot, (88, 244, 330, 290), "Claim your gift", GREEN)
    bubble(shot, 326, ("jamie_92", "omg it really worked, hurry up"), PINK, SOFT)
    return _png(shot)


def low_contrast() -> bytes:
    """The same words, grey on grey, so that eyes read them and careless software does not."""
    shot = blank((720, 300), (118, 121, 126))
    ink = (140, 143, 148)
    write(shot, (40, 48), "Free Discord Nitro giveaway", 40, ink, bold=True)
    write(shot, (40, 124), "Claim your free nitro today only", 30, ink)
    write(shot, (40, 184), "Log in here: discord-gifts.example", 30, ink)
    return _png(shot)


def wallet_qr() -> bytes:
    """A code that leads a wallet's owner to empty it."""
    poster = blank((560, 700), (22, 20, 48))
    write(poster, (280, 60), "AIRDROP IS LIVE", 46, (250, 204, 92), bold=True, anchor="mm")
    write(poster, (280, 112), "Connect your wallet to claim", 26, PAPER, anchor="mm")
    code = qr("https://claim-airdrop.example/connect-wallet?bonus=500", 9)
    poster.paste(code, ((560 - code.width) // 2, 156))
    write(poster, (280, 590), "Scan the QR code to claim your tokens", 26, PAPER, anchor="mm")
    write(poster, (280, 640), "Only 100 spots left", 24, (250, 204, 92), anchor="mm")
    return _png(poster)


def friendly_qr() -> bytes:
    """A code that leads to an encyclopaedia."""
    card = blank((480, 560), PAPER)
    write(card, (240, 50), "Board game night", 36, INK, bold=True, anchor="mm")
    code = qr("https://en.wikipedia.org/wiki/Board_game", 10)
    card.paste(code, ((480 - code.width) // 2, 90))
    write(card, (240, 510), "What we play and how", 24, (90, 92, 98), anchor="mm")
    return _png(card)


def third_frame() -> bytes:
    """A greeting that is something else for a moment."""
    hello = blank((480, 320), (246, 214, 150))
    cat(hello, (240, 170), 170, (196, 120, 62))
    wave = hello.copy()
    write(hello, (240, 40), "Happy Friday!", 40, INK, bold=True, anchor="mm")
    write(wave, (240, 40), "Happy weekend!", 40, INK, bold=True, anchor="mm")
    scam = blank((480, 320), NIGHT)
    write(scam, (240, 70), "FREE NITRO GIVEAWAY", 36, PAPER, bold=True, anchor="mm")
    write(scam, (240, 140), "Claim your free nitro", 28, SOFT, anchor="mm")
    write(scam, (240, 190), "Log in here: nitro-gift.example", 26, SOFT, anchor="mm")
    file = BytesIO()
    frames = [frame.quantize(64) for frame in (wave, scam, hello)]
    hello.quantize(64).save(
        file, "GIF", save_all=True, append_images=frames, duration=[1200, 1200, 400, 1200], loop=0
    )
    return file.getvalue()


def meme() -> bytes:
    """What every channel of that name is full of."""
    picture = blank((560, 480), (120, 180, 200))
    cat(picture, (280, 250), 300, (90, 90, 100))
    write(picture, (280, 46), "WHEN IT WORKS", 44, PAPER, bold=True, anchor="mm")
    write(picture, (280, 436), "ON THE FIRST TRY", 44, PAPER, bold=True, anchor="mm")
    return _png(picture)


def gift_box() -> bytes:
    """A present and an invitation: nothing wrong with it by itself."""
    picture = blank((520, 460), (253, 240, 232))
    draw = ImageDraw.Draw(picture)
    draw.rounded_rectangle((150, 170, 370, 350), 10, (206, 74, 84))
    draw.rectangle((132, 130, 388, 184), (226, 94, 104))
    draw.rectangle((244, 130, 276, 350), (250, 214, 120))
    for side in (-1, 1):
        wing = sorted((260, 260 + side * 84))
        draw.ellipse((wing[0], 76, wing[1], 132), outline=(250, 214, 120), width=14)
    write(picture, (260, 396), "Steam gift card 50$", 32, INK, bold=True, anchor="mm")
    return _png(picture)


def warning() -> bytes:
    """The words of a scam, said to protect people from it."""
    poster = blank((640, 420), (255, 244, 214))
    ImageDraw.Draw(poster).rectangle((0, 0, 640, 84), (176, 58, 46))
    write(poster, (320, 42), "Beware of scams", 42, PAPER, bold=True, anchor="mm")
    lines = (
        "There is no free nitro giveaway. It is a scam.\n"
        "Never log in through a link from a stranger.\n"
        "Do not scan a QR code to verify your account.\n"
        "Report fake nitro gifts to the moderators."
    )
    write(poster, (40, 130), lines, 26, INK)
    write(poster, (40, 350), "Stay safe. Your moderators.", 25, (176, 58, 46), bold=True)
    return _png(poster)


def photo() -> bytes:
    """An evening outside, as a camera would have it."""
    return _jpeg(landscape(800, 533), 82)


def pinned_scam() -> bytes:
    """The picture in the bank: it carries no words, so only its looks give it away."""
    rows, columns = np.mgrid[0:480, 0:480].astype(float)
    distance = np.hypot(columns - 200, rows - 300)
    rays = np.floor(np.arctan2(rows - 300, columns - 200) * 9 / np.pi) % 2
    base = np.where(rays[..., None] == 0, (240, 190, 70), (214, 92, 60)).astype(float)
    base *= np.clip(1.15 - distance / 620, 0.3, 1)[..., None]
    picture = Image.fromarray(base.clip(0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(picture)
    for n, colour in enumerate([(60, 40, 90), (230, 226, 210), (60, 40, 90), (90, 190, 170)]):
        radius = 120 - n * 30
        draw.ellipse((200 - radius, 300 - radius, 200 + radius, 300 + radius), colour)
    draw.polygon([(330, 60), (450, 110), (360, 210)], (40, 90, 140))
    draw.rectangle((40, 40, 140, 150), (90, 40, 70))
    return _png(picture)


def pinned_scam_again() -> bytes:
    """The same picture as it travels: scaled down, and squeezed into a JPEG."""
    with Image.open(BytesIO(pinned_scam())) as original:
        return _jpeg(original.resize((400, 400), Image.Resampling.LANCZOS), 70)


PICTURES: Mapping[str, Callable[[], bytes]] = {
    "friendly-qr.png": friendly_qr,
    "gift-box.png": gift_box,
    "low-contrast.png": low_contrast,
    "meme.png": meme,
    "photo.jpg": photo,
    "pinned-scam-again.jpg": pinned_scam_again,
    "pinned-scam.png": pinned_scam,
    "scam-screenshot.png": scam_screenshot,
    "third-frame.gif": third_frame,
    "wallet-qr.png": wallet_qr,
    "warning.png": warning,
}
"""Every picture by its file's name; each function returns the file's bytes."""


def _png(picture: Image.Image) -> bytes:
    file = BytesIO()
    picture.save(file, "PNG", optimize=True)
    return file.getvalue()


def _jpeg(picture: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    picture.save(file, "JPEG", quality=quality, optimize=True)
    return file.getvalue()


if __name__ == "__main__":
    for name, picture in PICTURES.items():
        (HERE / name).write_bytes(picture())
