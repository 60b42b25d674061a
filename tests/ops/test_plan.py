"""From what a person set to what is started."""

from __future__ import annotations

import configparser
import json
from pathlib import Path

import pytest

from app.config import ConfigurationError, Environment
from app.ops.bringing_up import last_line
from app.ops.environment import Given, Plan, make_plan, read_given
from app.ops.layout import ROOT
from app.ops.programs import programs, supervisor_configuration
from app.ops.refusal import StartRefused


def plan_of(tmp_path: Path, **values: str) -> Plan:
    given = Given({"DATA_DIR": str(tmp_path / "data"), **values}, tmp_path)
    given.layout.create()
    return make_plan(given)


def names(plan: Plan) -> list[str]:
    return [program.name for program in programs(plan)]


def test_without_settings_it_is_the_demo_with_queue_and_sandbox(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    assert plan.settings.is_demo
    assert plan.environ["SANDBOX_URL"] == "http://127.0.0.1:5080"
    assert plan.environ["DATABASE_URL"] == f"sqlite:///{tmp_path}/data/lingke.db"
    assert {
        "queue",
        "sandbox",
        "web",
        "worker-ingest",
        "worker-outbound",
        "worker-default",
        "worker-questions",
        "scheduler",
        "door",
    } == set(names(plan))


def test_a_queue_server_of_ones_own_is_not_started_again(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, REDIS_URL="redis://queue.example:6379/0")
    assert "queue" not in names(plan)
    assert plan.environ["REDIS_URL"] == "redis://queue.example:6379/0"


def test_production_has_no_sandbox_and_makes_no_secrets(tmp_path: Path) -> None:
    from_demo = plan_of(tmp_path / "demo").environ
    secrets = {name: from_demo[name] for name in ("SECRET_KEY", "CREDENTIAL_KEYS")}
    own_key = secrets["CREDENTIAL_KEYS"].split(",")[0]
    plan = plan_of(tmp_path, LINGKE_ENV="production", **{**secrets, "CREDENTIAL_KEYS": own_key})
    assert "sandbox" not in names(plan)
    assert "SANDBOX_URL" not in plan.environ
    assert not plan.layout.secrets.exists()


def test_production_without_secrets_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="SECRET_KEY must be set"):
        plan_of(tmp_path, LINGKE_ENV="production")


def test_an_unknown_environment_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StartRefused, match="LINGKE_ENV is 'holiday'"):
        plan_of(tmp_path, LINGKE_ENV="holiday")


def test_the_sandbox_goes_with_the_port(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, PORT="6000")
    assert (plan.address, plan.sandbox_address) == ("http://127.0.0.1:6000", "http://127.0.0.1:6080")


def test_a_corpus_is_replayed_alone_and_from_the_callers_folder(tmp_path: Path) -> None:
    (tmp_path / "posts.jsonl").write_text(json.dumps({"text": "流量用完了"}), encoding="utf-8")
    plan = plan_of(tmp_path, CORPUS="posts.jsonl", SANDBOX_OPTIONS="--corpus-rate 5")
    command = next(list(program.command) for program in programs(plan) if program.name == "sandbox")
    assert command[-6:] == ["--corpus", f"{tmp_path}/posts.jsonl", "--scenario", "none", "--corpus-rate", "5"]


def test_empty_variables_count_as_not_set() -> None:
    given = read_given({"PORT": "", "LINGKE_ENV": "", "LINGKE_CALLER_CWD": "/srv"})
    assert given.get("PORT") == ""
    assert given.environment is Environment.DEMO
    assert given.caller_folder == Path("/srv")


def test_the_data_folder_is_in_the_checkout_unless_named(tmp_path: Path) -> None:
    assert Given({}, tmp_path).layout.data_dir == ROOT / "data"
    assert Given({"DATA_DIR": "mine"}, tmp_path).layout.data_dir == tmp_path / "mine"


def test_no_secret_is_in_the_supervisors_configuration(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    text = supervisor_configuration(plan, programs(plan))
    for name in ("SECRET_KEY", "CREDENTIAL_KEYS"):
        assert plan.environ[name] not in text


def test_every_process_is_restarted_tied_and_logged(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    chosen = programs(plan)
    parsed = configparser.RawConfigParser()
    parsed.read_string(supervisor_configuration(plan, chosen))
    for program in chosen:
        section = parsed[f"program:{program.name}"]
        assert section["autorestart"] == "true"
        assert "parent_death.py" in section["command"]
        assert section["stdout_logfile"] == str(plan.layout.logs / f"{program.name}.log")
        assert section["redirect_stderr"] == "true"


def test_the_queue_server_stops_after_all_others(tmp_path: Path) -> None:
    plan = plan_of(tmp_path)
    parsed = configparser.RawConfigParser()
    parsed.read_string(supervisor_configuration(plan, programs(plan)))
    assert int(parsed["program:queue"]["priority"]) < int(parsed["group:lingke"]["priority"])
    assert "queue" not in parsed["group:lingke"]["programs"].split(",")


def test_a_percent_sign_in_a_path_is_not_an_expansion(tmp_path: Path) -> None:
    plan = plan_of(tmp_path, DATA_DIR=str(tmp_path / "100%"))
    assert f"{tmp_path}/100%%/logs/web.log" in supervisor_configuration(plan, programs(plan))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", "it said nothing"),
        ("starting\n\n", "starting"),
        ("Traceback\n  File x\nmod.BadError: why\n[SQL: x]\n(Background)\n", "mod.BadError: why"),
    ],
)
def test_the_line_that_names_the_cause_is_found(tmp_path: Path, text: str, found: str) -> None:
    log = tmp_path / "x.log"
    log.write_text(text)
    assert last_line(log) == found
