"""`make bench`: run every benchmark of bench/, one after the other so that none disturbs another.

A benchmark is a module that prints a table and writes bench/results/<name>.json. BENCH=name runs one.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> int:
    present = sorted(path.stem for path in (ROOT / "bench").glob("*.py") if not path.stem.startswith("_"))
    chosen = os.environ.get("BENCH", "").split() or present
    unknown = sorted(set(chosen) - set(present))
    if unknown:
        sys.stderr.write(f"lingke: no benchmark {' '.join(unknown)}; there are: {' '.join(present)}\n")
        return 2
    failed = []
    for name in chosen:
        print(f"=== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False).returncode != 0:
            failed.append(name)
    if failed:
        print(f"failed: {' '.join(failed)}")
    return int(bool(failed))


if __name__ == "__main__":
    sys.exit(main())
