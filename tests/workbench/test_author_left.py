"""What somebody had planned who may not send it any more does not go by itself; a colleague lets it, and
answers for it.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import delete, update

from app.core.permissions import RoleName
from app.core.unit_of_work import open_context
from app.models import (
    AUTHOR_LEFT,
    Account,
    AccountStatus,
    Agency,
    Operator,
    RequestStatus,
    ServiceRequest,
    TeamMember,
)
from app.outbound.courier import COURIER
from app.workbench.held import hold_replies
from app.workbench.schemas import MessageView
from tests.factories.browser import Browser
from tests.routing.test_handing_out import Open
from tests.workbench.desk import Desk


def shut_out(desk: Desk) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        ctx.session.execute(update(Operator).where(Operator.id == desk.operator.id).values(is_active=False))


def sweep(desk: Desk) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        hold_replies(ctx)


def request_of(desk: Desk) -> ServiceRequest:
    with open_context(desk.runtime, COURIER, write=False) as ctx:
        return ctx.session.get_one(ServiceRequest, desk.request.id)


def planned(desk: Desk) -> MessageView:
    return desk.write(send_at=desk.make.later(3600))


def test_a_planned_reply_of_somebody_shut_out_stays(desk: Desk) -> None:
    """Case A5: it went out although its author may not even log in."""
    message = planned(desk)
    shut_out(desk)
    desk.deliver(wait=3700)
    desk.deliver()
    assert (desk.state(message.id), desk.remote.texts()) == ("queued", [])
    assert desk.outbound(message.id).error_code == AUTHOR_LEFT


def test_it_is_told_at_once_and_the_customer_waits_again(desk: Desk) -> None:
    message = planned(desk)
    assert request_of(desk).status is RequestStatus.PENDING
    shut_out(desk)
    sweep(desk)
    assert desk.outbound(message.id).error_code == AUTHOR_LEFT
    found = request_of(desk)
    assert found.send_failure == AUTHOR_LEFT
    assert found.waiting_since is not None


def test_a_colleague_lets_it_go_and_it_goes_once(desk: Desk, open_browser: Open) -> None:
    message = planned(desk)
    shut_out(desk)
    sweep(desk)
    lead = desk.make.operator(desk.agency, role=RoleName.SUPERVISOR)
    screen: Browser = open_browser(lead)
    assert screen.post(f"/messages/{message.id}/release").status_code == 200
    assert desk.outbound(message.id).released_by_id == lead.id
    assert request_of(desk).send_failure is None
    sweep(desk)
    desk.deliver(wait=3700)
    desk.deliver()
    assert (desk.state(message.id), len(desk.remote.texts())) == ("sent", 1)
    assert screen.post(f"/messages/{message.id}/release").get_json()["code"] == "not_held"


def test_a_colleague_may_take_it_back_instead(desk: Desk, open_browser: Open) -> None:
    message = planned(desk)
    shut_out(desk)
    sweep(desk)
    screen = open_browser(desk.make.operator(desk.agency, role=RoleName.SUPERVISOR))
    assert screen.post(f"/messages/{message.id}/cancel").status_code == 200
    desk.deliver(wait=3700)
    assert (desk.state(message.id), desk.remote.texts()) == ("cancelled", [])


def changed_role(desk: Desk) -> None:
    desk.make.give(desk.operator, RoleName.MANAGER, instead=True)


def left_the_team(desk: Desk) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        ctx.session.execute(delete(TeamMember).where(TeamMember.operator_id == desk.operator.id))


def account_moved(desk: Desk) -> None:
    agency = desk.make.agency()
    team = desk.make.team(agency)
    with open_context(desk.runtime, COURIER) as ctx:
        account = ctx.session.get_one(Account, desk.account.id)
        account.agency_id, account.team_id = agency.id, team.id


def agency_closed(desk: Desk) -> None:
    with open_context(desk.runtime, COURIER) as ctx:
        ctx.session.get_one(Agency, desk.agency.id).is_active = False


LEAVINGS = (changed_role, left_the_team, account_moved, agency_closed)


@pytest.mark.parametrize("leave", LEAVINGS)
def test_whoever_may_not_answer_there_any_more_has_nothing_sent(
    desk: Desk, leave: Callable[[Desk], None]
) -> None:
    """Case A5 by every cause for which their requests go back, not only where they were shut out."""
    message = planned(desk)
    leave(desk)
    sweep(desk)
    assert request_of(desk).send_failure == AUTHOR_LEFT
    desk.deliver(wait=3700)
    assert (desk.state(message.id), desk.remote.texts()) == ("queued", [])


@pytest.mark.parametrize("leave", LEAVINGS)
def test_nor_when_it_is_due_before_anybody_has_looked(desk: Desk, leave: Callable[[Desk], None]) -> None:
    message = planned(desk)
    leave(desk)
    desk.deliver(wait=3700)
    assert (desk.state(message.id), desk.remote.texts()) == ("queued", [])
    assert desk.outbound(message.id).error_code == AUTHOR_LEFT


def test_who_helps_another_agency_out_may_go_on(desk: Desk) -> None:
    """They reach every account, so their answers go whatever team the account has."""
    desk.operator = desk.make.operator(desk.make.agency(), role=RoleName.ADMINISTRATOR)
    message = planned(desk)
    sweep(desk)
    desk.deliver(wait=3700)
    assert desk.state(message.id) == "sent"


def test_what_is_held_keeps_nobody_elses_answer_back(desk: Desk) -> None:
    """The customer waits, a colleague answers: that answer stood behind the held one for ever."""
    held = planned(desk)
    shut_out(desk)
    sweep(desk)
    desk.clock.advance(3700)
    desk.operator = desk.make.operator(desk.agency, desk.team)
    desk.write("同事的答复")
    desk.deliver()
    assert (desk.state(held.id), desk.remote.texts()) == ("queued", ["同事的答复"])


@pytest.mark.parametrize("leave", [None, shut_out], ids=["planned", "held"])
def test_a_removed_account_ends_what_is_planned_at_once(
    desk: Desk, leave: Callable[[Desk], None] | None
) -> None:
    """It can never go: the customer must not seem answered until its hour, weeks ahead."""
    message = planned(desk)
    if leave is not None:
        leave(desk)
        sweep(desk)
    with open_context(desk.runtime, COURIER) as ctx:
        ctx.session.get_one(Account, desk.account.id).status = AccountStatus.REMOVED
    desk.deliver(wait=1)
    assert (desk.state(message.id), desk.remote.texts()) == ("failed", [])
    assert request_of(desk).send_failure == "account_removed"
    assert request_of(desk).waiting_since is not None
