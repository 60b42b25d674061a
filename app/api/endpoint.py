"""The REST wrapper: one decorator that parses, authorises, opens the unit of work and answers.

A view is a function of a context and parsed input; it calls a service or a query and returns a view
model. What an endpoint needs and gives is declared here, so that the permission test, the OpenAPI
document and the TypeScript types all read the same list.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, current_app, g
from pydantic import BaseModel
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError

from app.api.reading import BODY_BYTES, read_body, read_query
from app.core.context import Context
from app.core.db import is_repeated_key
from app.core.errors import Conflict, Forbidden, Unauthenticated, Unavailable
from app.core.own_eyes import require_own_eyes
from app.core.permissions import ANONYMOUS, Actor, ActorKind, Permission
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context

API = "/api/v1"


@dataclass(frozen=True)
class Public:
    """Marks an endpoint that needs no login, and says why that is right."""

    reason: str


Access = Permission | Public
OpenUnit = Callable[..., AbstractContextManager[Context]]


@dataclass(frozen=True)
class EndpointSpec:
    method: str
    rule: str
    name: str
    access: Access
    summary: str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    status: int = 200
    errors: tuple[str, ...] = field(default=())
    write: bool = True
    manual: bool = False
    body_bytes: int = BODY_BYTES
    takes_file: bool = False
    as_oneself: bool = False


ENDPOINTS: dict[str, EndpointSpec] = {}
"""Every endpoint made by `endpoint`, by Flask's endpoint name."""


def endpoint(
    blueprint: Blueprint,
    method: str,
    rule: str,
    *,
    access: Access,
    summary: str,
    body: type[BaseModel] | None = None,
    query: type[BaseModel] | None = None,
    response: type[BaseModel] | None = None,
    status: int = 200,
    errors: tuple[str, ...] = (),
    write: bool | None = None,
    manual: bool = False,
    body_bytes: int = BODY_BYTES,
    takes_file: bool = False,
    as_oneself: bool = False,
) -> Callable[[Callable[..., Any]], Callable[..., Response]]:
    """Register a view. It is called as view(ctx, [body=…], [query=…], **path variables).

    `write` says whether the unit of work changes data; by default all but GET do. A `manual` view calls a
    platform, which must not happen inside a transaction: it gets `open_unit(write=…)` in place of a context.
    `body_bytes` is the longest body it takes. What `takes_file` reads its body itself, piece by piece.
    What writes is refused to whoever looks through somebody else's eyes; but what one does `as_oneself`, to
    one's own login, is done by who really sits there.
    """

    def decorate(view: Callable[..., Any]) -> Callable[..., Response]:
        name = f"{blueprint.name}.{view.__name__}"
        spec = EndpointSpec(
            method,
            API + rule,
            name,
            access,
            summary,
            body,
            query,
            response,
            status,
            errors,
            write=method != "GET" if write is None else write,
            manual=manual,
            body_bytes=body_bytes,
            takes_file=takes_file,
            as_oneself=as_oneself,
        )
        ENDPOINTS[name] = spec

        @wraps(view)
        def handle(**path: Any) -> Response:
            return _handle(spec, view, path)

        blueprint.add_url_rule(API + rule, endpoint=view.__name__, view_func=handle, methods=[method])
        return handle

    return decorate


def current_runtime() -> Runtime:
    runtime: Runtime = current_app.extensions["lingke"]
    return runtime


def current_actor() -> Actor:
    """Who sends this request; looked up once."""
    if "actor" not in g:
        g.actor = current_app.extensions["lingke_actor_loader"]()
    actor: Actor = g.actor
    return actor


def check_access(access: Access, *, as_oneself: bool = False) -> Actor:
    actor = current_actor()
    if as_oneself and actor.own is not None:
        actor = actor.own
    if isinstance(access, Public):
        return actor
    if actor.kind is ActorKind.ANONYMOUS:
        raise Unauthenticated
    if not actor.may(access):
        raise Forbidden(permission=access.value)
    return actor


def _handle(spec: EndpointSpec, view: Callable[..., Any], path: dict[str, Any]) -> Response:
    actor = check_access(spec.access, as_oneself=spec.as_oneself)
    if spec.write:
        require_own_eyes(actor)
    arguments = dict(path)
    if spec.query is not None:
        arguments["query"] = read_query(spec.query)
    if spec.body is not None:
        arguments["body"] = read_body(spec.body)
    try:
        answer = _call(spec, view, actor, arguments)
    except StaleDataError:
        raise Conflict("stale_version") from None
    except IntegrityError as error:
        if not is_repeated_key(error):
            raise  # a mistake of ours; nobody has changed anything meanwhile
        raise Conflict("already_there") from error
    except OperationalError as error:
        raise Unavailable("database_busy") from error
    return answer


def _call(spec: EndpointSpec, view: Callable[..., Any], actor: Actor, arguments: dict[str, Any]) -> Response:
    if spec.manual:
        return _answer(view(open_unit, **arguments), spec)
    with open_unit(write=spec.write, actor=actor) as ctx:
        # The answer is built inside: a view may still need to load something.
        return _answer(view(ctx, **arguments), spec)


def open_unit(*, write: bool, actor: Actor | None = None) -> AbstractContextManager[Context]:
    """A unit of work for this request."""
    who = current_actor() if actor is None else actor
    return open_context(current_runtime(), who, write=write, request_id=g.request_id, locale=g.locale)


def _answer(result: Any, spec: EndpointSpec) -> Response:
    if isinstance(result, Response):
        return result
    if result is None:
        return Response(status=204)
    return Response(result.model_dump_json(), status=spec.status, content_type="application/json")


__all__ = [
    "ANONYMOUS",
    "API",
    "ENDPOINTS",
    "EndpointSpec",
    "OpenUnit",
    "Public",
    "check_access",
    "current_actor",
    "current_runtime",
    "endpoint",
    "open_unit",
]
