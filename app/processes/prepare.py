"""Makes an installation ready for its start: `python -m app.processes.prepare`.

The schema is brought up to date, the roles that the program brings follow it, the language model's tables are
written for others to map and, in the demo, the demo organisation is made; its logins are written to
`seed-demo.log` in the logs' folder.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from app import migrate
from app.core.permissions import system_actor
from app.core.unit_of_work import open_context
from app.identity.built_in_roles import keep_built_in_roles
from app.listener.learning.versions import current_classifier
from app.ops.layout import Layout
from app.processes.composition import start_process
from app.seed.demo import logins_table, seed_demo


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
            seed_demo(ctx)
        (layout.logs / "seed-demo.log").write_text(logins_table() + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
