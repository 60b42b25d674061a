"""Habits that a reader of the source relies on, held by reading it."""

from __future__ import annotations

import ast
import importlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import app.models
from app.core.db import Base
from app.core.errors import PlatformErrorKind
from app.core.jobs import LIVE, Job, Queue
from app.jobs.job import registered_jobs
from app.migrate import FOLDER
from app.models import HELD_UP, AccountStatus, ChangeKind
from app.ops import programs
from app.processes.all_jobs import JOB_MODULES, PERIODIC
from app.routing.policies import ANSWER_WITHIN

ROOT = FOLDER.parent
SOURCES = sorted((ROOT / "app").rglob("*.py"))
MOST_LINES = 350
MOST_FUNCTION_LINES = 45
LOCALES = {
    name: json.loads((ROOT / "app" / "locales" / f"{name}.json").read_text(encoding="utf-8"))
    for name in ("zh-CN", "en")
}


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_files_have_one_subject() -> None:
    long = {
        str(p.relative_to(ROOT)): n for p in SOURCES if (n := len(p.read_text().splitlines())) > MOST_LINES
    }
    assert long == {}


def test_functions_do_one_thing() -> None:
    long = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in SOURCES
        for node in _functions(path)
        if node.end_lineno is not None and node.end_lineno - node.lineno + 1 > MOST_FUNCTION_LINES
    }
    assert set(long) - DECLARATIONS == set(), long


def test_every_file_says_what_it_is_for() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in SOURCES
        if path.read_text().strip() and ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) is None
    ]
    assert silent == []


# A declaration with many keyword arguments is long without doing more than one thing.
DECLARATIONS = {"app/api/endpoint.py:endpoint"}

# Who may end a transaction, and why each of them is not a service.
COMMITTERS = {
    "app/core/unit_of_work.py": "the unit of work",
    "app/realtime/publisher.py": "numbers events after their commit, without a context",
    "app/accounts/token_store.py": "a lock that must be seen by other processes at once",
}


def test_nobody_but_the_unit_of_work_commits() -> None:
    committing = {
        str(path.relative_to(ROOT))
        for path in SOURCES
        if re.search(r"\.(commit|rollback)\(\)", path.read_text(encoding="utf-8"))
    }
    assert {path for path in committing if not path.startswith("app/ops/")} == set(COMMITTERS)


def test_no_test_measures_the_machine() -> None:
    """Fixed seconds say how fast a machine is; `usual_seconds` says how much work was done."""
    measured = re.compile(r"\b(thread_time|process_time|perf_counter)\b")
    own = {"tests/support/processor.py", "tests/architecture/test_source.py"}
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "tests").rglob("*.py")
        if measured.search(path.read_text())
    }
    assert found <= own


def test_every_job_has_one_function_and_a_queue_with_a_worker() -> None:
    folders = {path.parent.name for path in (ROOT / "app").glob("*/jobs.py")} - {"core"}
    assert {module.__name__.split(".")[1] for module in JOB_MODULES} == folders
    modules = [
        importlib.import_module(f"app.{path.parent.name}.job_names")
        for path in (ROOT / "app").glob("*/job_names.py")
    ]
    declared = {value for module in modules for value in vars(module).values() if isinstance(value, Job)}
    assert registered_jobs() == declared
    assert set(programs.QUEUES) == {queue.value for queue in Queue if queue not in LIVE}


def test_periodic_entries_have_names_of_their_own() -> None:
    names = [entry.name for entry in PERIODIC]
    assert len(names) == len(set(names))


def test_layers_and_borders_hold() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, done.stdout[-3000:]


def test_every_table_and_enumeration_is_in_the_glossary() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    terms = set(re.findall(r"^\| `(\w+)` \|", glossary, re.MULTILINE))
    classes = {name for name in app.models.__all__ if name[0].isupper() and not name.isupper()} - {"Base"}
    tables = {mapper.class_.__name__ for mapper in Base.registry.mappers}
    assert (classes | tables) - terms == set()


def test_every_glossary_line_has_both_languages() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    lines = [line for line in glossary.splitlines() if line.startswith("| `")]
    assert lines
    for line in lines:
        _, _term, chinese, meaning, _ = line.split("|")
        assert re.search(r"[\u4e00-\u9fff]", chinese), line
        assert len(meaning.split()) >= 3, line


def test_both_locales_have_the_same_keys_and_parameters() -> None:
    chinese, english = LOCALES["zh-CN"], LOCALES["en"]
    assert set(chinese) == set(english)
    fields = re.compile(r"{(\w+)}")
    assert {k for k in english if set(fields.findall(chinese[k])) != set(fields.findall(english[k]))} == set()


