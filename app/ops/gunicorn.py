"""The web server's settings, read by gunicorn itself.

gevent with simple-websocket holds some 3,000 sockets a process at 50 kB each. The standard library is patched
here, before anything of ours is imported: the settings alone import half the application, and what was
imported unpatched blocks all sockets. More processes: WEB_CONCURRENCY; browsers connect by websocket only, so
no sticky sessions are needed.
"""

from __future__ import annotations

from gevent import monkey

monkey.patch_all()

import os  # noqa: E402
from pathlib import Path  # noqa: E402

from app.config import load_settings  # noqa: E402

_settings = load_settings()

bind = [f"{_settings.bind_host}:{_settings.port}"]
worker_class = "gevent"
workers = int(os.environ.get("WEB_CONCURRENCY", "1"))
worker_connections = 4000
backlog = 2048
timeout = 60
# An open websocket never ends by itself: browsers reconnect and catch up, so a short wait is enough.
graceful_timeout = 3
keepalive = 30
# The heartbeat file must not wait for a slow disk.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - gunicorn unlinks it at once
# The access log is the application's own, with request id and operator.
accesslog = None
errorlog = "-"
loglevel = "warning"
# Its default place is one for the whole user account: two installations would fight for it.
control_socket_disable = True
forwarded_allow_ips = "127.0.0.1"
