# ruff: noqa: RUF001 - letters that look alike are the point
"""Scams score high by what they combine, single cues stay mild, and warnings stay low."""

import pytest

from analysis.detectors.passages import Reading
from analysis.detectors.scam_phrases import ScamPhrases, combined
from analysis.taxonomy import Category
from analysis.types import Content, Modality, Origin, Passage, Scope
from tests.analysis.detectors.judging import found_in, score_of

SCAM = Category.SCAM
DETECTOR = ScamPhrases()

STRONG = [
    "FREE NITRO! Claim your gift now: https://example.gift/nitro @everyone hurry, first 100 people",
    "I'll teach 10 people how to earn $30,000 within 72 hours but pay me 10% of your profits",
    "Elon Musk is giving away 5000 BTC! Send 0.1 BTC and get 0.2 BTC back immediately",
    "Enter your seed phrase to validate your wallet and claim the airdrop https://example.io",
    "MrBeast is giving away $1,000 to everyone! use promo code BEAST https://x.example.gg",
    "Double your Bitcoin! guaranteed profit, whatsapp me on +1 555 0100",
    "connect your wallet to claim airdrop, now live, only 200 spots https://example.xyz",
    "Бесплатный Nitro! Жми по ссылке https://example.ru только сегодня",
    "Bedava nitro! Hemen buraya tıkla https://example.com",
    "Kostenloses Nitro! Klick hier: https://example.com nur heute",
    "Nitro gratis! haz clic aquí https://example.com solo hoy",
    "Nitro gratuit, cliquez ici https://example.com dernière chance",
    "Nitro grátis! clique aqui https://example.com só hoje",
]
LIKELY = [
    "Your account has been suspended. Verify your account immediately: http://example.com/login",
    "i accidentally reported your steam account, contact the steam admin to cancel the ban",
    "need someone with a bank account to receive funds and keep 10%",
    "F R E E  N I T R O claim here https://x.example.com",
    "fr33 n1tr0 claim now https://x.example.com",
    "Ｆｒｅｅ Ｎｉｔｒｏ claim now https://x.example.com",
    "frее nіtrо claim now https://x.example.com",
    "f\u200br\u200be\u200be n\u200bi\u200bt\u200br\u200bo claim now https://x.example.com",
    "F̷r̷e̷e̷ N̷i̷t̷r̷o̷ claim now https://x.example.com",
    "🅵🆁🅴🅴 🅽🅸🆃🆁🅾 claim now https://x.example.com",
    "FREENITRO claimnow https://x.example.com",
    "send me 0.5 eth and get 1 eth back",
    "is this you in the picture? https://x.example.com",
    "hey can you try my game? here is the link https://x.example.com",
    "Scan the QR code to verify you are human and gain access to the server",
    "Votre compte a été suspendu, cliquez ici pour vérifier https://example.com",
    "Sua conta foi bloqueada. Clique aqui https://example.com",
    "Ihr Konto wurde gesperrt, klicken Sie hier https://example.com",
    "Su cuenta ha sido bloqueada, haga clic https://example.com",
    "Ваш аккаунт заблокирован, перейдите по ссылке https://example.ru",
    "Hesabınız askıya alındı, hemen tıklayın https://example.com",
    "удвоим ваши биткоины, пиши мне в телеграм",
    "share your recovery phrase with me to restore your wallet",
    "send me the verification code you got",
    "This is not a scam! free nitro, claim it here https://example.com",
]
MILD = [
    "free nitro",
    "dm me on telegram",
    "crypto giveaway",
    "click here and claim it before it expires",
    "scan the qr code",
    "my seed phrase",
    "your package is on hold",
    "easy money today",
]
HARMLESS = [
    "Never share your seed phrase. Moderators never ask for it. Beware of fake Nitro giveaways.",
    "Never share\nyour seed phrase. Staff will\nnever ask for it.",
    "Reminder: if someone says they accidentally reported your account, it's a scam",
    "Don't scan QR codes to verify yourself, that's how accounts get stolen",
    "PSA: scammers send 'free nitro' links. Don't click them!",
    "how to spot fake airdrop claims and wallet connect phishing",
    "nunca compartas tu frase semilla, es una estafa",
    "Vorsicht, kostenloses Nitro ist Betrug",
    "Attention aux arnaques: nitro gratuit n'existe pas",
    "Осторожно, мошенники обещают бесплатный нитро",
    "Dikkat, bedava nitro dolandırıcılık",
    "does anyone have nitro? I just bought it",
    "I lost my wallet on the train today",
    "the airdrop in Warzone was insane",
    "we are hiring two senior Python engineers",
    "my steam account got banned lol",
    "I verified my account yesterday",
    "just watched the mrbeast video, he gave away an island",
    "Bitcoin is up 10% today",
    "join our discord server",
    "https://example.com/article",
    "@everyone movie night at eight",
    "the QR code on the menu did not work",
    "she doubled her score in the second half",
    "please send me the notes from the lecture",
    "мы купили новый кошелёк",
    "ich habe ein Konto bei der Sparkasse",
    "bugün hava çok güzel",
    "o banco abre às dez",
    "la tarjeta de embarque está lista",
    "good luck in the tournament everyone",
    "the giveaway of the library's old books was lovely",
]


