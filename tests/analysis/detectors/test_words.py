"""Listed words are found in disguise and in other languages, and not inside honest words.

The words quoted here are the fewest that show it; the lists themselves are data files.
"""
# ruff: noqa: RUF001 - letters that look alike are the point

import pytest

from analysis.detectors.profanity import Profanity
from analysis.detectors.slurs import Slurs
from analysis.detectors.wordlist import WordList, bundled_words
from analysis.taxonomy import Category
from analysis.text import fold
from tests.analysis.detectors.judging import found_in, score_of

SWEARING = Profanity()
HATE = Slurs()

SWORN = [
    "fuck this",
    "what the FUCK",
    "f*ck",
    "f**k off",
    "f u c k",
    "f.u.c.k",
    "fuuuuuck",
    "fvck",
    "ｆｕｃｋ",
    "fu\u200bck",
    "fuсk",
    "f\u0336u\u0336c\u0336k\u0336",
    "🅵🆄🅲🅺",
    "unfuckingbelievable",
    "sh*t",
    "$h1t",
    "5h1t",
    "@sshole",
    "b1tch",
    "hijo de puta",
    "qué mierda",
    "Scheiße",
    "Arschloch",
    "Hurensohn",
    "connard",
    "enculé",
    "caralho",
    "porra",
    "vaffanculo",
    "cazzo",
    "сука",
    "пиздец",
    "бл\u0336я\u0336т\u0336ь",
    "siktir git",
    "orospu çocuğu",
    "kurwa",
    "klootzak",
    "\u202ekcuf",
]
HONEST = [
    "Scunthorpe United",
    "shiitake mushrooms",
    "class assessment",
    "Charles Dickinson",
    "cocktail",
    "Matsushita",
    "peacock",
    "assassin",
    "Essex and Sussex",
    "Penistone",
    "analysis",
    "therapist",
    "shuttlecock",
    "a bass guitar",
    "passion fruit",
    "great tits and blue tits",
    "pussy willow",
    "the wild ass of Asia",
    "Uranus",
    "Clitheroe",
    "Lightwater",
    "cumulative",
    "document",
    "circumcise",
    "Hancock",
    "Babcock",
    "titanic",
    "competition",
    "basement",
    "grass",
    "mass",
    "button",
    "a s s e t s",
    "çok güzel",
    "cono de helado",
    "художник",
    "застрахуй",
    "потребитель",
    "оскорблять",
    "мандарин",
    "дикобраз",
    "un putter",
    "la computadora",
    "Ficktion",
    "ein Fickel",
    "la réforme",
    "fodder",
    "what a lovely day",
    "2 + 2 = 4",
    "https://example.com/a1b2c3",
]
SLURS = [
    "n1gg3r",
    "n i g g e r",
    "ni66er",
    "nіggеr",
    "f@gg0t",
    "faggots",
    "пидорас",
    "жиды",
    "Schwuchtel",
    "maricón de mierda",
    "bougnoule",
    "ibne",
    "gas the jews",
    "Hitler was right",
    "Ausländer raus",
    "Muslims are vermin",
    "all gays should be killed",
    "I hate black people",
    "kill all immigrants",
    "go back to your country",
]
NOT_SLURS = [
    "a maine coon",
    "a chink in the armor",
    "Nigeria",
    "from Niger",
    "snigger",
    "niggardly",
    "raccoon",
    "fire retardant",
    "homo sapiens",
    "homogeneous",
    "spick and span",
    "Dick van Dyke",
    "жидкий",
    "kaffir lime",
    "Jewish food",
    "conspicuous",
    "suspicious",
    "Pakistan",
    "tycoon",
    "cocoon",
    "spice",
    "I hate racism",
    "I love black people",
    "Muslims are welcome",
    "gay pride is great",
    "women are great engineers",
    "the history of the Jews in Spain",
    "immigrants built this city",
    "trans rights are human rights",
    "I am gay",
    "we are Mexicans",
    "a black cat",
    "deaf people use sign language",
    "хохлома",
    "хачапури",
    "a white house",
    "kill the lights",
    "burn all the leaves",
    "offas dyke path",
    "Asian food is delicious",
]


@pytest.mark.parametrize("text", SWORN)
async def test_swearing_is_found(text: str) -> None:
    assert await score_of(SWEARING, Category.PROFANITY, text) >= 0.4


@pytest.mark.parametrize("text", HONEST)
async def test_honest_words_are_not_swearing(text: str) -> None:
    assert await score_of(SWEARING, Category.PROFANITY, text) == 0.0


@pytest.mark.parametrize("text", SLURS)
async def test_slurs_and_slogans_are_found(text: str) -> None:
    assert await score_of(HATE, Category.HATE, text) >= 0.5


@pytest.mark.parametrize("text", NOT_SLURS)
async def test_honest_words_are_not_hate(text: str) -> None:
    assert await score_of(HATE, Category.HATE, text) == 0.0


@pytest.mark.parametrize(
    "text",
    [
        "Stop saying kill all jews, it is disgusting",
        "He said all gays should be killed and was banned for it",
        "It's wrong to think Muslims are terrorists",
    ],
)
async def test_answering_hatred_weighs_little(text: str) -> None:
    assert await score_of(HATE, Category.HATE, text) <= 0.35


async def test_a_mild_word_is_milder_than_a_strong_one() -> None:
    mild = await score_of(SWEARING, Category.PROFANITY, "damn")
    strong = await score_of(SWEARING, Category.PROFANITY, "motherfucker")

    assert 0 < mild < 0.3 < strong


async def test_a_rant_gives_a_handful_of_signals() -> None:
    findings = await found_in(SWEARING, "shit damn crap bitch fuck bastard " * 20)

    assert len(findings.signals) == 5


async def test_evidence_quotes_the_whole_word() -> None:
    findings = await found_in(SWEARING, "so FUCKINGGG annoying")

    evidence = findings.signals[0].evidence
    assert evidence is not None
    assert evidence.quote == "FUCKINGGG"


@pytest.mark.parametrize("name", ["profanity", "slurs"])
def test_lists_are_written_folded(name: str) -> None:
    words = bundled_words(name)

    assert [entry.word for entry in words.entries() if fold(entry.word).text != entry.word] == []


@pytest.mark.parametrize("name", ["profanity", "slurs"])
def test_no_listed_word_is_too_short_to_mean_anything(name: str) -> None:
    assert [entry.word for entry in bundled_words(name).entries() if len(entry.word) < 3] == []


def test_a_list_says_where_a_word_must_stand() -> None:
    words = WordList("[0.5 whole]\nham\n[0.5 prefix]\nchees\n[0.5 inside]\nnana\n[allow]\ncheesy\n")

    assert {entry.word for entry in words.entries()} == {"ham", "chees", "nana"}
