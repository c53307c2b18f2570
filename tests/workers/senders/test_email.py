"""E-mail to a real SMTP server: over TLS or not at all, once for each address, and within its time."""

import socket
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from heroku.errors import Refused, Unavailable
from rules.rulebook import Target
from tests.workers.senders.factories import message, note
from tests.workers.senders.mailbox import OPENSSL, PASSWORD, USER, Mailbox, Pair, certified, serving
from toolbelt.servers import free_port
from workers.notes import Message
from workers.senders import SENDERS
from workers.senders.email import Email, composed
from workers.telling import Teller

OPTIONS: Mapping[str, Any] = {"from": "dynohook@acme.example", "to": ["ops@acme.example"]}
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"
needs_openssl = pytest.mark.skipif(OPENSSL is None, reason="there is no openssl here to make a certificate with")


@pytest.fixture(scope="module")
def tls(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    return certified(Path(tmp_path_factory.mktemp("tls")))


@pytest.fixture
def mailbox() -> Iterator[Mailbox]:
    with serving() as mailbox:
        yield mailbox


def send(
    url: str,
    sent: Message | None = None,
    *,
    trusting: Any = None,
    private: bool = True,
    seconds: float = 5.0,
    **options: Any,
) -> None:
    environment = {"SMTP_URL": url, "OPS_MAILBOX": "oncall@acme.example", "NO_MAILBOX": "nobody"}
    senders = {**SENDERS, "email": Email(trusting)}
    teller = Teller(environment, private=private, timeout=seconds, senders=senders)
    teller.send(Target("email", "SMTP_URL", {**OPTIONS, **options}), sent or message())


def test_a_mail_says_who_what_and_where_to_look(mailbox: Mailbox) -> None:
    send(f"smtp://{mailbox.host}", message(note("v12 crashes \N{PILE OF POO}", title="Trouble")))

    [mail] = mailbox.mails
    assert (mail["Subject"], mail["From"], mail["To"]) == ("Trouble", OPTIONS["from"], "ops@acme.example")
    assert mail.get_content().replace("\r", "") == "v12 crashes \N{PILE OF POO}\n\nbin/dynohook runs show e1:tell\n"
    assert mail["Auto-Submitted"] == "auto-generated"


def test_the_same_message_has_the_same_id_and_another_has_another() -> None:
    def id_of(sent: Message) -> str:
        return str(composed(sent, sender="a@b", to=["c@d"])["Message-ID"])

    assert id_of(message()) == id_of(message())
    assert id_of(message()) != id_of(message(note(key="another")))


def test_addresses_may_stand_in_variables(mailbox: Mailbox) -> None:
    send(f"smtp://{mailbox.host}", to=["ops@acme.example", "$OPS_MAILBOX"])

    assert mailbox.mails[0]["To"] == "ops@acme.example, oncall@acme.example"


@pytest.mark.parametrize(
    "said", ["a\r\nBcc: evil@evil.example", "a\nX-Evil: 1\n\nbody", "\u2028Bcc: evil@evil.example", "x" * 16_000]
)
def test_no_text_becomes_a_header(mailbox: Mailbox, said: str) -> None:
    send(f"smtp://{mailbox.host}", message(note(said, title=said)))

    [mail] = mailbox.mails
    assert (mail["Bcc"], mail["X-Evil"], mail["To"]) == (None, None, "ops@acme.example")
    assert len(mail["Subject"]) <= 200


@needs_openssl
@pytest.mark.parametrize(("scheme", "when"), [("smtps", "at once"), ("smtp", "asked for")])
def test_the_password_goes_over_tls(tls: Pair, scheme: str, when: Any) -> None:
    with serving(when, tls.server) as mailbox:
        send(f"{scheme}://{LOGIN}{mailbox.host}", trusting=tls.client)

        assert mailbox.logins == [(USER, PASSWORD)]
        assert len(mailbox.mails) == 1


@needs_openssl
@pytest.mark.parametrize(("scheme", "when"), [("smtps", "at once"), ("smtp", "asked for")])
def test_a_server_that_cannot_show_who_it_is_gets_no_password(tls: Pair, scheme: str, when: Any) -> None:
    with serving(when, tls.server) as mailbox:
        with pytest.raises(Unavailable, match=r"gave no answer \(SSLCertVerificationError\)"):
            send(f"{scheme}://{LOGIN}{mailbox.host}")

        assert (mailbox.logins, mailbox.mails) == ([], [])


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        pytest.param("451 try later", Unavailable, id="451"),
        pytest.param("421 closing", Unavailable, id="421"),
        pytest.param("452 full", Unavailable, id="452"),
        pytest.param("550 no", Refused, id="550"),
        pytest.param("552 too large", Refused, id="552"),
        pytest.param("554 spam", Refused, id="554"),
    ],
)
def test_whether_a_mail_is_tried_again(mailbox: Mailbox, answer: str, error: type[Exception]) -> None:
    mailbox.answers.append(answer)
    with pytest.raises(error, match=f"target ops: answered {answer[:3]}"):
        send(f"smtp://{mailbox.host}")


