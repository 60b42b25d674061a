"""What a list shows of a request's newest message."""

from __future__ import annotations

import re

from app.models import Account

_CALL = re.compile(r"@([\w\-.]+)(?:@[\w\-.]+)?[\s:：，,、]*")
"""A name at the beginning; where each platform ends names, a blank stands since the text came in."""


def shown_text(text: str, account: Account) -> str:
    """The text without the calls on the account itself at its beginning: whom it was said to, its mark says.

    Other people who are called stay, and so does a text that consists of calls alone.
    """
    own = account.called
    rest = text.lstrip()
    while (call := _CALL.match(rest)) and call[1].lower() in own:
        rest = rest[call.end() :]
    return rest or text.strip()
