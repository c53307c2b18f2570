"""E-mail, over SMTP: the variable holds smtps://user:password@host:465, or smtp://…:587 with STARTTLS.

Without TLS nothing is sent, except to this machine.
"""

import hashlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from ipaddress import ip_address
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from rules.rulebook import Target
from workers.notes import Message, cut
from workers.senders.base import Way

PORTS = {"smtp": 587, "smtps": 465}
SUBJECT_MOST = 200  # characters
TEXT_MOST = 100_000
AGAIN = range(400, 500)  # the replies after which it may go better


class Server(NamedTuple):
    """Where the mail is handed in, and as whom."""

    scheme: str
    host: str
    port: int
    user: str
    password: str


class Email:
    """Sends mails. `tls` knows whom to trust; the system's own certificates, unless a test brings others."""

    def __init__(self, tls: ssl.SSLContext | None = None) -> None:
        self._tls = tls

    def __call__(self, message: Message, target: Target, way: Way) -> None:
        """Raises Unavailable or Refused."""
        server = _server(target, way)
        mail = composed(
            message, sender=_named(target.options["from"], way), to=[_named(a, way) for a in target.options["to"]]
        )
        try:
            with _connected(server, way, self._tls or ssl.create_default_context()) as smtp:
                refused = smtp.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            raise _answered(way, min(code for code, _ in error.recipients.values())) from None
        except smtplib.SMTPResponseException as error:
            raise _answered(way, error.smtp_code) from None
        except smtplib.SMTPNotSupportedError:
            raise way.refused("the server offers no STARTTLS, or no login") from None
        except (smtplib.SMTPException, OSError, ValueError) as error:
            raise way.unavailable(f"gave no answer ({type(error).__name__})") from None
        if refused:
            raise way.refused(f"took it for others, but not for {len(refused)} of {len(target.options['to'])}")


def composed(message: Message, *, sender: str, to: list[str]) -> EmailMessage:
    """Plain text. The same message has the same id however often it is sent, so that mailboxes can tell."""
    mail = EmailMessage(policy=SMTP)
    mail["Subject"] = " ".join(cut(message.title, SUBJECT_MOST).split()) or "Dynohook"
    mail["From"] = sender
    mail["To"] = ", ".join(to)
    mail["Date"] = format_datetime(datetime.now(UTC))
    digest = hashlib.sha256(f"{message.target} {message.key}".encode("utf-8", "surrogatepass")).hexdigest()
    mail["Message-ID"] = f"<{digest[:32]}@dynohook.invalid>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content(f"{cut(message.text, TEXT_MOST)}\n\n{message.more}\n")
    return mail


def _answered(way: Way, code: int) -> Exception:
    return way.unavailable(f"answered {code}") if code in AGAIN else way.refused(f"answered {code}")


def _named(address: Any, way: Way) -> str:
    """An address, or what the variable that is written in its place holds."""
    named = str(address).startswith("$")
    text = way.value(address[1:]) if named else str(address)
    if "@" not in text or any(character in text for character in "\r\n,<>"):
        raise way.refused(f"{'its variable ' + address[1:] if named else address} is no address of a mailbox")
    return text


def _server(target: Target, way: Way) -> Server:
    try:
        url = urlsplit(way.value(target.variable))
        port = url.port or PORTS[url.scheme]
    except (ValueError, KeyError):
        url = None
    if url is None or not url.hostname:
        raise way.refused(
            f"its variable {target.variable} holds no address like smtps://user:password@host:465"
        ) from None
    return Server(url.scheme, url.hostname, port, unquote(url.username or ""), unquote(url.password or ""))


@contextmanager
def _connected(server: Server, way: Way, tls: ssl.SSLContext) -> Iterator[smtplib.SMTP]:
    """A session that may hand in mail. A server that drips is cut off at the deadline."""
    raw = _reached(server, way)
    with closing(raw.dup()) as other:  # shutting this one down ends the session whatever wraps the first
        watch = threading.Timer(max(0.1, way.deadline.left), _cut_off, [other])
        watch.daemon = True
        watch.start()
        try:
            local = ip_address(raw.getpeername()[0].partition("%")[0]).is_loopback
            if server.scheme == "smtps":
                raw = tls.wrap_socket(raw, server_hostname=server.host)
            with closing(_Session(raw, server.host)) as smtp:
                if server.scheme == "smtp" and (smtp.has_extn("starttls") or not local):
                    smtp.starttls(context=tls)
                    smtp.ehlo()
                if server.user:
                    smtp.login(server.user, server.password)
                yield smtp
                with suppress(smtplib.SMTPException, OSError):  # the mail is taken, whatever comes of the goodbye
                    smtp.quit()
        finally:
            watch.cancel()
            raw.close()


def _reached(server: Server, way: Way) -> socket.socket:
    """A connection to the first address that takes it; each is checked just before, as in all that rules send."""
    failed: OSError = OSError("no address")
    for *_, address in socket.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM):
        way.check(str(address[0]))
        try:
            return socket.create_connection((str(address[0]), server.port), timeout=max(0.1, way.deadline.left))
        except OSError as error:
            failed = error
    raise failed


def _cut_off(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # it is over already


class _Session(smtplib.SMTP):
    """smtplib's session over a connection that stands already."""

    def __init__(self, connection: socket.socket, host: str) -> None:
        self._connection = connection
        # A name of our own, as smtplib would ask the network for one and wait for that without a bound.
        super().__init__(local_hostname="dynohook.invalid", timeout=connection.gettimeout() or 1.0)
        self._host = host  # whom the certificate must name
        code, said = self.connect(host)
        if code != 220:
            raise smtplib.SMTPConnectError(code, said)
        self.ehlo()

    def _get_socket(self, *_: Any) -> socket.socket:
        return self._connection
