"""How an answer leaves a worker: JSON beside raw bytes, never pickle.

A worker reads hostile files, so it may be taken over. Unpickling what it sends would hand the
attacker the whole bot; here the worst it can send is a wrong value of one of our own types.
"""

import json
import struct
import sys
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum

HEADER = struct.Struct("!IQ")
"""Length of the JSON, length of all the bytes that follow it."""

LONGEST = 256 * 1024 * 1024
"""An answer of more bytes is not read. Eight frames of 1024 x 1024 on two grounds are 48 MiB."""

MODULES = frozenset({"analysis.media", "analysis.types"})
"""Whose dataclasses, named tuples and enumerations may cross."""


class Garbled(ValueError):
    """What came from a worker is not an answer."""


def pack(value: object) -> list[bytes]:
    """Write plain values and our own types as chunks to be sent one after the other.

    Raises:
        TypeError: the value holds a type that does not cross.
    """
    blobs: list[bytes] = []
    text = json.dumps(_plain(value, blobs)).encode()
    return [HEADER.pack(len(text), sum(map(len, blobs))), text, *blobs]


def sizes(header: bytes) -> tuple[int, int]:
    """Read a header: how many bytes of JSON and how many of blobs follow.

    Raises:
        Garbled: more than ``LONGEST``.
    """
    text, blobs = HEADER.unpack(header)
    if text + blobs > LONGEST:
        raise Garbled(f"an answer of {text + blobs} bytes, more than {LONGEST}")
    return text, blobs


def unpack(text: bytes, blobs: memoryview) -> object:
    """Read what ``pack`` wrote, trusting nothing.

    Raises:
        Garbled: not JSON, not one of our types, or not the right fields.
    """
    try:
        return _Reader(blobs).value(json.loads(text))
    except Garbled:
        raise
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as exc:
        raise Garbled(f"an answer that cannot be read: {type(exc).__name__}") from exc


def _plain(value: object, blobs: list[bytes]) -> object:
    """``value`` as JSON has it; bytes go to ``blobs`` in the order they are met."""
    if isinstance(value, list):
        return [_plain(item, blobs) for item in value]
    if isinstance(value, Enum):
        return {"kind": "enum", "name": _name(type(value)), "of": value.value}
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, bytes):
        blobs.append(value)
        return {"kind": "bytes", "of": len(value)}
    name, items = _parts(value)
    return {"kind": "record", "name": name, "of": [_plain(item, blobs) for item in items]}


def _parts(value: object) -> tuple[str | None, list[object]]:
    """A tuple or one of our records as its class's name and its fields in order."""
    if type(value) is tuple:
        return None, list(value)
    if isinstance(value, tuple):
        return _name(type(value)), list(value)
    if is_dataclass(value) and not isinstance(value, type):
        return _name(type(value)), [getattr(value, field.name) for field in fields(value)]
    raise TypeError(f"{type(value).__name__} does not cross from a worker")


def _name(kind: type) -> str:
    if kind.__module__ not in MODULES:
        raise TypeError(f"{kind.__name__} of {kind.__module__} does not cross from a worker")
    return f"{kind.__module__}:{kind.__qualname__}"


def _type(name: str) -> Callable[..., object]:
    """The class that ``_name`` named; only classes that MODULES define, never a function."""
    module, _, attribute = name.partition(":")
    found: object = getattr(sys.modules[module], attribute) if module in MODULES else None
    if not isinstance(found, type) or found.__module__ != module:
        raise Garbled(f"{name!r} is not a type that crosses")
    if not (is_dataclass(found) or issubclass(found, Enum | tuple)):
        raise Garbled(f"{name!r} is not a value")
    return found


class _Reader:
    """Rebuilds a value, taking its bytes one after the other."""

    def __init__(self, blobs: memoryview) -> None:
        self._blobs = blobs

    def value(self, plain: object) -> object:
        if isinstance(plain, list):
            return [self.value(item) for item in plain]
        if not isinstance(plain, dict):
            return plain
        held = plain["of"]
        if plain["kind"] == "bytes":
            return self._take(held)
        if plain["kind"] == "enum":
            return _type(plain["name"])(held)
        items = [self.value(item) for item in held]
        return tuple(items) if plain["name"] is None else _type(plain["name"])(*items)

    def _take(self, length: object) -> bytes:
        if not isinstance(length, int) or not 0 <= length <= len(self._blobs):
            raise Garbled("fewer bytes than announced")
        taken, self._blobs = self._blobs[:length], self._blobs[length:]
        return bytes(taken)
