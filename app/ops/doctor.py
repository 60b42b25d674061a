"""Is this installation well? Each part is asked, a table says what was found and what to do.

`run_checks` never raises: a part that cannot be asked is a finding. `main` makes it a command:
`python -m app.ops.doctor`; the exit status is 0 when nothing failed.
"""

from __future__ import annotations

import shutil
import sys
import unicodedata
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import redis
from sqlalchemy.engine import make_url

from app.config import ConfigurationError, Environment, Settings, load_settings
from app.core.bucket import Bucket, NotThere
from app.core.errors import Unavailable
from app.core.smtp import Outcome, PostOffice
from app.ops import preflight
from app.ops.archive import BackupError
from app.ops.database_copy import check_sqlite, newest_revision, schema_revision
from app.ops.launch_lock import is_locked
from app.ops.layout import ROOT, Layout
from app.ops.refusal import StartRefused

FULL_BYTES = 1_000_000_000
ANSWER_SECONDS = 5


class Health(StrEnum):
    OK = "ok"
    WARNING = "warning"
    FAILED = "FAILED"


@dataclass(frozen=True)
class Finding:
    """One row of the table; `detail` says what was seen and, unless all is well, what to do."""

    part: str
    health: Health
    detail: str


Check = Callable[[Settings], tuple[Health, str]]


def run_checks(settings: Settings) -> list[Finding]:
    """Ask every part, in the order in which one would look for a fault."""
    findings = []
    for part, check in CHECKS.items():
        try:
            health, detail = check(settings)
        except (StartRefused, BackupError) as error:
            health, detail = Health.FAILED, str(error)
        except Exception as error:
            health, detail = Health.FAILED, f"{type(error).__name__}: {' '.join(str(error).split())}"
        findings.append(Finding(part, health, detail))
    return findings


def failed(findings: Sequence[Finding]) -> bool:
    return any(finding.health is Health.FAILED for finding in findings)


def render(findings: Sequence[Finding]) -> str:
    """A table for a terminal."""
    width = max(_columns(finding.part) for finding in findings)
    return "\n".join(
        f"{finding.part}{' ' * (width - _columns(finding.part))}  {finding.health:<8} {finding.detail}"
        for finding in findings
    )


def _data_folder(settings: Settings) -> tuple[Health, str]:
    preflight.check_data_dir(Layout(settings.data_dir))
    free = shutil.disk_usage(settings.data_dir).free
    text = f"{settings.data_dir}, {free // 1_000_000} MB free"
    return (Health.WARNING, f"{text}: make room") if free < FULL_BYTES else (Health.OK, text)


def _secrets(settings: Settings) -> tuple[Health, str]:
    if settings.lingke_env is not Environment.PRODUCTION:
        return Health.OK, f"{settings.lingke_env}: not for customers' data"
    return Health.OK, f"production, {len(settings.fernet_keys)} credential key(s)"


def _database(settings: Settings) -> tuple[Health, str]:
    preflight.check_database(settings.database_url)
    if settings.database_url.startswith("sqlite:///"):
        path = Path(make_url(settings.database_url).database or "")
        check_sqlite(path)
        return Health.OK, f"SQLite, {path.stat().st_size / 1e6:.1f} MB, every page sound"
    return Health.OK, "PostgreSQL answers"


def _schema(settings: Settings) -> tuple[Health, str]:
    newest, found = newest_revision(), schema_revision(settings.database_url)
    if found == newest:
        return Health.OK, f"at {found}"
    return Health.FAILED, f"at {found or 'nothing'}, this version needs {newest}: flask --app wsgi db upgrade"


def _queue(settings: Settings) -> tuple[Health, str]:
    with redis.Redis.from_url(settings.redis_url, socket_connect_timeout=ANSWER_SECONDS) as client:
        server: Any = client.info("server")
        memory: Any = client.info("memory")
        persistence: Any = client.info("persistence")
    version = server.get("valkey_version") or server.get("redis_version")
    text = f"version {version}, {int(memory['used_memory']) / 1e6:.1f} MB"
    if memory.get("maxmemory_policy") != "noeviction":
        return Health.FAILED, f"{text}: set maxmemory-policy noeviction, or jobs disappear"
    if not persistence.get("aof_enabled"):
        return Health.WARNING, f"{text}: set appendonly yes, or a restart delays queued work until the sweep"
    return Health.OK, text


def _frontend(_: Settings) -> tuple[Health, str]:
    manifest = ROOT / "app" / "static" / "dist" / ".vite" / "manifest.json"
    if manifest.is_file():
        return Health.OK, "built"
    return Health.FAILED, "not built: make assets"


def _processes(settings: Settings) -> tuple[Health, str]:
    if is_locked(Layout(settings.data_dir).run / "launcher.lock"):
        return Health.OK, "a launcher looks after them"
    return Health.WARNING, "no launcher on this DATA_DIR: make run, or your own supervisor"


def _web(settings: Settings) -> tuple[Health, str]:
    address = f"http://127.0.0.1:{settings.port}/readyz"
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(address, timeout=ANSWER_SECONDS) as answer:
            body = answer.read(2000).decode()
    except urllib.error.HTTPError as error:
        return Health.FAILED, f"{address}: {error.code} {error.read(500).decode(errors='replace')}"
    except OSError as error:
        return Health.WARNING, f"{address} does not answer: {getattr(error, 'reason', error)}"
    return (Health.OK, "ready") if '"ready"' in body else (Health.WARNING, body)


def _files(settings: Settings) -> tuple[Health, str]:
    if not settings.files_bucket_url:
        return Health.OK, "in the data folder"
    try:
        Bucket(settings).try_out()
    except (Unavailable, NotThere) as error:
        return (
            Health.FAILED,
            f"{settings.files_bucket_url}: {error}; see FILES_BUCKET_* in docs/operations.md",
        )
    return Health.OK, f"in {settings.files_bucket_url}"


def _mail(settings: Settings) -> tuple[Health, str]:
    if not settings.smtp_host:
        return Health.OK, "no server: nobody is told by e-mail"
    where = f"{settings.smtp_host}:{settings.smtp_port}, {settings.smtp_tls}"
    with PostOffice(settings) as office:
        answer = office.greet()
    if answer.outcome is Outcome.ACCEPTED:
        return Health.OK, f"{where}: takes us, from {settings.mail_sender[1]}"
    return Health.FAILED, f"{where}: {answer.words}; see SMTP_* in docs/operations.md"


CHECKS: dict[str, Check] = {
    "数据目录 data folder": _data_folder,
    "密钥 secrets": _secrets,
    "数据库 database": _database,
    "表结构 schema": _schema,
    "队列 queue": _queue,
    "文件 files": _files,
    "邮件 mail": _mail,
    "前端 front end": _frontend,
    "进程 processes": _processes,
    "网页 web": _web,
}


def _columns(text: str) -> int:
    """How many columns a terminal takes: Chinese characters take two."""
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in text)


def main() -> int:
    """Print the table for the settings of this environment."""
    try:
        settings = load_settings()
    except ConfigurationError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    findings = run_checks(settings)
    sys.stdout.write(render(findings) + "\n")
    return int(failed(findings))


if __name__ == "__main__":
    sys.exit(main())
