"""What takes its time: waiting, builds, add-ons and releases that go live, each looked at until it is known."""

import pytest

from tests.workers.actions.cases import deployed, let_in
from tests.workers.actions.scene import ENVIRONMENT, occasion, rule, worked_through
from tests.workers.world import APP, World
from toolbelt.simulator import deploying, provisioning
from toolbelt.simulator.faults import Fault, Kind
from toolbelt.simulator.records import Outcome, Source

BUILDS, ADDONS, RELEASES = {"builds": "full"}, {"add-ons": "full"}, {"releases": "write"}


def begun(world: World, do: str, access: dict[str, str]) -> None:
    world.worker(rule(do, access), environment=ENVIRONMENT)
    world.deliver(occasion(world))
    world.workers[0].drain()


def done(world: World, do: str, access: dict[str, str], **more: float) -> tuple[str, str]:
    begun(world, do, access)
    worked_through(world, looks=200, seconds=more.get("seconds", 10.0))
    return world.step()


def test_a_wait_is_a_row_that_is_due_when_it_is_over(world: World) -> None:
    begun(world, "wait: {for: 5m}", {})
    assert world.step() == ("waiting", "Waiting 5 min.")
    score = world.server.zscore("dh:due:act", world.run().id)
    assert isinstance(score, float)
    assert 299 < score / 1000 - world.hands.now() <= 300
    world.pass_time(300)
    world.workers[0].drain()
    assert world.step() == ("done", "Waited 5 min.")


def test_a_build_that_fails_has_failed(world: World) -> None:
    world.app.next_outcome = Outcome.FAIL_BUILD
    state, sentence = done(world, "build: {url: $A_LINK, version: abc}", BUILDS)
    assert (state, sentence) == ("failed", "The build of abc failed.")
    assert world.run().journal["step:0"].changed


def test_a_build_that_somebody_else_has_begun_is_waited_for(world: World) -> None:
    world.simulator.deploy(APP)
    version = world.app.builds[-1].source.version
    begun(world, f"build: {{url: $A_LINK, version: '{version}'}}", BUILDS)
    assert world.step()[1].startswith("Somebody else is building ")
    worked_through(world)
    assert world.step()[0] == "not needed"
    assert world.posts() == []


def test_an_earlier_build_of_the_same_version_is_not_taken_for_ours(world: World) -> None:
    """The first try had failed, and its failure was told as that of the second, which had never begun."""
    source = Source(url="https://sources.example/a.tgz", version="abc")
    deploying.build(world.simulator.world, world.app, source, Outcome.FAIL_BUILD, world.simulator.world.developer)
    world.pass_time(60)
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=503, method="POST", path="*/builds"))
    assert done(world, "build: {url: $A_LINK, version: abc}", BUILDS, seconds=35) == ("done", "Built abc.")
    assert world.effects() == 1


def test_a_build_without_a_version_is_always_made(world: World) -> None:
    assert done(world, "build: {url: $A_LINK}", BUILDS) == ("done", "Built acme-shop.")


def test_the_link_of_a_build_is_kept_nowhere(world: World) -> None:
    done(world, "build: {url: $A_LINK}", BUILDS)
    assert ENVIRONMENT["A_LINK"].rpartition("=")[2] not in world.kept()
    assert world.posts()[0].body["source_blob"]["url"] == ENVIRONMENT["A_LINK"]


def test_an_addon_is_waited_for_until_it_is_provided(world: World) -> None:
    begun(world, "addon: {add: papertrail}", ADDONS)
    state, sentence = world.step()
    assert state == "waiting"
    assert sentence.endswith(" (papertrail); it is being provided.")
    worked_through(world)
    assert world.step()[0] == "done"
    assert world.run().journal["step:0"].output["config_vars"] == ["PAPERTRAIL_API_TOKEN"]


def test_an_addon_that_is_taken_away_meanwhile_has_failed(world: World) -> None:
    begun(world, "addon: {add: papertrail}", ADDONS)
    world.app.addons.clear()
    worked_through(world)
    assert world.step() == ("failed", "The new add-on of plan papertrail is not there any more.")
    assert len(world.told()) == 1


