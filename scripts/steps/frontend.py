"""The browser application: installed and built only when its sources changed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from steps.checkout import DIST, FRONTEND, fingerprint, is_current, leave_stamp
from steps.console import run_quietly, timed
from steps.node import Npm, find_npm

NOT_SOURCES = {"node_modules", "dist", "coverage", ".vite", "test-results"}


def sources(folder: Path = FRONTEND) -> Iterator[Path]:
    """All files that the build reads."""
    for path in folder.iterdir():
        if path.name in NOT_SOURCES:
            continue
        if path.is_dir():
            yield from sources(path)
        elif path.is_file():
            yield path


def ensure_built() -> None:
    """Build into app/static/dist unless what is there was built from the very same sources.

    A release archive carries the built files without the sources: then there is nothing to do.
    """
    if not (FRONTEND / "package.json").is_file():
        return
    wanted = fingerprint(sources())
    stamp = DIST / ".built-from"
    if is_current(stamp, wanted):
        return
    npm = ensure_modules()
    with timed("building the browser application"):
        npm_run(npm, "run", "build")
    leave_stamp(stamp, wanted)


def ensure_modules() -> Npm:
    """Install node_modules exactly as locked, when the lock file changed; return the npm that did."""
    npm = find_npm()
    wanted = fingerprint([FRONTEND / "package-lock.json", FRONTEND / "package.json"])
    stamp = FRONTEND / "node_modules" / ".installed-from"
    if not is_current(stamp, wanted):
        with timed("installing the browser application's packages"):
            npm_run(npm, "ci", "--no-audit", "--no-fund", "--loglevel=error")
        leave_stamp(stamp, wanted)
    return npm


def npm_run(npm: Npm, *arguments: str) -> None:
    failure = f"npm {' '.join(arguments[:2])} failed"
    run_quietly([*npm.command, *arguments], failure=failure, cwd=FRONTEND, env=npm.env)
