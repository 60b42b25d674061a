"""One entry per endpoint and per socket event: how to ask so that whoever may ask succeeds.

A new endpoint without an entry fails `test_access_matrix.py`. What an actor gets is not written here: it
follows from the declared permission, the actor's role, and whether the object lies in the actor's reach.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from app.core.permissions import RoleName
from app.models import OutboundState
from tests.architecture.asking import Ask, Entry, Reach, plain
from tests.architecture.entries_automation import AUTOMATION
from tests.architecture.entries_dealing import DEALING
from tests.architecture.entries_figures import FIGURES
from tests.architecture.entries_grants import GRANTS
from tests.architecture.entries_levels import LEVELS
from tests.architecture.entries_listening import LISTENING
from tests.architecture.entries_long_work import LONG_WORK
from tests.architecture.entries_mail import MAIL
from tests.architecture.entries_notifications import NOTIFICATIONS
from tests.architecture.entries_publishing import PUBLISHING
from tests.architecture.entries_relations import RELATIONS
from tests.architecture.entries_routing import ROUTING_SETUP
from tests.architecture.entries_shifts import SHIFTS
from tests.architecture.entries_time import TIME
from tests.architecture.entries_units import UNITS
from tests.architecture.entries_views import SAVED_VIEWS
from tests.architecture.organisation import MARK, Stage


def _account(body: Any = None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"account_id": stage.fresh_account().id}, body)


_ROLE = {
    "rights": ["service_requests:read"],
    "account_reach": "team",
    "request_reach": "own",
    "masked": ["contact.phone"],
    "capacity": 0,
}
_CLAIMED = ["claimed_by_other"]
"""The stage's request is a colleague's."""


def _request(**body: Any) -> Callable[[Stage], Ask]:
    def ask(stage: Stage) -> Ask:
        versioned = {**body, "version": stage.version()} if body else None
        return Ask({"request_id": stage.request.id}, versioned)

    return ask


def _of_request(body: Any = None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"request_id": stage.request.id}, body)


def _assignee(stage: Stage) -> Ask:
    return Ask(
        {"request_id": stage.request.id},
        {"operator_id": stage.somebody_to_serve().id, "version": stage.version(), "reason": f"{MARK}接管"},
    )


def _team(stage: Stage) -> Ask:
    request = stage.make.request(stage.account, f"{MARK}换个班组")  # whoever has the other one keeps it
    body = {"team_id": stage.team_to_serve().id, "version": request.version, "confirm": _CLAIMED}
    return Ask({"request_id": request.id}, body)


def _conversation(body: Callable[[Stage], Any] = lambda _stage: None) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"conversation_id": stage.request.conversation_id}, body(stage))


def _message(
    state: OutboundState, body: Any = None, query: dict[str, str] | None = None
) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"message_id": stage.message_in(state)}, body, query or {})


def _person(body: Any) -> Callable[[Stage], Ask]:
    return lambda stage: Ask({"operator_id": stage.operator.id}, body)


def _person_looked_through(stage: Stage) -> Ask:
    return Ask(body={"operator_id": stage.operator.id, "reason": "核对权限"})


def _connect(stage: Stage) -> Ask:
    body = {
        "platform": "weibo",
        "external_id": uuid.uuid4().hex,
        "name": "新账号",
        "agency_id": stage.agency.id,
        "credentials": {"app_key": "k", "app_secret": "s", "access_token": "t"},
    }
    return Ask(body=body)


def _note(_stage: Stage) -> dict[str, str]:
    return {"text": "备注", "idempotency_key": uuid.uuid4().hex}


_EDITED = {"name": "改名", "kind": "official", "team_id": None, "owner_operator_id": None}
_R = Reach

ROUTES: dict[str, Entry] = {
    **AUTOMATION,
    **ROUTING_SETUP,
    **FIGURES,
    **GRANTS,
    **LEVELS,
    **LISTENING,
    **LONG_WORK,
    **MAIL,
    **NOTIFICATIONS,
    **PUBLISHING,
    **SAVED_VIEWS,
    **DEALING,
    **SHIFTS,
    **RELATIONS,
    **TIME,
    **UNITS,
    "health.openapi": Entry(_R.OWN, 200, plain),
    "identity.get_session": Entry(_R.OWN, 200, plain),
    "identity.log_in": Entry(
        _R.OWN, 401, lambda _stage: Ask(body={"login_name": "nobody-of-ours", "password": "wrong"})
    ),
    "identity.log_out": Entry(_R.OWN, 204, plain),
    "identity.start_look": Entry(_R.AGENCY, 204, _person_looked_through),
    "identity.stop_look": Entry(_R.OWN, 204, plain),
    "identity.get_profile": Entry(_R.OWN, 200, plain),
    "identity.set_name": Entry(_R.OWN, 200, lambda _stage: Ask(body={"name": "改了名的人"})),
    "identity.set_presence": Entry(_R.OWN, 200, lambda _stage: Ask(body={"presence": "online"})),
    "identity.set_locale": Entry(_R.OWN, 200, lambda _stage: Ask(body={"locale": "en"})),
    "identity.list_operators": Entry(_R.OWN, 200, plain),
    "identity.list_agencies": Entry(_R.OWN, 200, plain),
    "directory.list_people": Entry(_R.OWN, 200, plain),
    "people.create_person": Entry(
        _R.AGENCY,
        201,
        lambda stage: Ask(
            body={
                "login_name": f"new.{uuid.uuid4().hex}",
                "name": "新人",
                "role_ids": [stage.make.role_id(RoleName.OPERATOR)],
                "agency_id": stage.agency.id,
                "team_ids": [],
            }
        ),
    ),
    "people.change_person": Entry(
        _R.AGENCY,
        200,
        lambda stage: Ask(
            {"operator_id": stage.colleague().id},
            {
                "name": "改名",
                "role_ids": [stage.make.role_id(RoleName.OPERATOR)],
                "team_ids": [stage.team.id],
            },
        ),
    ),
    "roles.prove_person": Entry(_R.AGENCY, 200, lambda stage: Ask({"operator_id": stage.colleague().id})),
    "roles.list_roles": Entry(_R.OWN, 200, plain),
    "roles.create_role": Entry(
        _R.OWN,
        201,
        lambda _stage: Ask(body={**_ROLE, "name": f"角色{uuid.uuid4().hex[:20]}", "agency_id": None}),
    ),
    "roles.change_role": Entry(
        _R.OWN,
        200,
        lambda stage: Ask({"role_id": stage.make.role().id}, {**_ROLE, "name": None, "version": 1}),
    ),
    "roles.delete_role": Entry(_R.OWN, 204, lambda stage: Ask({"role_id": stage.make.role().id})),
    "people.give_password": Entry(_R.AGENCY, 200, lambda stage: Ask({"operator_id": stage.colleague().id})),
    "people.create_team": Entry(
        _R.AGENCY,
        201,
        lambda stage: Ask(body={"agency_id": stage.agency.id, "name": f"组{uuid.uuid4().hex[:20]}"}),
    ),
    "people.rename_team": Entry(
        _R.AGENCY,
        200,
        lambda stage: Ask({"team_id": stage.team.id}, {"name": f"组{uuid.uuid4().hex[:20]}"}),
    ),
    "people.set_capacity": Entry(_R.AGENCY, 200, _person({"capacity": 5})),
    "people.set_active": Entry(_R.AGENCY, 200, _person({"active": True})),
    "people.change_own_password": Entry(
        _R.OWN, 422, lambda _stage: Ask(body={"current": "not this one", "new": "a longer one"})
    ),
    "roles.prove_agency": Entry(_R.AGENCY, 200, lambda stage: Ask({"agency_id": stage.agency.id})),
    "roles.who_sees_account": Entry(_R.ACCOUNT, 200, lambda stage: Ask({"account_id": stage.account.id})),
    "roles.who_sees_request": Entry(_R.REQUEST, 200, _request()),
    "roles.who_may": Entry(_R.OWN, 200, lambda _stage: Ask({"right": "accounts:manage"})),
    "roles.prove_role": Entry(
        _R.OWN, 200, lambda stage: Ask({"role_id": stage.make.role_id(RoleName.OPERATOR)})
    ),
    "people.right_holders": Entry(_R.OWN, 200, lambda _stage: Ask({"right": "accounts:manage"})),
    "accounts.list_platforms": Entry(_R.OWN, 200, plain),
    "accounts.list_accounts": Entry(_R.OWN, 200, plain),
    "accounts.get_account": Entry(_R.ACCOUNT, 200, _account()),
    "accounts.connect_account": Entry(_R.OWN, 201, _connect),
    "accounts.edit_account": Entry(_R.ACCOUNT, 200, _account(_EDITED)),
    "accounts.set_credentials": Entry(_R.ACCOUNT, 200, _account({"credentials": {"access_token": "newer"}})),
    "accounts.set_status": Entry(_R.ACCOUNT, 200, _account({"status": "paused"})),
    "accounts.remove_account": Entry(_R.ACCOUNT, 204, _account()),
    "accounts.check_account": Entry(_R.ACCOUNT, 200, _account()),
    "accounts.begin_authorisation": Entry(_R.ACCOUNT, 200, _account()),
    "accounts.finish_authorisation": Entry(
        _R.OWN, 302, lambda _stage: Ask(query={"state": "x", "code": "y"})
    ),
    "accounts.begin_connection": Entry(
        _R.OWN,
        409,
        lambda stage: Ask(
            body={"platform": "weibo", "address": "weibo.example", "agency_id": stage.agency.id}
        ),
    ),
    "accounts.list_follow_requests": Entry(_R.ACCOUNT, 409, _account()),
    "accounts.answer_follow_request": Entry(
        _R.ACCOUNT,
        409,
        lambda stage: Ask({"account_id": stage.fresh_account().id, "external_id": "901"}, {"accept": True}),
    ),
    "accounts.read_again": Entry(_R.ACCOUNT, 200, _account()),
    "media.get_medium": Entry(_R.REQUEST, 200, lambda stage: Ask({"copy_id": stage.medium()})),
    "media.copy_medium": Entry(_R.REQUEST, 200, lambda stage: Ask({"copy_id": stage.medium()})),
    "files.upload": Entry(_R.OWN, 422, lambda _stage: Ask(query={"name": "a.png"})),
    "files.drop": Entry(_R.OWN, 404, lambda _stage: Ask({"attachment_id": 1})),
    "files.get": Entry(_R.REQUEST, 200, lambda stage: Ask({"attachment_id": stage.attachment()})),
    "customers.get_avatar": Entry(_R.ACCOUNT, 200, lambda stage: Ask({"avatar_id": stage.avatar()})),
    "routing.list_requests": Entry(_R.OWN, 200, lambda _stage: Ask(query={"view": "all"})),
    "routing.list_members": Entry(_R.OWN, 200, lambda _stage: Ask(query={"ids": "1,2", "view": "all"})),
    "routing.count_requests": Entry(_R.OWN, 200, plain),
    "routing.get_overview": Entry(_R.OWN, 200, plain),
    "floor.get_board": Entry(_R.OWN, 200, plain),
    "floor.get_arrivals": Entry(_R.OWN, 200, plain),
    "floor.watch_request": Entry(_R.REQUEST, 204, _of_request()),
    "floor.list_whispers": Entry(_R.REQUEST, 200, _of_request()),
    "floor.write_whisper": Entry(_R.REQUEST, 201, _of_request({"text": "先道歉"})),
    "routing.get_request": Entry(_R.REQUEST, 200, _request()),
    "routing.set_assignee": Entry(_R.REQUEST, 200, _assignee),
    "routing.set_team": Entry(_R.REQUEST, 200, _team),
    "routing.set_status": Entry(_R.REQUEST, 200, _request(status="on_hold", confirm=_CLAIMED)),
    "routing.classify_request": Entry(_R.REQUEST, 200, _request(type="complaint", confirm=_CLAIMED)),
    "routing.list_changes": Entry(_R.REQUEST, 200, _request()),
    "routing.list_decisions": Entry(_R.REQUEST, 200, _request()),
    "listener.list_items": Entry(_R.OWN, 200, plain),
    "listener.count_items": Entry(_R.OWN, 200, plain),
    "labels.rescue_item": Entry(_R.ACCOUNT, 200, lambda stage: Ask({"item_id": stage.dropped_item()})),
    "workbench.get_conversation": Entry(_R.REQUEST, 200, _conversation()),
    "workbench.list_messages": Entry(_R.REQUEST, 200, _conversation()),
    "workbench.send_reply": Entry(
        _R.REQUEST, 202, _conversation(lambda stage: stage.reply().model_dump(mode="json"))
    ),
    "workbench.list_colleagues": Entry(_R.REQUEST, 200, _conversation()),
    "workbench.write_note": Entry(_R.REQUEST, 201, _conversation(_note)),
    "workbench.put_read": Entry(_R.REQUEST, 204, _conversation(lambda _stage: {"number": 1})),
    "workbench.cancel_reply": Entry(
        _R.REQUEST, 200, _message(OutboundState.QUEUED, query={"confirm": _CLAIMED[0]})
    ),
    "workbench.release_reply": Entry(
        _R.REQUEST, 409, _message(OutboundState.QUEUED, query={"confirm": _CLAIMED[0]})
    ),
    "routing.hand_back": Entry(_R.OWN, 200, lambda _stage: Ask(body={})),
    "workbench.retry_reply": Entry(
        _R.REQUEST, 200, _message(OutboundState.FAILED, query={"confirm": _CLAIMED[0]})
    ),
    "workbench.settle_outcome": Entry(
        _R.REQUEST, 200, _message(OutboundState.UNKNOWN, {"outcome": "not_sent", "confirm": _CLAIMED})
    ),
    "realtime.list_events": Entry(_R.OWN, 200, lambda _stage: Ask(query={"after": 0})),
}

SOCKETS: dict[str, tuple[Reach, Callable[[Stage], Any]]] = {
    "events.subscribe": (_R.OWN, lambda _stage: {"after": 0}),
    "conversation.watch": (_R.REQUEST, lambda stage: {"conversation_id": stage.request.conversation_id}),
    "conversation.typing": (
        _R.REQUEST,
        lambda stage: {"conversation_id": stage.request.conversation_id, "typing": True},
    ),
    # Leaving what one never watched is no error and tells nothing.
    "conversation.unwatch": (_R.OWN, lambda stage: {"conversation_id": stage.request.conversation_id}),
}
