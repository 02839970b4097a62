"""What vendors charge, with the day each price began, and what a call may and did cost.

Sources are named beside each price; they are transcriptions of the vendors' price pages and may
be out of date, so every one can be overridden by the settings. All in US dollars.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from analysis.types import Content, Usage

_MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """One model's price from a day on."""

    input_per_million: float = 0.0
    output_per_million: float = 0.0
    per_image: float = 0.0
    per_call: float = 0.0
    since: date = date.min

    def of(self, usage: Usage) -> float:
        """What this much use costs."""
        return (
            usage.input_tokens * self.input_per_million / _MILLION
            + usage.output_tokens * self.output_per_million / _MILLION
            + usage.images * self.per_image
            + usage.calls * self.per_call
        )


PRICES: Mapping[str, Sequence[Price]] = {
    # developers.openai.com and ai.google.dev, read 2026-11-22: both charge input only.
    "gemini-decision-1": (Price(0.10),),
    "decisions": (Price(0.10),),
    # The vendor's price page as transcribed on 2026-10-07.
    "gemini-3.5-flash-lite": (Price(0.30, 2.50),),
    "gemini-3.5-flash": (Price(1.50, 9.00),),
    "gemini-3.8-flash": (Price(0.75, 3.75), Price(1.50, 7.50, since=date(2027, 1, 1))),
    "gemini-3.1-pro-preview": (Price(2.00, 12.00),),
    "gemini-4-argon": (Price(2.00, 10.00), Price(4.00, 20.00, since=date(2026, 12, 1))),
    # developers.openai.com/api/docs/models/gpt-5.6-luna, read 2026-11-22.
    "gpt-5.6-luna": (Price(0.20, 1.20),),
    # The moderation endpoint is free of charge.
    "omni-moderation": (Price(),),
    # alibabacloud.com, text moderation by LLM, 2026-07-01. Other services' prices are not known,
    # so the dearer of the two known ones stands for all of them.
    "alibaba": (Price(per_call=0.0006),),
    "ugc_moderation_byllm_ec": (Price(per_call=0.00031),),
    # 1.50 per 1,000 pictures and feature, six features asked for; unverified.
    "google_vision": (Price(per_image=0.009),),
    # Your own endpoint bills nobody.
    "generic_http": (Price(),),
}
"""By model, or by provider where its models have no prices of their own."""

ASSUMED: Mapping[str, str] = {
    "gemini": "gemini-3.5-flash-lite",
    "openai_chat": "gpt-5.6-luna",
    "openai_moderation": "omni-moderation-latest",
}
"""The model by which a call is priced beforehand where the settings name none."""

UNKNOWN = Price(2.00, 12.00)
"""For a model nobody gave a price: as dear as the dearest current one, so that a budget holds."""

FREE = Price()

_WORDS = 1500
"""Tokens of a provider's own question; measured on none, chosen on the high side."""
_PICTURE = 1120
"""Tokens of a picture at the usual resolution (Gemini 3; others take fewer)."""
_ANSWER = 1024
"""Tokens an answer may have, thinking included."""


def expected(content: Content) -> Usage:
    """What a call about this will use at most, as far as one can say beforehand."""
    # A token is seldom less than three bytes of UTF-8, in any script.
    letters = sum(len(passage.text.encode("utf-8", "replace")) for passage in content.passages)
    pictures = len(content.images)
    tokens = _WORDS + -(-letters // 3) + pictures * _PICTURE
    return Usage("", input_tokens=tokens, output_tokens=_ANSWER, images=pictures)


@dataclass(frozen=True, slots=True)
class PriceList:
    """The table with the operator's overrides."""

    overrides: Mapping[str, Price] = field(default_factory=dict)
    table: Mapping[str, Sequence[Price]] = field(default_factory=lambda: PRICES)

    def price(self, provider: str, model: str, on: date) -> Price | None:
        """The price in force on a day; None where nobody knows one.

        A served model may carry a suffix, such as a date, so the longest name that begins it
        counts; the provider's own name comes last.
        """
        model = model or ASSUMED.get(provider, "")
        for names in (self.overrides, self.table):
            known = max((n for n in names if _names(n, model)), key=len, default=None)
            name = known or (provider if provider in names else None)
            if name is not None:
                return self._dated(name, on)
        return None

    def _dated(self, name: str, on: date) -> Price:
        if name in self.overrides:
            return self.overrides[name]
        begun = [price for price in self.table[name] if price.since <= on]
        return max(begun, key=lambda price: price.since)


def _names(name: str, model: str) -> bool:
    """``gpt-5.6-luna`` names ``gpt-5.6-luna-2026-08-01``, but not ``gpt-5.6-lunar``."""
    return model == name or model.startswith((f"{name}-", f"{name}@", f"{name}:"))
