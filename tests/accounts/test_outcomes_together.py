"""Calls that were under way together end together: each outcome is recorded, whoever is quicker."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.accounts.outcomes import note_failure, note_success
from app.core.context import Context
from app.core.errors import PlatformErrorKind
from app.core.permissions import Permission, system_actor
from app.core.unit_of_work import open_context
from app.models import Account, AccountStatus
from tests.factories.make import Make
from tests.fakes.platforms import platform_error

COURIER = system_actor("courier", Permission.ACCOUNTS_SYNC)
Note = Callable[[Context, Account], None]


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency))


def _at_once(make: Make, account: Account, notes: list[Note]) -> Account:
    """Every unit of work has read the account before the first writes to it, where the database lets them."""
    read = threading.Barrier(len(notes))

    def end(note: Note) -> None:
        with open_context(make.runtime, COURIER) as ctx:
            mine = ctx.session.get_one(Account, account.id)
            if ctx.session.get_bind().dialect.name == "postgresql":
                read.wait(60)
            note(ctx, mine)

    with ThreadPoolExecutor(len(notes)) as threads:
        list(threads.map(end, notes))
    with open_context(make.runtime, COURIER, write=False) as ctx:
        return ctx.session.get_one(Account, account.id)


def test_successes_after_trouble_all_count(make: Make, account: Account) -> None:
    limited = platform_error(PlatformErrorKind.RATE_LIMITED, retry_at=make.later(60))
    _at_once(make, account, [lambda ctx, mine: note_failure(ctx, mine, limited)])
    after = _at_once(make, account, [note_success] * 4)
    assert (after.error_streak, after.retry_at, after.status) == (0, None, AccountStatus.ACTIVE)


def test_refusals_that_come_together_are_one_trouble(make: Make, account: Account) -> None:
    soon, late = (platform_error(PlatformErrorKind.RATE_LIMITED, retry_at=make.later(s)) for s in (30, 60))
    after = _at_once(
        make,
        account,
        [lambda ctx, mine, e=e: note_failure(ctx, mine, e) for e in (soon, late, soon)],  # type: ignore[misc]
    )
    assert (after.error_streak, after.retry_at) == (1, make.later(60))
