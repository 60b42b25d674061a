"""The people behind posts: one identity per account and author, kept up to date by the newest profile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.adapters.types import Author, InboundPost
from app.core.errors import Forbidden
from app.core.names import shown_name
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.customers.job_names import FETCH_AVATAR
from app.customers.services import identify_authors
from app.listener.jobs import LISTENER
from app.models import Account, ContactIdentity, InboundItem
from tests.factories.make import Make


@pytest.fixture
def account(make: Make) -> Account:
    agency = make.agency()
    return make.account(agency, make.team(agency))


def by(make: Make, author: Author | None, *, hours: float = 0) -> InboundPost:
    # Nothing is read before it is written.
    post = make.post(created_at=make.now + timedelta(hours=hours - 100))
    return InboundPost(
        external_id=post.external_id,
        kind=post.kind,
        lane=post.lane,
        created_at=post.created_at,
        text=post.text,
        author=author,
        context=post.context,
    )


def identify(
    runtime: Runtime, items: list[InboundItem], *accounts: Account
) -> tuple[dict[tuple[int, str], ContactIdentity], list[int]]:
    """The identities, and those whose picture is to be fetched."""
    with open_context(runtime, LISTENER) as ctx:
        found = identify_authors(ctx, items, {account.id: account for account in accounts})
        wanted = [job.ids[0] for job in ctx.deferred if job.job is FETCH_AVATAR]
    return found, wanted


def test_an_author_is_made_once_and_found_again(make: Make, runtime: Runtime, account: Account) -> None:
    posts = [by(make, Author("u1", name="小周")), by(make, Author("u1", name="小周"))]
    first, _ = identify(runtime, make.store(account, *posts), account)
    again, _ = identify(runtime, make.store(account), account)
    assert {i.id for i in first.values()} == {i.id for i in again.values()}
    assert [identity.name for identity in first.values()] == ["小周"]
    with open_context(runtime, LISTENER, write=False) as ctx:
        assert len(ctx.session.scalars(select(ContactIdentity)).all()) == 1


def test_one_person_on_two_accounts_is_two_identities(make: Make, runtime: Runtime, account: Account) -> None:
    other = make.account(make.agency())
    items = make.store(account, by(make, Author("u1"))) + make.store(other, by(make, Author("u1")))
    found, _ = identify(runtime, items, account, other)
    assert len({identity.id for identity in found.values()}) == 2
    assert {identity.account_id for identity in found.values()} == {account.id, other.id}


def test_who_has_no_name_gets_a_stable_one(make: Make, runtime: Runtime, account: Account) -> None:
    found, _ = identify(runtime, make.store(account, by(make, Author("oABCDEF123456"))), account)
    assert (
        [identity.name for identity in found.values()] == [shown_name("", "oABCDEF123456")] == ["用户 123456"]
    )


def test_items_without_an_author_are_left_out(make: Make, runtime: Runtime, account: Account) -> None:
    assert identify(runtime, make.store(account, by(make, None)), account) == ({}, [])


def test_the_newest_profile_wins_whatever_order_it_comes_in(
    make: Make, runtime: Runtime, account: Account
) -> None:
    new = Author("u1", name="新名字", followers=20, verified=True)
    identify(runtime, make.store(account, by(make, new, hours=2))[-1:], account)
    old = Author("u1", name="旧名字", followers=10, verified=False)
    found, _ = identify(runtime, make.store(account, by(make, old, hours=1))[-1:], account)
    (identity,) = found.values()
    assert (identity.name, identity.followers_count, identity.is_verified) == ("新名字", 20, True)


def test_a_profile_that_tells_nothing_erases_nothing(make: Make, runtime: Runtime, account: Account) -> None:
    full = Author("u1", name="小周", followers=20, verified=True, avatar_url="https://p.test/1.png")
    identify(runtime, make.store(account, by(make, full))[-1:], account)
    found, wanted = identify(runtime, make.store(account, by(make, Author("u1"), hours=1))[-1:], account)
    (identity,) = found.values()
    assert (identity.name, identity.followers_count, identity.is_verified) == ("小周", 20, True)
    assert (identity.avatar_url, wanted) == ("https://p.test/1.png", [])


def test_a_picture_is_asked_for_when_it_is_new_or_another(
    make: Make, runtime: Runtime, account: Account
) -> None:
    wanted = []
    for hours, url in enumerate(("https://p.test/1.png", "https://p.test/1.png", "https://p.test/2.png")):
        post = by(make, Author("u1", avatar_url=url), hours=hours)
        wanted.append(len(identify(runtime, make.store(account, post)[-1:], account)[1]))
    assert wanted == [1, 0, 1]


def test_only_the_listener_makes_customers(runtime: Runtime) -> None:
    with pytest.raises(Forbidden), open_context(runtime, system_actor("somebody")) as ctx:
        identify_authors(ctx, [], {})
