"""The runtime of the application that a command runs in."""

from __future__ import annotations

from flask import current_app

from app.core.runtime import Runtime


def runtime_here() -> Runtime:
    runtime: Runtime = current_app.extensions["lingke"]
    return runtime
