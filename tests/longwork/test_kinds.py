"""Over the table of kinds: each can be done by a worker, and has its name in the tray in both languages."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from app.longwork.kinds import KINDS, Kind
from app.processes import all_jobs

LOCALES = Path(__file__).resolve().parents[2] / "frontend/src/features/longwork/locales"
assert all_jobs  # what workers load declares every kind
DECLARED = [kind for kind in KINDS.all() if not kind.arguments.__module__.startswith("tests.")]


def test_the_table_has_every_kind_that_there_is() -> None:
    assert [kind.key for kind in DECLARED] == [
        "audit_entry.export",
        "automation.dry_run",
        "filter.trial",
        "inbound_item.export",
        "model.training",
        "monitor.backfill",
        "service_request.bulk",
        "service_request.export",
    ]


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.key)
@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_the_tray_has_a_name_for_every_kind(kind: Kind[Any], locale: str) -> None:
    words = json.loads((LOCALES / f"{locale}.json").read_text(encoding="utf-8"))["longWork"]["kind"]
    subject, name = kind.key.split(".")
    assert words.get(subject, {}).get(name), f"longWork.kind.{kind.key}"


@pytest.mark.parametrize("kind", DECLARED, ids=lambda kind: kind.key)
def test_a_worker_knows_how_to_do_every_kind(kind: Kind[Any]) -> None:
    KINDS.function(kind.key)  # raises LookupError for one that no room does
