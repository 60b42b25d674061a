"""Makes an installation ready for its start: `python -m app.processes.prepare`.

The schema is brought up to date, the roles that the program brings follow it, the language model's tables are
written for others to map and, in the demo, the demo organisation is made; its logins are written to
`seed-demo.log` in the logs' folder. A demo that has just been made gets its history here, before anything
else can be written: lists are in the order in which rows were made.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from types import ModuleType

from app import migrate
from app.core.permissions import system_actor
from app.core.runtime import Runtime
from app.core.unit_of_work import open_context
from app.identity.built_in_roles import keep_built_in_roles
from app.listener.learning.versions import current_classifier
from app.ops.history_told import HISTORY_LINE
from app.ops.layout import Layout
from app.processes.composition import start_process
from app.seed.demo import logins_table, seed_demo
from app.seed.grants import seed_grants


def main(_arguments: Sequence[str] = ()) -> int:
    runtime = start_process("prepare")
    layout = Layout(runtime.settings.data_dir.absolute())
    layout.create()
    migrate.upgrade(runtime.engine)
    with open_context(runtime, system_actor("prepare")) as ctx:
        keep_built_in_roles(ctx.session, ctx.now())
    current_classifier(runtime)
    if runtime.settings.is_demo:
        with open_context(runtime, system_actor("seed")) as ctx:
            if seed_demo(ctx) and runtime.settings.history_days:
                _history().begin(ctx, runtime.settings.history_days)
        (layout.logs / "seed-demo.log").write_text(logins_table() + "\n", encoding="utf-8")
        if runtime.settings.history_days:
            _tell_history(runtime)
        # After the days before: what is granted today does not change who worked then.
        with open_context(runtime, system_actor("seed")) as ctx:
            seed_grants(ctx)
    return 0


def _tell_history(runtime: Runtime) -> None:
    """Write the days that are missing; the launcher shows these lines to whoever waits."""
    for written, days in _history().go_on(runtime):
        sys.stdout.write(f"{HISTORY_LINE.format(written=written, days=days)}\n")
        sys.stdout.flush()
    importlib.import_module("app.seed.history.planting").plant(runtime)


def _history() -> ModuleType:
    """The sandbox, whose words the history speaks, is there in the demo only."""
    return importlib.import_module("app.seed.history.history")


if __name__ == "__main__":
    sys.exit(main())
