"""What workers, scheduler and preparation would load sooner or later, loaded to be shared by them all."""

from __future__ import annotations

import importlib

from sqlalchemy.orm import configure_mappers

from app.config import load_settings
from app.core.metrics import close_files
from app.nlp.text.segment import default_segmenter

DRIVERS = {
    "sqlite": ("sqlalchemy.dialects.sqlite.pysqlite",),
    "postgresql": ("sqlalchemy.dialects.postgresql.psycopg", "psycopg"),
}


def load_shared() -> None:
    """The mappers, and the driver of the database that the settings name; what is one process's is let go."""
    configure_mappers()
    kind = load_settings().database_url.partition(":")[0].partition("+")[0]
    for module in DRIVERS.get(kind, ()):
        importlib.import_module(module)
    close_files()


def load_language() -> None:
    """The dictionary of words (54 MB) and sparse products, both for those who judge and those who count."""
    importlib.import_module("scipy.sparse")
    default_segmenter().warm_up()
