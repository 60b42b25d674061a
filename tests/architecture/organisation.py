"""Two agencies with one request each, and somebody of every kind who might ask for the first one's data."""

from __future__ import annotations

import io
import uuid
from typing import Any

from sqlalchemy import select, update

from app.adapters.types import Lane
from app.core.grants import Allowed
from app.core.permissions import AccountReach, Permission, RequestReach, RoleName
from app.core.runtime import Runtime
from app.core.standard_roles import ROLES
from app.core.unit_of_work import open_context
from app.files.receiving import receive
from app.files.services import keep_upload
from app.identity.actors import actor_of
from app.listener.jobs import LISTENER, judge_items
from app.media.copies import record_copied
from app.media.store import file_store
from app.models import (
    Account,
    Agency,
    AgencyKind,
    Avatar,
    Conversation,
    MediaCopy,
    MediaPart,
    Message,
    Operator,
    OutboundMessage,
    OutboundState,
    ServiceRequest,
    Team,
    UnitKind,
    Verdict,
)
from app.workbench.replies import send_reply
from app.workbench.schemas import SendReply, WriteNote
from app.workbench.services import write_note
from tests.factories.make import Make
from tests.factories.tree import Tree
from tests.fakes.model import ADVERT
from tests.files import samples

# Stands in every text and name of the first agency; no answer to anybody else may hold it.
MARK = "机密标记甲"
LOOKING = "administrator as the operator"
HEAD, OTHER_HEAD = "head of the unit", "head of another unit"
"""Both reach all accounts of the agency, and the requests of their unit's teams alone."""


BEFORE, WITHIN, AFTER, WATCHER = (
    "agency before its contract",
    "agency within its contract",
    "agency after its contract",
    "watcher",
)
_DAY = 86400.0
TERMS: dict[str, tuple[AgencyKind, float, float, frozenset[Allowed]]] = {
    BEFORE: (AgencyKind.THIRD_PARTY, _DAY, 9 * _DAY, frozenset(Allowed)),
    WITHIN: (AgencyKind.THIRD_PARTY, -_DAY, 9 * _DAY, frozenset(Allowed)),
    AFTER: (AgencyKind.THIRD_PARTY, -9 * _DAY, -_DAY, frozenset(Allowed)),
    WATCHER: (AgencyKind.IN_HOUSE, -_DAY, 9 * _DAY, frozenset({Allowed.LISTEN})),
}
"""Agencies to which every account of the first one is granted: what they are, from when to when, for what."""