def test_an_addon_that_is_never_provided_has_failed_in_the_end(world: World) -> None:
    begun(world, "addon: {add: papertrail}", ADDONS)
    addon = world.app.addons[-1]
    for _ in range(40):
        world.pass_time(60)
        addon.state = "provisioning"
        world.workers[0].drain()
    assert world.step()[1].endswith(", but it is provisioning.")


@pytest.mark.parametrize("name", ["logs-3", "papertrail:choklad", "papertrail"])
def test_an_addon_is_removed_by_name_plan_or_service(world: World, name: str) -> None:
    provisioning.attached(world.simulator.world, world.app, "papertrail:choklad", "logs-3")
    assert done(world, f"addon: {{remove: '{name}'}}", ADDONS) == ("done", "Removed the add-on logs-3.")


def test_of_two_addons_that_fit_none_is_removed_until_one_is_named(world: World) -> None:
    """A rule named a plan that the app had twice, and the first of them went, with what it stored."""
    for name in ("logs-3", "logs-4"):
        provisioning.attached(world.simulator.world, world.app, "papertrail:choklad", name)

    sentence = "acme-shop has 2 add-ons papertrail:choklad: logs-3, logs-4. Name the one to remove."
    assert done(world, "addon: {remove: 'papertrail:choklad'}", ADDONS) == ("failed", sentence)
    assert world.posts() == []


def test_what_heroku_wants_confirmed_is_confirmed_if_the_rule_says_so(world: World) -> None:
    world.app.guarded = True
    do = "addon: {add: heroku-redis:mini%s}"
    assert done(world, do % "", ADDONS)[0] == "failed"
    assert done_again(world, do % ", confirm: true", ADDONS)[0] == "done"


def done_again(world: World, do: str, access: dict[str, str]) -> tuple[str, str]:
    worker = world.worker(rule(do, access))
    world.deliver(occasion(world, "e2"))
    for _ in range(10):
        worker.drain()
        world.pass_time(10)
    record = world.runs()[-1].journal["step:0"]
    return record.state, record.sentence


LIVE = "v43 (Dynohook: %s) is live, with today's config."
REDEPLOYS = [
    pytest.param("{release: v42}", "not needed", "v42 is live and has this code already.", id="live"),
    pytest.param("{again: true}", "done", LIVE % "v42 once more", id="again"),
    pytest.param("{release: '41'}", "done", LIVE % "code of v41, config kept", id="by version"),
    pytest.param("{release: v99}", "failed", "acme-shop has no release v99 among its last 100.", id="none such"),
]


@pytest.mark.parametrize(("params", "state", "sentence"), REDEPLOYS)
def test_redeploying(world: World, params: str, state: str, sentence: str) -> None:
    deployed(world)
    assert done(world, f"redeploy: {params}", RELEASES) == (state, sentence)


def test_a_release_that_fails_in_its_release_phase_has_failed(world: World) -> None:
    world.simulator.deploy(APP, "fail-release-phase")
    world.pass_time(120)
    assert world.app.current is not world.app.releases[-1]
    slug = world.app.releases[-1].slug
    assert slug is not None
    state, sentence = done(world, f"redeploy: {{slug: {slug.id}}}", RELEASES)
    assert state == "failed"
    assert sentence.endswith("failed in its release phase; it is not live.")


def test_a_release_under_way_is_waited_for_before_earlier_code_is_released(world: World) -> None:
    world.simulator.deploy(APP)
    world.pass_time(42)
    begun(world, "redeploy: {release: v40}", RELEASES)
    assert world.step() == ("waiting", "v42 is still pending. Looking again in 15 s.")
    worked_through(world)
    assert world.step()[0] == "done"


def test_the_owner_of_an_app_is_not_removed(world: World) -> None:
    owner = world.app.owner.email
    assert done(world, f"collaborator: {{remove: {owner}}}", {"collaborators": "full"}) == (
        "failed",
        f"{owner} owns acme-shop and cannot be removed.",
    )
    assert world.posts() == []


def test_whoever_is_removed_by_somebody_else_just_then_needs_no_removal(world: World) -> None:
    let_in(world, "stranger@elsewhere.example")
    world.heroku.order_faults(Fault(kind=Kind.STATUS, status=404, method="DELETE", path="*/collaborators/*"))
    do = "collaborator: {remove: stranger@elsewhere.example}"
    assert done(world, do, {"collaborators": "full"})[0] == "not needed"
