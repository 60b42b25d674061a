"""Which platforms there are. Ours are built in; others arrive by the entry-point group `lingke.adapters`.

An entry point names a PlatformAdapter subclass. A package that fails to load is left out with a log line: a
broken plug-in must not stop the console.
"""

from __future__ import annotations

import logging
from functools import lru_cache
from importlib.metadata import entry_points
from inspect import isabstract
from typing import Any

from app.adapters.base import PlatformAdapter
from app.adapters.capabilities import Feature
from app.adapters.mastodon import MastodonAdapter
from app.adapters.transport import AdapterServices
from app.adapters.wechat import WeChatAdapter
from app.adapters.weibo import WeiboAdapter
from app.core.errors import NotFound

ENTRY_POINT_GROUP = "lingke.adapters"
_BUILT_IN: tuple[type[PlatformAdapter], ...] = (WeiboAdapter, WeChatAdapter, MastodonAdapter)

log = logging.getLogger(__name__)


@lru_cache(maxsize=1)
def all_adapters() -> dict[str, type[PlatformAdapter]]:
    """Platform name → adapter class, built-in ones first. Read once per process."""
    known = {adapter.platform: adapter for adapter in _BUILT_IN}
    for point in entry_points(group=ENTRY_POINT_GROUP):
        adapter = _load(point)
        if adapter is None:
            continue
        if adapter.platform in known:
            log.warning("adapter %s ignored: platform %s exists", point.value, adapter.platform)
            continue
        known[adapter.platform] = adapter
    return known


def get(platform: str) -> type[PlatformAdapter]:
    """The adapter class of `platform`. Raises NotFound(code="platform_unknown")."""
    adapter = all_adapters().get(platform)
    if adapter is None:
        raise NotFound("platform_unknown", platform=platform)
    return adapter


def build(platform: str, services: AdapterServices) -> PlatformAdapter:
    """An adapter object; it keeps no state of an account and may be shared by threads."""
    return get(platform)(services)


def capability_matrix() -> dict[str, Any]:
    """What every platform can do: `{"platforms": [...], "features": [{name, <platform>: bool}], "limits":
    {...}}`."""
    adapters = all_adapters()
    capabilities = {name: adapter.platform_capabilities() for name, adapter in adapters.items()}
    return {
        "platforms": [
            {"platform": name, "names": dict(adapter.names), "streams": list(adapter.streams)}
            for name, adapter in adapters.items()
        ],
        "features": [
            {
                "feature": feature.value,
                "platforms": {name: caps.has(feature) for name, caps in capabilities.items()},
            }
            for feature in Feature
        ],
        "limits": {name: caps.as_dict() for name, caps in capabilities.items()},
    }


def _load(point: Any) -> type[PlatformAdapter] | None:
    try:
        adapter = point.load()
    except Exception:
        log.exception("adapter entry point %s cannot be loaded", point.value)
        return None
    if not isinstance(adapter, type) or not issubclass(adapter, PlatformAdapter):
        log.error("adapter entry point %s is no PlatformAdapter", point.value)
        return None
    if isabstract(adapter):
        lacking = ", ".join(sorted(adapter.__abstractmethods__))
        log.error("adapter entry point %s lacks %s", point.value, lacking)
        return None
    return adapter