@pytest.mark.parametrize("text", STRONG)
async def test_strong_combinations_reach_nine_tenths(text: str) -> None:
    assert await score_of(DETECTOR, SCAM, text) >= 0.9


@pytest.mark.parametrize("text", LIKELY)
async def test_scams_are_likely_in_any_language_and_disguise(text: str) -> None:
    assert await score_of(DETECTOR, SCAM, text) >= 0.6


@pytest.mark.parametrize("text", MILD)
async def test_a_single_cue_is_mild(text: str) -> None:
    assert 0.2 <= await score_of(DETECTOR, SCAM, text) <= 0.5


@pytest.mark.parametrize("text", HARMLESS)
async def test_warnings_and_ordinary_talk_stay_low(text: str) -> None:
    assert await score_of(DETECTOR, SCAM, text) <= 0.2


@pytest.mark.parametrize("text", HARMLESS[:3])
async def test_a_warning_read_from_a_picture_stays_low(text: str) -> None:
    assert await score_of(DETECTOR, SCAM, text, origin=Origin.OCR) <= 0.2


async def test_lines_of_one_picture_are_read_as_one_text() -> None:
    lines = ("FREE", "NITRO", "scan the QR code", "to verify and claim", "only 10 spots left")

    assert await score_of(DETECTOR, SCAM, *lines, origin=Origin.OCR) >= 0.8


async def test_caption_and_picture_stay_mild_apart() -> None:
    passages = (
        Passage("click here and claim yours before it expires", Origin.CAPTION),
        Passage("FREE NITRO", Origin.OCR, 0),
    )

    findings = await DETECTOR.detect(Content(passages=passages), Scope())

    assert {signal.modality for signal in findings.signals} == {Modality.TEXT, Modality.IMAGE}
    assert all(signal.score <= 0.5 for signal in findings.signals)


async def test_two_pictures_do_not_add_up() -> None:
    passages = (Passage("FREE NITRO", Origin.OCR, 0), Passage("send me a dm now", Origin.OCR, 1))

    findings = await DETECTOR.detect(Content(passages=passages), Scope())

    assert all(signal.score <= 0.5 for signal in findings.signals)


async def test_words_and_code_of_one_picture_add_up() -> None:
    passages = (
        Passage("free nitro", Origin.OCR, 0),
        Passage("https://example.com/x", Origin.QR, 0),
    )

    findings = await DETECTOR.detect(Content(passages=passages), Scope())

    assert max(signal.score for signal in findings.signals) > 0.5


async def test_evidence_quotes_the_disguise_as_written() -> None:
    findings = await found_in(DETECTOR, "look: Fr33 N1tr0 !!")

    evidence = findings.signals[0].evidence
    assert evidence is not None
    assert evidence.quote == "Fr33 N1tr0"


def test_more_kinds_never_lower_the_score() -> None:
    kinds = {"bait": 0.45}

    scores = [combined(kinds)]
    for support in ("lure", "urgency", "link", "crowd"):
        kinds[support] = 0.3
        scores.append(combined(kinds))

    assert scores == sorted(scores)


def test_a_reading_quotes_only_what_stands_in_the_passage_the_match_begins_in() -> None:
    reading = Reading([Passage("FREE", Origin.OCR, 0), Passage("NITRO", Origin.OCR, 0)])

    assert reading.evidence(0, len(reading.text)).quote == "FREE"
