"""Looking at what an account's form holds before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import SecretStr, ValidationError
from sqlalchemy import select

from app.adapters import registry
from app.adapters.schema import FormModel
from app.core.context import Context
from app.core.errors import Invalid
from app.core.field_errors import field_problems
from app.core.json_text import json_text
from app.core.wire import parse_command
from app.identity.scope import scope
from app.models import Agency, Operator, Team
from app.models.unit import is_in_use


def checked_form(ctx: Context, where: str, model: type[FormModel], values: dict[str, Any]) -> dict[str, Any]:
    """The values the adapter asks for, checked; raises Invalid naming each wrong field.

    Their types count as in every command: `true` and `"3"` are no numbers.
    """
    try:
        parsed = parse_command(model, json_text(values))
    except ValidationError as error:
        raise Invalid(fields=field_problems(error, ctx.locale, where)) from None
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in parsed
        if value is not None
    }


def require_fit(platform: str, credentials: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
    """What only credentials and settings together can get wrong."""
    wrong = registry.get(platform).schema.mismatches(credentials, settings)
    if wrong:
        raise Invalid(fields=dict(wrong))


def require_owners(ctx: Context, agency_id: int, team_id: int | None, owner_id: int | None) -> None:
    """Ids inside the body belong to the tenant that is named."""
    if ctx.session.scalar(scope(select(Agency.id), ctx.actor, Agency).where(Agency.id == agency_id)) is None:
        raise Invalid(fields={"agency_id": "no_such_agency"})
    for model, value, name in ((Team, team_id, "team_id"), (Operator, owner_id, "owner_operator_id")):
        if value is None:
            continue
        of_it = select(model.id).where(model.id == value, model.agency_id == agency_id)
        found = ctx.session.scalar(of_it.where(is_in_use(Team)) if model is Team else of_it)
        if found is None:
            raise Invalid(fields={name: "not_of_this_agency"})
