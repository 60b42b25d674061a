"""The Flask application: platforms, control API and customer page, and what happens around every call."""

from __future__ import annotations

from flask import Flask

from sandbox import control, customer_page, intake, pictures
from sandbox.mastodon import api as mastodon_api
from sandbox.wechat import api as wechat_api
from sandbox.wechat import articles, comments, datacube, media, messages, misc, users
from sandbox.wechat import push as wechat_push
from sandbox.weibo import api as weibo_api
from sandbox.weibo import fan_service, oauth, people, reads, writes
from sandbox.weibo import push as weibo_push
from sandbox.world import World

# Imported for the routes they register.
ROUTE_MODULES = (reads, people, writes, messages, media, users, articles, comments, datacube, misc)
_LARGEST_BODY = 24 * 1024 * 1024


def create_app(world: World) -> Flask:
    """Build the application around a world; the caller starts its pusher and its sources of posts."""
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = _LARGEST_BODY
    app.extensions["sandbox"] = world
    world.pusher.speak("weibo", weibo_push.signer(world), weibo_push.reader(world))
    world.pusher.speak("wechat", wechat_push.signer(world), wechat_push.reader(world))
    intake.install(app, world)
    app.register_blueprint(oauth.blueprint(world))
    app.register_blueprint(weibo_api.blueprint(world))
    app.register_blueprint(fan_service.blueprint(world))
    app.register_blueprint(wechat_api.blueprint(world))
    app.register_blueprint(mastodon_api.blueprint(world))
    app.register_blueprint(control.blueprint(world))
    app.register_blueprint(customer_page.blueprint(world))
    app.register_blueprint(pictures.blueprint(world))
    return app
