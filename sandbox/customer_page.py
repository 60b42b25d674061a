"""The page on which one plays the customer. It talks to the control API only."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template

from sandbox.world import World

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "base-uri 'none'; frame-ancestors 'none'"
)
_PLATFORM_NAMES = {"weibo": "微博", "wechat": "微信公众号", "mastodon": "Mastodon"}
PERSONAS = ("滇池的风", "米线少放辣", "退休教师王姨", "数码小白鼠")


def blueprint(world: World) -> Blueprint:
    pages = Blueprint("customer_page", __name__)

    @pages.get("/")
    def page() -> str:
        groups: list[dict[str, Any]] = [
            {"platform": platform, "name": name, "accounts": world.directory.all(platform)}
            for platform, name in _PLATFORM_NAMES.items()
        ]
        return render_template(
            "customer.html", groups=groups, personas=PERSONAS, console=world.settings.callback_base
        )

    @pages.after_app_request
    def protect(response: Response) -> Response:
        if response.mimetype == "text/html":
            response.headers.setdefault("Content-Security-Policy", _POLICY)
            response.headers.setdefault("Referrer-Policy", "no-referrer")
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        return response

    return pages
