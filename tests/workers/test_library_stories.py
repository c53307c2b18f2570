"""Rules of the library, made live as the documents say: from what happens at Heroku to what has become of it there.

Everything is real but Heroku: the web process, the worker, and deliveries that the simulator signs and posts.
"""

from collections.abc import Iterator

import pytest

from core.runs import Run
from heroku.access import Grant, Level
from heroku.client import Heroku
from tests.harness.stage import Stage, build
from toolbelt.crew import Crew
from toolbelt.servers import Server

WELL = "check-health-after-release"
ZERO = "web-scaled-to-zero"
STRANGER = "collaborator-from-outside"
DOMAIN = "removed-domain"
ADDON = "removed-addon"
RULES = """
version: 1
rules:
  - {use: check-health-after-release, mode: live, with: {good_for: 5s, bad_for: 5s, to: ops}}
  - {use: web-scaled-to-zero, mode: live, with: {to: ops}}
  - use: collaborator-from-outside
    mode: live
    with: {domain: acme.example}
  - {use: removed-domain, mode: live, with: {to: ops}}
  - {use: removed-addon, mode: live, with: {to: ops, plan: "heroku-redis:*"}}
  - name: put-to-sleep
    mode: live
    on: api:addon.create
    match: {app.name: acme-production-night}
    access: {formation: write, domains: full, collaborators: full}
    limit: {max: 3, within: 1h}
    do:
      - scale: {type: web, quantity: 0}
      - domain: {remove: night.acme.example}
      - collaborator: {add: partner@elsewhere.example}
targets:
  ops: {log: true}
"""
INCLUDES = [
    "api:formation",
    "api:collaborator",
    "api:domain",
    "api:addon",
]  # besides releases and dynos, of which the stage hears
TAKES = 90.0  # seconds, on a busy machine
OVER = ("done", "not needed", "done with failures", "failed")


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with Crew() as crew:
        stage = build(
            crew,
            Server(crew, port=0).start(),
            RULES_PATH="rules/library",
            RULES_YAML=RULES,
            ALLOW_PRIVATE_ADDRESSES="true",  # where the simulator's apps answer
        )
        yield stage
        stage.close()


@pytest.fixture
def somebody(stage: Stage) -> Iterator[Heroku]:
    """Who does things at Heroku that the service then hears of."""
    may = Grant(
        "somebody",
        dict.fromkeys(("apps", "formation", "collaborators", "domains", "add-ons"), Level.FULL),
        frozenset({"*"}),
    )
    with Heroku(stage.heroku.issue_token().token, base_url=stage.heroku.base_url) as heroku:
        yield heroku.granted(may)


def watched(stage: Stage, name: str) -> str:
    """An app that the service hears of."""
    app = stage.add_app(name=name, web_dynos=2)
    stage.heroku.subscribe(stage.deliveries_url, secret=stage.sender.secret, include=INCLUDES, app=app.id)
    return app.name


def run_of(stage: Stage, rule: str, app: str, *states: str) -> Run:
    """The run of the rule, as soon as it is in one of the states."""

    def look() -> Run | None:
        runs = [run for run in stage.hands.runs(most=100) if (run.rule, run.app_name) == (rule, app)]
        return next((run for run in runs if run.state in states), None)

    return stage.until(look, what=f"{rule} to be {' or '.join(states)}", within=TAKES)


def question(stage: Stage, rule: str, what: str) -> str:
    """The run that asks a person about this, as soon as it does; `what` stands in its event."""

    def look() -> str | None:
        asking = [run for run in stage.hands.runs(most=100) if (run.rule, run.state) == (rule, "needs approval")]
        return next((run.id for run in asking if run.event and what.encode() in run.event.body), None)

    return stage.until(look, what=f"{rule} to ask about {what}", within=TAKES)


def story(run: Run) -> dict[str, str]:
    """What each step came to."""
    names = [step["name"] for step in run.plan["steps"]]
    return {name: run.journal[f"step:{number}"].state for number, name in enumerate(names)}


def taken(steps: dict[str, str]) -> dict[str, str]:
    """Without those that were passed over."""
    return {name: state for name, state in steps.items() if state != "not needed"}


def describe(stage: Stage, app: str) -> str | None:
    """What the release that runs is."""
    current = stage.heroku.app(app).current
    return current.description if current else None


def test_a_release_is_asked_how_it_is_and_taken_back_if_it_is_not_well(stage: Stage, somebody: Heroku) -> None:
    good, bad, resting = (watched(stage, f"acme-{name}") for name in ("good", "bad", "resting"))
    before = stage.heroku.app(bad).newest.version
    somebody.update_app(resting, maintenance=True)
    for app, outcome in ((good, "succeed"), (bad, "crash"), (resting, "succeed")):
        stage.heroku.deploy(app, outcome)
    ended = {app: story(run_of(stage, WELL, app, *OVER)) for app in (good, bad, resting)}

    assert taken(ended[good]) == {"check": "done"}
    assert taken(ended[resting]) == {"check": "failed", "this_app": "done", "formation": "done", "tell_only": "done"}
    assert taken(ended[bad]) == {
        "check": "failed", "this_app": "done", "formation": "done", "rollback": "done", "tell": "done",
    }  # fmt: skip
    assert describe(stage, bad) == f"Rollback to v{before}"
    assert [str(describe(stage, app)).partition(" ")[0] for app in (good, resting)] == ["Deploy", "Deploy"]
    stage.hear(f"acme-bad v{before + 1}:", "answered 503", f"Rolled back from v{before + 1}", target="ops")
    stage.hear("acme-resting v", "answered 503", "Nothing was taken back", target="ops")
    assert not stage.said("acme-good v", target="ops")


