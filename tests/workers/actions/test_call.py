"""Any endpoint by its name: checked on loading, granted by the endpoint's own level, never repeated blindly."""

import pytest

from heroku.access import Level
from heroku.endpoints import PUBLIC
from rules.errors import RuleErrors
from rules.files.loading import Source, load
from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion, rule, worked_through
from tests.workers.world import World
from toolbelt.simulator.faults import Fault, Kind
from workers.actions import SPECS

EVERYTHING = dict.fromkeys({endpoint.group for endpoint in PUBLIC}, "full")


def problem(do: str, *, without_limit: bool = False) -> str:
    text = rule(do, EVERYTHING)
    if without_limit:
        text = text.replace("    limit: {max: 9, within: 1d}\n", "")
    with pytest.raises(RuleErrors) as raised:
        load([Source("rules.yaml", text)], actions=SPECS)
    return "\n".join(problem.message for problem in raised.value.problems)


def called(world: World, do: str, access: dict[str, str], **more: str) -> tuple[str, str]:
    world.worker(rule(do, access), environment=ENVIRONMENT)
    world.deliver(occasion(world, **more))
    worked_through(world, seconds=35)
    return world.step()


@pytest.mark.parametrize("endpoint", PUBLIC, ids=lambda endpoint: endpoint.name)
def test_what_it_needs_is_what_the_endpoint_needs(endpoint: object) -> None:
    [need] = SPECS["call"].needed({"endpoint": endpoint.name})  # type: ignore[attr-defined]
    assert need == (endpoint.group, endpoint.level)  # type: ignore[attr-defined]


WRONG = [
    pytest.param("{endpoint: update_ap}", "update_app?", id="no such endpoint"),
    pytest.param("{endpoint: '{{ data.name }}'}", "must be the name of an endpoint", id="a template for the endpoint"),
    pytest.param(
        "{endpoint: update_formation, with: {quantity: 1}}",
        "with: formation must be given, too",
        id="a place is missing",
    ),
    pytest.param(
        "{endpoint: update_app, with: {maintenence: true}}", "takes no maintenence; maintenance?", id="misspelt"
    ),
    pytest.param("{endpoint: update_app, with: {maintenance: perhaps}}", "must be a valid boolean", id="odd value"),
    pytest.param(
        "{endpoint: create_build, with: {source_blob: {url: 'https://x.example/a.tgz?key=abc'}}}",
        "looks like a secret",
        id="a secret written out",
    ),
    pytest.param("{endpoint: get_app, with: {app: null}}", "app: must be a text", id="an app without a value"),
    pytest.param(
        "{endpoint: update_config_vars, with: {changes: {PATH: '{{ data.name }}'}}}",
        "cannot stand for PATH",
        id="a variable that decides what runs",
    ),
    pytest.param(
        "{endpoint: run_dyno, with: {command: 'echo {{ data.name }}'}}",
        "must be without templates",
        id="a command out of an event",
    ),
    pytest.param("{endpoint: update_config_vars, with: {changes: {A: $REDIS_URL}}}", "is a setting of this", id="ours"),
]


@pytest.mark.parametrize(("params", "told"), WRONG)
def test_what_could_not_be_called_is_told_when_the_rule_is_loaded(params: str, told: str) -> None:
    assert told in problem(f"call: {params}")


@pytest.mark.parametrize(
    "endpoint", [each.name for each in PUBLIC if each.method == "DELETE" and each.level == Level.FULL]
)
def test_what_destroys_wants_a_limit(endpoint: str) -> None:
    place = {
        "delete_app": "",
        "delete_addon": "addon: x",
        "delete_domain": "domain: x",
        "delete_collaborator": "collaborator: x",
    }
    assert "has no limit" in problem(f"call: {{endpoint: {endpoint}, with: {{{place[endpoint]}}}}}", without_limit=True)


def test_what_reads_gives_its_answer_to_later_steps(world: World) -> None:
    state, sentence = called(world, "call: {endpoint: list_releases}", {"releases": "read"})
    assert (state, sentence) == ("done", "Called list_releases on acme-shop.")
    record = world.run().journal["step:0"]
    assert not record.changed
    assert [item["version"] for item in record.output["items"]][:2] == [41, 40]
    assert len(str(record.output)) < 10_000


