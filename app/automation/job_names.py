"""Jobs of automation."""

from __future__ import annotations

from app.core.jobs import Job, Queue

FOLLOW = Job("automation.follow", Queue.DEFAULT)
RUN = Job("automation.run", Queue.DEFAULT)
WATCH_TIME = Job("automation.watch_time", Queue.DEFAULT)
LOOK_OVER = Job("automation.look_over", Queue.DEFAULT)
FORGET_OLD = Job("automation.forget_old", Queue.DEFAULT)
