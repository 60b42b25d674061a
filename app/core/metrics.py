"""Prometheus figures of this process, one place for all names."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

HTTP_SECONDS = Histogram("lingke_http_seconds", "Time to answer a request", ["endpoint", "method", "status"])
SOCKETS = Gauge("lingke_sockets", "Browsers connected to this process")
EVENTS_DELIVERED = Counter("lingke_events_delivered_total", "Events handed to sockets")
CALLBACKS = Counter("lingke_callbacks_total", "Pushes received", ["platform", "outcome"])
JOBS = Counter("lingke_jobs_total", "Jobs finished", ["job", "outcome"])
JOB_SECONDS = Histogram("lingke_job_seconds", "Time a job took", ["job"])
ITEMS = Counter("lingke_inbound_items_total", "Items judged", ["outcome", "reason"])
OUTBOUND = Counter(
    "lingke_outbound_total", "Replies and publications by final state", ["cargo", "platform", "state"]
)
PLATFORM_SECONDS = Histogram(
    "lingke_platform_seconds", "Time a platform took", ["platform", "operation", "outcome"]
)
BACKLOG = Gauge("lingke_backlog_rows", "Rows waiting to be worked on", ["kind"])
