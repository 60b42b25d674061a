"""`make openapi`: the API document from the declared endpoints, the browser's types from the document."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts"))

from steps import frontend  # noqa: E402 - a script's own folder has to be importable first
from steps.console import SetupError  # noqa: E402

DOCUMENT = "docs/api/openapi.json"


def main() -> int:
    # Any settings will do: the document depends on code alone.
    environ = {**os.environ, "LINGKE_ENV": "test"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "openapi", "--output", DOCUMENT]
    subprocess.run(command, cwd=ROOT, env=environ, check=True)
    print(f"wrote {DOCUMENT}")
    try:
        frontend.npm_run(frontend.ensure_modules(), "run", "types")
    except SetupError as error:
        sys.stderr.write(f"lingke: {error}\n")
        return 1
    print("wrote the browser's types")
    return 0


if __name__ == "__main__":
    sys.exit(main())
