"""Prepare this checkout with the system's Python alone, then hand over to the real command.

Usage: python3 scripts/bootstrap.py run|test|check|format|assets|install|install-dev [arguments]

The file stays readable for every Python 3 up to the version check, so that an old interpreter says
one clear line instead of a syntax error (hence the quoted annotations); everything newer lives in `steps/`.
"""

import sys

MINIMUM = (3, 11)


def old_python_message(version: "tuple[int, ...]") -> str:
    """The line to show when `version` (major, minor, ...) is too old, else an empty text."""
    found = tuple(version[:2])
    if found >= MINIMUM:
        return ""
    text = "lingke: Python {}.{} or newer is needed, this is {}.{}; try: make PYTHON=python3.11 <target>\n"
    return text.format(*(MINIMUM + found))


def main(arguments: "list[str]", version: "tuple[int, ...]" = sys.version_info[:3]) -> int:
    """Run one command of `steps.commands`; the version is an argument so that a test can be old."""
    message = old_python_message(version)
    if message:
        sys.stderr.write(message)
        return 1
    from steps import commands  # noqa: PLC0415 - an old Python cannot even parse what this imports

    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
