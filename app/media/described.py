"""A medium as an adapter tells it ↔ as it is kept with its item."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.adapters.types import Media, Origin

COPIED_KINDS = frozenset({"image", "voice", "audio", "video", "file"})
_LONGEST = {"url": 2000, "preview_url": 2000, "source_ref": 512}
_TEXT = 500


def medium_json(medium: Media) -> dict[str, Any]:
    """What is known of a medium, without what is not."""
    fields = {
        "kind": medium.kind[:20],
        "url": medium.url,
        "source_ref": medium.source_ref,
        "preview_url": medium.preview_url,
        "mime_type": medium.mime_type,
        "name": medium.name,
        "title": medium.title,
        "description": medium.description,
        "duration_seconds": medium.duration_seconds,
        "latitude": medium.latitude,
        "longitude": medium.longitude,
    }
    return _known(fields)


def origin_json(origin: Origin | None) -> dict[str, Any]:
    """What is known of the post or article that an item stands under; empty when nothing is."""
    if origin is None:
        return {}
    return _known(
        {
            "kind": origin.kind,
            "title": origin.title,
            "text": origin.text[:5000] if origin.text else None,
            "author_name": origin.author_name,
            "url": origin.url,
            "picture_url": origin.picture_url,
        }
    )


def _known(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _bounded(name, value) for name, value in fields.items() if value not in (None, "")}


def _bounded(name: str, value: Any) -> Any:
    if not isinstance(value, str) or name == "text":
        return value
    return value[: _LONGEST.get(name, _TEXT)]


def web_address(value: Any) -> str | None:
    """An address that may be linked to or fetched: http(s) and nothing else."""
    text = str(value or "")
    return text if text.lower().startswith(("http://", "https://")) else None
