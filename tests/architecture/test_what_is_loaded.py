"""Which heavy packages each kind of process has in memory after its start: none creeps in."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from app.ops.layout import ROOT

HEAVY = frozenset(
    {
        "alembic",
        "cryptography",
        "flask",
        "gevent",
        "jieba",
        "joblib",
        "numpy",
        "pydantic",
        "pypinyin",
        "redis",
        "rjieba",
        "rq",
        "scipy",
        "sklearn",
        "snownlp",
        "sqlalchemy",
        "supervisor",
    }
)
SERVING = frozenset({"cryptography", "numpy", "pydantic", "redis", "rq", "sqlalchemy"})
"""`numpy` for the folding of texts that are searched; `rq` to queue hints."""
ALLOWED = {
    "app.processes.web": SERVING | {"flask", "gevent"},
    "app.processes.worker": SERVING,
    "app.processes.scheduler": SERVING,
    "app.processes.door": SERVING,
    "app.processes.supervisord": {"supervisor"},
    "app.ops.watcher": {"supervisor"},
    "app.ops.gunicorn": set(),
    "sandbox.__main__": {"cryptography", "flask"},
}
"""By the module that the process runs. What is forked finds more loaded, shared with the supervisor."""


@pytest.mark.parametrize("module", ALLOWED)
def test_a_process_loads_no_more_than_it_needs(module: str) -> None:
    assert loaded(module) <= ALLOWED[module]


def test_judging_brings_its_own_in() -> None:
    """Or the list above would be one of packages that nobody loads."""
    found = loaded(
        "app.nlp.serving.classifier", "app.nlp.serving.classifier.Classifier.load().classify(['宽带'])"
    )
    assert {"scipy", "rjieba", "numpy"} <= found


def loaded(module: str, then: str = "None") -> frozenset[str]:
    """The heavy packages that a new interpreter has after importing the module and working `then` out."""
    script = (
        f"import {module}, app, json, sys; {then}; "
        "print(json.dumps(sorted({name.partition('.')[0] for name in sys.modules})))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env={**os.environ, "LINGKE_ENV": "demo"},
        check=True,
        capture_output=True,
        text=True,
    )
    return HEAVY & frozenset(json.loads(done.stdout.splitlines()[-1]))
