"""From settings to providers: what is refused, what is off, what is on."""

from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import ClassVar

import pytest
from pydantic import Field

from analysis.detector import Needs, Tier
from analysis.errors import ProviderRejected
from analysis.providers.provider import Options, Tools
from analysis.remote.meter import Spared
from analysis.remote.prepare import Pictures
from analysis.taxonomy import Category
from analysis.types import Content, FailureKind, Findings, Grounds, Modality, Scope, Signal, Usage
from bot import examine
from bot.config.load import load
from bot.config.tables import Settings
from bot.errors import Misconfigured
from bot.providers import Remote, opened_remote
from bot.remote_figures import RemoteFigures
from bot.storage.database import Database
from bot.storage.spend import SpendLedger
from tests.analysis.fakes import SCAM, a_post
from tests.analysis.remote.kit import Clock

HERE = "tests.bot.test_providers"
KNOWN = {"acme": f"{HERE}:Acme", "eyes": f"{HERE}:Eyes", "words": f"{HERE}:Words"}
SECRET = "canary-secret-1234567890"


class AcmeOptions(Options):
    """Acme's own."""

    effort: int = Field(1, ge=0, le=3, description="How hard it looks.")
    signing_secret: str = Field("", max_length=30, description="For signing.")


class Acme:
    """A provider that finds a scam in everything."""

    options_type: ClassVar[type[Options]] = AcmeOptions
    name = "acme"
    needs = Needs.EITHER
    tier = Tier.REMOTE
    categories: frozenset[Category] = frozenset({SCAM})

    def __init__(self, options: Options, tools: Tools) -> None:
        self.options = options
        self.tools = tools

    async def detect(self, content: Content, scope: Scope) -> Findings:
        signal = Signal(SCAM, 0.9, Modality.JOINT, Grounds.MODEL, f"{self.name}/m@1")
        usage = Usage("gemini-decision-1", input_tokens=1_000_000, output_tokens=10)
        return Findings((signal,), usage=(usage,))

    async def check(self) -> str:
        key = self.options.api_key
        if key is None or key.get_secret_value() != SECRET:
            raise ProviderRejected("the key is refused; set another.", provider=self.name)
        return "it answers."


class Eyes(Acme):
    name = "eyes"
    needs = Needs.IMAGES


class Words(Acme):
    name = "words"
    needs = Needs.PASSAGES

    async def check(self) -> str:
        raise ZeroDivisionError


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def settings(text: str, monkeypatch: pytest.MonkeyPatch, *keys: str) -> Settings:
    for name in keys:
        monkeypatch.setenv(f"BIFOCAL_PROVIDERS__{name.upper()}__API_KEY", SECRET)
    Path("config.toml").write_text(text, encoding="utf-8")
    return load()


def opened(
    these: Settings, spend: SpendLedger | None = None
) -> AbstractAsyncContextManager[Remote]:
    return opened_remote(these, Pictures(), spend, known=KNOWN, now=Clock().now)


async def remote(these: Settings) -> Remote:
    """The parts, to be looked at and not asked."""
    async with opened(these) as made:
        return made


async def complaint(text: str, monkeypatch: pytest.MonkeyPatch, *keys: str) -> str:
    with pytest.raises(Misconfigured) as caught:
        await remote(settings(text, monkeypatch, *keys))
    return str(caught.value)


LIST = '[analysis]\nproviders = ["acme"]\n'


