"""Routes outside the endpoint decorator, each with the reason why nobody must log in for it."""

from __future__ import annotations

PUBLIC_ROUTES: dict[str, str] = {
    "static": "built front end, the same for everybody",
    "spa.index": "the shell holds no data; the login page is part of it",
    "health.healthz": "a supervisor asks whether the process lives",
    "health.readyz": "a load balancer asks whether the parts answer; no data",
    "health.metrics": "Prometheus scrapes figures without personal data; keep it from the outside",
    "callbacks.receive": "the platform proves itself by its signature on the raw body",
    "callbacks.challenge": "the platform proves itself by its signature",
}