def test_config_vars_are_told_by_name_only(world: World) -> None:
    world.app.config["TOKEN"] = SECRET
    called(world, "call: {endpoint: get_config_vars}", {"config-vars": "read"})
    assert world.run().journal["step:0"].output["answer"]["TOKEN"] == "**********"
    assert SECRET not in world.kept()


def test_numbers_may_come_out_of_templates_and_secrets_out_of_the_environment(world: World) -> None:
    do = "call: {endpoint: update_formation, with: {formation: web, quantity: '{{ data.exit_status }}'}}"
    assert called(world, do, {"formation": "write"}, **{"data.exit_status": 3})[0] == "done"  # type: ignore[arg-type]
    assert world.app.formation["web"].quantity == 3


def test_what_an_event_says_is_never_taken_for_a_variable(world: World) -> None:
    """An event that says $A_SECRET would have had its value written into an app's config."""
    do = "call: {endpoint: update_config_vars, with: {changes: {A: '{{ data.command }}', B: $A_SECRET}}}"
    assert called(world, do, {"config-vars": "write"}, **{"data.command": "$A_SECRET"})[0] == "done"
    assert (world.app.config["A"], world.app.config["B"]) == ("$A_SECRET", SECRET)
    assert SECRET not in world.kept()


def test_what_cannot_be_looked_up_is_unknown_and_told_to_people(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.CUT, method="POST", path="*/dynos"))
    state, sentence = called(world, "call: {endpoint: run_dyno, with: {command: 'exit 0'}}", {"dynos": "full"})
    assert state == "unknown"
    assert sentence.endswith("run_dyno got no answer, and what came of it cannot be looked up.")
    assert world.effects() == 1
    assert len(world.told()) == 1


def test_what_may_be_repeated_is_repeated(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.CUT, method="PATCH", path="/apps/*"))
    do = "call: {endpoint: update_app, with: {maintenance: 'true'}}"
    assert called(world, do, {"apps": "write"}) == ("done", "Called update_app on acme-shop.")
    assert world.app.maintenance


def test_an_app_that_is_deleted_by_a_call_whose_answer_was_lost_is_deleted_once(world: World) -> None:
    world.heroku.order_faults(Fault(kind=Kind.CUT, method="DELETE", path="/apps/*"))
    assert called(world, "call: {endpoint: delete_app}", {"apps": "full"}) == (
        "done",
        "Called delete_app on acme-shop.",
    )
    assert world.run().journal["step:0"].changed


def test_another_app_is_reached_only_if_the_rule_names_it(world: World) -> None:
    world.simulator.add_app("acme-other")
    do = "call: {endpoint: update_app, with: {app: acme-other, maintenance: true}}"
    assert called(world, do, {"apps": "write"}) == ("denied", "Denied: rule act may not touch acme-other.")
    world.workers.clear()
    world.worker(rule(do, {"apps": "write"}, on_apps="event, acme-other"))
    world.deliver(occasion(world, "e2"))
    world.workers[0].drain()
    assert world.simulator.app("acme-other").maintenance
    assert not world.app.maintenance


OWN = "{endpoint: update_app, with: {app: '{{ data.release.id }}', maintenance: true}}"


@pytest.mark.parametrize(
    ("named", "state", "told"),
    [
        pytest.param("*", "denied", "which it does not name in full", id="by a glob"),
        pytest.param("our-dynohook", "failed", "find that app", id="by its name"),
    ],
)
def test_a_step_reaches_our_own_app_only_where_the_rule_names_it(
    world: World, named: str, state: str, told: str
) -> None:
    """`on_apps: ["*"]`, and an event of another app brought the name: the rule would have put the service itself into
    maintenance. Only the app of the event was held against our own."""
    written = rule(f"call: {OWN}", {"apps": "write"}).replace("on_apps: [event]", f"on_apps: ['{named}']")
    assert named in written
    world.worker(written, environment=ENVIRONMENT, own_app=frozenset({"our-dynohook"}))
    world.deliver(occasion(world, **{"data.release.id": "our-dynohook"}))
    worked_through(world, seconds=35)
    found = world.step()
    assert found[0] == state
    assert told in found[1]
