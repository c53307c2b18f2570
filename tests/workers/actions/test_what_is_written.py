"""Parameters as tired people write them, and as events fill them: what does not fit is told, at its place and in words
that say what to write."""

from typing import Any

import pytest

from rules.examining import examine
from rules.files.loading import Source
from tests.workers.actions.scene import ENVIRONMENT, SECRET, occasion, rule, worked_through
from tests.workers.world import World
from workers.actions import SPECS

FULL = dict.fromkeys(
    ("apps", "dynos", "formation", "config-vars", "releases", "builds", "add-ons", "domains", "collaborators", "logs"),
    "full",
)
NO_VALUE = "has no value: give it one, or leave it out"
LINE = 12  # of the step, in the rule


def told(do: str) -> list[str]:
    """The errors that `rules check` tells of the step, as place, key and words."""
    problems = examine([Source("rules.yaml", rule(do, FULL))], actions=SPECS).problems
    errors = [problem for problem in problems if problem.severity == "error"]
    assert all((problem.line, problem.column > 1) == (LINE, True) for problem in errors)
    return [problem.told.removeprefix("rules[0].do[0].") for problem in errors]


WRITTEN = [
    # a key without a value, which counted as left out
    ("restart: {dyno: }", f"restart.dyno: {NO_VALUE}"),
    ("restart: {type: null}", f"restart.type: {NO_VALUE}"),
    ("rollback: {younger_than: }", f"rollback.younger_than: {NO_VALUE}"),
    ("scale: {type: web, quantity: }", f"scale.quantity: {NO_VALUE}"),
    ("check: {url: }", f"check.url: {NO_VALUE}"),
    ("build: {url: $A_LINK, checksum: }", f"build.checksum: {NO_VALUE}"),
    ("wait: {for: }", f"wait.for: {NO_VALUE}"),
    ("call: {endpoint: get_app, with: {app: }}", "call: app: must be a text that is not empty"),
    # numbers for texts
    ("config: {set: {WEB_CONCURRENCY: 2}}", 'config.set.WEB_CONCURRENCY: must be a text (did you mean "2"?)'),
    ("run: {command: ./mend, env: {DEBUG: true}}", 'run.env.DEBUG: must be a text (did you mean "true"?)'),
    ("build: {url: $A_LINK, version: 1.5}", 'build.version: must be a text (did you mean "1.5"?)'),
    # nothing, and next to nothing
    ('run: {command: "  "}', "run.command: must not be blank"),
    ('run: {command: ["", a]}', "run.command: must be a command, or a list of a program and its arguments"),
    ("agent: {prompt: why, answer: {cause: []}}", "agent.answer.cause: must be"),
    ('agent: {prompt: why, answer: {"": text}}', "agent.answer.: must not be empty"),
    ('agent: {prompt: why, tools: [{name: dyno_run_command, app: ""}]}', "agent.tools[0].app: must not be empty"),
    # names that are none
    ('scale: {type: "web worker", quantity: 1}', "scale.type: must be a process type as in the Procfile"),
    ('scale: {type: "web\\n", quantity: 1}', "scale.type: must be a process type as in the Procfile"),
    ("restart: {dyno: ../web.1}", "restart.dyno: must be a dyno's name: web.1"),
    ("logs: {source: heroku, dyno: web/1}", "logs.dyno: must be a dyno's name: web.1"),
    ("logs: {source: platform}", "logs.source: must be app or heroku"),
    ("config: {set: {A-B: x}}", "config.set.A-B: must be the name of a variable: of letters, digits and _"),
    ('config: {set: {"A\\n": x}}', "config.set.A : must be the name of a variable"),
    ("config: {unset: A B}", "config.unset: must be the name of a variable"),
    ("run: {command: ./mend, env: {A B: x}}", "run.env.A B: must be the name of a variable"),
    ("domain: {add: 'https://www.acme.example'}", "domain.add: must be a host name: www.acme.example"),
    ("collaborator: {add: somebody}", "collaborator.add: must be an e-mail address, or the id of an account"),
    ("http: {url: $A_LINK, secret: whsec_x}", "http.secret: must be the name of a variable, like $SIGNING_SECRET"),
    ("build: {url: $A_LINK, checksum: 'SHA256:ABC'}", "build.checksum: must be SHA256: and 64 hexadecimal digits"),
    ("check: {path: healthz}", "check.path: must begin with one /, and be one line"),
    # times that are none, or never come together
    ("wait: 5m", "wait: must be a mapping of parameters, like {for: …}"),
    ("wait: {for: -5m}", "wait.for: must be a duration like 30s"),
    ("wait: {for: 300}", "wait.for: needs a unit: 300s, 300m, 300h or 300d"),
    ("wait: {for: ٣m}", "wait.for: must be a duration like 30s"),
    ("agent: {prompt: why, within: 11m}", "agent.within: must be at most 10 min"),
    ("check: {good_for: 20m}", "check: good_for must be shorter than at_most, which is 15 min"),
    ("check: {bad_for: 5m, at_most: 5m}", "check: bad_for must be shorter than at_most, which is 5 min"),
    ("check: {every: 1h}", "check: every must be shorter than at_most, which is 15 min"),
    # more than there may be
    ("scale: {type: web, quantity: -1}", "scale.quantity: must be greater than or equal to 0"),
    (f"check: {{contains: {'x' * 1_001}}}", "check.contains: must be at most 1,000 characters"),
    ("call: {endpoint: update_app, with: {maintenence: true}}", "call: with: update_app takes no maintenence; maint"),
]


