"""A browser without a screen: cookies, the CSRF header and JSON, over Flask's test client."""

from __future__ import annotations

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

API = "/api/v1"


class Browser:
    """`token` logs it in as the login of that session row; without one it is anonymous."""

    def __init__(self, app: Flask, token: str | None = None, *, locale: str = "en") -> None:
        self.app = app
        self.client: FlaskClient = app.test_client()
        self.headers = {"Accept-Language": locale}
        self._csrf: str | None = None
        if token is not None:
            with self.client.session_transaction() as cookie:
                cookie["_user_id"] = token
                cookie["_fresh"] = True

    @property
    def csrf(self) -> str:
        if self._csrf is None:
            self._csrf = str(self.get("/session").get_json()["csrf_token"])
        return self._csrf

    def call(self, method: str, path: str, json: Any = None, **options: Any) -> TestResponse:
        """Any request below /api/v1, with the CSRF header on all but GET."""
        headers = {**self.headers, **options.pop("headers", {})}
        if method not in ("GET", "HEAD"):
            headers.setdefault("X-CSRF-Token", self.csrf)
        return self.client.open(
            API + path, method=method, json=json, headers=headers, buffered=True, **options
        )

    def get(self, path: str, **query: Any) -> TestResponse:
        return self.call("GET", path, query_string=query or None)

    def post(self, path: str, json: Any = None) -> TestResponse:
        return self.call("POST", path, json)

    def put(self, path: str, json: Any = None) -> TestResponse:
        return self.call("PUT", path, json)

    def delete(self, path: str) -> TestResponse:
        return self.call("DELETE", path)

    def log_in(self, login_name: str, password: str) -> TestResponse:
        answer = self.post("/session", {"login_name": login_name, "password": password})
        self._csrf = None
        return answer
