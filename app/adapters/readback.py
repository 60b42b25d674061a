"""Finding out whether a write took place, by reading our own newest posts (no platform's key can be relied
on)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from app.adapters.types import InboundPost
from app.core.errors import PlatformError, PlatformErrorKind

_CLOCK_SKEW = timedelta(seconds=120)
_PAGES = 12


def find_sent(
    platform: str,
    read_page: Callable[[int], list[InboundPost]],
    matches: Callable[[InboundPost], bool],
    *,
    since: datetime,
    now: datetime,
    settle: timedelta = timedelta(seconds=5),
) -> InboundPost | None:
    """The own post that `matches` and is not older than `since` (less a clock skew of two minutes).

    `read_page` gives pages from 1, newest first. None means: it is surely not there. Raises
    PlatformError(TEMPORARY) while absence proves nothing yet (`settle` after `since`), and
    PlatformError(UNKNOWN_OUTCOME) when so much was posted since that the pages do not reach back.
    """
    oldest = since - _CLOCK_SKEW
    for page in range(1, _PAGES + 1):
        posts = read_page(page)
        found = next((post for post in posts if post.created_at >= oldest and matches(post)), None)
        if found is not None:
            return found
        if not posts or min(post.created_at for post in posts) < oldest:
            _require_settled(platform, since + settle, now)
            return None
    raise cannot_tell(platform, "too_much_posted_since")


def cannot_tell(platform: str, message: str) -> PlatformError:
    return PlatformError(PlatformErrorKind.UNKNOWN_OUTCOME, platform=platform, message=message)


def _require_settled(platform: str, settled_at: datetime, now: datetime) -> None:
    if now < settled_at:
        raise PlatformError(
            PlatformErrorKind.TEMPORARY, platform=platform, message="too_early_to_tell", retry_at=settled_at
        )