@pytest.mark.parametrize(
    ("answers", "error", "says"),
    [
        pytest.param({"a@acme.example": "550 unknown"}, Refused, "not for 1 of 2", id="one of two"),
        pytest.param({"a@acme.example": "550 no", "b@acme.example": "550 no"}, Refused, "answered 550", id="none"),
        pytest.param({"a@acme.example": "451 later", "b@acme.example": "550 no"}, Unavailable, "451", id="none yet"),
    ],
)
def test_addresses_that_are_not_taken(
    mailbox: Mailbox, answers: dict[str, str], error: type[Exception], says: str
) -> None:
    mailbox.recipients = answers
    with pytest.raises(error, match=says):
        send(f"smtp://{mailbox.host}", to=["a@acme.example", "b@acme.example"])

    assert len(mailbox.mails) == (1 if len(answers) == 1 else 0)


@pytest.mark.parametrize("goodbye", ["421 too busy for goodbyes", "500 what?"])
def test_a_mail_that_was_taken_is_not_sent_again_for_want_of_a_goodbye(mailbox: Mailbox, goodbye: str) -> None:
    mailbox.goodbye = goodbye
    send(f"smtp://{mailbox.host}")

    assert len(mailbox.mails) == 1


def test_a_wrong_password_is_refused_and_not_told(mailbox: Mailbox) -> None:
    with pytest.raises(Refused, match="answered 535") as caught:
        send(f"smtp://ops:wrong-password@{mailbox.host}")

    assert "wrong-password" not in str(caught.value)


@pytest.mark.parametrize(
    "url",
    ["", "a-secret", "https://a-secret@mail.example", "smtp://", "smtp://a-secret@", "smtp://mail.example:a-secret",
     "smtps://mail.example:99999", "smtps://[::1"],
)  # fmt: skip
def test_an_address_that_is_none_is_named_by_its_variable(url: str) -> None:
    with pytest.raises(Refused, match="its variable SMTP_URL ") as caught:
        send(url)
    assert "a-secret" not in str(caught.value)


@pytest.mark.parametrize("option", [{"to": ["$NO_MAILBOX"]}, {"from": "$NO_MAILBOX"}, {"to": ["$UNSET"]}])
def test_a_mailbox_that_is_none_is_named_by_its_variable(mailbox: Mailbox, option: dict[str, Any]) -> None:
    with pytest.raises(Refused, match=r"its variable (NO_MAILBOX|UNSET) "):
        send(f"smtp://{mailbox.host}", **option)


def test_nothing_goes_inside_unless_that_is_allowed(mailbox: Mailbox) -> None:
    with pytest.raises(Refused, match="private address"):
        send(f"smtp://{mailbox.host}", private=False)

    assert mailbox.mails == []


def test_nobody_listens() -> None:
    with pytest.raises(Unavailable, match=r"gave no answer \(ConnectionRefusedError\)"):
        send(f"smtp://127.0.0.1:{free_port()}")


def test_a_server_that_drips_is_cut_off() -> None:
    """Each byte came in time, and the whole would have held a thread for hours."""
    over = threading.Event()

    def drip(listening: socket.socket) -> None:
        connection, _ = listening.accept()
        with connection:
            while not over.wait(0.05):
                try:
                    connection.sendall(b"2")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=drip, args=(listening,), daemon=True)
        thread.start()
        began = time.monotonic()
        with pytest.raises((Unavailable, Refused)):
            send(f"smtp://127.0.0.1:{listening.getsockname()[1]}", seconds=0.5)
        assert time.monotonic() - began < 10
        over.set()
        thread.join(10)
