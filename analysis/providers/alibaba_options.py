"""What the operator can tell Alibaba's provider; every unverified name of its API is a setting."""

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from analysis.providers.acs3 import AccessKey
from analysis.providers.provider import Options
from analysis.taxonomy import Category

_LEVELS = {"high": 1.0, "medium": 0.7, "low": 0.4, "none": 0.0}
"""What a level makes of a confidence; the weights are our choice."""


class AlibabaOptions(Options):
    """Content Moderation 2.0 (AI Guardrails). Unverified: docs/providers.md says what is."""

    access_key_id: SecretStr | None = Field(None, description="The RAM user's AccessKey id.")
    access_key_secret: SecretStr | None = Field(None, description="The AccessKey's secret.")
    security_token: SecretStr | None = Field(None, description="Only for temporary (STS) keys.")
    region: str = Field(
        "ap-southeast-1", pattern=r"^[a-z0-9-]{3,32}$", description="Which data centre judges."
    )
    version: str = Field("2022-03-02", description="The API's version.")
    text_service: str = Field(
        "ugc_moderation_byllm_global", description="Service for words; empty: words are not sent."
    )
    max_text: int = Field(600, ge=50, description="Characters per call (unverified limit).")
    image: Literal["guard", "oss"] = Field(
        "guard", description="Pictures in the call itself, or uploaded to Alibaba's store first."
    )
    guard_service: str = Field(
        "img_query_security_check",
        description="Service for pictures; empty: pictures are not sent. Code outside China"
        " unverified.",
    )
    mixed_service: str = Field(
        "",
        description="Service that takes a picture with the words, such as text_img_mix_guard;"
        " empty: pictures go alone. Code outside China unverified.",
    )
    content_key: str = Field(
        "content", description="ServiceParameters key of the words in the mixed call (unverified)."
    )
    data_id_key: str = Field(
        "dataId", description="ServiceParameters key of the random request id (unverified)."
    )
    guard_parameters: dict[str, str] = Field(
        default_factory=dict, description="Further ServiceParameters of the picture calls."
    )
    oss_service: str = Field("baselineCheck_global", description="Service for uploaded pictures.")
    oss_base_url: str = Field(
        "", description="Where pictures are uploaded; empty: where the upload token says."
    )
    max_image_bytes: int = Field(1 << 20, ge=10_000, description="Bytes (unverified limit).")
    max_image_side: int = Field(1024, ge=64, description="Pixels (unverified limit).")
    at_once: int = Field(4, ge=1, description="Calls in flight for one post.")
    retry_after_unit: Literal["ms", "s"] = Field(
        "ms", description="Unit of the header x-acs-retry-after (unverified)."
    )
    politics: bool = Field(
        default=False, description="Score political and religious labels instead of noting them."
    )
    labels: dict[str, Category] = Field(
        default_factory=dict, description="Your own labels (libraries), by label or its beginning."
    )
    levels: dict[str, float] = Field(
        default_factory=lambda: dict(_LEVELS), description="What a risk level weighs, 0 to 1."
    )
    attack_levels: dict[str, float] = Field(
        default_factory=lambda: dict(_LEVELS), description="The same for attacks (unverified)."
    )
    sensitive_levels: dict[str, float] = Field(
        default_factory=lambda: {"S0": 0.0, "S1": 0.4, "S2": 0.7, "S3": 1.0, "S4": 1.0},
        description="The same for personal data (unverified).",
    )
    detail_types: dict[str, Category] = Field(
        default_factory=lambda: {
            "promptAttack": Category.PROMPT_ATTACK,
            "sensitiveData": Category.PRIVACY,
            "maliciousUrl": Category.SCAM,
        },
        description="What a guard's checks are about, where labels do not say (unverified).",
    )

    @model_validator(mode="after")
    def _judges_something(self) -> Self:
        if not (self.text_service or self.picture_service):
            raise ValueError("text_service and the picture service are both empty")
        if self.mixed_service and not self.text_service:
            raise ValueError("mixed_service shows a part of the words; set text_service for all")
        weights = (self.levels, self.attack_levels, self.sensitive_levels)
        if not all(0 <= weight <= 1 for table in weights for weight in table.values()):
            raise ValueError("a level must weigh from 0 to 1")
        return self

    @property
    def ready(self) -> bool:
        """Whether both halves of the AccessKey are set; ``api_key`` is not used."""
        return not self.lacks

    @property
    def lacks(self) -> tuple[str, ...]:
        """The halves of the AccessKey that are not set."""
        halves = {
            "access_key_id": self.access_key_id,
            "access_key_secret": self.access_key_secret,
        }
        return tuple(name for name, half in halves.items() if half is None)

    @property
    def picture_service(self) -> str:
        """The service that judges a picture alone; empty where pictures are not sent."""
        return self.guard_service if self.image == "guard" else self.oss_service

    @property
    def endpoint(self) -> str:
        """Where the API answers, without a slash at the end."""
        address = self.base_url or f"https://green-cip.{self.region}.aliyuncs.com"
        return address.rstrip("/")

    @property
    def key(self) -> AccessKey:
        """What signs; empty halves where none is set, which the vendor refuses."""
        secrets = (self.access_key_id, self.access_key_secret, self.security_token)
        return AccessKey(*(s.get_secret_value() if s is not None else "" for s in secrets))
