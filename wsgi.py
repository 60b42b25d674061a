"""Composition root of the web process: `gunicorn -c app/ops/gunicorn.py wsgi:app`, `flask --app wsgi …`."""

from __future__ import annotations

import sys

from gevent.monkey import is_module_patched

from app.config import ConfigurationError, load_settings
from app.core.logging import configure_logging
from app.processes.web import create_app

try:
    _settings = load_settings()
except ConfigurationError as error:
    sys.stderr.write(f"lingke: {error}\n")
    raise SystemExit(1) from None

configure_logging("web", _settings.log_level)
# gunicorn's gevent worker patches the standard library before it loads us.
_gevent = is_module_patched("socket")
app = create_app(_settings, async_mode="gevent" if _gevent else "threading", commands=not _gevent)
