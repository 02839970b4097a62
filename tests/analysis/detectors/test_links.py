# ruff: noqa: RUF001 - letters that look alike are the point
"""Links are found however they are written, and judged by their form."""

from pathlib import Path

import pytest

from analysis.detectors.imitation import one_slip_apart
from analysis.detectors.links import Links
from analysis.taxonomy import Category
from analysis.types import FactKind, Origin
from tests.analysis.detectors.judging import found_in, score_of

DETECTOR = Links()

IMITATIONS = [
    "https://dlscord-gift.com/nitro",
    "https://dïscord.com",
    "https://dіscord.com/login",
    "https://xn--dscord-q9a.com/",
    "https://xn--pypal-4ve.com/",
    "hxxps://paypa1[.]com/login",
    "hXXp://paypa1[dot]com",
    "paypa1.com",
    "steamcommunlty.com/tradeoffer",
    "https://steamcornmunity.com/",
    "https://steamcommunitty.com/id",
    "https://discord.com@evil.example.com/x",
    "https://discord.com%2flogin@evil.example.com",
    "https://discord.com.verify-login.xyz/",
    "https://binance.com-login.xyz/x",
    "https://metamask-support.io",
    "https://support-metamask.io",
    "https://metamasklogin.com",
    "https://free-nitro.gift",
    "https://аррӏе.com",
    "https://opensеa.io",
    "https://roblox.com.ru/games",
    "https://coinbase.xyz",
    "https://telegrarn.org",
    "https://whatsaap.com/win",
    "https://netfl1x.com/billing",
    "https://arnazon.com/prize",
    "https://rnicrosoft.com",
    "https://g00gle.com",
    "https://disocrd.com",
    "http://discrod.com",
    "https://discordnitro.com",
    "https://elon-giveaway.com",
    "tg://login?token=abcdef",
    "https://discord.com/ra/abcdef",
]
SUSPECT = [
    ("http://185.12.33.4/a", 0.5),
    ("http://2130706433/", 0.5),
    ("http://0x7f.1/", 0.5),
    ("http://[2606:4700::1111]/x", 0.5),
    ("https://verify-wallet.com", 0.6),
    ("https://admin:secret@example.com", 0.45),
    ("https://amazon-prime.com", 0.35),
    ("bit.ly/abc", 0.3),
    ("https://tinyurl.com/abc", 0.3),
    ("https://example.com/setup.exe", 0.35),
    ("bitcoin:1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", 0.35),
    ("discord.gg/abc", 0.2),
    ("https://t.me/abc", 0.2),
]
HONEST = [
    "https://discord.com/channels/1/2",
    "https://cdn.discordapp.com/attachments/1/2/a.png",
    "https://www.paypal.com/us/home",
    "https://steamcommunity.com/id/someone",
    "https://store.steampowered.com/app/10",
    "https://accounts.google.com/signin",
    "https://google.co.in",
    "https://login.microsoftonline.com",
    "https://amazon.com.au/dp/1",
    "https://www.netflix.com/title/1",
    "https://telegram.org/faq",
    "https://metamask.io/download",
    "https://github.com/owner/repo",
    "https://discord.mycommunity.org",
    "https://goggle.com",
    "https://stream.com",
    "https://paypay.ne.jp",
    "https://telegraph.co.uk/news",
    "https://pineapple.com",
    "https://example.com/paypal/login",
    "https://президент.рф",
    "https://пример.de/pfad",
    "https://münchen.de",
    "http://192.168.0.1/",
    "http://localhost:8080",
    "http://[::1]/",
    "https://wikipedia.org/wiki/Phishing",
    "https://discordjs.guide",
]
NO_LINKS = [
    "see readme.md and main.py and setup.sh",
    "that was the end.So what",
    "user@example.com",
    "version 1.2.3.4 is out",
    "e.g. this, i.e. that",
    "well...ok",
    "3.14 is pi",
    "notes.zip",
    "a.b",
    "Mr.Smith",
]


@pytest.mark.parametrize("text", IMITATIONS)
async def test_imitations_and_tricks_score_high(text: str) -> None:
    assert await score_of(DETECTOR, Category.SCAM, f"look {text} now") >= 0.8


@pytest.mark.parametrize(("text", "score"), SUSPECT)
async def test_ordinary_hiding_places_have_their_strength(text: str, score: float) -> None:
    assert await score_of(DETECTOR, Category.SCAM, text) == pytest.approx(score)


@pytest.mark.parametrize("text", HONEST)
async def test_honest_links_give_no_signal(text: str) -> None:
    assert await score_of(DETECTOR, Category.SCAM, text) == 0.0


@pytest.mark.parametrize("text", NO_LINKS)
async def test_what_only_looks_like_a_link_is_no_fact(text: str) -> None:
    assert (await found_in(DETECTOR, text)).facts == ()


async def test_every_link_is_a_fact_with_its_registered_domain() -> None:
    findings = await found_in(DETECTOR, "read https://docs.Example.co.uk/Path?q=1.")

    assert [(fact.kind, fact.value) for fact in findings.facts] == [
        (FactKind.URL, "https://docs.Example.co.uk/Path?q=1"),
        (FactKind.DOMAIN, "example.co.uk"),
    ]


async def test_a_look_alikes_domain_fact_is_not_the_brands() -> None:
    findings = await found_in(DETECTOR, "https://dіscord.com")

    assert "discord.com" not in {fact.value for fact in findings.facts}


async def test_a_defanged_link_is_a_fact_rearmed() -> None:
    findings = await found_in(DETECTOR, "hxxps://evil[.]example[.]com/a")

    assert findings.facts[0].value == "https://evil.example.com/a"


async def test_a_link_in_a_qr_code_weighs_more() -> None:
    link = "https://tinyurl.com/abc"

    in_words = await score_of(DETECTOR, Category.SCAM, link)
    in_code = await score_of(DETECTOR, Category.SCAM, link, origin=Origin.QR)

    assert in_code > in_words


async def test_a_brands_own_link_in_a_qr_code_is_fine() -> None:
    text = "https://www.paypal.com/us"

    assert await score_of(DETECTOR, Category.SCAM, text, origin=Origin.QR) == 0.0


async def test_evidence_quotes_the_link_as_written() -> None:
    findings = await found_in(DETECTOR, "see (hxxps://paypa1[.]com/x), ok")

    evidence = findings.signals[0].evidence
    assert evidence is not None
    assert evidence.quote == "hxxps://paypa1[.]com/x"


async def test_an_operators_file_adds_domains(tmp_path: Path) -> None:
    listed = tmp_path / "known.txt"
    listed.write_text("# ours\nbad-place\\.example\n\nworse[0-9]+\\.com\n")

    assert await score_of(Links(listed), Category.SCAM, "https://worse12.com/x") >= 0.9


@pytest.mark.parametrize(
    ("left", "right", "near"),
    [
        ("discord", "discord", False),
        ("discord", "discor", True),
        ("discord", "disscord", True),
        ("discord", "discard", True),
        ("discord", "disocrd", True),
        ("discord", "dicsrod", False),
        ("discord", "disc", False),
        ("", "a", True),
    ],
)
def test_one_slip_is_one_letter_or_one_swap(left: str, right: str, near: bool) -> None:  # noqa: FBT001 - a table's column
    assert one_slip_apart(left, right) is near
    assert one_slip_apart(right, left) is near