class Stage:
    """What the matrix asks for. People by kind are in `people`; the anonymous one is None."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.runtime: Runtime = make.runtime
        home, away = make.agency(), make.agency(AgencyKind.THIRD_PARTY)
        self.team, self.other_team, self.away_team = make.team(home), make.team(home), make.team(away)
        role = RoleName
        self.people: dict[str, Operator | None] = {
            "anonymous": None,
            "operator": make.operator(home, self.team),
            "operator of another team": make.operator(home, self.other_team),
            "operator of another agency": make.operator(away, self.away_team, role=role.AGENCY_OPERATOR),
            "supervisor of another agency": make.operator(away, self.away_team, role=role.SUPERVISOR),
            "supervisor": make.operator(home, self.team, role=role.SUPERVISOR),
            "manager": make.operator(home, role=role.MANAGER),
            "administrator": make.operator(home, role=role.ADMINISTRATOR),
            "disabled operator": make.operator(home, self.team, is_active=False),
            LOOKING: make.operator(home, role=role.ADMINISTRATOR),
        }
        self._heads(home)
        self.account = make.account(home, self.team)
        self.away_account = make.account(away, self.away_team)
        self.helpers = {who: make.agency(kind) for who, (kind, *_) in TERMS.items()}
        self.helping = helping = {who: make.team(agency) for who, agency in self.helpers.items()}
        for who, team in helping.items():
            self.people[who] = make.operator(self.helpers[who], team, role=role.SUPERVISOR)
        self.granted_accounts = [make.account(self.helpers[who], team) for who, team in helping.items()]
        self._grant(self.account)
        self.through: dict[str, Operator] = {LOOKING: self.operator}
        """Through whose eyes somebody looks."""
        eyes = {**self.people, **self.through}
        self.rights = {
            who: make.actor(person).permissions if person else frozenset[Permission]()
            for who, person in eyes.items()
        }
        self.agency = home
        self.asker = "operator"
        """Who asks just now."""
        # Everybody has something of their own: dropped posts to review, a request to serve.
        for account in (self.away_account, make.account(home, self.other_team), *self.granted_accounts):
            make.store(account, make.post(f"{ADVERT}，价格从优", author="spammer"))
        for account in (self.away_account, *self.granted_accounts):
            make.request(account, "别家的问题，请处理一下")
        self.request = make.request(self.account, f"{MARK}宽带坏了", author=MARK, assignee=self.operator)

    def _heads(self, home: Agency) -> None:
        """Two departments, each with a team and somebody who reaches requests by the unit they belong to."""
        tree = Tree.standing(self.make, home)
        for who, team in ((HEAD, self.team), (OTHER_HEAD, self.other_team)):
            department = tree.add(UnitKind.DEPARTMENT, who, tree.root)
            tree.put(team, department)
            role = self.make.role(
                *ROLES[RoleName.SUPERVISOR].mandate.permissions,
                account_reach=AccountReach.AGENCY,
                request_reach=RequestReach.UNIT,
            )
            self.people[who] = self.make.operator(home, role=role, unit_id=department)

    def _grant(self, account: Account) -> None:
        for who, (_, begins, ends, allows) in TERMS.items():
            self.make.grant(account, self.helpers[who], begins=begins, ends=ends, allows=allows)

    def somebody_to_serve(self) -> Operator:
        """To whom whoever asks may hand the first agency's requests."""
        own = self.people[self.asker] if self.asker == WITHIN else None
        return own or self.operator

    def team_to_serve(self) -> Team:
        """Into whose queue whoever asks may put them."""
        return self.helping[WITHIN] if self.asker == WITHIN else self.team

    @property
    def operator(self) -> Operator:
        operator = self.people["operator"]
        assert operator is not None
        return operator

    def colleague(self) -> Operator:
        """Somebody else of the first agency: what is done to them moves nobody who asks."""
        return self.make.operator(self.agency, self.other_team)

    def version(self) -> int:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(ServiceRequest, self.request.id).version

    def inbound_message_id(self) -> int:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            statement = select(Message.id).where(Message.service_request_id == self.request.id)
            return ctx.session.scalars(statement.order_by(Message.number)).first() or 0

    def message_in(self, state: OutboundState) -> int:
        """A reply of the operator's that stands in this state; its message's id."""
        with open_context(self.runtime, LISTENER) as ctx:
            operator = ctx.session.get_one(Operator, self.operator.id)
            ctx.session.refresh(operator, ["teams"])
            ctx.actor = actor_of(ctx.session, operator, ctx.now())
            view = send_reply(ctx, self.request.conversation_id, self.reply(), address="127.0.0.1")
            ctx.session.execute(
                update(OutboundMessage).where(OutboundMessage.carries("reply", view.id)).values(state=state)
            )
            return view.id

    def publication_in(self, state: OutboundState) -> int:
        """A publication of the first agency that stands in this state; its id."""
        return self.make.publication(self.account, f"{MARK}{uuid.uuid4().hex}", state=state).id

    def reply(self, **fields: Any) -> SendReply:
        values = {
            "service_request_id": self.request.id,
            "lane": "public",
            "text": f"{MARK}您好",
            "idempotency_key": uuid.uuid4().hex,
            "confirm": ["claimed_by_other", "second_reply"],
            **fields,
        }
        return SendReply.model_validate(values)

    def dropped_item(self) -> int:
        post = self.make.post(f"{MARK}{ADVERT}{uuid.uuid4().hex}", author=f"spammer-{uuid.uuid4().hex[:6]}")
        item = self.make.store(self.account, post)[-1]
        judge_items(self.runtime)
        return item.id

    def kept_verdict(self) -> Verdict:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.scalars(
                select(Verdict).where(Verdict.service_request_id == self.request.id)
            ).one()

    def fresh_account(self) -> Account:
        account = self.make.account(self.agency, self.team)
        self._grant(account)
        return account

    def medium(self) -> int:
        """The copy of a picture that the request's customer sent."""
        with open_context(self.runtime, LISTENER) as ctx:
            message = ctx.session.get_one(Message, self.inbound_message_id())
            item_id = message.inbound_item_id
            found = ctx.session.scalar(select(MediaCopy.id).where(MediaCopy.inbound_item_id == item_id))
            if found is not None:
                return found
            copy = MediaCopy(
                created_at=ctx.now(),
                account_id=message.account_id,
                inbound_item_id=item_id,
                part=MediaPart.ATTACHMENT,
                kind="image",
                due_at=ctx.now(),
            )
            ctx.session.add(copy)
            ctx.session.flush()
            record_copied(ctx, copy.id, b"\x89PNG\r\n\x1a\n", "image/png")
            return copy.id

    def attachment(self) -> int:
        """A picture that a colleague hung on a note about the request."""
        writer = self.people["administrator"]
        assert writer is not None
        with (
            open_context(self.runtime, self.make.actor(writer)) as ctx,
            file_store(self.runtime).begin() as incoming,
        ):
            file = keep_upload(
                ctx, incoming, receive(incoming, io.BytesIO(samples.png()).read, f"{MARK}.png")
            )
            text, key = f"{MARK} 见图", uuid.uuid4().hex
            command = WriteNote(text=text, idempotency_key=key, attachments=[file.id])
            return write_note(ctx, self.request.conversation_id, command).media[0].attachment_id or 0

    def avatar(self) -> int:
        with open_context(self.runtime, LISTENER) as ctx:
            conversation = ctx.session.get_one(Conversation, self.request.conversation_id)
            found = ctx.session.scalar(
                select(Avatar.id).where(Avatar.contact_identity_id == conversation.contact_identity_id)
            )
            if found is not None:
                return found
            avatar = Avatar(
                created_at=ctx.now(),
                contact_identity_id=conversation.contact_identity_id,
                source_url="https://example.test/a.png",
                mime_type="image/png",
                content=b"\x89PNG",
            )
            ctx.session.add(avatar)
            ctx.session.flush()
            return avatar.id


__all__ = ["LOOKING", "MARK", "Lane", "Stage"]
