"""From the caller's environment and `.env` to the settings all processes of one start share."""

from __future__ import annotations

import importlib.util
import os
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from dotenv import dotenv_values

from app.config import Environment, Settings, load_settings
from app.ops.layout import ROOT, WEB_SOCKET, Layout
from app.ops.preflight import check_corpus
from app.ops.process_tree import MARK
from app.ops.refusal import StartRefused
from app.ops.secrets_file import ensure_secrets

SANDBOX_PORT_OFFSET = 80


@dataclass(frozen=True)
class Given:
    """What the person set, before anything is derived from it; empty values count as not set."""

    values: Mapping[str, str]
    caller_folder: Path

    def get(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def environment(self) -> Environment:
        """The demo unless something else was asked for: `make run` is how one looks at Lingke first."""
        text = self.get("LINGKE_ENV") or Environment.DEMO.value
        try:
            return Environment(text)
        except ValueError:
            known = ", ".join(Environment)
            raise StartRefused(f"LINGKE_ENV is {text!r}: it must be one of {known}") from None

    @property
    def layout(self) -> Layout:
        folder = Path(self.get("DATA_DIR") or ROOT / "data").expanduser()
        return Layout((self.caller_folder / folder).resolve())


USUAL_HISTORY = {"HISTORY_DAYS": "90"}
"""What `make run` gives a new demo unless a person says otherwise; the launcher by itself gives none."""


def read_given(environ: Mapping[str, str], usual: Mapping[str, str] | None = None) -> Given:
    """The environment wins over `.env`, as everywhere else; both win over what is `usual`."""
    values = dict(usual or {})
    values.update({name: value for name, value in dotenv_values(ROOT / ".env").items() if value})
    values.update({name: value for name, value in environ.items() if value})
    return Given(values, Path(environ.get("LINGKE_CALLER_CWD") or os.getcwd()))


@dataclass(frozen=True)
class Plan:
    """Everything a start needs to know; `environ` is what every process gets."""

    settings: Settings
    layout: Layout
    environ: Mapping[str, str]
    own_queue: bool
    sandbox_port: int | None
    corpus: Path | None
    sandbox_options: Sequence[str]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.settings.port}"

    @property
    def sandbox_address(self) -> str:
        return f"http://127.0.0.1:{self.sandbox_port}" if self.sandbox_port else ""


def make_plan(given: Given) -> Plan:
    """Settings for this start; makes the demo's secrets when they are not there yet.

    Raises ConfigurationError (all wrong values at once) or StartRefused.
    """
    layout = given.layout
    demo = given.environment is Environment.DEMO
    corpus = (
        check_corpus(given.get("CORPUS"), relative_to=given.caller_folder) if given.get("CORPUS") else None
    )
    derived = {
        "LINGKE_ENV": given.environment.value,
        "DATA_DIR": str(layout.data_dir),
        MARK: str(layout.data_dir),
        "PROMETHEUS_MULTIPROC_DIR": str(layout.metrics),  # see app.core.metrics
    }
    derived[WEB_SOCKET] = str(layout.web_socket)
    if not given.get("REDIS_URL"):
        derived["REDIS_URL"] = f"unix://{layout.queue_socket}"
    if corpus:
        derived["CORPUS"] = str(corpus)
    sandbox_port = _sandbox_port(given) if demo else None
    if sandbox_port:
        derived["SANDBOX_URL"] = f"http://127.0.0.1:{sandbox_port}"
    if corpus or not sandbox_port:
        derived["HISTORY_DAYS"] = "0"  # the corpus alone; and without the sandbox there are no words for it
    if demo:
        derived.update(ensure_secrets(layout.secrets, given.values))
    settings = _settings({**given.values, **derived})
    environ = {**given.values, **derived, "PORT": str(settings.port), "DATABASE_URL": settings.database_url}
    options = shlex.split(given.get("SANDBOX_OPTIONS"))
    return Plan(settings, layout, environ, not given.get("REDIS_URL"), sandbox_port, corpus, options)


def _sandbox_port(given: Given) -> int | None:
    if importlib.util.find_spec("sandbox") is None:
        return None
    text = given.get("PORT") or "5000"
    return int(text) + SANDBOX_PORT_OFFSET if text.isdecimal() else None


def _settings(values: Mapping[str, str]) -> Settings:
    known = {name.lower() for name in Settings.model_fields}
    return load_settings(**{name.lower(): value for name, value in values.items() if name.lower() in known})
