"""Prepare this checkout with the system's Python alone, then hand over to the real command.

Usage: python3 scripts/bootstrap.py run|test|check|assets|install|install-dev [arguments]

The file stays readable for Python 2.7 and 3.x up to the version check, so that an old interpreter
says one clear line instead of a syntax error; everything newer lives in `steps/`.
"""

import sys

MINIMUM = (3, 11)


def old_python_message(version):
    """The line to show when `version` (major, minor, ...) is too old, else an empty text."""
    if tuple(version[:2]) >= MINIMUM:
        return ""
    return (
        "lingke: Python %d.%d or newer is needed, this is %d.%d; try: make PYTHON=python3.11 ...\n"
        % (  # noqa: UP031
            MINIMUM + tuple(version[:2])
        )
    )


def main(arguments):
    message = old_python_message(sys.version_info)
    if message:
        sys.stderr.write(message)
        return 1
    from steps import commands  # noqa: PLC0415 - an old Python cannot even parse what this imports

    return commands.main(arguments)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
