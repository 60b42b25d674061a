"""Lingke 聆客. `create_app` is loaded when asked for: who needs one package does not pay for all of them."""

from __future__ import annotations

from typing import Any


def __getattr__(name: str) -> Any:
    if name == "create_app":
        from app.processes.web import create_app  # noqa: PLC0415  the whole application; see above

        return create_app
    raise AttributeError(name)
