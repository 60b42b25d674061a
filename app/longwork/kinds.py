"""The kinds of long work: what web processes know of each, and the function with which a worker does it."""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import BaseModel

from app.core.context import Context
from app.core.permissions import Actor, Permission
from app.core.runtime import Runtime

Arguments = TypeVar("Arguments", bound=BaseModel)


class Later(Exception):
    """What the work needs is taken just now: it goes on after a pause."""


@dataclass(frozen=True)
class Refusal:
    """One row that could not be dealt with."""

    row: int
    reason: str
    """A code of the error family."""
    row_id: int | None = None
    name: str = ""
    column: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Progress:
    """What one step did. It is committed with the step's own changes."""

    position: dict[str, Any]
    """Where the next step begins."""
    done: int = 0
    skipped: int = 0
    refused: tuple[Refusal, ...] = ()
    total: int | None = None
    """How many rows there are, where the step has counted them."""
    figures: dict[str, int] = field(default_factory=dict)
    """Added to what the kind counts besides."""


@dataclass(frozen=True)
class Result:
    """The file that a piece of work leaves. It lies in the work's folder and moves into the store."""

    path: Path
    name: str
    mime_type: str


Step = Callable[[Context], Progress]
"""A chunk of work, done in a transaction of its own. It flushes and never commits."""
Steps = Generator[Step, None, Result | None]


@dataclass
class Work(Generic[Arguments]):
    """A piece of work as its function sees it."""

    runtime: Runtime
    id: int
    arguments: Arguments
    position: dict[str, Any]
    """Of the last step that was committed; empty before the first."""
    folder: Path
    """Where it may keep files of its own meanwhile; gone when it ends."""
    locale: str


@dataclass(frozen=True)
class Kind(Generic[Arguments]):
    """A kind of long work, declared in its feature's `long_work.py`."""

    key: str
    """`feature.noun`; its name on the screen is `long_work.kind.<key>`."""
    arguments: type[Arguments]
    right: Permission
    """What its owner must have, when it begins and whenever a step does."""
    acts_as: Actor | None = None
    """Who does the steps; None for its owner, with their rights and reach at that moment."""
    retried: Callable[[Arguments, list[int]], Arguments] | None = None
    """The arguments that try these rows again; None for work whose rows cannot be tried one by one."""


class Kinds:
    """Every kind there is."""

    def __init__(self) -> None:
        self._declared: dict[str, Kind[Any]] = {}
        self._functions: dict[str, Callable[[Work[Any]], Steps]] = {}

    def declare(self, kind: Kind[Arguments]) -> Kind[Arguments]:
        if kind.key in self._declared:
            raise ValueError(f"the kind of long work {kind.key!r} is declared twice")
        self._declared[kind.key] = kind
        return kind

    def known(self, key: str) -> Kind[Any]:
        """Raises LookupError for one that nobody declared."""
        return self._declared[key]

    def all(self) -> list[Kind[Any]]:
        return [self._declared[key] for key in sorted(self._declared)]

    def does(
        self, kind: Kind[Arguments]
    ) -> Callable[[Callable[[Work[Arguments]], Steps]], Callable[[Work[Arguments]], Steps]]:
        """Register the function that does a kind of work; it stands in its feature's `jobs.py` or beside."""

        def decorate(function: Callable[[Work[Arguments]], Steps]) -> Callable[[Work[Arguments]], Steps]:
            if self._functions.setdefault(kind.key, function) is not function:
                raise ValueError(f"two functions for the kind of long work {kind.key!r}")
            return function

        return decorate

    def function(self, key: str) -> Callable[[Work[Any]], Steps]:
        """Raises LookupError in a process that does not do such work."""
        return self._functions[key]


KINDS = Kinds()
