"""Asking the rules where requests belong; they are read from memory, before they are stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from app.core.context import Context
from app.identity.unit_fields import units_of_teams
from app.models import Account, ServiceRequest
from app.routing.setup.configuration import QueueSetup, RuleSetup, Setup, Wanted


@dataclass(frozen=True)
class Ruling:
    """What the rules make of one request."""

    rule: RuleSetup | None
    """The first that held; None: no rule did."""
    passed_over: tuple[RuleSetup, ...]
    """Broken ones that were asked before it."""

    @property
    def queue(self) -> QueueSetup | None:
        return self.rule.queue if self.rule is not None else None

    @property
    def wanted(self) -> Wanted:
        return self.rule.wanted if self.rule is not None else ()

    @property
    def priority(self) -> int | None:
        return self.rule.priority if self.rule is not None else None


def asked_rules(setup: Setup, account: Account, ctx: Context) -> list[RuleSetup]:
    """Those of the account's owner, then those of the agency that takes its new requests."""
    taking = next((one.agency_id for one in account.grants_at(ctx.now()) if one.takes_new), None)
    agencies = [account.agency_id, *([taking] if taking not in (None, account.agency_id) else [])]
    return [rule for agency in agencies if agency is not None for rule in setup.rules.get(agency, ())]


def rule_on(
    ctx: Context, setup: Setup, requests: Sequence[ServiceRequest], accounts: Mapping[int, Account]
) -> list[Ruling]:
    """Of requests whose related rows are there (`relate`), one each; at most one statement."""
    if setup.asks("unit"):
        tree = units_of_teams(ctx.session)
        for request in requests:
            request.units_of_teams = tree
    return [ruling_of(asked_rules(setup, accounts[one.account_id], ctx), one) for one in requests]


def ruling_of(rules: Iterable[RuleSetup], request: ServiceRequest) -> Ruling:
    passed_over = []
    for rule in rules:
        if rule.bound is None:
            passed_over.append(rule)
        elif rule.bound.holds(request):
            return Ruling(rule, tuple(passed_over))
    return Ruling(None, tuple(passed_over))
