"""`make lock`: resolve requirements*.in into the pinned requirements*.txt with uv.

No address of a package registry is written into the files. Pins that still satisfy the .in files stay as
they are; `make lock UPGRADE=1` takes the newest of everything.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
UV = "uv==0.13.*"


def main() -> int:
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", UV], check=True)
    upgrade = ["--upgrade"] if os.environ.get("UPGRADE") else []
    # The second file includes the first's result, so both agree on every version.
    for name in ("requirements", "requirements-dev"):
        command = [sys.executable, "-m", "uv", "pip", "compile", f"{name}.in", "-o", f"{name}.txt"]
        quiet = [
            "--quiet",
            "--no-header",
            "--no-emit-index-url",
            "--no-emit-find-links",
            "--python-version",
            "3.11",
        ]
        subprocess.run([*command, *quiet, *upgrade], check=True, cwd=ROOT)
        print(f"wrote {name}.txt")
    return 0


if __name__ == "__main__":
    sys.exit(main())
