"""`make openapi`: the documents of endpoints and events, and from them the browser's types."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from steps import frontend  # noqa: E402 - a script's own folder has to be importable first
from steps.console import SetupError  # noqa: E402

DOCUMENTS = {"openapi": "docs/api/openapi.json", "events": "docs/api/events.json"}


def main() -> int:
    # Any settings will do: the document depends on code alone.
    environ = {**os.environ, "LINGKE_ENV": "test"}
    for name, path in DOCUMENTS.items():
        command = [sys.executable, "-m", "flask", "--app", "wsgi", name, "--output", path]
        subprocess.run(command, cwd=ROOT, env=environ, check=True)
        print(f"wrote {path}")
    try:
        frontend.npm_run(frontend.ensure_modules(), "run", "types")
    except SetupError as error:
        sys.stderr.write(f"lingke: {error}\n")
        return 1
    print("wrote the browser's types")
    return 0


if __name__ == "__main__":
    sys.exit(main())
