"""Targets in a rule file: every kind, and that nothing in it can be a secret."""

import pytest

from rules.rulebook import Target
from rules.target_kinds import KINDS
from tests.rules.factories import book, problems

SENT = [
    pytest.param("{slack: $SLACK_URL}", Target("slack", "SLACK_URL"), id="slack"),
    pytest.param("{discord: $DISCORD_URL}", Target("discord", "DISCORD_URL"), id="discord"),
    pytest.param("{teams: $TEAMS_URL}", Target("teams", "TEAMS_URL"), id="teams"),
    pytest.param("{apprise: $APPRISE_URL}", Target("apprise", "APPRISE_URL"), id="apprise"),
    pytest.param(
        "{pagerduty: $KEY, severity: critical}", Target("pagerduty", "KEY", {"severity": "critical"}), id="pagerduty"
    ),
    pytest.param("{webhook: $URL, secret: $SECRET}", Target("webhook", "URL", {"secret": "$SECRET"}), id="webhook"),
    pytest.param(
        "{email: $SMTP_URL, from: a@acme.example, to: b@acme.example}",
        Target("email", "SMTP_URL", {"from": "a@acme.example", "to": ["b@acme.example"]}),
        id="email to one",
    ),
    pytest.param(
        "{email: $SMTP_URL, from: $FROM, to: [b@acme.example, $ONCALL]}",
        Target("email", "SMTP_URL", {"from": "$FROM", "to": ["b@acme.example", "$ONCALL"]}),
        id="email to several",
    ),
    pytest.param(
        "{slack: $URL, wait: 10s, every: 5m}", Target("slack", "URL", {"wait": 10.0, "every": 300.0}), id="in its time"
    ),
]


def rules(target: str) -> str:
    return f"version: 1\ntargets: {{ops: {target}}}"


@pytest.mark.parametrize(("written", "target"), SENT)
def test_a_target_is_read(written: str, target: Target) -> None:
    found = book(rules(written)).targets["ops"]

    assert found == target
    assert Target.from_json(found.to_json()) == target


def test_a_target_kept_by_an_earlier_version_is_read() -> None:
    assert Target.from_json({"kind": "webhook", "variable": "OPS"}) == Target("webhook", "OPS")


@pytest.mark.parametrize(
    ("written", "told"),
    [
        pytest.param("{slack: $A, discord: $B}", "targets.ops: must have exactly one kind", id="two kinds"),
        pytest.param("{wait: 3s, every: 1m}", "targets.ops: must have exactly one kind", id="none"),
        pytest.param("{slack: $A, secrets: $B}", "secrets: is not known here", id="what it does not take"),
        pytest.param("{slack: $A, wait: soon}", "targets.ops.wait: ", id="no duration"),
        pytest.param("{webhook: $A, secret: whsec_abc}", "secret: must name an environment variable", id="a secret"),
        pytest.param("{pagerduty: $A, severity: awful}", "severity: must be 'critical'", id="no severity"),
        pytest.param("{email: $A, from: a@b.example}", "to: is missing", id="to nobody"),
        pytest.param("{email: $A, from: a@b.example, to: []}", "to: must not be empty", id="to an empty list"),
        pytest.param("{email: $A, from: me, to: a@b.example}", "from: must be an address like", id="no mailbox"),
        pytest.param('{email: $A, from: "a@b, c@d", to: a@b}', "from: must be an address like", id="two in one"),
    ],
)
def test_a_mistake_is_told_and_its_line_is_not_shown(written: str, told: str) -> None:
    [problem] = problems(rules(written))

    assert told in str(problem)
    assert problem.source_line == ""


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "log"])
def test_no_kind_takes_an_address_itself(kind: str) -> None:
    more = ", from: a@b.example, to: a@b.example" if kind == "email" else ""
    [problem] = problems(rules(f"{{{kind}: https://hooks.example/a-secret{more}}}"))

    assert "must name an environment variable" in str(problem)
    assert "a-secret" not in str(problem)


def test_every_variable_that_is_missing_is_named() -> None:
    target = "{email: $SMTP_URL, from: $FROM, to: [$ONCALL, a@b.example]}"
    [problem] = problems(rules(target), environment={"ONCALL": "c@d.example"})

    assert "the environment has no SMTP_URL and no FROM" in str(problem)
