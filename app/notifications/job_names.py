"""The jobs that notifications declare."""

from __future__ import annotations

from app.core.jobs import Job, Queue

READ_EVENTS = Job("notifications.read_events", Queue.QUESTIONS)
"""Somebody waits for it at a screen: never behind what takes its time."""
FORGET_OLD = Job("notifications.forget_old", Queue.DEFAULT)
