"""A real SMTP server on the loopback, with a certificate of its own if wished: keeps mails, answers as it was told."""

import asyncio
import shutil
import ssl
import subprocess
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.parser import BytesParser
from email.policy import default
from pathlib import Path
from typing import Any, Literal, NamedTuple

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword

OPENSSL = shutil.which("openssl")
USER, PASSWORD = "ops", "pass:word@hunter2"


class Pair(NamedTuple):
    """The two ends of TLS on loopback."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def certified(folder: Path) -> Pair:
    """A server with a fresh certificate, and a client that trusts that one only."""
    request = ["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
    files = [
        "-subj",
        "/CN=127.0.0.1",
        "-keyout",
        "key.pem",
        "-out",
        "cert.pem",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run([str(OPENSSL), *request, *files], cwd=folder, check=True, capture_output=True, timeout=30)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return Pair(server, ssl.create_default_context(cafile=folder / "cert.pem"))


@dataclass
class Mailbox:
    """`answers` are for the mails to come, `recipients` for single addresses; else all is taken."""

    host: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    answers: deque[str] = field(default_factory=deque)
    recipients: dict[str, str] = field(default_factory=dict)
    goodbye: str = "221 Bye"

    async def handle_RCPT(  # noqa: N802  (its name there)
        self, _: Any, __: Any, envelope: Any, address: str, ___: Any
    ) -> str:
        answer = self.recipients.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(  # noqa: N802  (its name there)
        self, _: Any, __: Any, envelope: Any
    ) -> str:
        if self.answers:
            return self.answers.popleft()
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 OK"

    async def handle_QUIT(self, *_: Any) -> str:  # noqa: N802  (its name there)
        return self.goodbye

    def login(self, _: Any, __: Any, ___: Any, ____: str, data: LoginPassword) -> AuthResult:
        given = data.login.decode(), data.password.decode()
        self.logins.append(given)
        return AuthResult(success=given == (USER, PASSWORD), handled=False)


@contextmanager
def serving(
    tls: Literal["at once", "asked for", "never"] = "never", context: ssl.SSLContext | None = None
) -> Iterator[Mailbox]:
    """Serve while the block runs."""
    mailbox, ready = Mailbox(), threading.Event()
    loop = asyncio.new_event_loop()

    def session() -> SMTP:
        return SMTP(
            mailbox,
            hostname="mail.example",
            tls_context=context if tls == "asked for" else None,
            require_starttls=tls == "asked for",
            authenticator=mailbox.login,
            auth_require_tls=False,
            loop=loop,
        )

    over = asyncio.Event()

    async def serve() -> None:
        server = await loop.create_server(session, "127.0.0.1", 0, ssl=context if tls == "at once" else None)
        mailbox.host = f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
        ready.set()
        await over.wait()
        server.close()

    def run() -> None:
        try:
            loop.run_until_complete(serve())
            left = asyncio.all_tasks(loop)
            for task in left:
                task.cancel()
            if left:
                loop.run_until_complete(asyncio.wait(left))
        finally:
            loop.close()

    thread = threading.Thread(target=run, name="smtp", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield mailbox
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
