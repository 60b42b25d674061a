"""Entries of the access matrix: contracts, grants, who sees an account."""

from __future__ import annotations

from typing import Any

from app.core.grants import Allowed
from app.models import AgencyKind
from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.organisation import Stage

_ALLOWS = [Allowed.LISTEN.value]


def _content(**fields: Any) -> dict[str, Any]:
    return {"allows": _ALLOWS, "begins_at": None, "ends_at": None, **fields}


def _new_grant(stage: Stage) -> Ask:
    helper = stage.make.agency()
    return Ask(body=_content(account_id=stage.fresh_account().id, agency_id=helper.id))


def _grant(stage: Stage, **body: Any) -> Ask:
    """Of a fresh account to a fresh agency."""
    grant = stage.make.grant(stage.fresh_account(), stage.make.agency())
    return Ask({"grant_id": grant.id}, {**body, "version": grant.version})


def _new_contract(stage: Stage) -> Ask:
    agency = stage.make.agency(AgencyKind.THIRD_PARTY)
    return Ask(body={"agency_id": agency.id, "first_day": "2026-01-01", "last_day": None})


def _contract(stage: Stage) -> Ask:
    contract = stage.make.contract(stage.make.agency(AgencyKind.THIRD_PARTY))
    body = {"first_day": "2026-01-01", "last_day": None, "version": contract.version}
    return Ask({"contract_id": contract.id}, body)


GRANTS: dict[str, Entry] = {
    "grants.list_contracts": Entry(Reach.OWN, 200, plain),
    "grants.add_contract": Entry(Reach.OWN, 201, _new_contract),
    "grants.edit_contract": Entry(Reach.OWN, 200, _contract),
    "grants.list_grants": Entry(Reach.OWN, 200, plain),
    "grants.add_grant": Entry(Reach.OWNER, 201, _new_grant),
    "grants.edit_grant": Entry(Reach.OWNER, 200, lambda stage: _grant(stage, **_content())),
    "grants.end_grant": Entry(Reach.OWNER, 200, _grant),
    "grants.list_watchers": Entry(
        Reach.OWNER, 200, lambda stage: Ask({"account_id": stage.fresh_account().id})
    ),
}