async def test_a_provider_with_a_key_is_on(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await remote(settings(LIST, monkeypatch, "acme"))

    assert [detector.name for detector in found.detectors] == ["acme"]
    assert found.off == ()


async def test_one_without_a_key_is_off_and_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    found = await remote(settings(LIST, monkeypatch))

    assert found.detectors == ()
    assert found.off == ("acme is off. To use it, set BIFOCAL_PROVIDERS__ACME__API_KEY.",)


async def test_the_list_is_the_order_of_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[analysis]\nproviders = ["eyes", "words", "acme"]\n'
    found = await remote(settings(text, monkeypatch, "eyes", "words", "acme"))

    assert [d.name for d in found.detectors] == ["eyes", "words", "acme"]


async def test_a_stand_in_shares_the_seat(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[analysis]\nproviders = ["acme", "eyes"]\n'
    found = await remote(settings(text, monkeypatch, "eyes", "acme"))

    assert [d.name for d in found.detectors] == ["acme or eyes"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[analysis]\nproviders = ["acne"]\n',
            '[analysis] providers: acne: no such provider; did you mean "acme"?',
        ),
        (
            '[analysis]\nproviders = ["qq"]\n',
            "[analysis] providers: qq: no such provider; there are acme, eyes, words",
        ),
        (
            f'{LIST}[providers.acne]\nmodel = "m"\n',
            '[providers.acne]: no such provider; did you mean "acme"?',
        ),
        (
            f'{LIST}[providers.acme]\nmodle = "m"\n',
            '[providers.acme] modle: no such setting; did you mean "model"?',
        ),
        (
            f"{LIST}[providers.acme]\neffort = 4\n",
            "[providers.acme] effort: input should be less than or equal to 3, got 4",
        ),
    ],
)
async def test_what_is_wrong_is_named(
    text: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await complaint(text, monkeypatch, "acme") == said


async def test_no_complaint_repeats_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BIFOCAL_PROVIDERS__ACME__SIGNING_SECRET", SECRET * 2)

    said = await complaint(LIST, monkeypatch)

    assert "signing_secret" in said
    assert SECRET not in said


async def test_options_reach_the_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'{LIST}[providers.acme]\nmodel = "m2"\ntimeout_s = 3\neffort = 2\n'
    provider = (await remote(settings(text, monkeypatch, "acme"))).providers[0]

    assert isinstance(provider, Acme)
    assert isinstance(provider.options, AcmeOptions)
    assert (provider.options.model, provider.options.timeout_s, provider.options.effort) == (
        "m2",
        3,
        2,
    )


async def test_what_is_spent_is_kept_and_counted(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    database = await Database.open(f"sqlite+aiosqlite:///{tmp_path}/b.db")
    spend = SpendLedger(database)
    async with opened(settings(LIST, monkeypatch, "acme"), spend) as found:
        first = await found.detectors[0].detect(a_post(), Scope("x"))
        again = await found.detectors[0].detect(a_post(), Scope("x"))
    rows = await spend.since(Clock().now().date())
    spared = await spend.spared_since(Clock().now().date())
    await database.close()

    assert (first.cost_usd, again.cost_usd) == (0.10, 0.0)
    assert [(row.usd, row.tokens) for row in rows] == [(0.10, 1_000_010)]
    assert [(each.reason, each.calls) for each in spared] == [(Spared.CACHE, 1)]


async def test_no_money_means_no_call_and_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f"{LIST}[budget]\nusd_per_day = 0\n"
    async with opened(settings(text, monkeypatch, "acme")) as found:
        findings_ = await found.detectors[0].detect(a_post(), Scope("x"))

    assert [failure.kind for failure in findings_.failures] == [FailureKind.OVER_BUDGET]
    assert findings_.judged == frozenset()


async def test_a_price_of_ones_own_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    text = f'{LIST}[budget.prices."gemini-decision-1"]\nper_call = 0.5\n'
    async with opened(settings(text, monkeypatch, "acme")) as found:
        findings_ = await found.detectors[0].detect(a_post(), Scope("x"))

    assert findings_.cost_usd == 0.5


async def test_a_server_of_ones_own_is_free(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        f'{LIST}[providers.acme]\nbase_url = "http://localhost:11434"\nmodel = "llava"\n'
        "[budget]\nusd_per_day = 0\n"
    )
    async with opened(settings(text, monkeypatch, "acme")) as found:
        findings_ = await found.detectors[0].detect(a_post(), Scope("x"))

    assert findings_.judged == frozenset({SCAM})


async def test_doctor_says_of_each_whether_it_works(monkeypatch: pytest.MonkeyPatch) -> None:
    text = '[analysis]\nproviders = ["acme", "eyes", "words"]\n'
    monkeypatch.setenv("BIFOCAL_PROVIDERS__EYES__API_KEY", "wrong")
    found = await remote(settings(text, monkeypatch, "acme", "words"))

    assert [(one.well, one.sentence) for one in await examine.providers(found.providers)] == [
        (True, "provider: acme: it answers."),
        (False, "provider: eyes: NOT WELL: the key is refused; set another."),
        (
            False,
            (
                "provider: words: NOT WELL: this is a fault of ours: ZeroDivisionError; "
                "please report it."
            ),
        ),
    ]


async def test_metrics_show_spend_and_what_was_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    async with opened(settings(LIST, monkeypatch, "acme")) as found:
        for _ in range(2):
            await found.detectors[0].detect(a_post(), Scope("x"))
    samples = {
        (s.name, s.labels.get("reason") or s.labels.get("way") or s.labels.get("le")): s.value
        for metric in RemoteFigures(found.meter).collect()
        for s in metric.samples
    }

    assert samples["bifocal_provider_usd_total", None] == pytest.approx(0.10)
    assert samples["bifocal_provider_tokens_total", "in"] == 1_000_000
    assert samples["bifocal_provider_spared_total", "cache"] == 1
    assert samples["bifocal_provider_seconds_bucket", "+Inf"] == 1
