"""From which pages a socket may be opened: our own, by whichever address browsers know us."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from app.config import Settings

Accepts = Callable[[str | None, dict[str, Any]], bool]
_USUAL_PORTS = {"http": 80, "https": 443}


def accepted_origins(settings: Settings) -> Accepts:
    """PUBLIC_URL, and the address that this very request came to.

    A proxy that ends TLS often tells nobody so; then the request says http while the browser says https, and
    only the setting knows better. What a proxy does tell is believed when proxies are configured.
    """
    public = _origin(settings.public_url)

    def accepts(origin: str | None, environ: dict[str, Any]) -> bool:
        asked = _origin(origin or "")
        return asked is not None and asked in (public, *_of_request(environ, settings.trusted_proxies > 0))

    return accepts


def _of_request(environ: dict[str, Any], has_proxy: bool) -> list[tuple[str, str, int] | None]:
    scheme, host = str(environ.get("wsgi.url_scheme", "http")), str(environ.get("HTTP_HOST", ""))
    found = [_origin(f"{scheme}://{host}")]
    if has_proxy:
        scheme = _first(environ.get("HTTP_X_FORWARDED_PROTO")) or scheme
        host = _first(environ.get("HTTP_X_FORWARDED_HOST")) or host
        found.append(_origin(f"{scheme}://{host}"))
    return found


def _first(header: str | None) -> str:
    return (header or "").partition(",")[0].strip()


def _origin(address: str) -> tuple[str, str, int] | None:
    """Scheme, host and port; None for what is no web address."""
    try:
        parts = urlsplit(address.strip().lower())
        port = parts.port or _USUAL_PORTS.get(parts.scheme)
    except ValueError:
        return None
    if parts.scheme not in _USUAL_PORTS or not parts.hostname or port is None:
        return None
    return parts.scheme, parts.hostname, port
