"""REST: session and operators."""

from __future__ import annotations

from flask import Blueprint, current_app, g, request
from flask_wtf.csrf import generate_csrf

from app.api.endpoint import OpenUnit, Public, endpoint
from app.core.context import Context
from app.core.errors import Unauthenticated
from app.core.permissions import ANONYMOUS, ActorKind, Permission
from app.identity import looking, presence, profile, queries, services, web_session
from app.identity.actors import actor_of
from app.identity.looking_schemas import StartLook
from app.identity.profile import ChangeName, ProfileView
from app.identity.schemas import (
    AgencyList,
    AssignableOperatorList,
    LogIn,
    OperatorQuery,
    SessionView,
    SetLocale,
    SetPresence,
)

identity = Blueprint("identity", __name__)


@endpoint(
    identity,
    "GET",
    "/session",
    access=Public("tells a browser whether it is logged in"),
    summary="Who am I, and what may I do",
    response=SessionView,
)
def get_session(ctx: Context) -> SessionView:
    if ctx.actor.kind is ActorKind.ANONYMOUS:
        return SessionView(
            authenticated=False,
            csrf_token=generate_csrf(),
            locale=ctx.locale,
            server_time=ctx.now(),
            demo=ctx.runtime.settings.is_demo,
        )
    return queries.session_view(ctx, generate_csrf())


@endpoint(
    identity,
    "POST",
    "/session",
    access=Public("logging in is how one gets a right"),
    summary="Log in",
    body=LogIn,
    response=SessionView,
    errors=("login_failed", "login_throttled"),
    manual=True,
)
def log_in(open_unit: OpenUnit, body: LogIn) -> SessionView:
    address = web_session.client_address()
    # Committed before the refusal: a failed attempt must be counted although the request fails.
    with open_unit(write=True, actor=ANONYMOUS) as ctx:
        opened = services.log_in(ctx, body, address=address, user_agent=request.user_agent.string)
        actor = actor_of(ctx.session, opened[0], ctx.now(), address=address) if opened else None
    if opened is None or actor is None:
        raise Unauthenticated("login_failed")
    web_session.start(opened[1], actor)
    g.actor = current_app.extensions["lingke_actor_loader"]()
    with open_unit(write=False) as ctx:
        return queries.session_view(ctx, generate_csrf())


@endpoint(identity, "DELETE", "/session", access=Permission.SESSION_USE, summary="Log out", as_oneself=True)
def log_out(ctx: Context) -> None:
    services.log_out(ctx)
    web_session.finish()


@endpoint(
    identity,
    "POST",
    "/session/look",
    access=Permission.PEOPLE_VIEW_AS,
    summary="Look through somebody's eyes for half an hour, changing nothing; the reason is kept",
    body=StartLook,
    errors=("own_eyes", "eyes_shut", "eyes_beyond_own"),
)
def start_look(ctx: Context, body: StartLook) -> None:
    looking.start_look(ctx, body)


@endpoint(
    identity,
    "DELETE",
    "/session/look",
    access=Permission.SESSION_USE,
    summary="Look through my own eyes again",
    as_oneself=True,
)
def stop_look(ctx: Context) -> None:
    looking.stop_look(ctx)


@endpoint(
    identity,
    "PUT",
    "/session/presence",
    access=Permission.SESSION_USE,
    summary="Say whether I take work",
    body=SetPresence,
    response=SessionView,
)
def set_presence(ctx: Context, body: SetPresence) -> SessionView:
    presence.set_presence(ctx, body)
    ctx.session.flush()
    return queries.session_view(ctx, generate_csrf())


@endpoint(
    identity,
    "POST",
    "/session/touch",
    access=Permission.SESSION_USE,
    summary="Somebody touches my browser: I am there",
)
def touch(ctx: Context) -> None:
    presence.touch(ctx)


@endpoint(
    identity,
    "GET",
    "/session/profile",
    access=Permission.SESSION_USE,
    summary="What I see and may do, and when I have logged in",
    response=ProfileView,
)
def get_profile(ctx: Context) -> ProfileView:
    return profile.own_profile(ctx)


@endpoint(
    identity,
    "PUT",
    "/session/name",
    access=Permission.SESSION_USE,
    summary="How my colleagues see me called",
    body=ChangeName,
    response=SessionView,
)
def set_name(ctx: Context, body: ChangeName) -> SessionView:
    profile.change_own_name(ctx, body)
    ctx.session.flush()
    return queries.session_view(ctx, generate_csrf())


@endpoint(
    identity,
    "PUT",
    "/session/locale",
    access=Permission.SESSION_USE,
    summary="Choose the language of my screens",
    body=SetLocale,
    response=SessionView,
)
def set_locale(ctx: Context, body: SetLocale) -> SessionView:
    services.set_locale(ctx, body)
    ctx.session.flush()
    return queries.session_view(ctx, generate_csrf())


@endpoint(
    identity,
    "GET",
    "/operators",
    access=Permission.OPERATORS_READ,
    summary="People that work can be given to",
    query=OperatorQuery,
    response=AssignableOperatorList,
)
def list_operators(ctx: Context, query: OperatorQuery) -> AssignableOperatorList:
    return queries.assignable_operators(ctx, query.account_id)


@endpoint(
    identity,
    "GET",
    "/agencies",
    access=Permission.OPERATORS_READ,
    summary="Agencies with their teams and people",
    response=AgencyList,
)
def list_agencies(ctx: Context) -> AgencyList:
    return queries.list_agencies(ctx)
