"""Addresses whose builders are made when somebody builds one.

For each route werkzeug compiles two functions that put its address together. Nothing here asks for one (the
browser knows them), and compiling them was four fifths of building the application: 40 ms of the start of
every process that has it, and of nearly every test.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from werkzeug.routing import Rule

Builder = Callable[..., tuple[str, str]]


class LateRule(Rule):
    def _compile_builder(self, append_unknown: bool = True) -> Builder:
        """Below werkzeug's public face, which offers no other place: tests/api/test_late_rules.py."""
        compiled: list[Builder] = []

        def build(rule: Rule, /, **values: Any) -> tuple[str, str]:
            if not compiled:
                compiled.append(Rule._compile_builder(self, append_unknown))
            return compiled[0](rule, **values)

        return build
