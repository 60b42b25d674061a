"""What a platform's server says of itself, kept among an account's settings."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.adapters import registry
from app.adapters.schema import AdapterSchema
from app.core.context import Context
from app.models import Account


def note_facts(ctx: Context, account: Account, facts: Mapping[str, Any]) -> None:
    """Keep what the server says of itself among the account's settings, from where it is obeyed."""
    settings = with_facts(registry.get(account.platform).schema, account.settings, facts)
    if settings != account.settings:
        account.settings = settings
        ctx.session.flush()


def with_facts(
    schema: AdapterSchema, settings: Mapping[str, Any], facts: Mapping[str, Any]
) -> dict[str, Any]:
    """Settings with the facts that are settings; what does not fit its field is left out."""
    known = {name: value for name, value in facts.items() if name in schema.settings.model_fields}
    try:
        schema.settings.model_validate({**settings, **known})
    except ValidationError:
        return dict(settings)
    return {**settings, **known}
