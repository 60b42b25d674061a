"""What the processes of an installation would load sooner or later, loaded to be shared by them all."""

from __future__ import annotations

import importlib
import importlib.util

from sqlalchemy.orm import configure_mappers

from app.config import load_settings
from app.core.metrics import close_files
from app.nlp.text.segment import default_segmenter
from app.ops import late_patching

SERVERS = (
    "app.processes.web",
    "app.processes.web_server",
    "app.ops.web_worker",
    "gunicorn.arbiter",
    "engineio.async_drivers.gevent",
)
SANDBOX = "sandbox.__main__"
"""A release goes without it."""
DRIVERS = {
    "sqlite": ("sqlalchemy.dialects.sqlite.pysqlite",),
    "postgresql": ("sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
}


def load_shared() -> None:
    """Servers, mappers, and the driver of the settings' database; what is one process's is let go."""
    for module in SERVERS:
        importlib.import_module(module)
    if importlib.util.find_spec("sandbox"):
        importlib.import_module(SANDBOX)
    configure_mappers()
    kind = load_settings().database_url.partition(":")[0].partition("+")[0]
    for module in DRIVERS.get(kind, ()):
        importlib.import_module(module)
    close_files()
    late_patching.remember()


def load_language() -> None:
    """The dictionary of words (54 MB) and sparse products, both for those who judge and those who count."""
    importlib.import_module("scipy.sparse")
    default_segmenter().warm_up()
