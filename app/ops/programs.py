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

QUEUES = ("ingest", "outbound", "default")
LEASH = ROOT / "app" / "ops" / "leash.py"
WANTED_FILES = 8192  # 3,000 browsers' sockets and room to spare


@dataclass(frozen=True)
class Program:
    """One supervised process; `at_once` ones start before the database is migrated."""

    name: str
    command: Sequence[str]
    at_once: bool = False


def programs(plan: Plan) -> list[Program]:
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
    found.append(Program("web", [python, "-m", "gunicorn", "-c", "app/ops/gunicorn.py", "wsgi:app"]))
    found += [Program(f"worker-{queue}", [python, "-m", "app.jobs.worker", queue]) for queue in QUEUES]
    found.append(Program("scheduler", [python, "-m", "app.jobs.scheduler"]))
    return found


def supervisor_configuration(plan: Plan, chosen: Sequence[Program]) -> str:
    """The text of supervisord.conf; no secret is in it, the processes inherit them from the environment."""
    sections = [_supervisor_section(plan)]
    sections += [_program_section(plan, program) for program in chosen]
    others = ",".join(program.name for program in chosen if program.name != "queue")
    # One group stops all at once; the queue server's own group has a lower priority and so stops after it.
    sections.append(f"[group:lingke]\nprograms={others}\npriority=100\n")
    return "\n".join(sections)


def full_name(program: Program) -> str:
    """The name by which the supervisor's interface knows the process."""
    return "queue" if program.name == "queue" else f"lingke:{program.name}"


def _sandbox_command(python: str, plan: Plan) -> list[str]:
    command = [python, "-m", "sandbox", "--port", str(plan.sandbox_port), "--data", str(plan.layout.sandbox)]
    command += ["--callback-base", plan.address]
    if plan.corpus:
        # The corpus alone, so that what was taken in can be counted against it.
        command += ["--corpus", str(plan.corpus), "--scenario", "none"]
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
    leashed = [sys.executable, "-I", "-S", str(LEASH), *program.command]
    return (
        f"[program:{program.name}]\ncommand={_escaped(shlex.join(leashed))}\ndirectory={_escaped(ROOT)}\n"
        f"autostart={str(program.at_once).lower()}\nautorestart=true\nstartsecs=1\nstartretries=5\n"
        "stopsignal=TERM\nstopwaitsecs=10\nstopasgroup=false\nkillasgroup=true\n"
        f"priority={1 if program.name == 'queue' else 100}\nredirect_stderr=true\n"
        f"stdout_logfile={_escaped(plan.layout.logs / (program.name + '.log'))}\n"
        "stdout_logfile_maxbytes=10MB\nstdout_logfile_backups=5\n"
    )


def _escaped(value: object) -> str:
    """The configuration's format expands percent signs."""
    return str(value).replace("%", "%%")
