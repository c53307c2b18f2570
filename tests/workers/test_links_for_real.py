"""The whole way of a link: an event, a real worker's message to a real receiver, and its page at a real web process."""

from collections.abc import Iterator
from datetime import UTC, datetime

import httpx2
import pytest
import redis

from core.links import CONSOLE
from heroku.samples import encode, sample
from heroku.signature import HEADER, sign
from receiver.deliveries import PATH
from tests.receiver.console.browsing import PASSWORD, Visitor
from tests.receiver.process import environment, web_command
from tests.workers import process
from tests.workers.hooks import Hook, Sent, running
from toolbelt.crew import Crew
from toolbelt.servers import Server, free_port
from toolbelt.service import status
from toolbelt.waiting import until

RULES = """
version: 1
rules:
  - name: look
    mode: live
    on: dyno
    match: {data.state: crashed}
    approve_within: 1h
    do: [{notify: {to: ops, text: "{{ app.name }} crashed"}}]
targets:
  ops: {webhook: $OPS_URL, wait: 1s, every: 1s}
  system: {webhook: $OPS_URL, wait: 1s, every: 1s}
"""


@pytest.fixture
def hook() -> Iterator[Hook]:
    with running() as hook:
        yield hook


@pytest.fixture
def service(running: Server, server: redis.Redis, hook: Hook) -> Iterator[httpx2.Client]:
    """Web and worker, with the settings of one app; and somebody who talks to the web process."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    console = {"REDIS_URL": running.url, "PUBLIC_URL": address, "CONSOLE_PASSWORD": PASSWORD}
    hooked = {"OPS_URL": hook.url, "ALLOW_PRIVATE_ADDRESSES": "true", "RULES_YAML": RULES}
    with Crew() as crew, httpx2.Client(base_url=address, timeout=15.0, trust_env=False) as client:
        given = environment(**console, PORT=str(port), WEBHOOK_SECRET=process.SECRET)
        web = crew.start("web", web_command(), env=given)
        worker = process.start(crew, **console, **hooked)
        web.ready(lambda: status(f"{address}/healthz") == 200, what="the web process", within=30.0)
        worker.ready(lambda: "worker ready" in worker.output, what="a worker", within=30.0)
        yield client


def deliver(service: httpx2.Client, id: str) -> None:
    body = encode(sample("dyno_crashed", id=id, app="acme-shop", at=datetime.now(UTC)))
    answer = service.post(PATH, content=body, headers={HEADER: sign(process.SECRET, body)})
    assert answer.status_code == 202


def said(hook: Hook, text: str) -> Sent:
    """The message that says so, once it has come."""
    return until(
        lambda: next((sent for sent in hook.sent if text in sent.message["text"]), None), what=text, within=30.0
    )


def test_the_link_of_a_question_leads_through_signing_in_to_where_it_is_answered(
    service: httpx2.Client, hook: Hook
) -> None:
    said(hook, "begins with an empty Redis")  # which would go out with the question, and lead elsewhere
    deliver(service, "e/1?#")
    link = said(hook, "May it act on event e/1?#").message["url"]
    page = link.removeprefix(str(service.base_url))
    stranger = Visitor(service)

    led = stranger.get(page)
    assert (led.status_code, led.headers["location"].partition("?")[0]) == (303, f"{CONSOLE}/sign-in")
    form = led.headers["location"]
    signed_in = stranger.send(form, name="ada", password=PASSWORD, next=httpx2.URL(form).params["next"])
    assert (signed_in.status_code, signed_in.headers["location"]) == (303, page)
    assert "look on acme-shop" in stranger.page(page)

    assert "Approved: the run goes on." in stranger.told(page, do="approve", why="seen")
    told = said(hook, "acme-shop crashed").message
    assert (told["url"], told["run"]) == (link, "e/1?#:look")
    assert "ada said yes: seen" in stranger.page(page)
