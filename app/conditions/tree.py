"""The tree itself: its JSON form, its bounds, and the path of each part (`all.0.not`)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    JsonValue,
    Tag,
    ValidationError,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

MOST_DEEP = 5
MOST_LEAVES = 50
_MOST_PARTS = 200
"""Groups and leaves together: a group that holds nothing is no leaf."""
_TAGS = ("<all>", "<any>", "<not>", "<leaf>")


class Leaf(BaseModel):
    """One question about one field."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    field: str = Field(max_length=60)
    op: str = Field(max_length=40)
    value: JsonValue = None
    """What is compared with; its form follows from the operator. Null where that takes nothing."""


class AllOf(BaseModel):
    """Every part holds; with no part it always does."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    all: list[Node]


class AnyOf(BaseModel):
    """One part holds at least."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    any: list[Node] = Field(min_length=1)


class NotOf(BaseModel):
    """The part does not hold."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )
    inner: Node = Field(alias="not")


def _tag(value: Any) -> str:
    for name, kind in (("all", AllOf), ("any", AnyOf), ("not", NotOf)):
        if isinstance(value, kind) or (isinstance(value, dict) and name in value):
            return f"<{name}>"
    return "<leaf>"


def _without_tags(value: Any, handler: Any) -> Any:
    """A fault's path names what the sender wrote, not which class it was taken for."""
    try:
        return handler(value)
    except ValidationError as error:
        faults = [
            InitErrorDetails(
                type=PydanticCustomError(
                    fault["type"], "{said}", {**fault.get("ctx", {}), "said": fault["msg"]}
                ),
                loc=fault["loc"][1:] if fault["loc"][:1] and fault["loc"][0] in _TAGS else fault["loc"],
                input=None,
            )
            for fault in error.errors(include_url=False, include_input=False)
        ]
        raise ValidationError.from_exception_data("condition", faults) from None


_Shape = (
    Annotated[AllOf, Tag("<all>")]
    | Annotated[AnyOf, Tag("<any>")]
    | Annotated[NotOf, Tag("<not>")]
    | Annotated[Leaf, Tag("<leaf>")]
)
Node = Annotated[_Shape, Discriminator(_tag), WrapValidator(_without_tags)]
for model in (AllOf, AnyOf, NotOf):
    model.model_rebuild()


def _bounded(value: Any) -> Any:
    """Refused by its size before it is built."""
    if isinstance(value, BaseModel):
        return value
    level, leaves, parts, depth = [value], 0, 0, 0
    while level:
        depth += 1
        parts += len(level)
        below: list[Any] = []
        for part in level:
            inner = _inner(part)
            leaves += inner is None
            below.extend(inner or ())
        if depth > MOST_DEEP:
            raise PydanticCustomError("condition_too_deep", "At most 5 levels")
        if leaves > MOST_LEAVES or parts + len(below) > _MOST_PARTS:
            raise PydanticCustomError("condition_too_large", "At most 50 leaves")
        level = below
    return value


def _inner(part: Any) -> list[Any] | None:
    """What a group holds; None for what is no group."""
    if isinstance(part, dict):
        for name in ("all", "any"):
            if isinstance(part.get(name), list):
                inner: list[Any] = part[name]
                return inner
        if "not" in part:
            return [part["not"]]
    return None


Condition = Annotated[Node, BeforeValidator(_bounded)]
"""A whole tree, as a command carries it."""
ConditionText = Annotated[str, Field(max_length=6000, description="a condition as JSON")]
"""The same as a parameter of a list; read by app.saved_views.queries.narrowing."""


def leaves(tree: Any, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Each leaf with its path."""
    if isinstance(tree, Leaf):
        yield path, tree
        return
    for name, part in parts(tree, path):
        yield from leaves(part, name)


def parts(tree: Any, path: str = "") -> list[tuple[str, Any]]:
    """What a group holds, with the path of each."""
    before = f"{path}." if path else ""
    if isinstance(tree, NotOf):
        return [(f"{before}not", tree.inner)]
    name, inner = ("all", tree.all) if isinstance(tree, AllOf) else ("any", tree.any)
    return [(f"{before}{name}.{at}", part) for at, part in enumerate(inner)]
