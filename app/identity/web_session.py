"""The browser's side of a login: a signed cookie with the session's token, kept by Flask-Login."""

from __future__ import annotations

from collections.abc import Mapping

from flask import current_app, request, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from app.core.db import open_session
from app.core.permissions import ANONYMOUS, Actor, system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.actors import actors_of_tokens, touch_sessions
from app.identity.looking import end_looks, look_through


class SessionUser(UserMixin):  # type: ignore[misc]
    """What Flask-Login remembers of a person: only the session's token."""

    def __init__(self, token: str, actor: Actor) -> None:
        self.id = token
        self.actor = actor


def bind(login_manager: LoginManager) -> None:
    login_manager.session_protection = (
        None  # our own session row decides, and an operator's address may change
    )
    login_manager.user_loader(_load_user)


def _load_user(token: str) -> SessionUser | None:
    actor = load_actor(current_app.extensions["lingke"], token, client_address())
    return SessionUser(token, actor) if actor else None


def load_actor(runtime: Runtime, token: str, address: str) -> Actor | None:
    return load_actors(runtime, {token: address}).get(token)


def load_actors(runtime: Runtime, addresses: Mapping[str, str]) -> dict[str, Actor]:
    """The actors of many sessions, by token; those that have ended are missing.

    Being connected is being there: they count as used. A handful of statements, however many there are.
    Whoever looks through somebody else's eyes is answered as that person; a look that may go on no longer
    ends here.
    """
    database = open_session(runtime.sessions, write=False)
    try:
        found = actors_of_tokens(runtime, database, addresses)
        seen = look_through(runtime, database, found)
    finally:
        database.close()
    if found.stale or seen.over:
        with open_context(runtime, system_actor("web")) as ctx:
            touch_sessions(ctx.session, found.stale, runtime)
            end_looks(ctx, seen.over)
    return dict(seen.actors)


def load_current_actor() -> Actor:
    return current_user.actor if current_user.is_authenticated else ANONYMOUS


def client_address() -> str:
    """The peer's address; a proxy's header counts only when proxies are configured (ProxyFix)."""
    return request.remote_addr or ""


def start(token: str, actor: Actor) -> None:
    """Begin a login in this browser. Whatever the cookie held before is dropped (session fixation)."""
    session.clear()
    login_user(SessionUser(token, actor))


def finish() -> None:
    logout_user()
    session.clear()


def current_token() -> str | None:
    token = session.get("_user_id")
    return token if isinstance(token, str) else None
