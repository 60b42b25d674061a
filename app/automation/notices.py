"""What a rule tells people of: the request upon which it acts."""

from __future__ import annotations

from app.notifications.kinds import KINDS, NoticeKind
from app.routing.notices import REQUEST

TOLD_BY_RULE = KINDS.declare(NoticeKind("told_by_rule", REQUEST))
