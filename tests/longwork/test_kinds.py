"""Over the table of kinds: each can be done by a worker, and has its name in the tray in both languages."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from app.core.i18n import translate
from app.longwork.kinds import KINDS
from app.processes import all_jobs, web

FEATURES = Path(__file__).resolve().parents[2] / "frontend/src/features"
assert all_jobs  # what web processes and workers load declares every kind
assert web
DECLARED = [kind.key for kind in KINDS.all() if not kind.arguments.__module__.startswith("tests.")]
_WORKER = """
import app.processes.worker
from app.longwork.kinds import KINDS
for kind in KINDS.all():
    KINDS.function(kind.key)
    print(kind.key)
"""


@cache
def _done_by_a_worker() -> list[str]:
    """The kinds that a worker knows which is started on its own, and whose functions it has."""
    told = subprocess.run([sys.executable, "-c", _WORKER], capture_output=True, text=True, check=True)
    return [line for line in told.stdout.splitlines() if not line.startswith("{")]


def test_the_table_has_every_kind_that_there_is() -> None:
    assert DECLARED == [
        "account.export",
        "audit_entry.export",
        "automation.dry_run",
        "filter.trial",
        "inbound_item.export",
        "model.training",
        "monitor.backfill",
        "monitor.export",
        "operator.export",
        "routing.what_if",
        "service_request.bulk",
        "service_request.export",
    ]


def test_a_worker_that_is_started_alone_does_every_kind() -> None:
    assert _done_by_a_worker() == DECLARED


@pytest.mark.parametrize("kind", DECLARED)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_tray_has_a_name_for_every_kind(kind: str, locale: str) -> None:
    """In the texts of the tray, or of the feature whose kind it is."""
    subject, name = kind.split(".")
    named = []
    for path in FEATURES.glob(f"*/locales/{locale}.json"):
        words = json.loads(path.read_text(encoding="utf-8"))
        named.append(words.get("longWork", {}).get("kind", {}).get(subject, {}).get(name))
    assert any(named), f"longWork.kind.{kind}"
    key = f"notification.work.{kind}"
    assert translate(key, locale) != key, "what the bell calls it when it has ended"