def _literal_arguments(names: set[str]) -> Iterator[tuple[str, str]]:
    """(function, first literal argument) of each call to one of the names, in all sources."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                called = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
                if called in names and isinstance(node.args[0].value, str):
                    yield called, node.args[0].value


ERROR_CLASSES = {
    "AppError",
    "Invalid",
    "Unauthenticated",
    "Forbidden",
    "NotFound",
    "Conflict",
    "RateLimited",
    "Unavailable",
    "TimedOut",
}


def test_every_error_code_raised_has_a_text() -> None:
    codes = {code for _, code in _literal_arguments(ERROR_CLASSES)}
    assert len(codes) > 15
    assert {code for code in codes if f"errors.{code}" not in LOCALES["en"]} == set()


def _field_codes() -> Iterator[str]:
    """What `Invalid(fields={path: "code"})` says of fields, in all sources."""
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "fields" and isinstance(node.value, ast.Dict):
                for value in node.value.values:
                    if isinstance(value, ast.Constant) and isinstance(value.value, str):
                        yield value.value


def test_everything_said_of_a_field_has_a_text() -> None:
    codes = set(_field_codes())
    assert len(codes) > 10
    assert {code for code in codes if f"field.{code}" not in LOCALES["en"]} == set()


def test_every_key_looked_up_by_name_exists() -> None:
    keys = {key for _, key in _literal_arguments({"translate"})}
    assert keys
    assert keys - set(LOCALES["en"]) == set()


def test_every_reason_of_the_filter_has_a_text() -> None:
    reasons: set[str] = set()
    for path in (ROOT / "app" / "listener").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in ("dropped", "kept"):
                reasons |= {str(given.value) for given in node.args[1:2] if isinstance(given, ast.Constant)}
    assert len(reasons) >= 8
    assert {reason for reason in reasons if f"verdict.reason.{reason}" not in LOCALES["en"]} == set()


@pytest.mark.parametrize("reason", ["empty", "emoji_only", "url_only", "mention_only", "pure_forward"])
def test_every_reason_of_emptiness_has_a_text(reason: str) -> None:
    assert f"verdict.reason.{reason}" in LOCALES["en"]


def test_every_kind_of_send_error_has_a_text() -> None:
    kinds = {kind.value for kind in PlatformErrorKind} | HELD_UP | {"absent", "not_sent", "account_removed"}
    for language in ("en", "zh-CN"):
        words = _browser_words("workbench", language, "sendError")
        assert {kind for kind in kinds if kind not in words} == set(), language


def _browser_words(feature: str, language: str, group: str) -> dict[str, str]:
    """A group of a feature's words in the browser, wherever in its file it stands."""
    path = ROOT / "frontend" / "src" / "features" / feature / "locales" / f"{language}.json"
    waiting = [json.loads(path.read_text(encoding="utf-8"))]
    while waiting:
        words = waiting.pop()
        if isinstance(words.get(group), dict):
            return dict(words[group])
        waiting += [inner for inner in words.values() if isinstance(inner, dict)]
    raise LookupError(group)


def test_every_refusal_of_a_lane_has_a_text() -> None:
    source = (ROOT / "app" / "workbench" / "lanes.py").read_text(encoding="utf-8")
    codes = set(re.findall(r'return "(\w+)"', source))
    windows = set(re.findall(r'reason = "(\w+)" if|else "(\w+)"', _windows_source()))
    named = {name for pair in windows for name in pair if name}
    rests = {status.value for status in AccountStatus if status is not AccountStatus.ACTIVE}
    codes |= {f"account_{status}" for status in rests}
    wanted = {f"lane.refused.{code}" for code in codes} | {f"lane.refused.window_{name}" for name in named}
    assert len(wanted) >= 8
    assert wanted - set(LOCALES["en"]) == set()


def _windows_source() -> str:
    return (ROOT / "app" / "adapters" / "window_rules.py").read_text(encoding="utf-8")


def test_every_routing_reason_has_a_text() -> None:
    reasons = set(
        re.findall(
            r'"(least_loaded|nobody_available|returned_to_queue|claimed|handed_over|answered)"',
            "".join(path.read_text() for path in (ROOT / "app" / "routing").rglob("*.py")),
        )
    )
    assert len(reasons) == 6
    assert {reason for reason in reasons if f"routing.reason.{reason}" not in LOCALES["en"]} == set()


def test_every_kind_of_change_has_a_text() -> None:
    assert {kind for kind in ChangeKind if f"request_change.{kind.value}" not in LOCALES["en"]} == set()


def test_every_priority_has_an_answering_time() -> None:
    assert sorted(ANSWER_WITHIN) == [1, 2, 3, 4]
    assert sorted(ANSWER_WITHIN.values()) == list(ANSWER_WITHIN.values())
