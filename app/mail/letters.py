"""What an e-mail says, and how it becomes the lines that a mail server takes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from app.config import Settings
from app.core.i18n import translate
from app.core.smtp import Envelope

SETTINGS_PATH = "/notifications"


@dataclass(frozen=True)
class Line:
    """One line of a letter, and where it leads."""

    text: str
    path: str | None = None


@dataclass(frozen=True)
class Letter:
    """Words in its reader's language. The subject never names a customer: it stands on locked screens."""

    subject: str
    lines: tuple[Line, ...]
    locale: str


def put_together(
    settings: Settings, letter: Letter, *, recipient: str, message_id: str, at: datetime
) -> Envelope:
    """Text and HTML of the same lines. The email package refuses a header of several lines by itself."""
    name, sender = settings.mail_sender
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(name, addr_spec=sender)
    message["To"] = Address(addr_spec=recipient)
    message["Subject"] = f"[{translate('mail.program', letter.locale)}] {letter.subject}"
    message["Date"] = format_datetime(at.astimezone(UTC))
    message["Message-ID"] = message_id
    # A machine wrote it: no holiday notice is to answer, and whoever wants none finds where to say so.
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["List-Unsubscribe"] = f"<{settings.public_url}{SETTINGS_PATH}>"
    message["Content-Language"] = letter.locale
    foot = translate("mail.foot", letter.locale)
    message.set_content(_text(settings, letter, foot))
    message.add_alternative(_html(settings, letter, foot), subtype="html")
    return Envelope(sender, recipient, message.as_bytes())


def _text(settings: Settings, letter: Letter, foot: str) -> str:
    lines = []
    for line in letter.lines:
        lines += [line.text, *([f"  {settings.public_url}{line.path}"] if line.path else []), ""]
    return "\n".join([*lines, "-- ", foot, f"{settings.public_url}{SETTINGS_PATH}", ""])


def _html(settings: Settings, letter: Letter, foot: str) -> str:
    rows = "".join(f'<p style="margin:0 0 12px">{_marked(settings, line)}</p>' for line in letter.lines)
    link = escape(f"{settings.public_url}{SETTINGS_PATH}")
    return (
        f'<!doctype html><html lang="{letter.locale}"><head><meta charset="utf-8"></head>'
        '<body style="margin:0;padding:24px;font:15px/1.6 sans-serif;color:#1c2126">'
        f'<div style="max-width:560px">{rows}'
        '<p style="margin:24px 0 0;padding-top:12px;border-top:1px solid #d5dade;font-size:13px">'
        f'<a href="{link}" style="color:#4a5560">{escape(foot)}</a></p></div></body></html>\n'
    )


def _marked(settings: Settings, line: Line) -> str:
    said = escape(line.text)
    if line.path is None:
        return said
    return f'<a href="{escape(settings.public_url + line.path)}" style="color:#0b5f6b">{said}</a>'
