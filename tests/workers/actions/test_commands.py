"""Commands with what an event says in them: as an argument at most, and never where it is run or read as code."""

import pytest

from rules.errors import RuleErrors, TemplateError
from rules.examining import examine
from rules.files.loading import Source, load
from rules.texts.templates import render_params
from tests.workers.actions.scene import occasion, rule, worked_through
from tests.workers.world import World
from workers.actions import SPECS

ACCESS = {"dynos": "full"}
X = '"{{ data.command }}"'


def told(command: str, *, more: str = "") -> list[str]:
    """What `rules check` says of a rule that runs this."""
    text = rule(f"run: {{command: {command}{more}}}", ACCESS)
    problems = examine([Source("rules.yaml", text)], actions=SPECS).problems
    return [str(problem) for problem in problems if ".run." in problem.key]


RUN = {
    "the program": f"[{X}, x]",
    "a part of the program": '["bin/{{ data.command }}"]',
    "the program behind a variable": f"[A=b, {X}]",
    "a variable before the program": '["A={{ data.command }}", bin/tell]',
    "a shell's line": f"[sh, -c, {X}]",
    "a login shell's line": f"[/bin/bash, -lc, {X}]",
    "a part of a shell's line": "[bash, -c, \"echo '{{ data.command }}'\"]",
    "behind a shell's line": f"[bash, -c, 'eval $1', _, {X}]",
    "a shell's script": f"[bash, {X}]",
    "a shell's script, after options": f"[bash, -x, --, {X}]",
    "xargs": f"[xargs, {X}]",
    "xargs with options": f"[xargs, -n1, --, echo, {X}]",
    "ssh": '[ssh, host, "rm {{ data.command }}"]',
    "python -c": f"[python, -c, {X}]",
    "python -m": f"[python3.11, -m, {X}]",
    "a script of python's": '[python, "scripts/{{ data.command }}.py"]',
    "ruby -e": f"[ruby, -e, {X}]",
    "ruby -e in one word": '[ruby, "-e{{ data.command }}"]',
    "node -e": f"[node, -e, {X}]",
    "node --eval": f"[node, --eval, {X}]",
    "node --eval in one word": '[node, "--eval={{ data.command }}"]',
    "node --require": '[node, "--require={{ data.command }}", app.js]',
    "perl -ne": f"[perl, -ne, {X}, file]",
    "eval": f"[eval, {X}]",
    "exec": f"[exec, {X}]",
    "env": f"[env, A=b, bash, -c, {X}]",
    "env alone": f"[env, {X}]",
    "sudo": f"[sudo, -u, x, sh, -c, {X}]",
    "sudo alone": f"[sudo, -u, x, {X}]",
    "watch": f"[watch, {X}]",
    "timeout": f"[timeout, '5', {X}]",
    "timeout with a shell": f"[timeout, '5', sh, {X}]",
    "find -exec": f'[find, ., -exec, {X}, ";"]',
    "find's name": f"[find, ., -name, {X}]",
    "parallel": f"[parallel, {X}]",
    "awk": f"[awk, {X}, file]",
    "psql": f"[psql, -c, {X}]",
    "sqlite": f"[sqlite3, app.db, {X}]",
    "make's variable": '[make, "X={{ data.command }}"]',
    "rails runner": "[bin/rails, runner, \"User.find('{{ data.command }}')\"]",
    "rails runner in bundle": f"[bundle, exec, rails, runner, {X}]",
    "a program of bundle's": f"[bundle, exec, {X}]",
    "any task": f"[rake, {X}]",
    "any task in bundle": f"[bundle, exec, rake, {X}]",
    "any task of npm's": f"[npm, run, {X}]",
    "any command of manage.py": f"[python, manage.py, {X}]",
    "behind an option": f"[bin/tell, --text, {X}]",
    "an option": '[bin/tell, "--{{ data.command }}"]',
    "a part of a short option": '[bin/tell, "-x{{ data.command }}"]',
}


@pytest.mark.parametrize("command", RUN.values(), ids=RUN)
def test_an_event_cannot_say_what_is_run(command: str) -> None:
    """`[xargs, "{{ … }}"]` was let through: whoever could name a release ran a program with the app's whole config."""
    [problem] = told(command)
    assert "a template cannot be what is run: " in problem
    assert "env: {VALUE: …}" in problem
    assert problem.startswith("rules.yaml:12:24: rules[0].do[0].run.command: ")


