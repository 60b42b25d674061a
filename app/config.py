"""Typed settings, read once at start from the environment (and `.env`).

Every mistake is reported at once, in one message, and the process does not start: a half-configured
console loses customers' posts quietly.
"""

from __future__ import annotations

import os
import re
from email.utils import parseaddr
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict
from sqlalchemy.engine import URL

_MAIL_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)

# What .env.example and the demo carry; a real installation that still has one of these is open to anybody.
DEFAULT_SECRETS = frozenset({"change-me", "demo-secret-not-for-production", ""})
DEMO_CREDENTIAL_KEY = "ZGVtby1rZXktbm90LWZvci1wcm9kdWN0aW9uLTAwMDE="


def is_mail_address(text: str) -> bool:
    """One plain address in ASCII: nothing that a header or a mail server could read as more."""
    return len(text) <= 254 and len(text.partition("@")[0]) <= 64 and bool(_MAIL_ADDRESS.fullmatch(text))


class Environment(StrEnum):
    DEMO = "demo"
    TEST = "test"
    PRODUCTION = "production"


class SmtpTls(StrEnum):
    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class ConfigurationError(Exception):
    """The settings are unusable; the text lists every problem, one a line."""


class Settings(BaseSettings):
    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore")

    lingke_env: Environment = Field(Environment.PRODUCTION, description="demo, test or production")
    port: int = Field(5000, ge=1, le=65535)
    bind_host: str = "127.0.0.1"
    public_url: str = Field(
        "", description="address under which browsers and platforms reach us; default http://127.0.0.1:PORT"
    )
    data_dir: Path = Path("data")
    database_url: str = Field("", description="SQLAlchemy address; default SQLite in DATA_DIR")
    redis_url: str = Field("", description="redis:// or unix:// address of the queue")
    files_bucket_url: str = Field(
        "", description="https://server/bucket of an S3-compatible service; default a folder in DATA_DIR"
    )
    files_bucket_region: str = "us-east-1"
    files_bucket_key: str = Field("", description="access key of the bucket")
    files_bucket_secret: SecretStr = SecretStr("")
    smtp_host: str = Field("", description="mail server that notifications leave by; default: no e-mail")
    smtp_port: int = Field(587, ge=1, le=65535)
    smtp_tls: SmtpTls = Field(
        SmtpTls.STARTTLS, description="starttls (587), tls (465), or none, which is for your own network"
    )
    smtp_ca_file: str = Field("", description="PEM file of an authority of your own; default the system's")
    smtp_user: str = ""
    smtp_password: SecretStr = SecretStr("")
    smtp_from: str = Field("", description="address that e-mail comes from, also as Name <address>")
    secret_key: SecretStr = SecretStr("")
    credential_keys: SecretStr = Field(
        SecretStr(""),
        description="comma separated Fernet keys, newest first; encrypt tokens and personal data",
    )
    audit_keys: SecretStr = Field(
        SecretStr(""),
        description="comma separated secrets of the audit log, newest first; default from CREDENTIAL_KEYS",
    )
    installation: str = Field(
        "lingke", pattern=r"^[a-z][a-z0-9-]{0,30}$", description="prefix of all Redis keys"
    )
    cookie_secure: bool = Field(False, description="set to true behind https")
    trusted_proxies: int = Field(0, ge=0, le=5, description="proxies in front whose X-Forwarded-For counts")
    default_locale: str = Field("zh-CN", pattern=r"^(zh-CN|en)$")
    log_level: str = Field("INFO", pattern=r"^(DEBUG|INFO|WARNING|ERROR)$")

    sandbox_url: str = Field("", description="base address of the platforms' stand-in; demo and tests only")
    history_days: int = Field(
        0, ge=0, le=365, description="days of example history that a new demo begins with; 0: none"
    )
    corpus: str = Field("", description="JSON-lines file that the sandbox replays")

    session_idle_minutes: int = Field(720, ge=5)
    undo_seconds: int = Field(10, ge=0, le=60)
    poll_seconds: int = Field(
        5, ge=1, description="how often an active monitor's streams are read by default"
    )
    lease_seconds: int = Field(
        30, ge=10, description="after this long a worker's unfinished row is taken over"
    )
    sweep_seconds: int = Field(15, ge=1)
    reread_minutes: int = Field(
        30,
        ge=0,
        le=10_080,
        description="how often posts of open requests are read again for edits and deletions; 0: never",
    )
    reread_days: int = Field(14, ge=1, le=90, description="how old a post may be that is read again")
    absent_hours: int = Field(
        48, ge=1, description="after so long without their holder waiting requests go back to the queue"
    )
    event_retention: int = Field(20_000, ge=100, description="events a reconnecting browser may catch up on")
    private_platform_hosts: str = Field(
        "", description="comma separated host or host:port of platform servers inside your own network"
    )
    event_days: int = Field(
        7, ge=1, description="days that events are kept beyond those a browser may catch up on"
    )
    callback_days: int = Field(30, ge=2, description="days that understood and refused pushes are kept")
    session_days: int = Field(180, ge=91, description="days that ended logins are kept")
    long_work_days: int = Field(
        7, ge=1, le=365, description="days that ended long work is kept with its files (exports) and errors"
    )
    notification_days: int = Field(
        60, ge=7, le=3650, description="days that notifications are kept, read or not"
    )
    answer_days: int = Field(90, ge=1, description="days that platforms' whole answers to sends are kept")
    raw_days: int = Field(
        0, ge=0, le=3650, description="days that what platforms sent about each item is kept; 0: for ever"
    )
    private_fetch_hosts: str = Field(
        "", description="comma separated host:port that media may be fetched from although private"
    )

    @field_validator("data_dir")
    @classmethod
    def _absolute(cls, value: Path) -> Path:
        return value.expanduser().resolve()

    @model_validator(mode="after")
    def _complete(self) -> Settings:
        if not self.database_url:
            # Not put together by hand: a folder's name may hold a percent sign.
            file = URL.create("sqlite", database=str(self.data_dir / "lingke.db"))
            self.database_url = file.render_as_string()
        if self.database_url.startswith(("postgres://", "postgresql://")):
            self.database_url = "postgresql+psycopg://" + self.database_url.split("://", 1)[1]
        if not self.redis_url:
            self.redis_url = f"unix://{self.data_dir / 'valkey.sock'}"
        if not self.public_url:
            self.public_url = f"http://127.0.0.1:{self.port}"
        problems = self._broken_credential_keys() + self._broken_bucket() + self._broken_smtp()
        if self.lingke_env is Environment.PRODUCTION:
            problems += self._unfit_for_production()
        if problems:
            raise ValueError("; ".join(problems))
        return self

    def _unfit_for_production(self) -> list[str]:
        problems = []
        secret = self.secret_key.get_secret_value()
        if secret in DEFAULT_SECRETS or len(secret) < 32:
            problems.append("SECRET_KEY must be set to at least 32 random characters")
        keys = self.credential_keys.get_secret_value()
        if keys in DEFAULT_SECRETS or DEMO_CREDENTIAL_KEY in keys:
            problems.append("CREDENTIAL_KEYS must hold at least one Fernet key of your own")
        if self.sandbox_url:
            problems.append(
                "SANDBOX_URL is for the demo and tests: real accounts must not talk to the stand-in"
            )
        return problems

    def _broken_bucket(self) -> list[str]:
        if not self.files_bucket_url:
            return []
        problems = []
        if not re.fullmatch(r"https?://[^/?#@]+/[a-z0-9][a-z0-9.-]{1,62}/?", self.files_bucket_url):
            problems.append(
                "FILES_BUCKET_URL must be https://server/bucket, without keys or anything behind it"
            )
        if not self.files_bucket_key or not self.files_bucket_secret.get_secret_value():
            problems.append("FILES_BUCKET_KEY and FILES_BUCKET_SECRET must be set with FILES_BUCKET_URL")
        return problems

    def _broken_smtp(self) -> list[str]:
        if not self.smtp_host:
            return []
        problems = []
        if not re.fullmatch(r"[A-Za-z0-9.:-]{1,255}", self.smtp_host):
            problems.append("SMTP_HOST must be a host name or an address, without a port")
        if not self.mail_sender[1]:
            problems.append("SMTP_FROM must be the address that e-mail comes from: name@example.com")
        if bool(self.smtp_user) != bool(self.smtp_password.get_secret_value()):
            problems.append("SMTP_USER and SMTP_PASSWORD must be set together")
        if self.smtp_user and self.smtp_tls is SmtpTls.NONE and not self._smtp_is_here:
            problems.append("SMTP_TLS=none would send SMTP_PASSWORD over the network for all to read")
        if self.smtp_ca_file and not Path(self.smtp_ca_file).is_file():
            problems.append("SMTP_CA_FILE is no file")
        return problems

    @property
    def _smtp_is_here(self) -> bool:
        return self.smtp_host in ("localhost", "::1") or self.smtp_host.startswith("127.")

    @property
    def mail_sender(self) -> tuple[str, str]:
        """The name and the address of SMTP_FROM; no address where it is none."""
        if not self.smtp_from.isprintable():
            return "", ""
        name, address = parseaddr(self.smtp_from)
        return (name, address) if is_mail_address(address) else ("", "")

    def _broken_credential_keys(self) -> list[str]:
        problems = []
        for number, key in enumerate(self.fernet_keys, start=1):
            try:
                Fernet(key)
            except ValueError:
                problems.append(
                    f"CREDENTIAL_KEYS: key {number} is not a Fernet key (32 bytes, url-safe base64)"
                )
        return problems

    @cached_property
    def fernet_keys(self) -> tuple[str, ...]:
        keys = tuple(k.strip() for k in self.credential_keys.get_secret_value().split(",") if k.strip())
        return keys or (DEMO_CREDENTIAL_KEY,)

    @property
    def is_demo(self) -> bool:
        return self.lingke_env is Environment.DEMO


