"""What is told of grants and contracts, in events."""

from __future__ import annotations

from pydantic import BaseModel


class GrantChanged(BaseModel):
    """A grant began, ended, or is another from now on: who works by it is another actor at once."""

    grant_id: int
    account_id: int
    agency_id: int


class ContractChanged(BaseModel):
    contract_id: int
    agency_id: int
