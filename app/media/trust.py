"""Which private hosts may be fetched from: those an administrator names, and the demo's stand-in."""

from __future__ import annotations

from urllib.parse import urlsplit

from app.config import Settings
from app.core.addresses import listed_hosts


def trusted_hosts(settings: Settings) -> tuple[frozenset[str], frozenset[int]]:
    """Hosts (`host` or `host:port`) and their ports. A real installation has no stand-in: see app.config."""
    named = set(listed_hosts(settings.private_fetch_hosts))
    stand_in = urlsplit(settings.sandbox_url)
    if stand_in.hostname and stand_in.port:
        named.add(f"{stand_in.hostname}:{stand_in.port}")
    ports = {int(port) for host in named if (port := host.rpartition(":")[2]).isdigit()}
    return frozenset(named), frozenset(ports)
