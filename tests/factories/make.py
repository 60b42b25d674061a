"""`Make`: organisations, accounts and items in the database, one line each.

Every call commits, so what a test makes is what another transaction sees. Requests are not inserted but come
about as in production: an item is stored, judged and routed by the listener's own code.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeVar

from argon2 import PasswordHasher
from sqlalchemy import delete, select

from app.adapters.types import Author, InboundPost, ItemKind, Lane, Media, Trigger
from app.core.context import Context
from app.core.crypto import new_token, token_hash
from app.core.db import open_session
from app.core.grants import Allowed, OpensPast
from app.core.office import OFFICE_ZONE
from app.core.permissions import Actor, Mandate, Permission, RoleName
from app.core.runtime import Runtime
from app.core.standard_roles import SERVING_CAPACITY
from app.core.unit_of_work import open_context
from app.identity.actors import actor_of
from app.identity.looking import LONGEST_LOOK
from app.listener.ingest.storing import store_posts
from app.listener.jobs import LISTENER, judge_items
from app.models import (
    Account,
    AccountKind,
    Agency,
    AgencyKind,
    Base,
    Contract,
    Conversation,
    Grant,
    InboundItem,
    Message,
    Operator,
    OperatorRole,
    OperatorSession,
    OutboundMessage,
    OutboundState,
    Presence,
    Publication,
    PublicationKind,
    Role,
    ServiceRequest,
    Stream,
    Team,
    TeamMember,
)
from app.routing import lifecycle
from app.routing.roster import manual_decision

PASSWORD = "correct horse battery"
# Argon2 at its cheapest: what is tested is that a hash is checked, not how long that takes.
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
_CHEAP_HASH = CHEAP.hash(PASSWORD)
WEIBO_CREDENTIALS = {"app_key": "k", "app_secret": "weibo-secret", "access_token": "t"}
WECHAT_CREDENTIALS = {"appid": "wx0123456789abcdef", "app_secret": "s", "token": "wechat-token"}
Row = TypeVar("Row", bound=Base)


class Make:
    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self._numbers = itertools.count(1)

    @property
    def now(self) -> datetime:
        return self.runtime.clock.now()

    def save(self, row: Row) -> Row:
        session = open_session(self.runtime.sessions, write=True)
        try:
            session.add(row)
            session.commit()
        finally:
            session.close()
        return row

    def agency(self, kind: AgencyKind = AgencyKind.IN_HOUSE) -> Agency:
        return self.save(
            Agency(created_at=self.now, name=f"机构{next(self._numbers)}", kind=kind, is_active=True)
        )

    def team(self, agency: Agency) -> Team:
        return self.save(Team(created_at=self.now, agency_id=agency.id, name=f"小组{next(self._numbers)}"))

    def operator(
        self,
        agency: Agency,
        *teams: Team,
        role: RoleName | Role | Sequence[RoleName | Role] = RoleName.OPERATOR,
        presence: Presence = Presence.OFFLINE,
        **fields: Any,
    ) -> Operator:
        number = next(self._numbers)
        operator = self.save(
            Operator(
                created_at=self.now,
                agency_id=agency.id,
                login_name=fields.pop("login_name", f"person{number}"),
                name=fields.pop("name", f"客服{number}"),
                password_hash=_CHEAP_HASH,
                presence=presence,
                presence_since=self.now,
                capacity=fields.pop("capacity", SERVING_CAPACITY),
                **fields,
            )
        )
        for team in teams:
            self.save(TeamMember(created_at=self.now, team_id=team.id, operator_id=operator.id))
        self.give(operator, *([role] if isinstance(role, RoleName | Role) else role))
        return operator

    def role(self, *rights: Permission, name: str | None = None, **fields: Any) -> Role:
        """A role that people made; everybody's, of the narrowest reach and masking all that it can."""
        mandate = Mandate()
        return self.save(
            Role(
                created_at=self.now,
                name=name or f"角色{next(self._numbers)}",
                rights={Permission.SESSION_USE.value, *(right.value for right in rights)},
                masked=fields.pop("masked", mandate.masked),
                account_reach=fields.pop("account_reach", mandate.account_reach),
                request_reach=fields.pop("request_reach", mandate.request_reach),
                **fields,
            )
        )

    def role_id(self, role: RoleName | Role) -> int:
        if isinstance(role, Role):
            return role.id
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.scalars(select(Role.id).where(Role.key == role)).one()

    def give(self, operator: Operator, *roles: RoleName | Role, instead: bool = False) -> None:
        """Roles for somebody, beside those that they have or instead of them."""
        ids = [self.role_id(role) for role in roles]
        with open_context(self.runtime, LISTENER) as ctx:
            if instead:
                ctx.session.execute(delete(OperatorRole).where(OperatorRole.operator_id == operator.id))
            ctx.session.add_all(
                OperatorRole(created_at=self.now, operator_id=operator.id, role_id=role_id) for role_id in ids
            )

    def session_token(
        self, operator: Operator, *, seen: datetime | None = None, through: Operator | None = None
    ) -> str:
        """A login of the operator, as the database knows it, looking `through` somebody's eyes or its own;
        the token that its browser holds."""
        token = new_token()
        self.save(
            OperatorSession(
                created_at=self.now,
                operator_id=operator.id,
                token_hash=token_hash(token),
                last_seen_at=seen or self.now,
                viewed_id=through.id if through else None,
                viewed_until=self.now + LONGEST_LOOK if through else None,
            )
        )
        return token

    def actor(self, operator: Operator) -> Actor:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            loaded = ctx.session.get_one(Operator, operator.id)
            ctx.session.refresh(loaded, ["teams"])
            return actor_of(ctx.session, loaded, ctx.now())

    def looking(self, own: Operator, person: Operator) -> Actor:
        """Somebody who looks through the eyes of a person."""
        return replace(self.actor(person), own=self.actor(own))

    def account(
        self, agency: Agency, team: Team | None = None, *, platform: str = "weibo", **fields: Any
    ) -> Account:
        number = next(self._numbers)
        weibo = platform == "weibo"
        settings = {"user_calls_per_day": 1_000_000} if weibo else {"mode": "plain"}
        return self.save(
            Account(
                created_at=self.now,
                agency_id=agency.id,
                team_id=team.id if team else None,
                platform=platform,
                external_id=fields.pop("external_id", f"{1_000_000 + number}" if weibo else f"gh_{number}"),
                name=f"官方账号{number}",
                kind=fields.pop("kind", AccountKind.OFFICIAL),
                credentials=self.runtime.vault.seal(WEIBO_CREDENTIALS if weibo else WECHAT_CREDENTIALS),
                settings=fields.pop("settings", settings),
                callback_key=f"callback-key-{number}",
                status_since=self.now,
                **fields,
            )
        )

    def contract(
        self, agency: Agency, *, days: tuple[int, int | None] = (-30, None), **fields: Any
    ) -> Contract:
        """With an agency, from so many days after today to so many."""
        today = self.now.astimezone(OFFICE_ZONE).date()
        first, last = days
        return self.save(
            Contract(
                created_at=self.now,
                agency_id=agency.id,
                first_day=today + timedelta(days=first),
                last_day=None if last is None else today + timedelta(days=last),
                **fields,
            )
        )

    def grant(
        self,
        account: Account,
        agency: Agency,
        team: Team | None = None,
        *,
        begins: float = -86400,
        ends: float | None = None,
        allows: Iterable[Allowed] = frozenset(Allowed),
        contract: Contract | None = None,
        **fields: Any,
    ) -> Grant:
        """Of an account to an agency, from so many seconds after now to so many."""
        begins_at, ends_at = self.later(begins), None if ends is None else self.later(ends)
        return self.save(
            Grant(
                created_at=self.now,
                account_id=account.id,
                agency_id=agency.id,
                team_id=team.id if team else None,
                contract_id=contract.id if contract else None,
                begins_at=begins_at,
                ends_at=ends_at,
                holds_from=begins_at,
                holds_until=ends_at,
                has_begun=begins <= 0,
                is_over=ends is not None and ends <= 0,
                allows=frozenset(one.value for one in allows),
                opens_past=fields.pop("opens_past", OpensPast.ALL),
                opens_notes=fields.pop("opens_notes", True),
                **fields,
            )
        )

    def stream(self, account: Account, name: str = "mentions") -> Stream:
        return self.save(Stream(created_at=self.now, account_id=account.id, name=name, due_at=self.now))

    def post(
        self,
        text: str = "宽带坏了，什么时候能修好？",
        *,
        author: str | None = "customer-1",
        lane: Lane = Lane.PUBLIC,
        kind: ItemKind | None = None,
        media: Sequence[Media] = (),
        **fields: Any,
    ) -> InboundPost:
        """What an adapter would hand in."""
        private = lane is Lane.PRIVATE
        number = next(self._numbers)
        person = {"user_id": author or "", "openid": author or ""}
        return InboundPost(
            external_id=fields.pop("external_id", f"status:{number}"),
            kind=kind or (ItemKind.PRIVATE_MESSAGE if private else ItemKind.MENTION),
            lane=lane,
            created_at=fields.pop("created_at", self.now),
            text=text,
            author=Author(author, name=f"用户{author}") if author else None,
            media=tuple(media),
            context=fields.pop("context", person if private else {"status_id": str(number)}),
            trigger=fields.pop("trigger", Trigger.MESSAGE if private else None),
            **fields,
        )

    def store(self, account: Account, *posts: InboundPost) -> list[InboundItem]:
        """Take posts in as the listener does, without judging them; all items of the account by age."""
        with open_context(self.runtime, LISTENER) as ctx:
            store_posts(ctx, account.id, posts)
            return list(
                ctx.session.scalars(
                    select(InboundItem).where(InboundItem.account_id == account.id).order_by(InboundItem.id)
                )
            )

    def judge(self) -> None:
        """Let the listener judge and route what has been stored."""
        judge_items(self.runtime)

    def request(
        self,
        account: Account,
        text: str | None = None,
        *,
        author: str | None = None,
        lane: Lane = Lane.PUBLIC,
        assignee: Operator | None = None,
        **fields: Any,
    ) -> ServiceRequest:
        """A request that a customer's post opened; `assignee` has it then, whoever the routing chose."""
        number = next(self._numbers)
        who = author or f"customer-{number}"
        post = self.post(text or f"第{number}个问题：套餐怎么改？", author=who, lane=lane, **fields)
        self.store(account, post)
        judge_items(self.runtime)
        with open_context(self.runtime, LISTENER) as ctx:
            request = self._request_of(ctx, account, post.external_id)
            if assignee is not None:
                self._hand_to(ctx, request, ctx.session.get_one(Account, account.id), assignee.id)
        return request

    def unassign(self, request: ServiceRequest) -> ServiceRequest:
        """Back into the queue, as a lead would put it there."""
        with open_context(self.runtime, LISTENER) as ctx:
            found = ctx.session.get_one(ServiceRequest, request.id)
            self._hand_to(ctx, found, ctx.session.get_one(Account, found.account_id), None)
        return found

    def _hand_to(self, ctx: Context, request: ServiceRequest, account: Account, who: int | None) -> None:
        lifecycle.assign(ctx, request, manual_decision(ctx, request, account, who, "handed_over"))

    def _request_of(self, ctx: Context, account: Account, external_id: str) -> ServiceRequest:
        return ctx.session.scalars(
            select(ServiceRequest)
            .join(Message, Message.service_request_id == ServiceRequest.id)
            .join(InboundItem, InboundItem.id == Message.inbound_item_id)
            .where(InboundItem.account_id == account.id, InboundItem.external_id == external_id)
        ).one()

    def publication(
        self, account: Account, text: str, *, state: OutboundState = OutboundState.QUEUED
    ) -> Publication:
        """A publication that stands in this state, whatever became of it on the way."""
        number = next(self._numbers)
        publication = self.save(
            Publication(
                created_at=self.now,
                account_id=account.id,
                kind=PublicationKind.POST,
                text=text,
                idempotency_key=f"publication-{number}",
            )
        )
        self.save(
            OutboundMessage(
                created_at=self.now,
                cargo="publication",
                cargo_id=publication.id,
                account_id=account.id,
                lane=Lane.PUBLIC,
                order_key=f"publication-{number}",
                target={},
                operation_key=f"publication-{number}",
                state=state,
                not_before=self.now,
                undo_until=self.now,
            )
        )
        return publication

    def conversation_of(self, request: ServiceRequest) -> Conversation:
        with open_context(self.runtime, LISTENER, write=False) as ctx:
            return ctx.session.get_one(Conversation, request.conversation_id)

    def later(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)
