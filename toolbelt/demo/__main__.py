"""`bin/demo`: tells the story, checks that it held, and stays up for whoever wants to try more."""

import os
import sys
import time

import click
import httpx2
import redis

from core import links
from core.settings import read
from toolbelt.crew import HOME, Crew
from toolbelt.demo import stage
from toolbelt.demo.acts import OUTCOMES, Story
from toolbelt.demo.happenings import Happenings
from toolbelt.demo.judging import Ending, verdicts
from toolbelt.demo.page import Page
from toolbelt.demo.stage import APP, LIBRARY, RELEASES, REPEAT, RULES, Stage
from toolbelt.interrupts import ending_on_signals
from toolbelt.servers import NoServer
from toolbelt.waiting import DidNotHappen
from workers.rulebooks import load_rules

USUAL_SPEED = 12.0  # times faster than Heroku: slow enough to read along
LOOK_EVERY = 0.2  # seconds


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option("--once", is_flag=True, help="End by itself: with 0 if the story held, with 1 if not.")
@click.option("--speed", default=USUAL_SPEED, show_default=True, help="How many times faster than Heroku.")
@click.option("--verbose", is_flag=True, help="Also show what each process writes.")
def main(*, once: bool, speed: float, verbose: bool) -> None:
    """Watch a bad release being put right, with everything real but Heroku.

    Starts an embedded Redis-compatible server, a fake Heroku, the web process and a Celery worker (both from the
    Procfile's own lines), all on this machine. Your own Heroku account, settings and Redis are neither used nor seen.
    """
    with ending_on_signals(), Crew() as crew:
        try:
            sys.exit(play(crew, once=once, speed=speed, verbose=verbose))
        except KeyboardInterrupt:
            click.echo("\nThe end: stopping everything.")
        except (DidNotHappen, NoServer, httpx2.HTTPError, redis.RedisError) as error:
            crew.close()
            sys.exit(f"\nThe story did not hold. {type(error).__name__}: {error}")


def play(crew: Crew, *, once: bool, speed: float, verbose: bool) -> int:
    """The exit status."""
    page = Page()
    page.heading("Dynohook: a bad release is put right")
    page.paragraph("Everything here is real except Heroku, which is a simulator on this machine. Starting ...")
    set_up = stage.build(crew, os.environ, speed=speed, tell=page.aside if verbose else not_told)
    book = load_rules(read(environment=set_up.environment), set_up.environment)
    story = Story(set_up, Happenings(set_up.heroku, set_up.ledger, book, REPEAT), page)
    introduce(page, set_up)
    story.act_one()
    story.act_two()
    held = judge(story)
    if once or not held:
        return 0 if held else 1
    say_what_next(page, set_up)
    while True:
        story.follow()
        time.sleep(LOOK_EVERY)


def not_told(_: str, __: str) -> None:
    """What processes write stays with them; their last lines are shown if they fail."""


def introduce(page: Page, set_up: Stage) -> None:
    page.table(
        [
            ("redis", f"an embedded server, {set_up.environment['REDIS_URL']}"),
            ("heroku", f"the simulator, {set_up.heroku.base_url}"),
            ("web", f"uvicorn, started by the Procfile's line, {set_up.service.url}"),
            ("worker", "Celery, started by the Procfile's line"),
            ("rules", f"two of {LIBRARY.relative_to(HOME)}, made live: {', '.join(RULES)}"),
            ("app", f"{APP}, which runs v{RELEASES}"),
        ]
    )
    page.paragraph(f"Each delivery is sent {REPEAT} times, as Heroku may, to show that it counts once.")


def judge(story: Story) -> bool:
    """Say what is true at the end, and whether that is the whole story."""
    heroku, happenings = story.stage.heroku, story.happenings
    ending = Ending(
        app=heroku.app(APP),
        deliveries=heroku.deliveries(),
        calls=heroku.calls(),
        counted=happenings.counted(),
        runs=happenings.runs(),
    )
    found = list(verdicts(ending, repeat=REPEAT, good=RELEASES, outcomes=OUTCOMES))
    held = all(verdict.holds for verdict in found)
    story.page.heading("The story held" if held else "The story did not hold")
    story.page.table([("yes" if verdict.holds else "NO", verdict.sentence) for verdict in found])
    return held


def say_what_next(page: Page, set_up: Stage) -> None:
    page.heading("Your turn")
    page.paragraph("It stays up until Ctrl-C, and goes on telling here. Look at it in a browser, under any name:")
    page.table(
        [
            ("console", links.console(read(environment=set_up.environment))),
            ("password", set_up.environment["CONSOLE_PASSWORD"]),
        ]
    )
    page.paragraph("In another terminal, begin with this line:")
    control = f"{set_up.heroku.base_url}/simulator/apps/{APP}"
    page.lines(
        f"      . {set_up.env_file}",
        "",
        "   Look at what was heard, decided and done:",
        "",
        "      bin/dynohook status",
        "      bin/dynohook events list",
        "      bin/dynohook runs list",
        "",
        "   Deploy another that crashes; or one that is good; or crash the dynos that run, twice:",
        "",
        f"""      curl {control}/deploys -d '{{"outcome": "crash"}}'""",
        f"""      curl {control}/deploys -d '{{"outcome": "succeed"}}'""",
        f"""      curl {control}/crash -d '{{"times": 2}}'""",
        "",
        "   Stop it from acting, send it a delivery of your own, let it go on:",
        "",
        "      bin/dynohook pause --why 'trying things out'",
        f"      bin/dynohook send dyno_crashed --app {APP}",
        "      bin/dynohook events list --last 1",
        "      bin/dynohook resume --why 'seen enough'",
        "",
    )


if __name__ == "__main__":
    main(prog_name="bin/demo")