@pytest.mark.parametrize(("do", "words"), WRITTEN)
def test_what_does_not_fit_is_told_when_the_rule_is_loaded(do: str, words: str) -> None:
    """`restart: {dyno: }`, where somebody had forgotten the name, restarted every dyno of the app."""
    [problem] = told(do)
    assert problem.startswith(words)


SOUND = [
    "redeploy: {release: 41}",
    "redeploy: {release: v41}",
    'config: {set: {A: ""}}',
    "restart: {}",
    "restart: {dyno: web-6d8f7-x2x4q}",
    "domain: {add: '*.acme.example'}",
    "collaborator: {remove: 01234567-89ab-cdef-0123-456789abcdef}",
    "check: {good_for: 20m, at_most: 1h}",
    "scale: {type: web, quantity: '2'}",
]


@pytest.mark.parametrize("do", SOUND)
def test_what_people_may_write_is_taken(do: str) -> None:
    assert told(do) == []


X = "'{{ data.command }}'"
NOTHING = 'a template comes to nothing; if that may be, say what instead: {{ … | default("none") }}.'
FILLED = [
    ("scale: {type: web, quantity: %s}", "", "scale failed: quantity: must be a whole number."),
    ("scale: {type: web, quantity: %s}", "-5", "scale failed: quantity: must be greater than or equal to 0."),
    ("scale: {type: web, quantity: %s}", "9" * 5_000, "scale failed: quantity: must be a whole number."),
    ("scale: {type: %s, quantity: 1}", "../web", "scale failed: type: must be a process type as in the Procfile: web,"),
    ("scale: {type: %s, quantity: 1}", "x" * 5_000, "scale failed: type: must be at most 1,000 characters."),
    ("restart: {dyno: %s}", None, "restart failed: dyno: must not be empty."),
    ("restart: {dyno: %s}", "web.1\nweb.2", "restart failed: dyno: must be a dyno's name: web.1, worker.2 …."),
    ("config: {set: {A: %s}}", None, f"config failed: {NOTHING}"),
    ("config: {unset: %s}", "A B", "config failed: unset: must be the name of a variable: of letters, digits and _."),
    ("run: {command: [./mend, %s]}", "", f"run failed: {NOTHING}"),
    ("run: {command: [./mend, %s]}", "x" * 5_000, "run failed: command: must be at most 1,000 characters."),
    ("run: {command: ./mend, env: {A: %s}}", None, f"run failed: {NOTHING}"),
    ("maintenance: {on: %s}", "yes", "maintenance failed: on: must be true or false."),
    ("domain: {add: %s}", "a.example/x", "domain failed: add: must be a host name: www.acme.example."),
    ("collaborator: {remove: %s}", "", "collaborator failed: remove: must not be empty."),
    ("collaborator: {add: %s}", ["a"], "collaborator failed: add: must be an e-mail address, or the id of an account."),
    ("build: {url: $A_LINK, checksum: %s}", "sha256:0", "build failed: checksum: must be SHA256: and 64 hexadecimal"),
    ("logs: {lines: %s}", "1e3", "logs failed: lines: must be a whole number."),
    ("check: {status: %s}", "fine", "check failed: status: must be a status like 200, a class like 2xx, or a list"),
    ("http: {url: $A_LINK, headers: {X: %s}}", "a\r\nB: c", "http failed: headers.X: must be one line of ASCII."),
    ("http: {url: 'https://a.example/{{ data.command }}'}", None, "http failed: a template comes to nothing, where a"),
    ("agent: {prompt: why, tools: [{name: a, app: %s}]}", None, "agent failed: tools[0].app: must not be empty."),
    ("call: {endpoint: get_app, with: {app: %s}}", "", f"call failed: {NOTHING}"),
    ("call: {endpoint: update_config_vars, with: {changes: {A: %s}}}", None, f"call failed: {NOTHING}"),
    ("call: {endpoint: delete_domain, with: {domain: %s}}", "..", "call failed: "),
]


@pytest.mark.parametrize(("do", "value", "words"), FILLED, ids=range(len(FILLED)))
def test_what_an_event_fills_in_and_does_not_fit_fails_in_words(world: World, do: str, value: Any, words: str) -> None:
    """A config var was set to nothing, as an event lacked a field; and an agent's tool ran on the app itself."""
    world.worker(rule(do.replace("%s", X), FULL), environment=ENVIRONMENT)
    world.deliver(occasion(world, **{"data.command": value}))
    worked_through(world, looks=2)
    state, sentence = world.step()
    assert (state, sentence.startswith(words)) == ("failed", True), sentence
    assert world.posts() == []
    assert "\n" not in sentence
    assert SECRET not in sentence


def test_a_key_without_a_value_is_told_where_it_stands() -> None:
    """It was told at the beginning of the next step."""
    text = rule("restart:\n          dyno:\n          type:\n      - wait: {for: 5m}", FULL)
    problems = examine([Source("rules.yaml", text)], actions=SPECS).problems
    assert [(problem.key, problem.line, problem.column) for problem in problems if NO_VALUE in problem.told] == [
        ("rules[0].do[0].restart.dyno", LINE + 1, 11),
        ("rules[0].do[0].restart.type", LINE + 2, 11),
    ]
