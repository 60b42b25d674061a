"""The page of the console is found wherever the application's factory lies."""

from __future__ import annotations

from flask import Flask


def test_templates_and_static_files_are_the_packages(app: Flask) -> None:
    assert app.jinja_env.get_template("index.html")
    assert str(app.static_folder).endswith("/app/static")
