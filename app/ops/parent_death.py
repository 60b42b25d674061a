"""Start a program so that it gets SIGTERM when the process that started it dies.

Usage: python -I -S parent_death.py program argument… (a file: importing the package would cost a second)
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1  # include/uapi/linux/prctl.h


def main(command: list[str]) -> None:
    parent = os.getppid()
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent died while this was starting")
    os.execvp(command[0], command)  # noqa: S606 - the supervisor's configuration names the program


if __name__ == "__main__":
    main(sys.argv[1:])
