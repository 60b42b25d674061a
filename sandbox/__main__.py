"""Command line: `python -m sandbox --port 5080 --data DIR --callback-base http://127.0.0.1:5000`."""

from __future__ import annotations

import argparse
import logging
import signal
import sqlite3
import sys
from pathlib import Path
from types import FrameType

from werkzeug.serving import make_server

from sandbox.app import create_app
from sandbox.settings import Settings
from sandbox.sources import Sources
from sandbox.world import World


def parse(arguments: list[str]) -> Settings:
    parser = argparse.ArgumentParser(prog="sandbox", description="Stand-in for Weibo, WeChat and Mastodon.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=5080)
    parser.add_argument(
        "--data", type=Path, help="folder for the journal; without it nothing survives a restart"
    )
    parser.add_argument("--callback-base", default="http://127.0.0.1:5000", help="where pushes go")
    parser.add_argument("--corpus", type=Path, help="JSON lines (gzip too) with a field `text`")
    parser.add_argument("--corpus-rate", type=float, default=50.0, help="rows per second")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--speed", type=float, default=1.0, help="how much faster the scenario's day passes")
    parser.add_argument(
        "--rate", type=float, default=20.0, help="scenario posts per minute at the day's mean"
    )
    parser.add_argument("--scenario", choices=("telecom", "none"), default="telecom")
    parser.add_argument(
        "--quiet-start", type=float, default=0.0, help="seconds in which the scenario begins slowly"
    )
    parser.add_argument("--profile", choices=("demo", "strict"), default="demo", help="rate limits")
    parser.add_argument(
        "--patience",
        type=float,
        default=60.0,
        help="seconds the scenario waits for a listener at the callback base",
    )
    return Settings(**vars(parser.parse_args(arguments)))


def serve(settings: Settings) -> int:
    """Run until stopped; returns the process's exit code."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)  # its access log would hold tokens
    try:
        world = World(settings)
        sources = Sources(world)
        app = create_app(world)
        app.extensions["sandbox_sources"] = sources
        server = make_server(settings.host, settings.port, app, threaded=True)
        world.base_url = f"http://{settings.host}:{server.port}"
        sources.start()
    except (OSError, ValueError, EOFError, sqlite3.Error, SystemExit) as problem:
        sys.stderr.write(f"sandbox cannot start: {problem}\n")
        return 1
    signal.signal(signal.SIGTERM, _stop)
    sys.stderr.write(f"sandbox listens on http://{settings.host}:{server.port}\n")
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        sources.stop()
        world.pusher.stop()
    return 0


def _stop(_number: int, _frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str]) -> int:
    return serve(parse(arguments))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
