"""The shape of Alibaba's answers, as far as we read them. Strict about what is there.

Unknown keys are left alone, because the vendor adds some without notice; a known one of another
type, out of range, or a verdict that contradicts itself is garbled.
"""

from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import ProviderGarbled
from analysis.providers.alibaba_gateway import NAME

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]


class _Read(BaseModel):
    model_config = ConfigDict(strict=True, frozen=True, extra="ignore")


class Position(_Read):
    """Where a risky word stands in the words that were sent."""

    word: str = Field("", alias="RiskWord")
    start: int = Field(-1, alias="StartPos")


class Hit(_Read):
    """One label that the vendor gives."""

    label: str = Field(alias="Label", min_length=1)
    confidence: Percent | None = Field(None, alias="Confidence")
    risk_level: str | None = Field(None, alias="RiskLevel")
    guard_level: str | None = Field(None, alias="Level")
    words: str | None = Field(None, alias="RiskWords")
    positions: tuple[Position, ...] | None = Field(None, alias="RiskPositions", strict=False)


class Attack(_Read):
    """An attack on a model, found in words."""

    label: str = Field("", alias="Label")
    level: str | None = Field(None, alias="AttackLevel")
    confidence: Percent | None = Field(None, alias="Confidence")


class TextVerdict(_Read):
    """``Data`` of TextModerationPlus."""

    data_id: str | None = Field(None, alias="DataId")
    level: str = Field(alias="RiskLevel")
    hits: tuple[Hit, ...] = Field(alias="Result", strict=False)
    language: str | None = Field(None, alias="DetectedLanguage")
    attack_level: str | None = Field(None, alias="AttackLevel")
    sensitive_level: str | None = Field(None, alias="SensitiveLevel")


class _Line(_Read):
    text: str = Field(alias="Text")


class _Recognised(_Read):
    name: str = Field(alias="Classification")
    confidence: Percent | None = Field(None, alias="Confidence")


class _Told(_Read):
    text: str | None = Field(None, alias="OutputText")


class Extras(_Read):
    """What else was seen. Public figures are not read: we name nobody by face."""

    lines: tuple[_Line, ...] | None = Field(None, alias="OcrResult", strict=False)
    recognised: tuple[_Recognised, ...] | None = Field(None, alias="Recognition", strict=False)
    told: _Told | None = Field(None, alias="VlContent")


class PictureVerdict(_Read):
    """``Data`` of ImageModeration."""

    data_id: str | None = Field(None, alias="DataId")
    level: str = Field(alias="RiskLevel")
    hits: tuple[Hit, ...] = Field(alias="Result", strict=False)
    extras: Extras | None = Field(None, alias="Ext")


class Check(_Read):
    """One of a guard's checks."""

    type: str = Field(alias="Type", min_length=1)
    level: str = Field(alias="Level")
    hits: tuple[Hit, ...] | None = Field(None, alias="Result", strict=False)


class GuardVerdict(_Read):
    """``Data`` of MultiModalGuard and its base64 sister."""

    data_id: str | None = Field(None, alias="DataId")
    suggestion: str = Field(alias="Suggestion", min_length=1)
    checks: tuple[Check, ...] = Field(alias="Detail", strict=False, min_length=1)


class UploadToken(_Read):
    """``Data`` of DescribeUploadToken."""

    key_id: str = Field(alias="AccessKeyId", min_length=1)
    secret: str = Field(alias="AccessKeySecret", min_length=1, repr=False)
    token: str = Field(alias="SecurityToken", min_length=1, repr=False)
    bucket: str = Field(alias="BucketName", pattern=r"^[a-z0-9][a-z0-9-]{1,62}$")
    prefix: str = Field(alias="FileNamePrefix", pattern=r"^[A-Za-z0-9/_.-]{0,200}$")
    endpoint: str = Field(alias="OssInternetEndPoint", min_length=1)
    expires: int = Field(alias="Expiration", ge=0)
    """Seconds since 1970."""


Verdict = TypeVar("Verdict", bound=BaseModel)


def read(shape: type[Verdict], data: dict[str, Any]) -> Verdict:
    """The data as this shape.

    Raises:
        ProviderGarbled: it is not; the message names the places, not the values.
    """
    try:
        return shape.model_validate(data)
    except ValidationError as exc:
        places = sorted({".".join(str(part) for part in e["loc"][:4]) for e in exc.errors()})
        raise ProviderGarbled(
            f"not as documented at {', '.join(places[:5])}", provider=NAME
        ) from exc


def ours(data_id: str | None, sent: str) -> None:
    """Check that the verdict is about what we sent.

    Raises:
        ProviderGarbled: it is about something else.
    """
    if data_id is not None and data_id != sent:
        raise ProviderGarbled("a verdict about another DataId", provider=NAME)
