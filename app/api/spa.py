"""The single-page application's shell."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, current_app, g, render_template

from app.api.endpoint import current_runtime

spa = Blueprint("spa", __name__)
_MANIFEST = Path("dist") / ".vite" / "manifest.json"


@spa.get("/", defaults={"path": ""})
@spa.get("/<path:path>")
def index(path: str) -> str:
    """Every address of the console answers with the shell; the router in the browser does the rest."""
    if path.startswith(("api/", "static/", "callbacks/", "socket.io")):
        abort(404)
    settings = current_runtime().settings
    boot = {"demo": settings.is_demo, "sandbox_url": settings.sandbox_url or None, "locale": g.locale}
    return render_template("index.html", entry=_entry(), boot=boot, nonce=g.csp_nonce, locale=g.locale)


@spa.after_request
def ask_each_time(response: Response) -> Response:
    """The shell names the newest files; those may then be kept."""
    response.cache_control.no_cache = True
    return response


def _entry() -> dict[str, Any] | None:
    """The built entry's files, `scripts` being what it imports; None when there is no build."""
    cached = current_app.config.get("LINGKE_ENTRY")
    if cached is None:
        manifest = Path(current_app.static_folder or "") / _MANIFEST
        if not manifest.exists():
            return None
        entries = json.loads(manifest.read_text(encoding="utf-8"))
        entry = next(entry for entry in entries.values() if entry.get("isEntry"))
        cached = {**entry, "scripts": imported(entries, entry)}
        current_app.config["LINGKE_ENTRY"] = cached
    found: dict[str, Any] = cached
    return found


def imported(entries: dict[str, Any], entry: dict[str, Any]) -> list[str]:
    """All files that must be there before the entry can run: named in the page, none waits for another."""
    files: dict[str, None] = {}
    waiting = list(entry.get("imports", ()))
    while waiting:
        chunk = entries[waiting.pop(0)]
        if chunk["file"] not in files and chunk is not entry:
            files[chunk["file"]] = None
            waiting += chunk.get("imports", ())
    return list(files)
