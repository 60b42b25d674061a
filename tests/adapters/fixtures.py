"""Where recorded payloads are, on machines that have them. None of them is part of the project."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parents[2].parent / "shared" / "platforms" / "fixtures"


def files(*patterns: str) -> list[Path]:
    return sorted(path for pattern in patterns for path in FOLDER.glob(pattern))


def body_of(path: Path) -> Any:
    """A recorded answer: the bare JSON, or the `body` of a file that keeps request and headers too."""
    content = json.loads(path.read_text(encoding="utf-8"))
    return content["body"] if isinstance(content, dict) and {"body", "status"} <= set(content) else content


def status_of(path: Path) -> int:
    content = json.loads(path.read_text(encoding="utf-8"))
    return int(content.get("status", 200)) if isinstance(content, dict) and "body" in content else 200


def objects_in(value: Any) -> list[dict[str, Any]]:
    """Every object in a JSON value, the value itself first."""
    found: list[dict[str, Any]] = []
    waiting = [value]
    while waiting:
        current = waiting.pop(0)
        if isinstance(current, dict):
            found.append(current)
            waiting += current.values()
        elif isinstance(current, list):
            waiting += current
    return found
