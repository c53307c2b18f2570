"""Commands with templates in them: what an event says is one argument, and nothing that is run or read as code.

Quoting alone does not see to that: `xargs`, `ssh` or `ruby -e` run what they are given. What such a program would get
is refused; and as nobody knows them all, what no program of the app's own gets is told by `rules check`.
"""

import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any, Final

from pydantic import ValidationInfo

from rules.actions import Odd, Written
from rules.errors import TemplateError
from rules.texts.pieces import Piece, something
from rules.texts.templates import is_template
from rules.values import no_template, refused
from workers.actions.base import RENDERED


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


INSTEAD: Final = 'hand it over as `env: {VALUE: …}`, where a program finds it, and a line for the shell as "$VALUE"'

# What stands anywhere behind one of these may be run or read as code.
RUN_IT: Final = _names("""
    at awk batch busybox builtin chroot chrt command crontab docker doas ed emacs env eval ex expect fd find flock gawk
    gdb gmake heroku ionice kubectl ltrace make mariadb mawk mongo mongosh mysql nawk nice nsenter nvim osascript
    parallel podman psql redis-cli rsync runuser scp screen script sed setpriv setsid sftp sqlite ssh stdbuf strace su
    sudo taskset time timeout tmux trap unbuffer unshare vi vim watch xargs
    """)
# The word right behind one of these is a program, a script or code.
RUN_THE_NEXT: Final = _names("""
    . ash bash bun bunx csh dash deno elixir erl escript exec fish ghci groovy guile iex ipython irb java jruby julia
    ksh lua luajit node nodejs nohup npx perl php pipx powershell pry pwsh pypy python r racket rscript ruby run runner
    sbcl scala sh source tclsh tcsh ts-node tsx uvx zsh
    """)
# And behind one of these it is what is to be done.
TASKS: Final = _names("""
    ant artisan cargo composer console django-admin dotnet fab flask go gradle gradlew grunt gulp inv invoke just lein
    manage.py mix mvn npm pnpm rails rake sbt thor yarn
    """)
_CODE_FOLLOWS: Final = re.compile(r"-[a-z]*[ce]|--(eval|exec|execute|command|code|run)", re.IGNORECASE)
_CODE_INSIDE: Final = re.compile(
    r"--(\w+-)*(eval|exec|execute|command|cmd|code|run|require|import|loader|options|shell|rsh|rcfile|init-file)=",
    re.IGNORECASE,
)
_OPTION: Final = re.compile(r"--[\w-]+=")
_ASSIGNMENT: Final = re.compile(r"\w+=.*", re.DOTALL)
_VERSION: Final = re.compile(r"(?<=\w)-?\d[\d.]*$")
# Variables that decide what programs run, whatever they are called.
_DECIDING: Final = re.compile(
    r"""(?:LD|DYLD)_\w+|PATH|ENV|IFS|PS4|SHELL|SHELLOPTS|BASH_ENV|PROMPT_COMMAND|EDITOR|VISUAL|PAGER|BROWSER|CLASSPATH
    |PYTHON(?:PATH|HOME|STARTUP)|RUBY(?:OPT|LIB)|PERL5?(?:OPT|LIB|DB)|NODE_PATH|GEM_(?:HOME|PATH)|BUNDLE_GEMFILE
    |GIT_(?:SSH|SSH_COMMAND|CONFIG\w*|EXEC_PATH|EXTERNAL_DIFF|PROXY_COMMAND|EDITOR|PAGER|ASKPASS)|MAKEFLAGS
    |(?:_?JAVA|JDK|NODE|MAVEN|GRADLE|SBT|ERL)\w*_(?:OPTS|OPTIONS|FLAGS)""",
    re.VERBOSE | re.IGNORECASE,
)


def read(value: Any, info: ValidationInfo) -> Any:
    """A command as one line for the shell: a list is quoted, word by word."""
    if isinstance(value, list):
        words = [word for word in value if isinstance(word, str)]
        if not words or not words[0] or len(words) < len(value):
            raise refused("must be a command, or a list of a program and its arguments")
        if info.context == RENDERED:
            return shlex.join(words)
        _check(words)
        return " ".join(words)
    if is_template(value) and info.context != RENDERED:
        raise no_template(f"a template must be an argument of its own: [program, argument, …]; or {INSTEAD}")
    if isinstance(value, str) and value and not value.strip():
        raise refused("must not be blank")
    return value


def argument(pieces: Sequence[Piece]) -> str:
    """One argument; what a template prints cannot make it an option."""
    if any("\x00" in piece.text for piece in pieces):
        raise TemplateError("a template comes to a character that no argument can hold")
    first = next((piece for piece in pieces if piece.text), None)
    if first and first.printed and first.text.startswith("-"):
        raise TemplateError("a template comes to what would be taken for an option, as it begins with a -")
    return something(pieces)


def odd(written: Written) -> Iterator[Odd]:
    """Each argument out of an event for a program of which nobody knows here what it makes of it."""
    words = written.get("command")
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return
    program = next((word for word in words if not _ASSIGNMENT.fullmatch(word)), "")
    if "/" in program:
        return
    for index, word in enumerate(words):
        if is_template(word):
            message = f"{program} is given what an event says; if it may take that for more than text, {INSTEAD}"
            yield Odd(("command", index), message)


def decides_nothing(values: Mapping[str, str], info: ValidationInfo) -> Mapping[str, str]:
    """No template for a variable that says what programs run, like PATH or NODE_OPTIONS."""
    for name, value in values.items():
        if info.context != RENDERED and is_template(value) and _DECIDING.fullmatch(name):
            raise no_template(
                f"a template cannot stand for {name}, which decides what programs run: write the value out"
            )
    return values


def _check(words: Sequence[str]) -> None:
    for index, word in enumerate(words):
        if is_template(word) and (why := _why_not(words[:index], word)):
            raise no_template(f"a template cannot be what is run: {why}; {INSTEAD}")


def _why_not(before: Sequence[str], word: str) -> str:
    """Why an event must not say this word; nothing if it may."""
    last = before[-1] if before else ""
    runner = next((each for each in reversed(before) if not each.startswith("-")), "")
    if all(map(_ASSIGNMENT.fullmatch, before)):
        return "it is the program"
    for each in before:
        if _name(each) in RUN_IT or _CODE_FOLLOWS.fullmatch(each):
            return f"it stands behind {each}, which may run it"
    if last.startswith("-") and last != "--":
        return f"it stands right behind {last}; if that takes plain text, write {last}=… as one word"
    if word.startswith("-") and (_CODE_INSIDE.match(word) or not _OPTION.match(word)):
        return "it is part of an option"
    if _name(runner) in RUN_THE_NEXT or (_name(runner) in TASKS and word.startswith("{")):
        return f"it is what {runner} runs"
    return ""


def _name(word: str) -> str:
    """A program's name, without its folder and its version."""
    return _VERSION.sub("", PurePosixPath(word).name or word).lower()
