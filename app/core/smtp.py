"""Handing an envelope to the mail server, and what its answer means.

Nothing is thrown: whatever happens is an answer. Up to the last line of the content nothing has been sent;
from then on, without an answer, nobody can say (`OPEN`). SMTP knows no way to ask afterwards.
"""

from __future__ import annotations

import contextlib
import re
import smtplib
import ssl
import time
from dataclasses import dataclass
from enum import StrEnum
from types import TracebackType
from urllib.parse import urlsplit

from app.config import Settings, SmtpTls

STEP_SECONDS = 10.0
MOST_SECONDS = 60.0
"""For one envelope, with the connection that it may need."""
_LONGEST_ANSWER = 300
_OK, _GO_ON = 250, 354
_STARTS_WITH_DOT = re.compile(rb"^\.", re.MULTILINE)


@dataclass(frozen=True)
class Envelope:
    """A letter with its address, ready to be handed over."""

    sender: str
    recipient: str
    content: bytes


class Outcome(StrEnum):
    ACCEPTED = "accepted"
    LATER = "later"
    """Refused for now (4xx)."""
    REFUSED = "refused"
    """Refused for good (5xx), not because of its address."""
    DEAD_ADDRESS = "dead_address"
    AWAY = "away"
    """The server cannot be used at all: no connection, no encryption, our name and password refused."""
    OPEN = "open"
    """The content was sent, the answer never came."""


@dataclass(frozen=True)
class Answer:
    outcome: Outcome
    words: str
    """The server's own, with its number; else what went wrong on the way."""


class _Said(Exception):
    """The server has answered, and not with yes."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.words)
        self.answer = answer


class PostOffice:
    """One connection to the mail server, made when it is first needed and kept while it works."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._ends = 0.0

    def __enter__(self) -> PostOffice:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._server is not None and kind is None:
            with contextlib.suppress(OSError, smtplib.SMTPException):
                self._server.quit()
        self._close()

    def send(self, envelope: Envelope) -> Answer:
        """Hand it over. A connection that has been closed meanwhile is made anew, once."""
        self._ends = time.monotonic() + MOST_SECONDS
        was_open = self._server is not None
        answer = self._try(envelope)
        if was_open and answer.outcome is Outcome.AWAY:
            answer = self._try(envelope)
        return answer

    def greet(self) -> Answer:
        """Whether the server takes us: connection, encryption, name and password."""
        self._ends = time.monotonic() + MOST_SECONDS
        try:
            return _answer(Outcome.ACCEPTED, *self._connected().noop())
        except _Said as refusal:
            return refusal.answer
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Outcome.AWAY, _told(error))

    def _try(self, envelope: Envelope) -> Answer:
        try:
            server = self._connected()
            self._put_down(server, envelope)
        except _Said as refusal:
            if refusal.answer.outcome is Outcome.AWAY:
                self._close()
            else:
                self._reset()
            return refusal.answer
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Answer(Outcome.AWAY, _told(error))
        try:
            code, words = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self._close()
            return Answer(Outcome.OPEN, _told(error))
        if code != _OK:
            self._reset()
        return _answer(Outcome.ACCEPTED if code == _OK else _meaning(code), code, words)

    def _put_down(self, server: smtplib.SMTP, envelope: Envelope) -> None:
        """All but the answer. Whatever fails here, the server lacks the last line and has taken nothing."""
        self._step(server)
        code, words = server.mail(envelope.sender)
        if code != _OK:
            raise _Said(_answer(_meaning(code), code, words))
        self._step(server)
        code, words = server.rcpt(envelope.recipient)
        if code not in (_OK, 251):
            raise _Said(_answer(_of_address(code, words), code, words))
        self._step(server)
        code, words = server.docmd("DATA")
        if code != _GO_ON:
            raise _Said(_answer(_meaning(code), code, words))
        self._step(server)
        server.send(_STARTS_WITH_DOT.sub(b"..", envelope.content) + b".\r\n")
        self._step(server)

    def _connected(self) -> smtplib.SMTP:
        if self._server is not None:
            return self._server
        settings, wait = self._settings, STEP_SECONDS
        name = urlsplit(settings.public_url).hostname or "localhost"
        where = settings.smtp_host, settings.smtp_port
        server: smtplib.SMTP
        if settings.smtp_tls is SmtpTls.TLS:
            server = smtplib.SMTP_SSL(*where, local_hostname=name, timeout=wait, context=_trust(settings))
        else:
            server = smtplib.SMTP(*where, local_hostname=name, timeout=wait)
        self._server = server
        self._step(server)
        server.ehlo_or_helo_if_needed()
        if settings.smtp_tls is SmtpTls.STARTTLS:
            server.starttls(context=_trust(settings))
            self._step(server)
            server.ehlo()
        if settings.smtp_user:
            self._step(server)
            server.login(settings.smtp_user, settings.smtp_password.get_secret_value())
        return server

    def _step(self, server: smtplib.SMTP) -> None:
        """No answer may take longer than its time, nor all of them together."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the mail server took too long")
        if server.sock is not None:
            server.sock.settimeout(min(STEP_SECONDS, left))

    def _reset(self) -> None:
        """The connection is good for the next envelope; a server that thinks otherwise is called anew."""
        try:
            if self._server is not None:
                self._server.rset()
        except (OSError, smtplib.SMTPException):
            self._close()

    def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def _trust(settings: Settings) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=settings.smtp_ca_file or None)


def _meaning(code: int) -> Outcome:
    if code == 421:
        return Outcome.AWAY
    return Outcome.REFUSED if code >= 500 else Outcome.LATER


def _of_address(code: int, words: bytes) -> Outcome:
    """5.7.x refuses whoever sends, and not whom it is for."""
    if code < 500:
        return _meaning(code)
    return Outcome.REFUSED if words.startswith(b"5.7.") else Outcome.DEAD_ADDRESS


def _answer(outcome: Outcome, code: int, words: bytes | str) -> Answer:
    said = words if isinstance(words, str) else words.decode("utf-8", "replace")
    return Answer(outcome, _plain(f"{code} {said}"))


def _told(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _answer(Outcome.AWAY, error.smtp_code, error.smtp_error).words
    return _plain(str(error) or type(error).__name__)


def _plain(text: str) -> str:
    """One line that a screen can show, of what somebody else's server has said."""
    line = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return line if len(line) <= _LONGEST_ANSWER else f"{line[: _LONGEST_ANSWER - 1]}…"
