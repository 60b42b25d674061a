"""The log of runs: what set each off, which leaves decided, what was done and what was refused."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from app.automation.actions import names_in, said
from app.automation.queries import event_said
from app.automation.schemas import ActionResultView, MatchedView, RunList, RunQuery, RunView
from app.automation.triggers import EVENT_KEYS
from app.conditions.binding import Names, names_of
from app.conditions.catalogue import FieldOf, FieldType
from app.conditions.sentences import leaf_sentence, value_said
from app.conditions.tree import AllOf, Leaf
from app.core.context import Context
from app.core.i18n import translate
from app.core.pagination import after, decode_cursor, encode_cursor
from app.core.permissions import Permission
from app.identity.scope import scope
from app.models import AutomationRule, AutomationRun, ServiceRequest
from app.routing.fields import SERVICE_REQUESTS


def list_runs(ctx: Context, query: RunQuery) -> RunList:
    """Newest first. A fixed number of statements."""
    ctx.require(Permission.AUTOMATION_READ)
    columns = (AutomationRun, AutomationRule.name, ServiceRequest.number, ServiceRequest.conversation_id)
    statement = (
        scope(select(*columns), ctx.actor, AutomationRun)
        .join(AutomationRule, AutomationRule.id == AutomationRun.rule_id)
        .join(ServiceRequest, ServiceRequest.id == AutomationRun.service_request_id)
    )
    if query.rule_id is not None:
        statement = statement.where(AutomationRun.rule_id == query.rule_id)
    if query.state is not None:
        statement = statement.where(AutomationRun.state == query.state)
    if query.cursor:
        statement = statement.where(after([(AutomationRun.id, True)], decode_cursor(query.cursor, [int])))
    rows = ctx.session.execute(statement.order_by(AutomationRun.id.desc()).limit(query.limit + 1)).all()
    page = rows[: query.limit]
    words = _Words(ctx, [row[0] for row in page])
    return RunList(
        items=[words.view(*row) for row in page],
        next_cursor=encode_cursor([page[-1][0].id]) if len(rows) > query.limit else None,
    )


class _Words:
    """What a page of runs needs to be read aloud: names of all that they speak of, asked for together."""

    def __init__(self, ctx: Context, runs: Sequence[AutomationRun]) -> None:
        self._ctx = ctx
        matched = [(Leaf.model_validate(told["leaf"]), told["value"]) for run in runs for told in run.matched]
        # A leaf says what it asks for; what the request had is named by the same words.
        asked = [leaf for leaf, _ in matched]
        had = [
            Leaf(field=leaf.field, op="has_any" if isinstance(value, list) else "is", value=value)
            for leaf, value in matched
            if type(value) in (int, list)
            and (about := SERVICE_REQUESTS.fields.get(leaf.field))
            and about.kind
        ]
        self._names: Names = names_of(ctx, SERVICE_REQUESTS, AllOf(all=[*asked, *had])) if runs else {}
        self._named = names_in(ctx, [run.actions for run in runs])

    def view(self, run: AutomationRun, rule_name: str, number: str, conversation_id: int) -> RunView:
        locale = self._ctx.locale
        cause = (
            event_said(run.cause, locale)
            if run.cause in EVENT_KEYS
            else translate("automation.by_time", locale)
        )
        return RunView(
            id=run.id,
            rule_id=run.rule_id,
            rule_name=rule_name,
            rule_version=run.rule_version,
            cause=cause,
            round=run.round,
            caused_by_id=run.caused_by_id,
            service_request_id=run.service_request_id,
            conversation_id=conversation_id,
            number=number,
            state=run.state,
            reason=run.reason,
            reason_text=translate(f"automation.reason.{run.reason}", locale) if run.reason else None,
            matched=[self._matched(told) for told in run.matched],
            results=[self._result(run, at) for at in range(len(run.actions))],
            created_at=run.created_at,
            done_at=run.done_at,
        )

    def _matched(self, told: dict[str, Any]) -> MatchedView:
        """Without the value where the reader may not see the field."""
        locale, leaf = self._ctx.locale, Leaf.model_validate(told["leaf"])
        about = SERVICE_REQUESTS.fields.get(leaf.field)
        hidden = about is None or (about.right is not None and not self._ctx.actor.may(about.right))
        value = "" if about is None or hidden else self._value(about, leaf, told["value"])
        return MatchedView(
            sentence=leaf_sentence(SERVICE_REQUESTS, leaf, self._names, locale) if not hidden else "",
            value=value,
        )

    def _value(self, about: FieldOf, leaf: Leaf, value: Any) -> str:
        moments = (FieldType.TIME, FieldType.DURATION)
        if about.type in moments and isinstance(value, str):
            value = datetime.fromisoformat(value)
        if about.type is FieldType.SET and isinstance(value, list):
            value = frozenset(value)
        return value_said(about, value, self._names, self._ctx.now(), self._ctx.locale)

    def _result(self, run: AutomationRun, at: int) -> ActionResultView:
        words = said(run.actions[at], self._named, self._ctx.locale)
        if at >= len(run.results):
            return ActionResultView(action=words, state="waiting", code=None, text=None, at=None)
        result = run.results[at]
        return ActionResultView(
            action=words,
            state=result["state"],
            code=result["code"],
            text=self._why(result),
            at=result["at"],
        )

    def _why(self, result: dict[str, Any]) -> str | None:
        if result["code"] is None:
            return None
        for key in (f"automation.refused.{result['code']}", f"errors.{result['code']}"):
            text = translate(key, self._ctx.locale, **result["detail"])
            if text != key:
                break
        else:
            text = str(result["code"])
        fault = result["detail"].get("fault")
        if fault is None:
            return text
        known = translate(f"field.{fault}", self._ctx.locale)
        return f"{text} · {fault if known == f'field.{fault}' else known}"