def _env_files(overrides: dict[str, Any]) -> tuple[Path, ...]:
    """The installation's own secrets (made by `make run`), then what a person wrote, which wins."""
    data_dir = Path(overrides.get("data_dir") or os.environ.get("DATA_DIR") or "data")
    return (data_dir / "secrets.env", Path(".env"))


def load_settings(**overrides: Any) -> Settings:
    """Read the settings; raises ConfigurationError naming every wrong value at once."""
    try:
        return Settings(**{"_env_file": _env_files(overrides), **overrides})
    except ValidationError as error:
        lines = []
        for problem in [*error.errors(), *_problems_behind(error, overrides)]:
            name = ".".join(str(part) for part in problem["loc"]).upper() or "SETTINGS"
            lines.append(f"  {name}: {problem['msg']}")
        raise ConfigurationError("The settings are not usable:\n" + "\n".join(lines)) from None


def _problems_behind(error: ValidationError, overrides: dict[str, Any]) -> list[Any]:
    """What is wrong with the whole, which is only looked at once every single value is right."""
    wrong = {str(problem["loc"][0]) for problem in error.errors() if problem["loc"]}
    if not wrong:
        return []
    mended = {name: field.get_default() for name, field in Settings.model_fields.items() if name in wrong}
    try:
        Settings(**{**overrides, **mended})
    except ValidationError as further:
        return list(further.errors())
    return []
