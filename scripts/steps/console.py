"""One look for all progress and error lines of the preparation."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path


class SetupError(Exception):
    """Something a person has to change; the text is one line and says what."""


def say(text: str) -> None:
    sys.stdout.write(f"lingke: {text}\n")
    sys.stdout.flush()


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Announce a step and say how long it took, so that a quiet minute is understood."""
    say(f"{what} …")
    started = time.monotonic()
    yield
    say(f"{what}: done in {time.monotonic() - started:.1f} s")


def run_quietly(
    command: Sequence[str], *, failure: str, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> None:
    """Run a command without showing its output unless it fails.

    Raises SetupError(failure) after printing the end of the output, which is what a person needs then.
    """
    try:
        done = subprocess.run(
            command,
            cwd=cwd,
            env=env,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
    except OSError as error:
        raise SetupError(f"{failure}: {error}") from None
    if done.returncode != 0:
        sys.stderr.write("".join(f"  | {line}\n" for line in done.stdout.splitlines()[-25:]))
        raise SetupError(f"{failure} (exit status {done.returncode}; its last lines are above)")
