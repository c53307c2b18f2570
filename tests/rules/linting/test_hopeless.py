"""Rules as they are written at night: they load, and can never do what was meant. Each is told once, with a way out."""

import pytest

from tests.rules.linting.test_linting import HELD, warnings

ROLLED_BACK = "on: api:release.update\nmatch: {data.status: failed}\n" + HELD
COUNT = "count: {at_least: 2, within: 10m}"
HOPELESS = {
    "a pattern that is none": (
        "on: api:release.update\nmatch: {data.status: failed, app.name: acme-*}",
        'match.app.name: * stands only for itself here; for a pattern write {glob: "acme-*"}',
    ),
    "everybody is a stranger": (
        'on: api:collaborator.create\nmatch: {data.user.email: {not: "*@acme.example"}}',
        'match.data.user.email.not: * stands only for itself here; for a pattern write {glob: "*@acme.example"}',
    ),
    "an @ too many": (
        'on: api:collaborator.create\nmatch: {data.user.email: {none: [{suffix: "@@acme.example"}]}}',
        "none[0].suffix: no address has more than one @ (did you mean @acme.example?)",
    ),
    "no domain": (
        'on: api:collaborator.create\nmatch: {data.user.email: {suffix: "@"}}',
        "match.data.user.email.suffix: no address ends with an @",
    ),
    "a pattern in a prefix": (
        'on: api:release.update\nmatch: {app.name: {prefix: "acme-*"}}',
        'app.name.prefix: * stands only for itself here; for a pattern write {glob: "acme-*"}',
    ),
    "a pattern in an expression": (
        "on: api:release.update\nwhen: app.name == 'acme-*'",
        'when: * stands only for itself here; == takes "acme-*" as it is',
    ),
    "each event by itself": (
        f"on: dyno.destroy\nmatch: {{data.type: web}}\neach: id\n{COUNT}",
        "each: id is another in every event: `count` is never reached (did you mean data.id?)",
    ),
    "a rest for each moment": (
        "on: dyno.destroy\nmatch: {data.type: web}\neach: created_at\ncooldown: 1h",
        "each: created_at is another in every event: `cooldown` and `quiet_for` hold nothing back",
    ),
    "two births": (f"on: api:release.create\neach: data.id\n{COUNT}", "each: that happens to each thing only once"),
    "no other event has that id": (
        "on: dyno.destroy\nafter: {on: api:release.create, within: 1h, same: {data.release.id: id}}",
        "after.same.data.release.id: id is the event's own, which no other event has: it is never the same",
    ),
    "new things do not change": ("on: api:release.create\nchanged: data.status", "changed: what is created was never"),
    "an app as a value": ("on: api:app.update\nmatch: {app: acme-web}", "(did you mean app.name?)"),
}
CONDITIONS = {
    "an outcome that there is not": (
        "steps.rollback.outcome == 'Done'",
        "do[1].if: no step ever comes to Done: there are done, not needed, failed, denied, unknown "
        "(did you mean done?)",
    ),
    "what ends the list": (
        'steps.rollback.outcome == "failed"',
        "do[1].if: if rollback comes to failed, the list ends before this step: "
        "write `continue_on_failure: true` with rollback, or take this one in `on_failure`",
    ),
}


@pytest.mark.parametrize(("lines", "told"), HOPELESS.values(), ids=HOPELESS)
def test_what_can_never_be_as_it_was_meant_is_told_once(lines: str, told: str) -> None:
    found = warnings(lines)
    assert len(found) == 1, found
    assert told in found[0]


@pytest.mark.parametrize(("condition", "told"), CONDITIONS.values(), ids=CONDITIONS)
def test_a_condition_that_is_never_true_is_told(condition: str, told: str) -> None:
    notify = f"{{if: {condition}, notify: {{to: log, text: x}}}}"
    assert warnings(ROLLED_BACK, do=f"[{{rollback: {{to: last-good}}}}, {notify}]") == [told]


def test_an_app_that_is_called_events_is_hardly_meant() -> None:
    [told] = warnings(f"{ROLLED_BACK}\non_apps: [events]", do="[{rollback: {to: last-good}}]")
    assert told == "on_apps[0]: is an app called events; the event's own app is `event` (did you mean event?)"


@pytest.mark.parametrize(
    "lines",
    [
        pytest.param('on: api:domain.create\nmatch: {data.hostname: "*.acme.example"}', id="a domain with a star"),
        pytest.param("on: dyno.destroy\nmatch: {data.type: web}\neach: id", id="no event waits for another"),
        pytest.param(f"on: api:release\nmatch: {{data.status: failed}}\neach: data.id\n{COUNT}", id="it comes often"),
        pytest.param(
            "on: [api:release.create, api:release.update]\nchanged: data.status", id="it is created, and changes"
        ),
    ],
)
def test_what_can_be_is_left_alone(lines: str) -> None:
    assert warnings(lines) == []


@pytest.mark.parametrize(
    "condition",
    [
        "steps.rollback.outcome == 'not needed'",
        "steps.rollback.outcome != 'failed'",
    ],
)
def test_a_condition_that_may_be_true_is_left_alone(condition: str) -> None:
    notify = f'{{if: "{condition}", notify: {{to: log, text: x}}}}'
    assert warnings(ROLLED_BACK, do=f"[{{rollback: {{to: last-good}}}}, {notify}]") == []
