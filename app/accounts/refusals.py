"""What a platform refuses an account for want of a right: counted here, offered no more on screens.

An act may be refused once for reasons of its own (the author of a post may not want to be answered by us),
so a right counts as missing from the second refusal on; a stream has no such reasons. Whatever works again,
a person who renews or resumes the account, and a day's passing clear the mark: then it is tried again.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from app.adapters.capabilities import Feature
from app.core.context import Context
from app.core.permissions import Permission
from app.models import Account, AccountStatus

COUNTS_FROM = 2
TRY_AGAIN_AFTER = timedelta(hours=24)


def refused_features(account: Account) -> dict[Feature, datetime]:
    """The features that count as not granted → the last refusal."""
    return {
        Feature(name): datetime.fromisoformat(entry["at"])
        for name, entry in sorted(account.refused_features.items())
        if entry["count"] >= COUNTS_FROM
    }


def add_refusal(ctx: Context, account: Account, feature: Feature, weight: int) -> bool:
    """Count a refusal; whether the feature has just become one that is not offered."""
    ctx.require(Permission.ACCOUNTS_SYNC)
    before = feature in refused_features(account)
    count = account.refused_features.get(feature.value, {"count": 0})["count"] + weight
    entry = {"count": count, "at": ctx.now().isoformat()}
    account.refused_features = {**account.refused_features, feature.value: entry}
    ctx.session.flush()
    return not before and feature in refused_features(account)


def clear_refusals(account: Account, *features: Feature) -> bool:
    """Forget the refusals of these features (all, when none is named); whether one had counted."""
    names = {feature.value for feature in features} or set(account.refused_features)
    before = refused_features(account)
    if names & set(account.refused_features):
        kept = {name: entry for name, entry in account.refused_features.items() if name not in names}
        account.refused_features = kept
    return refused_features(account) != before


def with_old_refusals(ctx: Context) -> list[tuple[Account, list[Feature]]]:
    """Accounts with refusals that are a day old, and these."""
    accounts = ctx.session.scalars(
        select(Account).where(Account.status != AccountStatus.REMOVED).options(joinedload(Account.agency))
    )
    old = ctx.now() - TRY_AGAIN_AFTER
    found = [
        (
            account,
            [
                Feature(name)
                for name, entry in account.refused_features.items()
                if datetime.fromisoformat(entry["at"]) <= old
            ],
        )
        for account in accounts
    ]
    return [(account, features) for account, features in found if features]
