"""Giving an open connection to another process of this machine, over a Unix socket: the kernel moves it.

Nothing has been read of it, so whoever gets it serves it as if it had been accepted there.
"""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any


def hand_over(connection: socket.socket, receiver: Path) -> None:
    """The caller still has to close its own end. Never waits; raises OSError where nobody takes it."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as channel:
        channel.setblocking(False)
        channel.connect(str(receiver))
        socket.send_fds(channel, [b"c"], [connection.fileno()])


def take_over(channel: Any) -> int | None:
    """The connection's descriptor that comes over an accepted channel; None where none does."""
    _, descriptors, _, _ = socket.recv_fds(channel, 1, 1)
    return descriptors[0] if descriptors else None
