"""Rows in bulk are the rows that the ORM would have written, on both databases."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError, StatementError

from app.core.bulk import add_up, insert_new_rows, insert_objects, insert_rows, take_ids
from app.core.db import among
from app.core.json_text import RenderedJson, json_text, json_value, storable_json
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.jobs import LISTENER
from app.models import Account, AlertKind, AuthorActivity, Contact, InboundItem, Lane, Verdict, VerdictOutcome
from tests.factories.make import Make

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**80), 2**80) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)
_NUMBERS = itertools.count()


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency))


def item(make: Make, account: Account, key: str, **given: Any) -> dict[str, Any]:
    return {
        "created_at": make.now,
        "published_at": make.now,
        "account_id": account.id,
        "external_id": key,
        "kind": "mention",
        "lane": Lane.PRIVATE,
        "text": "一条",
        **given,
    }


def stored(runtime: Runtime) -> list[InboundItem]:
    with open_context(runtime, LISTENER, write=False) as ctx:
        return list(ctx.session.scalars(select(InboundItem).order_by(InboundItem.id)))


def test_values_come_back_as_they_were_and_what_is_missing_gets_its_default(
    make: Make, account: Account
) -> None:
    east = datetime(2026, 11, 22, 8, 0, 0, 5, tzinfo=timezone(timedelta(hours=8)))
    odd = "引号\"'\\,{}%s\n\t反斜杠 😀 NULL"
    row = item(
        make, account, "a", published_at=east, text=odd, raw={"深": [1.5, None, odd]}, simhash=-(2**63)
    )
    with open_context(make.runtime, LISTENER) as ctx:
        ids = insert_rows(
            ctx.session, InboundItem, [row, item(make, account, "b", media=RenderedJson("[7]"))]
        )
    first, second = stored(make.runtime)
    assert [first.id, second.id] == ids
    assert (first.published_at, first.text, first.raw, first.simhash) == (east, odd, row["raw"], -(2**63))
    assert (first.lane, first.author, first.duplicate_count, first.simhash is None) == (
        Lane.PRIVATE,
        {},
        0,
        False,
    )
    assert (second.media, second.raw, second.trigger) == ([7], {}, None)


def test_only_rows_that_repeat_no_key_are_stored(make: Make, account: Account) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        (known,) = insert_rows(ctx.session, InboundItem, [item(make, account, "b")])
    with open_context(make.runtime, LISTENER) as ctx:
        rows = [item(make, account, key) for key in "abca"]
        new = insert_new_rows(ctx.session, InboundItem, rows)
    assert [row.external_id for row in stored(make.runtime)] == ["b", "a", "c"]
    assert new == [row.id for row in stored(make.runtime) if row.id != known]
    with open_context(make.runtime, LISTENER) as ctx:
        assert insert_new_rows(ctx.session, InboundItem, []) == []


def test_a_repeated_key_is_an_error_where_none_may_be(make: Make, account: Account) -> None:
    rows = [item(make, account, "a"), item(make, account, "a")]
    with pytest.raises(IntegrityError), open_context(make.runtime, LISTENER) as ctx:
        insert_rows(ctx.session, InboundItem, rows)
    assert stored(make.runtime) == []


def test_text_that_is_too_long_is_refused_and_not_cut(make: Make, account: Account) -> None:
    if make.runtime.engine.dialect.name == "sqlite":
        pytest.skip("SQLite knows no longest text")
    with pytest.raises(StatementError), open_context(make.runtime, LISTENER) as ctx:
        insert_rows(ctx.session, InboundItem, [item(make, account, "k" * 161)])


def test_a_moment_without_a_zone_is_refused(make: Make, account: Account) -> None:
    row = item(make, account, "a", published_at=datetime(2026, 11, 22))
    with pytest.raises(ValueError, match="naive"), open_context(make.runtime, LISTENER) as ctx:
        insert_rows(ctx.session, InboundItem, [row])


def test_ids_taken_twice_in_one_transaction_differ_and_the_orm_goes_on_behind_them(
    make: Make, account: Account
) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        taken = take_ids(ctx.session, InboundItem, 3) + take_ids(ctx.session, InboundItem, 2)
        assert len(set(taken)) == 5
        insert_rows(ctx.session, InboundItem, [item(make, account, str(n), id=n) for n in reversed(taken)])
        row = InboundItem(**item(make, account, "orm"))
        ctx.session.add(row)
        ctx.session.flush()
        assert row.id > max(taken)


def test_objects_are_known_to_the_session_and_changes_to_them_are_written(make: Make) -> None:
    agency = make.agency()
    people = [Contact(created_at=make.now, agency_id=agency.id, name=name) for name in ("甲", "乙")]
    with open_context(make.runtime, LISTENER) as ctx:
        insert_objects(ctx.session, people)
        assert [person.version for person in people] == [1, 1]
        assert ctx.session.get(Contact, people[0].id) is people[0]
        assert not ctx.session.dirty
        people[1].name = "丙"
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        rows = ctx.session.execute(select(Contact.name, Contact.version).order_by(Contact.id)).all()
    assert rows == [("甲", 1), ("丙", 2)]


@pytest.mark.parametrize("wanted", [[], [1], list(range(1, 3000))])
def test_among_is_in(make: Make, account: Account, wanted: list[int]) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        insert_rows(ctx.session, InboundItem, [item(make, account, f"'{n}\"") for n in range(5)])
        first = ctx.session.scalars(select(func.min(InboundItem.id))).one()
        numbers = among(ctx.session, InboundItem.id, [first + n - 1 for n in wanted])
        assert len(ctx.session.scalars(select(InboundItem.id).where(numbers)).all()) == min(5, len(wanted))
        keys = [f"'{n - 1}\"" for n in wanted]
        by_text = select(InboundItem.external_id).where(among(ctx.session, InboundItem.external_id, keys))
        assert set(ctx.session.scalars(by_text)) == {f"'{n}\"" for n in range(5)} & set(keys)


@given(value=JSON)
def test_json_comes_back_as_it_was_but_for_what_cannot_be_stored(value: Any) -> None:
    text = storable_json(value).text
    text.encode()
    assert "\\u0000" not in text.replace("\\\\", "")
    again = json_value(text)
    assert json_value(json_text(again)) == again


def test_json_without_end_and_numbers_that_are_none_are_storable() -> None:
    deep: Any = "底"
    for _ in range(5000):
        deep = [deep]
    assert storable_json({"deep": deep, "a": "\x00b\ud800"}).text.startswith('{"deep":[')
    assert storable_json({"n": float("nan"), "i": float("inf")}).text == '{"n":null,"i":null}'
    assert json_value(storable_json({"\x00k\udfff": ["\x00"]}).text) == {"k\ufffd": [""]}


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=20,
    deadline=None,
)
@given(value=JSON)
def test_any_json_survives_the_database(make: Make, account: Account, value: Any) -> None:
    with open_context(make.runtime, LISTENER) as ctx:
        (number,) = insert_rows(
            ctx.session,
            InboundItem,
            [item(make, account, f"json-{next(_NUMBERS)}", raw=storable_json({"v": value}))],
        )
        ctx.session.expire_all()
        assert "v" in ctx.session.get_one(InboundItem, number).raw


def test_enumerations_are_checked(make: Make, account: Account) -> None:
    row = {
        "created_at": make.now,
        "inbound_item_id": 1,
        "account_id": account.id,
        "outcome": AlertKind.VOLUME,
        "step": "x",
        "reason": "x",
    }
    with (
        pytest.raises(ValueError, match=VerdictOutcome.__name__),
        open_context(make.runtime, LISTENER) as ctx,
    ):
        insert_rows(ctx.session, Verdict, [row])


def test_sums_are_added_to_what_is_there(make: Make, account: Account) -> None:
    def row(author: str, items: int) -> dict[str, Any]:
        given = {"created_at": make.now, "account_id": account.id, "author_external_id": author}
        return {**given, "items": items, "adverts": 1}

    for batch in ([row("a", 2), row("b", 1)], [row("a", 5)], []):
        with open_context(make.runtime, LISTENER) as ctx:
            add_up(
                ctx.session, AuthorActivity, batch, ("account_id", "author_external_id"), ("items", "adverts")
            )
    with open_context(make.runtime, LISTENER, write=False) as ctx:
        columns = select(AuthorActivity.author_external_id, AuthorActivity.items, AuthorActivity.adverts)
        rows = ctx.session.execute(columns.order_by(AuthorActivity.author_external_id)).all()
    assert rows == [("a", 7, 2), ("b", 1, 1)]
