"""A checked CEL expression as a tree, read from the bytes that the compiler serialises.

The compiler offers its result only as a ``cel.expr.CheckedExpr`` message (github.com/google/
cel-spec, proto/cel/expr/checked.proto and syntax.proto). The few fields we want are read here
straight from protobuf's wire format, so that a small install needs no protobuf package.
"""

import struct
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import cast


class Op(StrEnum):
    """What a node does."""

    CONST = "const"
    NAME = "name"
    FIELD = "field"
    CALL = "call"
    LIST = "list"
    MAP = "map"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class Node:
    """One node of the expression; ``at`` is its offset in characters."""

    op: Op
    at: int
    type: str
    """``bool``, ``int``, ``double``, ``string``, ``list``, ``fact`` (a map), ``dyn`` or ````."""
    name: str = ""
    """The variable's, field's or function's name; a loop's own variable."""
    value: bool | float | str | None = None
    parts: tuple["Node", ...] = ()
    """A field's operand; a call's target (if any) and arguments; a list's elements; a loop's
    range, start, condition, step and result."""

    def walk(self) -> Iterator["Node"]:
        """Every node, this one first."""
        yield self
        for part in self.parts:
            yield from part.walk()


def read_tree(serialised: bytes) -> Node:
    """Read what the compiler serialised."""
    checked = _fields(_blob(_fields(serialised), 2))
    types = {
        _number(entry, 1): _type_name(_fields(_blob(entry, 2)))
        for entry in map(_fields, _blobs(checked, 3))
    }
    places = {
        _number(entry, 1): _number(entry, 2)
        for entry in map(_fields, _blobs(_fields(_blob(checked, 5)), 4))
    }
    return _Reader(types, places).node(_blob(checked, 4))


_Fields = dict[int, list[int | bytes]]


@dataclass(frozen=True, slots=True)
class _Reader:
    types: dict[int, str]
    places: dict[int, int]

    def node(self, data: bytes) -> Node:
        """One ``Expr``: its id is field 2, what it is one of fields 3 to 9."""
        fields = _fields(data)
        number = _number(fields, 2)
        kind = max(fields)
        inner = _fields(_blob(fields, kind))
        op, named, holding = _SHAPES.get(kind, (Op.MAP, 0, ()))
        parts = [part for n in holding for part in _blobs(inner, n)]
        return Node(
            op,
            self.places.get(number, 0),
            self.types.get(number, ""),
            _text(inner, named),
            _constant(inner) if op is Op.CONST else None,
            tuple(map(self.node, parts)),
        )


_SHAPES: dict[int, tuple[Op, int, tuple[int, ...]]] = {
    3: (Op.CONST, 0, ()),
    4: (Op.NAME, 1, ()),
    5: (Op.FIELD, 2, (1,)),
    6: (Op.CALL, 2, (1, 3)),
    7: (Op.LIST, 0, (1,)),
    9: (Op.LOOP, 1, (2, 4, 5, 6, 7)),
}
"""By the number of ``Expr``'s field: what it is, and its fields with the name and the parts."""
_PRIMITIVES = {1: "bool", 2: "int", 3: "uint", 4: "double", 5: "string", 6: "bytes"}


def _type_name(fields: _Fields) -> str:
    """The type's name; a map's is ``fact``, because facts are the only maps a rule can have."""
    primitive = _PRIMITIVES.get(_number(fields, 3), "")
    return primitive or {1: "dyn", 6: "list", 7: "fact"}.get(next(iter(fields), 0), "")


def _constant(fields: _Fields) -> bool | float | str | None:
    match next(iter(fields), 1):
        case 2:
            return bool(_number(fields, 2))
        case 3 | 4 as n:
            number = _number(fields, n)
            return number - (1 << 64) if n == 3 and number >= 1 << 63 else number  # noqa: PLR2004 - two's complement
        case 5:
            return cast("float", struct.unpack("<d", _blob(fields, 5))[0])
        case 6:
            return _text(fields, 6)
        case _:
            return None


def _fields(data: bytes) -> _Fields:
    """Split one message into its fields; lengths, varints and fixed words, nothing more."""
    fields: _Fields = defaultdict(list)
    at = 0
    while at < len(data):
        key, at = _varint(data, at)
        match key & 7:
            case 0:
                number, at = _varint(data, at)
                fields[key >> 3].append(number)
            case wire:
                size, at = _varint(data, at) if wire == 2 else ({1: 8, 5: 4}[wire], at)  # noqa: PLR2004 - wire type LEN
                fields[key >> 3].append(data[at : at + size])
                at += size
    return dict(fields)


def _varint(data: bytes, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = data[at]
        number |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if byte < 0x80:  # noqa: PLR2004 - the wire format's "more follows" bit
            return number, at


def _blobs(fields: _Fields, n: int) -> list[bytes]:
    return [value for value in fields.get(n, []) if isinstance(value, bytes)]


def _blob(fields: _Fields, n: int) -> bytes:
    return next(iter(_blobs(fields, n)), b"")


def _number(fields: _Fields, n: int) -> int:
    return next((value for value in fields.get(n, []) if isinstance(value, int)), 0)


def _text(fields: _Fields, n: int) -> str:
    return _blob(fields, n).decode()
