"""The web server's settings, read by gunicorn itself.

gevent with simple-websocket holds some 3,000 sockets a process at 50 kB each. Nothing of the application is
imported here: the worker patches the standard library before it imports that, and the master, which only
watches, stays at 30 MB. More processes: WEB_CONCURRENCY; browsers connect by websocket only, so no sticky
sessions are needed.
"""

from __future__ import annotations

import os
from pathlib import Path

from dotenv import dotenv_values

# As everywhere: the environment wins over `.env`. Values are checked by app.config in each worker.
_given = {name: value for name, value in {**dotenv_values(".env"), **os.environ}.items() if value}

# Where a door keeps the port (app.processes.door, as `make run` starts it), it hands connections over here.
_door = _given.get("WEB_SOCKET")
bind = [f"unix:{_door}" if _door else f"{_given.get('BIND_HOST', '127.0.0.1')}:{_given.get('PORT', '5000')}"]
umask = 0o077
# gevent, and the connection ends where a body was refused unread.
worker_class = "app.ops.web_worker.WebWorker"
workers = int(_given.get("WEB_CONCURRENCY", "1"))
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


def post_worker_init(_worker: object) -> None:
    """What was imported stays until the end: the garbage collector need not walk it again and again.

    A full walk takes a tenth of a second, and meanwhile no request of the process is answered.
    """
    from app.core.gc_settings import settle_heap  # noqa: PLC0415 - not before the standard library is patched

    settle_heap()
