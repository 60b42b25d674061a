"""What a hostile or broken client sends, made from what an endpoint declares: sizes, shapes, odd values."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

from pydantic import BaseModel

HUGE = 10**30
FAR = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+12:00", "+12345-01-01T00:00:00Z", "2026-02-30")
ODD_TEXTS = (
    "\x00",
    "a\x00b",
    "\u202e\u200f\u2066",
    "\ufdd0\uffff",
    "e\u0301" * 40,
    "﷽" * 40,
    "👨‍👩‍👧‍👦" * 10,
    "nengan" * 15 + "k",
    "nanan" * 18 + "vv",
    "!" * 90,
    "(" * 90,
    '"' * 91,
    "%" * 90,
    "\\" * 90,
    "a" * 90 + "!",
    "' OR 1=1 --",
    "NEAR(a b) * ^ : {x}",
    "Ａ" * 90,
)
IDS = (0, -1, 2**31, 2**63 - 1, 2**63, HUGE, -HUGE)
PATHS = (
    "0",
    "-1",
    "007",
    "9" * 19,
    "9223372036854775807",
    "9223372036854775808",
    "9" * 4000,
    "%00",
    "１２",
    "1e9",
)
_DEEP = 100_000


def cursors() -> list[str]:
    """Positions as a list gives them, with values that no row has; and what is no position at all."""
    values: list[Any] = [
        [HUGE],
        [-HUGE],
        [2**63],
        ["\x00"],
        [1.5],
        [True],
        [None],
        [],
        [1] * 1000,
        *([moment, 1] for moment in FAR),
        *([1, moment, 1] for moment in FAR),
        [1, HUGE],
        [HUGE, 1, 1],
        ["9999-12-31T23:59:59+00:00"],
    ]
    made = [base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=") for value in values]
    deep = base64.urlsafe_b64encode(b"[" * 600 + b"]" * 600).decode()
    return [*made, deep, "=", "\x00", "é", "A" * 900]


Field = dict[str, Any]


def fields(model: type[BaseModel]) -> Iterator[tuple[tuple[str, ...], Field]]:
    """(path, JSON schema) of each field and of the fields inside it, with references followed."""
    schema = model.model_json_schema()
    yield from _below((), schema, schema.get("$defs", {}))


def _below(
    path: tuple[str, ...], schema: Field, definitions: Field
) -> Iterator[tuple[tuple[str, ...], Field]]:
    for name, given in schema.get("properties", {}).items():
        field = _followed(given, definitions)
        yield (*path, name), field
        yield from _below((*path, name), field, definitions)


def _followed(field: Field, definitions: Field) -> Field:
    if "$ref" in field:
        return _followed(definitions[field["$ref"].rpartition("/")[2]], definitions)
    kinds = [_followed(kind, definitions) for kind in field.get("anyOf", ())]
    chosen = next((kind for kind in kinds if kind.get("type") != "null"), {})
    return {**chosen, **{key: value for key, value in field.items() if key != "anyOf"}}


def put(body: Any, path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of the body with one field replaced."""
    inner = dict(body) if isinstance(body, dict) else {}
    name, *rest = path
    inner[name] = put(inner.get(name), tuple(rest), value) if rest else value
    return inner


def query_values(name: str, field: dict[str, Any]) -> list[Any]:
    """Values for one query parameter."""
    if name == "cursor":
        return cursors()
    if field.get("type") == "integer":
        return ["", "x", "1e400", "１２", "9" * 4400, *map(str, IDS)]
    if field.get("type") == "boolean":
        return ["maybe", "9" * 100]
    if field.get("format") == "date-time":
        return [*FAR, "9" * 30, "-1e300", "\x00"]
    return [*ODD_TEXTS, "宽带" * 3000]


def body_values(field: dict[str, Any], room: int) -> Iterator[Any]:
    """Values for one field of a body that may be `room` bytes long."""
    kind = field.get("type")
    yield from (None, True, {}, [], "", 1.5e308)
    if kind == "integer":
        yield from IDS
    elif kind == "string":
        yield from FAR if field.get("format") == "date-time" else ODD_TEXTS
        yield "宽" * (room // 4)
        yield "!" * (room - 2000)
    elif kind == "array":
        yield [1] * (room // 4)
        yield ["\x00"]
        yield ["!" * 150] * (room // 200)
        yield [{"a": 1}] * (room // 20)
        yield [*IDS]
    else:
        yield {f"k{number}": 1 for number in range(room // 20)}
        yield {f"k{number}": [f"w{number}"] for number in range(room // 40)}
        yield {"\x00": "\x00"}
    yield _nested(60)


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = {"a": [value]}
    return value


@cache
def raw_bodies(room: int) -> dict[str, bytes]:
    """Bodies whose shape alone is wrong, whatever the endpoint."""
    many = ",".join(f'"k{number}":1' for number in range(room // 16))
    return {
        "600,000 unknown keys": b"{" + b",".join(b'"k%d":1' % number for number in range(600_000)) + b"}",
        "unknown keys": f"{{{many}}}".encode()[: room - 1].rpartition(b",")[0] + b"}",
        "deep arrays": b"[" * _DEEP + b"]" * _DEEP,
        "deep objects": b'{"a":' * _DEEP + b"1" + b"}" * _DEEP,
        "deep and within the room": b"[" * (room // 2 - 1) + b"]" * (room // 2 - 1),
        "a long number": b"9" * (room - 10),
        "a number without end": b'{"a":1e999999}',
        "not a number": b'{"a":NaN,"b":Infinity}',
        "half a character": b'{"a":"\\ud800"}',
        "broken bytes": b'{"a":"\xff\xfe"}',
        "nothing": b"",
        "only blanks": b" " * (room - 1),
        "a list": b"[" + b"1," * (room // 2 - 10) + b"1]",
        "a text": b'"' + b"a" * (room - 10) + b'"',
        "null": b"null",
    }


RAW_SOCKET: tuple[Any, ...] = (
    None,
    "x" * 60_000,
    HUGE,
    [1] * 20_000,
    _nested(200),
    {f"k{number}": 1 for number in range(5000)},
    {"\x00": "\x00"},
    "\x00",
    True,
)
