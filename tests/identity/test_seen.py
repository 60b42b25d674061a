"""A table says who sees its rows, or nothing starts."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Entity, Id
from app.core.permissions import Actor, ActorKind
from app.core.seen import ByAccount, ByRequest, ByRule, Unscoped
from app.identity.scope import check_declarations, visible
from app.models import Counter, OperatorSession, ServiceRequest

SOMEBODY = Actor(ActorKind.OPERATOR, "x", account_ids=None)


def test_a_mapped_table_that_says_nothing_cannot_be_defined() -> None:
    with pytest.raises(TypeError, match=r"Silent does not say who sees its rows"):

        class Silent(Entity):
            __tablename__ = "silent"

    assert "silent" not in Base.metadata.tables


def test_what_a_parent_says_does_not_speak_for_a_table() -> None:
    with pytest.raises(TypeError, match="Heir"):

        class Heir(ServiceRequest):
            pass


def _table(name: str, said: Any) -> type:
    return type(name, (), {"__seen__": said})


@pytest.mark.parametrize(
    ("said", "complaint"),
    [
        (ByAccount("acount_id"), "no column 'acount_id'"),
        (ByRequest(), "no column 'service_request_id'"),
        (ByRule("whoever"), "no rule 'whoever'"),
        ("everybody", "does not say"),
    ],
)
def test_a_declaration_that_cannot_be_kept_stops_the_start(said: Any, complaint: str) -> None:
    with pytest.raises(TypeError, match=complaint):
        check_declarations([_table("Odd", said)])


def test_every_table_is_read_by_its_word_or_refused_with_a_reason() -> None:
    check_declarations(mapper.class_ for mapper in Base.registry.mappers)
    for mapper in Base.registry.mappers:
        said = mapper.class_.__seen__
        if isinstance(said, Unscoped):
            with pytest.raises(LookupError, match=mapper.class_.__name__):
                visible(mapper.class_, SOMEBODY)
            assert len(said.because) > 10
        else:
            visible(mapper.class_, SOMEBODY)


@pytest.mark.parametrize("table", [Counter, OperatorSession])
def test_a_table_that_nobody_reads_through_scope_is_refused(table: type) -> None:
    with pytest.raises(LookupError, match="is not read through scope"):
        visible(table, SOMEBODY)


def test_an_abstract_parent_needs_no_word() -> None:
    class Parent(Entity):
        __abstract__ = True

        note: Mapped[int] = mapped_column(Id)

    assert "__seen__" not in vars(Parent)
