"""The page of the console is found wherever the application's factory lies."""

from __future__ import annotations

from typing import Any

from flask import Flask

from app.api.spa import imported


def test_templates_and_static_files_are_the_packages(app: Flask) -> None:
    assert app.jinja_env.get_template("index.html")
    assert str(app.static_folder).endswith("/app/static")


def test_the_page_names_all_scripts_that_the_first_one_imports() -> None:
    """None has to wait until another has come and said that it needs it; each is named once."""
    entries: dict[str, Any] = {
        "main": {"file": "main.js", "imports": ["one", "two"]},
        "one": {"file": "one.js", "imports": ["two", "main"]},
        "two": {"file": "two.js"},
        "later": {"file": "later.js"},
    }
    assert imported(entries, entries["main"]) == ["one.js", "two.js"]
