"""Checks of an outbound act that every platform shares, driven by its capabilities."""

from __future__ import annotations

import ipaddress

from app.adapters.capabilities import Capabilities, Feature
from app.adapters.types import Lane, OutboundMedia, SendKind, SendRequest, TextMeasure, Violation

FEATURE_OF = {
    SendKind.COMMENT: Feature.REPLY_PUBLIC,
    SendKind.PRIVATE_MESSAGE: Feature.REPLY_PRIVATE,
    SendKind.POST: Feature.PUBLISH,
    SendKind.REPOST: Feature.REPOST,
}
_PUBLISHING = (SendKind.POST, SendKind.REPOST)


def common_violations(
    request: SendRequest, capabilities: Capabilities, measure: TextMeasure
) -> list[Violation]:
    """Empty when nothing is wrong. Codes: missing_capability, empty, too_long, missing_actor_ip,
    visibility_not_offered, media_*."""
    found: list[Violation] = []
    if not capabilities.has(FEATURE_OF[request.kind]):
        found.append(Violation("missing_capability", "kind", {"kind": request.kind}))
    if not request.text.strip() and not request.media and request.kind is not SendKind.REPOST:
        found.append(Violation("empty", "text"))
    if not measure.fits:
        found.append(
            Violation(
                "too_long", "text", {"units": measure.units, "limit": measure.limit, "unit": measure.unit}
            )
        )
    needs_ip = capabilities.needs_actor_ip and request.lane is Lane.PUBLIC
    if needs_ip and not is_ipv4(request.actor_ip):
        found.append(Violation("missing_actor_ip", "actor_ip"))
    visibility = request.options.get("visibility")
    if request.kind in _PUBLISHING and visibility and visibility not in capabilities.visibilities:
        found.append(
            Violation(
                "visibility_not_offered", "visibility", {"offered": ", ".join(capabilities.visibilities)}
            )
        )
    found.extend(_media_violations(request, capabilities))
    return found


def _media_violations(request: SendRequest, capabilities: Capabilities) -> list[Violation]:
    found: list[Violation] = []
    if request.media and not capabilities.text_with_media and request.text.strip():
        found.append(Violation("media_or_text_only", "text"))
    for medium in request.media:
        found.extend(_medium_violations(medium, request, capabilities))
    return found


def _medium_violations(
    medium: OutboundMedia, request: SendRequest, capabilities: Capabilities
) -> list[Violation]:
    limit = capabilities.media_out.get(medium.kind)
    if limit is None or request.kind not in capabilities.media_with:
        return [Violation("media_not_supported", "media", {"kind": medium.kind})]
    found = []
    if len(request.media) > limit.per_message:
        found.append(Violation("media_too_many", "media", {"limit": limit.per_message}))
    if medium.source_ref is None and medium.mime_type not in limit.mime_types:
        found.append(Violation("media_type", "media", {"allowed": list(limit.mime_types)}))
    if medium.bytes_long > limit.max_bytes:
        found.append(Violation("media_too_large", "media", {"limit": limit.max_bytes}))
    return found


def is_ipv4(value: str | None) -> bool:
    """Whether `value` is a dotted IPv4 address: what Weibo's `rip` takes."""
    try:
        ipaddress.IPv4Address(value or "")
    except ValueError:
        return False
    return True
