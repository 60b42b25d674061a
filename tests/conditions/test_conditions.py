"""What conditions refuse, how they read themselves, and which leaf decides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from app.conditions.binding import BoundLeaf, bind, faults_of, names_of
from app.conditions.catalogue import CATALOGUE, FieldType
from app.conditions.operators import every_operator, operators_of
from app.conditions.sentences import leaf_sentence, sentence
from app.conditions.times import SPANS, UNITS, span_of
from app.conditions.tree import Condition, Leaf
from app.conditions.values import fault_of
from app.core.context import Context
from app.core.errors import Invalid
from app.core.field_errors import field_problems
from app.core.i18n import LOCALES, catalogue
from app.core.permissions import Permission
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.listener.ledger.fields import INBOUND_ITEMS
from app.models import Account, Monitor
from app.routing.fields import SERVICE_REQUESTS
from tests.factories.make import Make

_READ = TypeAdapter[Any](Condition)
OPEN = {"field": "status", "op": "is", "value": "open"}
LONG_WAIT = {"field": "waiting", "op": "longer_than", "value": {"amount": 2, "unit": "hours"}}


def read(tree: Any) -> Any:
    return _READ.validate_python(tree)


@pytest.fixture
def ctx(runtime: Runtime, make: Make) -> Iterator[Context]:
    agency = make.agency()
    team = make.team(agency)
    make.account(agency, team)
    who = make.operator(agency, team)
    with open_context(runtime, make.actor(who), write=False) as opened:
        yield opened


def shape_faults(tree: Any) -> dict[str, str]:
    with pytest.raises(ValidationError) as caught:
        read(tree)
    return field_problems(caught.value, "en")


def test_a_tree_of_the_wrong_shape_names_the_place() -> None:
    assert shape_faults({"all": [OPEN, {"not": {"any": [{"field": "status"}]}}]}) == {
        "all.1.not.any.0.op": "Please fill this in"
    }
    assert shape_faults({"any": []}) == {"any": "At least 1 entries"}
    assert shape_faults({"all": [{**OPEN, "more": 1}]}) == {"all.0.more": "There is no such field"}
    assert shape_faults(["status"]) == {"": "Must be a group of fields"}


def test_a_tree_is_bounded() -> None:
    deep: Any = OPEN
    for _ in range(4):
        deep = {"not": deep}
    assert read(deep)
    assert shape_faults({"not": deep}) == {"": "At most 5 levels"}
    assert read({"all": [OPEN] * 50})
    assert shape_faults({"all": [OPEN] * 51}) == {"": "At most 50 conditions"}
    assert shape_faults({"all": [{"all": []}] * 200}) == {"": "At most 50 conditions"}
    for _ in range(10_000):  # refused before it is walked down
        deep = {"not": deep}
    assert shape_faults(deep) == {"": "At most 5 levels"}


def leaf(field: str, op: str, value: Any = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


@pytest.mark.parametrize(
    ("wrong", "where", "code"),
    [
        (leaf("colour", "is", "red"), "field", "condition_field_unknown"),
        (leaf("status", "contains", "new"), "op", "condition_op_unknown"),
        (leaf("status", "is_empty"), "op", "condition_op_unknown"),  # it always has one
        (leaf("account", "is_own"), "op", "condition_op_unknown"),  # nobody's own
        (leaf("status", "is", "lost"), "value", "condition_choice_unknown"),
        (leaf("priority", "is", True), "value", "condition_choice_unknown"),
        (leaf("priority", "is", "1"), "value", "condition_choice_unknown"),
        (leaf("status", "any_of", "new"), "value", "condition_needs_several"),
        (leaf("status", "any_of", []), "value", "condition_needs_several"),
        (leaf("status", "any_of", ["new"] * 101), "value", "condition_too_many_values"),
        (leaf("number", "contains", "  "), "value", "condition_needs_text"),
        (leaf("number", "contains", 7), "value", "condition_needs_text"),
        (leaf("number", "contains", "宽" * 201), "value", "condition_text_too_long"),
        (leaf("number", "contains", "a\0b"), "value", "control_character"),
        (leaf("message_count", "at_least", "3"), "value", "condition_needs_number"),
        (leaf("message_count", "at_least", True), "value", "condition_needs_number"),
        (leaf("message_count", "at_least", float("nan")), "value", "condition_needs_number"),
        (leaf("message_count", "at_least", 10**30), "value", "condition_needs_number"),
        (leaf("message_count", "between", [1]), "value", "condition_needs_two_numbers"),
        (leaf("opened_at", "before", "yesterday"), "value", "datetime_parsing"),
        (leaf("opened_at", "before", 5), "value", "datetime_parsing"),
        (leaf("opened_at", "before", "2026-11-22T10:00:00"), "value", "timezone_aware"),
        (leaf("opened_at", "before", "0001-01-01T00:00:00+00:00"), "value", "moment_out_of_range"),
        (leaf("opened_at", "during", "someday"), "value", "condition_span_unknown"),
        (leaf("waiting", "longer_than", {"amount": 0, "unit": "hours"}), "value", "condition_needs_length"),
        (
            leaf("waiting", "longer_than", {"amount": 9**40, "unit": "weeks"}),
            "value",
            "condition_needs_length",
        ),
        (leaf("waiting", "longer_than", {"amount": 1, "unit": ["hours"]}), "value", "condition_needs_length"),
        (leaf("waiting", "is_empty", 1), "value", "condition_takes_no_value"),
        (leaf("send_failed", "is", 1), "value", "bool_type"),
        (leaf("team", "is", "1"), "value", "not_an_id"),
        (leaf("team", "is", 10**30), "value", "not_an_id"),
        (leaf("team", "is", 10**9), "value", "reference_gone"),
    ],
)
def test_a_wrong_leaf_is_named(ctx: Context, wrong: dict[str, Any], where: str, code: str) -> None:
    tree = read({"all": [OPEN, {"not": wrong}]})
    with pytest.raises(Invalid) as caught:
        bind(ctx, SERVICE_REQUESTS, tree)
    assert caught.value.details["fields"] == {f"condition.all.1.not.{where}": code}
    assert f"field.{code}" in catalogue("en")


def test_a_field_that_somebody_may_not_see_cannot_be_asked_about(ctx: Context) -> None:
    tree = read(leaf("contact_level", "is", "VIP"))
    assert faults_of(ctx, SERVICE_REQUESTS, tree) == {}
    rights = ctx.actor.permissions - {Permission.CONTACTS_READ}
    ctx.actor = replace(ctx.actor, permissions=rights)
    assert faults_of(ctx, SERVICE_REQUESTS, tree) == {"field": "condition_field_hidden"}


def test_what_refers_to_something_deleted_or_out_of_sight_is_broken(runtime: Runtime, make: Make) -> None:
    agency = make.agency()
    actor = make.actor(make.operator(agency))
    agency_id = agency.id
    monitor = make.save(Monitor(created_at=make.now, updated_at=make.now, agency_id=agency_id, name="宽带"))
    strange = make.save(
        Monitor(created_at=make.now, updated_at=make.now, agency_id=make.agency().id, name="别家的")
    )
    tree = read({"not": leaf("monitors", "has_any", [monitor.id])})
    with open_context(runtime, actor, write=True) as ctx:
        assert faults_of(ctx, INBOUND_ITEMS, tree) == {}
        ctx.session.get_one(Monitor, monitor.id).deleted_at = make.now
    with open_context(runtime, actor, write=False) as ctx:
        assert faults_of(ctx, INBOUND_ITEMS, tree) == {"not.value": "reference_gone"}
        read_aloud = sentence(INBOUND_ITEMS, tree, names_of(ctx, INBOUND_ITEMS, tree), "zh-CN")
        assert read_aloud == "并非（监测规则含（已删除或看不到）中任一）"
        elsewhere = read(leaf("monitors", "has_none", [strange.id]))
        assert faults_of(ctx, INBOUND_ITEMS, elsewhere) == {"value": "reference_gone"}


def test_a_condition_reads_itself_in_both_languages(ctx: Context, make: Make) -> None:
    (account_id,) = ctx.actor.account_ids or {0}
    account = ctx.session.get_one(Account, account_id)
    tree = read(
        {
            "all": [
                leaf("status", "any_of", ["new", "open"]),
                {"any": [LONG_WAIT, leaf("account", "is", account_id)]},
                {"not": leaf("contact_name", "contains", "{field}")},
            ]
        }
    )
    names = names_of(ctx, SERVICE_REQUESTS, tree)
    assert sentence(SERVICE_REQUESTS, tree, names, "zh-CN") == (
        "状态是待分配、处理中之一，且（客户已等超过 2 小时，或账号是"
        f"{account.name}），且并非（客户名称包含「{{field}}」）"
    )
    assert sentence(SERVICE_REQUESTS, tree, names, "en") == (
        "Status is one of New, Open and (Time waited is more than 2 h or Account is "
        f"{account.name}) and not (Customer's name contains “{{field}}”)"
    )


def test_a_broken_condition_reads_itself_too(ctx: Context) -> None:
    tree = read({"all": [leaf("colour", "is", "red"), leaf("waiting", "longer_than", "long")]})
    assert sentence(SERVICE_REQUESTS, tree, {}, "en") == (
        "a condition that no longer works (colour) and Time waited is more than ?"
    )


def test_own_is_each_readers_own(runtime: Runtime, make: Make) -> None:
    agency = make.agency()
    team = make.team(agency)
    mate, other = make.operator(agency, team), make.operator(agency, team)
    request = make.request(make.account(agency, team), assignee=mate)
    tree = read(leaf("assignee", "is_own"))
    for reader, wanted in ((mate, True), (other, False)):
        with open_context(runtime, make.actor(reader), write=False) as ctx:
            facts = SERVICE_REQUESTS.load(ctx.session, [request.id])[request.id]
            assert bind(ctx, SERVICE_REQUESTS, tree).holds(facts) is wanted


def test_the_leaf_that_decided_is_named(runtime: Runtime, make: Make) -> None:
    agency = make.agency()
    team = make.team(agency)
    request = make.request(make.account(agency, team))
    reader = make.actor(make.operator(agency, team))

    def told(tree: Any) -> tuple[bool, list[str]]:
        with open_context(runtime, reader, write=False) as ctx:
            facts = SERVICE_REQUESTS.load(ctx.session, [request.id])[request.id]
            explanation = bind(ctx, SERVICE_REQUESTS, read(tree)).explain(facts)
        return explanation.holds, [leaf.path for leaf in explanation.decided]

    new, old = leaf("status", "is", "new"), leaf("status", "is", "closed")
    assert told({"all": [new, old, LONG_WAIT]}) == (False, ["all.1"])
    assert told({"any": [old, new, LONG_WAIT]}) == (True, ["any.1"])
    assert told({"all": [new, {"not": old}]}) == (True, ["all.0", "all.1.not"])
    assert told({"any": [old, LONG_WAIT]}) == (False, ["any.0", "any.1"])
    assert told({"not": {"all": [new, old]}}) == (True, ["not.all.1"])


def test_spans_are_the_offices() -> None:
    """Sunday 22 November 2026, 23:30 in the office, which is still Sunday afternoon in UTC."""
    now = datetime(2026, 11, 22, 15, 30, tzinfo=UTC)

    def days(name: str) -> tuple[str, str]:
        start, end = span_of(name, now)
        return start.strftime("%m-%d %H"), end.strftime("%m-%d %H")

    assert days("today") == ("11-21 16", "11-22 16")
    assert days("yesterday") == ("11-20 16", "11-21 16")
    assert days("tomorrow") == ("11-22 16", "11-23 16")
    assert days("this_week") == ("11-15 16", "11-22 16")
    assert days("last_week") == ("11-08 16", "11-15 16")
    assert days("this_month") == ("10-31 16", "11-30 16")
    assert days("last_month") == ("09-30 16", "10-31 16")
    assert span_of("today", datetime(2026, 11, 22, 16, 0, tzinfo=UTC))[0].hour == 16


@pytest.mark.parametrize("locale", LOCALES)
def test_all_that_a_condition_says_has_words(locale: str) -> None:
    words = catalogue(locale)
    wanted = {f"condition.op.{op}" for op in every_operator()} | {
        f"condition.says.{op}" for op in every_operator()
    }
    wanted |= {f"condition.span.{span}" for span in SPANS} | {f"condition.length.{unit}" for unit in UNITS}
    for subject in CATALOGUE.subjects():
        counted = [about.relation for about in subject.fields.values() if about.relation is not None]
        inner = [(relation.key, about) for relation in counted for about in relation.fields.values()]
        for key, about in [*((subject.key, each) for each in subject.fields.values()), *inner]:
            wanted.add(f"condition.field.{key}.{about.key}")
            wanted.update(f"{about.words}.{choice}" for choice in about.choices)
            assert operators_of(about)
            assert bool(about.choices) or about.type not in (FieldType.CHOICE,)
    assert wanted - set(words) == set()


RELATED: dict[str, Any] = {
    "count": 2,
    "within": {"amount": 30, "unit": "days"},
    "where": [{"field": "type", "op": "is", "value": "complaint"}],
}


def test_counted_relations_read_aloud() -> None:
    asked = Leaf.model_validate(leaf("other_requests", "count_at_least", RELATED))
    said = {locale: leaf_sentence(SERVICE_REQUESTS, asked, {}, locale) for locale in LOCALES}
    assert said["zh-CN"] == "最近 30 天内该客户的其他请求（类型是投诉）至少 2 个"
    counted = "Other requests of the customer (Type is Complaint) within the last 30 d"
    assert said["en"] == f"{counted}: at least 2"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (2, "condition_needs_count"),
        ({**RELATED, "count": -1}, "condition_needs_count"),
        ({**RELATED, "count": True}, "condition_needs_count"),
        ({**RELATED, "within": {"amount": 0, "unit": "days"}}, "condition_needs_length"),
        ({**RELATED, "where": [{"field": "assignee", "op": "is", "value": 1}]}, "condition_field_unknown"),
        ({**RELATED, "where": [{"field": "type", "op": "contains", "value": "x"}]}, "condition_op_unknown"),
        ({**RELATED, "where": [{"field": "type", "op": "is", "value": "x"}]}, "condition_choice_unknown"),
        ({**RELATED, "where": RELATED["where"] * 6}, "condition_too_large"),
    ],
)
def test_what_is_wrong_with_a_count_is_named(value: Any, code: str) -> None:
    about = SERVICE_REQUESTS.fields["other_requests"]
    assert fault_of(about, operators_of(about)["count_at_least"].takes, value) == code


@pytest.mark.parametrize(
    ("op", "value", "change", "holds"),
    [
        ("changed", None, None, False),
        ("changed", None, {"status": ("new", "open")}, True),
        ("changed", None, {"status": ("new", "new")}, False),
        ("changed", None, {"priority": (1, 2)}, False),
        ("changed_from", "new", {"status": ("new", "open")}, True),
        ("changed_from", "open", {"status": ("new", "open")}, False),
        ("changed_to", "open", {"status": ("new", "open")}, True),
        ("changed_to", "new", {"status": ("new", "open")}, False),
        ("changed_to", "open", {"status": ("open", "open")}, False),
    ],
)
def test_what_an_event_changed(op: str, value: Any, change: Any, holds: bool) -> None:
    about = SERVICE_REQUESTS.fields["status"]
    assert op not in operators_of(about)
    operator = operators_of(about, of_events=True)[op]
    # Neither form of a change asks anything of the context.
    match = operator.make(about, value, None)  # type: ignore[arg-type]
    asked = BoundLeaf("", Leaf(field="status", op=op, value=value), about, operator, match)
    assert asked.holds(None, change) is holds
    with pytest.raises(TypeError):
        asked.sql(opposite=False)