def test_a_production_app_without_web_gets_it_back_and_others_do_not(stage: Stage, somebody: Heroku) -> None:
    shop, staging = watched(stage, "acme-production"), watched(stage, "acme-staging")
    for quantity in (3, 0):
        for app in (shop, staging):
            somebody.update_formation(app, "web", quantity=quantity)
        stage.settle()
    run = run_of(stage, ZERO, shop, "done")

    assert story(run) == {"scale": "done", "notify": "done"}
    assert stage.heroku.app(shop).scaled("web").quantity == 1
    assert stage.heroku.app(staging).scaled("web").quantity == 0
    stage.hear("acme-production:", "scaled web to nothing. Scaled web from 0 to 1 dyno.", target="ops")
    stage.settle()  # what it did is told, too
    assert [each.app_name for each in stage.hands.runs(most=100) if each.rule == ZERO] == [shop]


def test_a_stranger_is_put_out_if_somebody_says_so(stage: Stage, somebody: Heroku) -> None:
    app = watched(stage, "acme-books")
    for user in ("eve@elsewhere.example", "guest@elsewhere.example", "Ada@ACME.example"):
        somebody.create_collaborator(app, user=user)

    eve, guest = (question(stage, STRANGER, f"{who}@elsewhere.example") for who in ("eve", "guest"))
    stage.hear("acme-books, rule collaborator-from-outside: May it act", "eve@", target="system")
    stage.hands.answer(eve, "approve", by="ada", why="nobody knows her")
    stage.hands.answer(guest, "deny", by="ada", why="our auditor")
    gone = run_of(stage, STRANGER, app, "done")

    assert gone.id == eve
    assert story(gone) == {"collaborator": "done", "notify": "done"}
    assert run_of(stage, STRANGER, app, "denied").id == guest
    left = {each.user.email for each in stage.heroku.app(app).collaborators}
    assert {"Ada@ACME.example", "guest@elsewhere.example"} <= left
    assert len([run for run in stage.hands.runs(most=100) if run.rule == STRANGER]) == 2
    assert "eve@elsewhere.example" not in left
    stage.hear("acme-books:", "eve@elsewhere.example cannot work on acme-books any more.", target="log")


def test_a_domain_that_was_taken_away_comes_back_if_somebody_says_so(stage: Stage, somebody: Heroku) -> None:
    app = watched(stage, "acme-news")
    for name in ("news.acme.example", "old.acme.example"):
        somebody.delete_domain(app, somebody.create_domain(app, hostname=name).id)
    stage.hands.answer(question(stage, DOMAIN, "news.acme"), "approve", by="ada", why="I asked around")
    stage.hands.answer(question(stage, DOMAIN, "old.acme"), "deny", by="ada", why="I asked around")
    run = run_of(stage, DOMAIN, app, "done")

    assert taken(story(run)) == {"put_back": "done", "notify": "done"}
    names = {domain.hostname for domain in stage.heroku.app(app).domains}
    assert "news.acme.example" in names
    assert "old.acme.example" not in names
    stage.hear("acme-news answers to news.acme.example now. Its DNS must point to", target="ops")


def test_what_a_rule_of_ours_did_on_purpose_is_neither_undone_nor_asked_about(stage: Stage, somebody: Heroku) -> None:
    app = watched(stage, "acme-production-night")
    somebody.create_domain(app, hostname="night.acme.example")
    somebody.update_formation(app, "web", quantity=3)
    stage.settle()
    somebody.create_addon(app, plan="papertrail:choklad")
    run = run_of(stage, "put-to-sleep", app, "done")
    stage.settle()

    assert story(run) == {"scale": "done", "domain": "done", "collaborator": "done"}
    began = {each.rule for each in stage.hands.runs(most=100) if each.app_name == app}
    assert began & {ZERO, DOMAIN, STRANGER} == set()
    assert stage.heroku.app(app).scaled("web").quantity == 0


def test_an_addon_that_goes_is_told_of_if_it_is_one_that_matters(stage: Stage, somebody: Heroku) -> None:
    app = watched(stage, "acme-cache")
    made = [somebody.create_addon(app, plan=plan) for plan in ("papertrail:choklad", "heroku-redis:mini")]
    stage.heroku.wait_for(lambda state: {each.state for each in state.app(app).addons} == {"provisioned"}, TAKES)
    for addon in made:
        somebody.delete_addon(app, addon.id)
    run = run_of(stage, ADDON, app, "done")

    assert story(run) == {"notify": "done"}
    stage.hear("acme-cache:", "removed the add-on", "(heroku-redis:mini)", target="ops")
    assert not stage.said("papertrail", target="ops")
