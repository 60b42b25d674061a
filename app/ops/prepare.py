"""Several commands of the application in one process: `python -m app.ops.prepare "db upgrade" "seed demo"`.

Starting Python with the whole application takes longer than either command; a start should pay for it once.
Each command's output goes to its own file below the folder that LINGKE_PREPARE_LOGS names.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from pathlib import Path


def main(commands: list[str]) -> int:
    """Run the commands in order; the first failure ends it with status 1, its traceback in its log."""
    logs = Path(os.environ["LINGKE_PREPARE_LOGS"])
    application = importlib.import_module("wsgi").app
    with application.app_context():
        for command in commands:
            with (
                (logs / log_name(command)).open("w", encoding="utf-8") as log,
                contextlib.redirect_stdout(log),
            ):
                application.cli.main(command.split(), prog_name="flask", standalone_mode=False)
    return 0


def log_name(command: str) -> str:
    """`db upgrade` writes to `db-upgrade.log`."""
    return f"{command.replace(' ', '-')}.log"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
