"""A real SMTP server on a port of this machine: it keeps what it takes, and answers as a test tells it to."""

from __future__ import annotations

import ipaddress
import ssl
from collections import defaultdict, deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from app.config import Settings, SmtpTls
from tests.support.servers import unused_port

USER, PASSWORD = "lingke", "a-password-of-the-mail-server"
SENDER = "lingke@example.com"
HANGS_UP = "hangs up"
"""An answer that is none: the connection ends."""


@dataclass
class MailServer:
    port: int
    tls: SmtpTls
    certificate: Path | None
    taken: list[EmailMessage] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    answers: dict[str, deque[str]] = field(default_factory=lambda: defaultdict(deque))
    """By verb, what is said next; what has none is said yes to."""
    needs_login: bool = False

    def say(self, verb: str, *answers: str) -> None:
        self.answers[verb].extend(answers)

    def environ(self) -> dict[str, str]:
        """What processes are told of it."""
        return {
            "SMTP_HOST": "127.0.0.1",
            "SMTP_PORT": str(self.port),
            "SMTP_TLS": self.tls.value,
            "SMTP_FROM": f"聆客 <{SENDER}>",
        }

    def settings(self, settings: Settings, **others: Any) -> Settings:
        """An installation whose e-mail leaves through this server."""
        wanted: dict[str, Any] = {
            "smtp_host": "127.0.0.1",
            "smtp_port": self.port,
            "smtp_tls": self.tls,
            "smtp_from": f"聆客 <{SENDER}>",
            "smtp_ca_file": str(self.certificate or ""),
            "public_url": "https://console.example.com",
        }
        return settings.model_copy(update=wanted | others)


class _Handler:
    def __init__(self, server: MailServer) -> None:
        self._server = server

    def _next(self, verb: str, transport: Any) -> str:
        scripted = self._server.answers[verb]
        said = scripted.popleft() if scripted else "250 OK"
        if said == HANGS_UP:
            transport.abort()
        return said

    async def handle_MAIL(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        envelope.mail_from = address
        return self._next("MAIL", server.transport)

    async def handle_RCPT(
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        said = self._next("RCPT", server.transport)
        if said.startswith("250"):
            envelope.rcpt_tos.append(address)
        return said

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:
        said = self._next("DATA", server.transport)
        if said.startswith("250") or said == HANGS_UP:
            assert isinstance(envelope.content, bytes)
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self._server.taken.append(message)
            self._server.recipients += envelope.rcpt_tos
        return said


def _login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    fits = isinstance(given, LoginPassword) and (given.login, given.password) == (
        USER.encode(),
        PASSWORD.encode(),
    )
    return AuthResult(success=fits, handled=False)


@contextmanager
def running_mail_server(
    folder: Path, tls: SmtpTls = SmtpTls.NONE, *, port: int = 0, needs_login: bool = False
) -> Iterator[MailServer]:
    certificate = _certificate(folder) if tls is not SmtpTls.NONE else None
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
    server = MailServer(port or unused_port(), tls, certificate, needs_login=needs_login)
    controller = Controller(
        _Handler(server),
        hostname="127.0.0.1",
        port=server.port,
        ssl_context=context if tls is SmtpTls.TLS else None,
        tls_context=context if tls is SmtpTls.STARTTLS else None,
        require_starttls=tls is SmtpTls.STARTTLS,
        authenticator=_login if needs_login else None,
        # It takes TLS from the first byte for none at all, and would warn.
        auth_required=needs_login and tls is SmtpTls.STARTTLS,
        auth_require_tls=tls is SmtpTls.STARTTLS,
    )
    controller.start()
    try:
        yield server
    finally:
        controller.stop()


def _certificate(folder: Path) -> Path:
    """Signed by itself, for 127.0.0.1; its key beside it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "a mail server of the tests")])
    # Real certificates are checked by the machine's clock, not by the tests'.
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = folder / "mail-server.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path
