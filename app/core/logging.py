"""JSON logs, one object a line, every line with the request or job it belongs to."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any

import structlog

_SECRET_KEYS = frozenset(
    {"password", "token", "access_token", "secret", "authorization", "cookie", "credentials", "appsecret"}
)


def _hide_secrets(_logger: Any, _method: str, entry: Any) -> Any:
    for key in entry:
        if key.lower() in _SECRET_KEYS:
            entry[key] = "[hidden]"
    return entry


_INPUT = re.compile(r"input_value=.*?, input_type=", re.DOTALL)


def _hide_inputs(_logger: Any, _method: str, entry: Any) -> Any:
    """A failed check quotes what it was given; that may be what a customer wrote."""
    for key, value in entry.items():
        if isinstance(value, str) and "input_value=" in value:
            entry[key] = _INPUT.sub("input_value=[hidden], input_type=", value)
    return entry


def configure_logging(process: str, level: str = "INFO") -> None:
    """Send our own and every library's log lines to standard error as JSON."""
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _hide_inputs,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level)
    for noisy in ("httpx", "httpcore", "engineio", "socketio", "rq.worker", "jieba"):
        logging.getLogger(noisy).setLevel(max(logging.WARNING, logging.getLevelName(level)))
    structlog.contextvars.bind_contextvars(process=process)
