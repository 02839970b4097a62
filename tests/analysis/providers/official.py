"""The vendors' own packages as judges of what we send: their types, made strict.

OpenAI's request types are TypedDicts with lazy iterables, which let unknown keys and wrong
members through; ``strict`` rebuilds the tree so that nothing passes unseen.
"""

import types
import typing
from collections.abc import Iterable
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints

import typing_extensions
from pydantic import BaseModel, ConfigDict, Field, create_model

_WRAPPERS = (
    typing.Required,
    typing.NotRequired,
    typing_extensions.Required,
    typing_extensions.NotRequired,
    typing.Annotated,
)


def strict(kind: Any) -> Any:
    """The same type with every TypedDict a model that forbids what it does not know."""
    origin, arguments = get_origin(kind), get_args(kind)
    if origin in _WRAPPERS:
        return strict(arguments[0])
    if isinstance(kind, typing_extensions.TypeAliasType | typing.TypeVar):
        return object
    if typing_extensions.is_typeddict(kind):
        return _model(kind)
    if origin in (Union, types.UnionType):
        return Union[tuple(strict(one) for one in arguments)]  # noqa: UP007 - built from a tuple
    if origin in (list, Iterable) or origin is typing.get_origin(Iterable[int]):
        return list[strict(arguments[0])]  # type: ignore[misc] # a type made at run time
    return kind


@cache
def _model(kind: Any) -> type[BaseModel]:
    required: frozenset[str] = kind.__required_keys__
    fields: dict[str, Any] = {}
    for name, hint in get_type_hints(kind, include_extras=True).items():
        inner = strict(hint)
        # By another name inside: ``schema`` and others are the model's own.
        here = f"the_{name}"
        if name in required:
            fields[here] = (inner, Field(alias=name))
        else:
            fields[here] = (Union[inner, None], Field(None, alias=name))  # noqa: UP007 - at run time
    config = ConfigDict(extra="forbid")
    made: type[BaseModel] = create_model(kind.__name__, __config__=config, **fields)
    return made
