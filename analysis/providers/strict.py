"""Reads a vendor's reply into strict types: what is missing or out of range is garbled."""

import re
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from analysis.errors import ProviderGarbled

Unit = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
"""A score, probability or certainty."""
Count = Annotated[int, Field(ge=0, le=1_000_000_000)]
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/-]{0,99}$")]
"""What a vendor calls a model: it goes into logs and records, so no spaces and no surprises."""

_PLACE = re.compile(r"^[A-Za-z][A-Za-z0-9_/-]{0,39}$")
_TOLD = 3


class Strict(BaseModel):
    """No coercion: ``"0.9"`` and ``true`` are no numbers. Keys nobody reads are let pass."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


Shape = TypeVar("Shape", bound=Strict)


def read_as(shape: type[Shape], value: Any, provider: str) -> Shape:
    """Give parsed JSON its documented shape.

    Raises:
        ProviderGarbled: it has another; the message names places and kinds of fault, no values.
    """
    try:
        return shape.model_validate(value)
    except ValidationError as exc:
        raise ProviderGarbled(f"unexpected reply: {_faults(exc)}", provider=provider) from None


def _faults(exc: ValidationError) -> str:
    found = exc.errors(include_input=False, include_url=False, include_context=False)
    return "; ".join(f"{_place(error['loc'])}: {error['type']}" for error in found[:_TOLD])


def _place(loc: tuple[int | str, ...]) -> str:
    """Keys may quote the post, so only those that look like names are repeated."""
    return ".".join(str(p) if isinstance(p, int) or _PLACE.match(p) else "?" for p in loc) or "it"
