"""apprise: an extra that need not be there, and may do anything."""

import threading
from types import SimpleNamespace
from typing import Any

import pytest

from heroku.errors import Refused, Unavailable
from rules.rulebook import Target
from tests.workers.senders.factories import CONSOLE, PAGE, message
from workers.senders.others import Apprise
from workers.telling import Teller

ADDRESS = "tgram://a-secret/42"


class Outlet:
    """apprise's own class, as far as it is used."""

    told: list[dict[str, Any]]

    def __init__(self, *, knows: bool = True, does: Any = lambda: True) -> None:
        self.told = []
        self._knows, self._does = knows, does

    def add(self, address: str) -> bool:
        return self._knows and address == ADDRESS

    def notify(self, **said: Any) -> bool:
        self.told.append(said)
        return bool(self._does())


def send(outlet: Outlet, *, seconds: float = 5.0, console: str = "") -> None:
    module = SimpleNamespace(Apprise=lambda: outlet, NotifyFormat=SimpleNamespace(TEXT="text"))
    senders = {"apprise": Apprise(lambda _: module)}
    teller = Teller({"OPS": ADDRESS}, private=True, console=console, timeout=seconds, senders=senders)
    teller.send(Target("apprise", "OPS"), message())


def test_it_is_handed_plain_text() -> None:
    outlet = Outlet()
    send(outlet)

    text = "acme-shop crashed\n\nbin/dynohook runs show e1:tell"
    assert outlet.told == [{"title": "acme-shop · tell", "body": text, "body_format": "text"}]


def test_where_there_is_a_console_its_page_stands_on_a_line_of_its_own() -> None:
    outlet = Outlet()
    send(outlet, console=CONSOLE)

    assert outlet.told[0]["body"].split("\n")[-2:] == [PAGE, "bin/dynohook runs show e1:tell"]


def test_without_the_package_the_error_says_what_is_missing() -> None:
    def missing(_: str) -> Any:
        raise ImportError("no such module")

    teller = Teller({"OPS": ADDRESS}, private=True, senders={"apprise": Apprise(missing)})
    with pytest.raises(Refused, match="needs the package apprise, which is not installed"):
        teller.send(Target("apprise", "OPS"), message())


def test_an_address_that_it_does_not_know_is_named_by_its_variable() -> None:
    with pytest.raises(Refused, match="its variable OPS holds no address that apprise knows"):
        send(Outlet(knows=False))


def fails() -> bool:
    raise RuntimeError(f"cannot reach {ADDRESS}")


@pytest.mark.parametrize("does", [fails, lambda: False], ids=["it raises", "it says no"])
def test_what_it_does_not_take_is_tried_again(does: Any) -> None:
    with pytest.raises(Unavailable, match="was not taken by apprise") as caught:
        send(Outlet(does=does))
    assert "a-secret" not in str(caught.value)


def test_one_that_hangs_does_not_hold_a_thread() -> None:
    over = threading.Event()
    with pytest.raises(Unavailable):
        send(Outlet(does=lambda: over.wait(60)), seconds=0.2)
    over.set()
