"""What strangers write, through a real worker: it is text wherever it goes, and no secret gets anywhere but to whom
the rule sends it."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from tests.workers.actions.pages import Pages
from tests.workers.actions.scene import SECRET, occasion
from tests.workers.process import start
from tests.workers.world import KEY, TOKEN, World
from toolbelt.crew import Crew
from toolbelt.servers import Server
from toolbelt.simulator.agents import Reply, Said

SIGNING = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
WRITTEN = "{{ steps }} {% for x in y %} ${A_SECRET} $A_SECRET HRKU-1111-2222 $(id); password=hunter2"
STARTS, ENDS = 30.0, 60.0  # seconds, on a busy machine
BEGUN = "begins with an empty Redis"
RULES = """
version: 1
rules:
  - name: act
    mode: live
    on: dyno
    match: {data.state: crashed}
    access: {config-vars: write, releases: read}
    do:
      - config: {set: {NEW: $A_SECRET, NAME: "{{ data.name }}"}}
      - http: {url: $A_PAGE, secret: $SIGNING, headers: {X: $A_SECRET}, body: {key: $A_SECRET, name: "{{ data.name }}"}}
      - agent: {prompt: "Why did {{ data.name }} crash?"}
      - notify: {to: [ops, log], text: "{{ data.name }}: {{ steps.agent.text }}"}
targets:
  ops: {webhook: $A_PAGE, wait: 1s, secret: $SIGNING}
"""


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


def test_what_strangers_write_is_text_and_secrets_stay_where_they_belong(
    world: World, running: Server, crew: Crew, pages: Pages
) -> None:
    process = start(
        crew,
        REDIS_URL=running.url,
        HEROKU_API_URL=world.address,
        HEROKU_API_KEY=TOKEN,
        INFERENCE_URL=world.address,
        INFERENCE_KEY=KEY,
        INFERENCE_MODEL_ID="a-model",
        ALLOW_PRIVATE_ADDRESSES="true",
        RULES_YAML=RULES,
        A_SECRET=SECRET,
        A_PAGE=f"{pages.url}/hook?key={SECRET}",
        SIGNING=SIGNING,
    )
    process.ready(lambda: BEGUN in process.output, what="the worker to be ready", within=STARTS)
    world.heroku.order_replies(Reply(says=[Said(text="I found HRKU-3333-4444.")]))
    world.deliver(occasion(world, at=datetime.now(UTC) + timedelta(seconds=2), **{"data.name": WRITTEN}))
    process.ready(lambda: len(pages.asked) == 2, what="both to be told", within=ENDS)
    process.ready(lambda: world.run().state == "done", what="the run to be done", within=ENDS)

    assert (world.app.config["NEW"], world.app.config["NAME"]) == (SECRET, WRITTEN)
    posted, told = [Webhook(SIGNING).verify(asked.body, asked.headers) for asked in pages.asked]
    assert posted == {"key": SECRET, "name": WRITTEN}
    assert "{{ steps }} {% for x in y %} ${A_SECRET} $A_SECRET [redacted] $(id); password=[redacted]" in told["text"]
    prompts = str(world.heroku.asked())
    for secret in (SECRET, SIGNING, TOKEN, KEY, "HRKU-3333-4444"):
        assert secret not in process.output + world.kept() + prompts + str(told)
    for secret in ("HRKU-1111-2222", "hunter2"):
        assert secret not in process.output + prompts + str(told)
