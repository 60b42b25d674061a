"""The application factory."""

from __future__ import annotations

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from app.accounts.callbacks import callbacks
from app.accounts.door import MAX_BODY_BYTES, Door
from app.accounts.views import accounts
from app.api import assets, packing
from app.api.endpoint import ENDPOINTS
from app.api.headers import register_headers
from app.api.health import health
from app.api.late_rules import LateRule
from app.api.origins import accepted_origins
from app.api.paths import RowIdConverter
from app.api.problems import register_problems
from app.api.reading import register_limits
from app.api.spa import spa
from app.auditing.views import auditing
from app.automation.views import automation
from app.calendars.views import calendars
from app.config import Settings
from app.core.clock import Clock
from app.core.runtime import Runtime
from app.customers.views import customers
from app.directory.views import directory
from app.extensions import csrf, login_manager, socketio
from app.figures.views import figures
from app.files.views import files
from app.grants.views import grants
from app.identity import web_session
from app.identity.dealing_views import dealing
from app.identity.people_views import people
from app.identity.role_views import roles
from app.identity.unit_views import units
from app.identity.views import identity
from app.listener.learning.views import labels
from app.listener.ledger.views import listener
from app.listener.lists.views import special_lists
from app.listener.monitors.views import monitors
from app.listener.sampling.views import reviews
from app.longwork.views import long_work
from app.mail.views import mail
from app.media.views import media
from app.notifications.views import notifications
from app.processes import all_metrics, all_notices  # noqa: F401 - what may be asked for is declared
from app.processes.composition import compose
from app.publishing.views import publishing
from app.realtime.line import PlainSockets, send_framed
from app.realtime.sockets import Hub
from app.realtime.views import realtime
from app.routing.attendance import start_attendance
from app.routing.floor.views import floor
from app.routing.levels.views import levels
from app.routing.relation_views import related_requests
from app.routing.setup.views import routing_setup
from app.routing.views import routing
from app.routing.whatif.views import what_ifs
from app.saved_views.views import saved_views
from app.search.views import search
from app.shifts.views import shifts
from app.topics.views import topics
from app.workbench.sockets import leave_all, leave_what_is_lost, start_viewers
from app.workbench.views import workbench

BLUEPRINTS = (
    health,
    identity,
    people,
    units,
    dealing,
    roles,
    accounts,
    customers,
    media,
    long_work,
    files,
    floor,
    routing,
    routing_setup,
    shifts,
    what_ifs,
    listener,
    monitors,
    special_lists,
    labels,
    reviews,
    workbench,
    publishing,
    topics,
    search,
    saved_views,
    notifications,
    mail,
    calendars,
    levels,
    related_requests,
    automation,
    grants,
    auditing,
    directory,
    figures,
    realtime,
    callbacks,
    spa,
)


class Application(Flask):
    url_rule_class = LateRule


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    async_mode: str = "threading",
    commands: bool = True,
) -> Flask:
    """A web application. `async_mode` is Flask-SocketIO's: gevent under gunicorn, threading in tests.

    A server that nobody types commands at goes without them: `commands`.
    """
    # By the package's name: templates and the built screens lie beside it, not beside this file.
    app = Application("app", static_folder="static")
    runtime = compose(settings, clock=clock)
    app.extensions["lingke"] = runtime
    app.extensions["lingke_actor_loader"] = web_session.load_current_actor
    _configure(app, settings)
    app.url_map.converters["int"] = RowIdConverter
    register_headers(app, settings)
    assets.register(app)
    packing.register(app, ENDPOINTS.values())
    register_limits(app, {name: spec.body_bytes for name, spec in ENDPOINTS.items()})
    register_problems(app)
    _bind_extensions(app, runtime, async_mode)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    if commands:
        from app.cli import register_commands  # noqa: PLC0415 - migrations, backups and seeds: nothing to serve

        register_commands(app)
    app.wsgi_app = Door(PlainSockets(app.wsgi_app), runtime)  # type: ignore[method-assign]
    return app


def _configure(app: Flask, settings: Settings) -> None:
    app.config.update(
        SECRET_KEY=settings.secret_key.get_secret_value() or "demo-secret-not-for-production",
        SESSION_COOKIE_NAME=f"{settings.installation}_session",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.cookie_secure,
        MAX_CONTENT_LENGTH=8 * MAX_BODY_BYTES,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_HEADERS=["X-CSRF-Token"],
        WTF_CSRF_SSL_STRICT=False,
    )
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]


def _bind_extensions(app: Flask, runtime: Runtime, async_mode: str) -> None:
    login_manager.init_app(app)
    web_session.bind(login_manager)
    csrf.init_app(app)
    socketio.init_app(
        app,
        async_mode=async_mode,
        transports=["websocket"],
        cors_allowed_origins=accepted_origins(runtime.settings),
        manage_session=False,
        max_http_buffer_size=65_536,
        ping_interval=20,
        ping_timeout=20,
    )
    send_framed(socketio.server)
    hub = Hub(runtime, socketio)
    hub.on_disconnect.append(leave_all)
    hub.tail.on_loss.append(lambda connection: leave_what_is_lost(hub, connection))
    hub.on_first_connect.append(start_viewers)
    hub.on_first_connect.append(start_attendance)
    hub.bind()
    app.extensions["lingke_hub"] = hub