PLAIN = {
    "a program of the app's own": f"[bin/mend, {X}]",
    "with more words": f"[bin/mend, now, {X}, {X}]",
    "an option's value": '[bin/mend, "--app={{ data.command }}"]',
    "behind the end of options": f"[bin/mend, --force, --, {X}]",
    "a program's own variable": f"[A=b, bin/mend, {X}]",
    "without a template": "[bash, -c, 'echo x']",
    "a line": "bash -c 'echo x'",
}


@pytest.mark.parametrize("command", PLAIN.values(), ids=PLAIN)
def test_what_is_plain_is_left_alone(command: str) -> None:
    assert told(command) == []


MILD = {
    "a task's argument": '[rake, "task[{{ data.command }}]"]',
    "in bundle": '[bundle, exec, rake, "task[{{ data.command }}]"]',
    "a script's argument": f"[python, manage.py, reindex, {X}]",
    "a module's argument": f"[python, -m, mend, {X}]",
    "an unknown program's": f"[mend, {X}]",
}


@pytest.mark.parametrize("command", MILD.values(), ids=MILD)
def test_of_a_program_that_is_not_known_it_is_only_said(command: str) -> None:
    [problem] = told(command)
    assert "warning: rules[0].do[0].run.command[" in problem
    assert "is given what an event says" in problem
    assert "env: {VALUE: …}" in problem


def test_what_is_handed_over_as_a_variable_is_what_was_meant() -> None:
    assert told("""'bin/mend "$VALUE"'""", more=f", env: {{VALUE: {X}}}") == []


DECIDING = ["PATH", "LD_PRELOAD", "BASH_ENV", "NODE_OPTIONS", "RUBYOPT", "PYTHONPATH", "GIT_SSH_COMMAND", "JAVA_OPTS"]


@pytest.mark.parametrize("name", DECIDING)
@pytest.mark.parametrize("do", ["run: {command: bin/mend, env: {%s: %s}}", "config: {set: {%s: %s}}"])
def test_an_event_cannot_say_what_programs_run_by_a_variable(do: str, name: str) -> None:
    with pytest.raises(RuleErrors, match=f"cannot stand for {name}, which decides what programs run"):
        load([Source("rules.yaml", rule(do % (name, X), {"dynos": "full", "config-vars": "write"}))], actions=SPECS)


@pytest.mark.parametrize("name", ["GIT_SHA", "NODE_ENV", "APP_PATH", "OPTIONS", "RUBY_VERSION"])
def test_other_variables_are_free(name: str) -> None:
    assert told("bin/mend", more=f", env: {{{name}: {X}}}") == []


@pytest.mark.parametrize("value", ["-rf", "--delete-all", "-"])
def test_an_event_cannot_make_an_argument_an_option(world: World, value: str) -> None:
    """A dyno's command that began with -- was taken for an option of the program that was told of it."""
    world.worker(rule(f"run: {{command: [bin/mend, {X}]}}", ACCESS))
    world.deliver(occasion(world, **{"data.command": value}))
    worked_through(world)
    state, sentence = world.step()
    assert state == "failed"
    assert "would be taken for an option" in sentence
    assert world.posts() == []


@pytest.mark.parametrize(
    ("text", "value", "argument"),
    [
        pytest.param("{{ data.x }}", "a b'c\n$(d)", "a b'c\n$(d)", id="anything else"),
        pytest.param("--of={{ data.x }}", "-1", "--of=-1", id="an option's value"),
        pytest.param("x{{ data.x }}", "-1", "x-1", id="behind a letter"),
        pytest.param("{{ data.x }}", -1, None, id="a number below zero"),
        pytest.param("x{{ data.x }}", "a\x00b", None, id="what no argument can hold"),
    ],
)
def test_what_an_argument_may_be(text: str, value: object, argument: str | None) -> None:
    def rendered() -> object:
        return render_params({"command": [text]}, {"data": {"x": value}}, joins=SPECS["run"].joins)["command"]

    if argument is not None:
        assert rendered() == [argument]
        return
    with pytest.raises(TemplateError):
        rendered()
