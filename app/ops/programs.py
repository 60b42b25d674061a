"""Which processes an installation consists of, and the supervisor configuration that keeps them running."""

from __future__ import annotations

import os
import resource
import shlex
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from app.ops.environment import Plan
from app.ops.layout import ROOT
from app.ops.redis_binary import find_queue_server, queue_server_command
from app.ops.supervisor import PREPARATION

QUEUES = ("ingest", "outbound", "default", "questions")
PARENT_DEATH = ROOT / "app" / "ops" / "parent_death.py"
WANTED_FILES = 8192  # 3,000 browsers' sockets and room to spare


@dataclass(frozen=True)
class Program:
    """One supervised process; `at_once` ones start with the supervisor, the others when asked for."""

    name: str
    command: Sequence[str]
    at_once: bool = False


def programs(plan: Plan, *, web_at_once: bool = False) -> list[Program]:
    """In the order in which they start; the queue server stops last."""
    found = []
    if plan.own_queue:
        command = queue_server_command(
            find_queue_server(), socket=plan.layout.queue_socket, folder=plan.layout.queue
        )
        found.append(Program("queue", command, at_once=True))
    python = sys.executable
    if plan.sandbox_port:
        found.append(Program("sandbox", _sandbox_command(python, plan), at_once=True))
    web = [python, "-m", "gunicorn", "-c", "app/ops/gunicorn.py", "wsgi:app"]
    found.append(Program("web", web, at_once=web_at_once))
    found += [Program(f"worker-{queue}", [python, "-m", "app.processes.worker", queue]) for queue in QUEUES]
    found.append(Program("door", [python, "-m", "app.processes.door"]))
    found.append(Program("scheduler", [python, "-m", "app.processes.scheduler"]))
    return found


def supervisor_configuration(plan: Plan, chosen: Sequence[Program]) -> str:
    """The text of supervisord.conf; no secret is in it, the processes inherit them from the environment."""
    sections = [_supervisor_section(plan)]
    sections += [_program_section(plan, program) for program in chosen]
    sections.append(_preparation_section(plan))
    others = ",".join(program.name for program in chosen if program.name != "queue")
    # One group stops all at once; the queue server's own group has a lower priority and so stops after it.
    sections.append(f"[group:lingke]\nprograms={others}\npriority=100\n")
    return "\n".join(sections)


def full_name(program: Program) -> str:
    """The name by which the supervisor's interface knows the process."""
    return "queue" if program.name == "queue" else f"lingke:{program.name}"


QUIET_START_SECONDS = 600
CALM_RATE = "0.4"
"""Posts a minute of a demo that has a history."""


def _sandbox_command(python: str, plan: Plan) -> list[str]:
    command = [python, "-m", "sandbox", "--port", str(plan.sandbox_port), "--data", str(plan.layout.sandbox)]
    command += ["--callback-base", plan.address]
    if plan.corpus:
        # The corpus alone, so that what was taken in can be counted against it.
        command += ["--corpus", str(plan.corpus), "--scenario", "none"]
    else:
        # A newcomer must find what they wrote before the day is in full swing.
        command += ["--quiet-start", str(QUIET_START_SECONDS)]
    if plan.settings.history_days:
        # About as much as its past has; the usual rate would be one long alarm.
        command += ["--rate", CALM_RATE]
    return [*command, *plan.sandbox_options]


def _supervisor_section(plan: Plan) -> str:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    run_as = "user=root\n" if os.getuid() == 0 else ""
    return (
        f"[supervisord]\nnodaemon=true\nsilent=true\nidentifier=lingke\nminfds={files}\n{run_as}"
        f"logfile={_escaped(plan.layout.logs / 'supervisor.log')}\nlogfile_maxbytes=5MB\nlogfile_backups=2\n"
        f"pidfile={_escaped(plan.layout.run / 'supervisor.pid')}\n\n"
        f"[unix_http_server]\nfile={_escaped(plan.layout.supervisor_socket)}\nchmod=0700\n\n"
        "[rpcinterface:supervisor]\n"
        "supervisor.rpcinterface_factory = supervisor.rpcinterface:make_main_rpcinterface\n"
    )


def _program_section(plan: Plan, program: Program) -> str:
    return (
        _section(plan, program) + f"autostart={str(program.at_once).lower()}\nautorestart=true\nstartsecs=1\n"
        f"startretries=5\npriority={1 if program.name == 'queue' else 100}\n"
    )


def _preparation_section(plan: Plan) -> str:
    """It runs once, before the others are forked, and says by its exit status how it went."""
    program = Program(PREPARATION, [sys.executable, "-m", "app.processes.prepare"])
    return _section(plan, program) + "autostart=true\nautorestart=false\nstartsecs=0\npriority=50\n"


def _section(plan: Plan, program: Program) -> str:
    tied = [sys.executable, "-I", "-S", str(PARENT_DEATH), *program.command]
    return (
        f"[program:{program.name}]\ncommand={_escaped(shlex.join(tied))}\ndirectory={_escaped(ROOT)}\n"
        "stopsignal=TERM\nstopwaitsecs=10\nstopasgroup=false\nkillasgroup=true\nredirect_stderr=true\n"
        f"stdout_logfile={_escaped(plan.layout.logs / (program.name + '.log'))}\n"
        "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=5\n"
    )


def _escaped(value: object) -> str:
    """The configuration's format expands percent signs."""
    return str(value).replace("%", "%%")
