"""`python -m tests.pictures`: takes the pictures of the documents from a demo whose story has just been played."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from core import links
from core.settings import read
from toolbelt.crew import HOME, Crew
from toolbelt.demo import stage
from toolbelt.demo.acts import Story
from toolbelt.demo.happenings import Happenings
from toolbelt.demo.page import Page as Told
from toolbelt.demo.stage import REPEAT, RULES, Stage
from workers.rulebooks import load_rules

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
FOLDER = HOME / "docs"
WIDTH, HEIGHT = 1_000, 640
MOST_BYTES = 150_000  # of a picture: they stay in the repository for ever
SPEED = 30.0  # times faster than Heroku


def main() -> int:
    if CHROMIUM is None:
        print("There is no chromium here to take pictures with.")
        return 1
    with Crew() as crew:
        told = played(crew)
        with browser(told) as page:
            take(page, "/", "console-overview")
            run = run_of(told)
            take(page, links.run("", run), "console-run")
            take(page, links.event("", run.partition(":")[0]), "console-event")
    return 0


def played(crew: Crew) -> Stage:
    """The demo's stage after both acts."""
    set_up = stage.build(crew, os.environ, speed=SPEED, tell=lambda *_: None)
    book = load_rules(read(environment=set_up.environment), set_up.environment)
    story = Story(set_up, Happenings(set_up.heroku, set_up.ledger, book, REPEAT), Told(lambda _: None))
    story.act_one()
    story.act_two()
    return set_up


def run_of(told: Stage) -> str:
    """The id of the run that took the bad release back."""
    runs = Happenings(told.heroku, told.ledger, load_rules(read(environment=told.environment), {}), REPEAT).runs()
    return next(run.id for run in runs if run.rule == RULES[1])


@contextmanager
def browser(told: Stage) -> Iterator[Page]:
    """Somebody signed in, by the form."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = opened.new_page(
            viewport={"width": WIDTH, "height": HEIGHT},
            base_url=links.console(read(environment=told.environment)),
            color_scheme="light",
        )
        page.goto(f"{told.service.url}{links.CONSOLE}/sign-in")
        page.get_by_label("Your name").fill("ada")
        page.get_by_label("password").fill(told.environment["CONSOLE_PASSWORD"])
        page.get_by_role("button", name="Sign in").click()
        yield page
        opened.close()


def take(page: Page, path: str, name: str) -> None:
    """Write the top of a page down as a picture."""
    page.goto(f"{page.url.partition(links.CONSOLE)[0]}{links.CONSOLE}{path}")
    file: Path = FOLDER / f"{name}.png"
    file.write_bytes(page.screenshot())
    size = file.stat().st_size
    print(f"{file.relative_to(HOME)}: {size:,} bytes")
    if size > MOST_BYTES:
        raise ValueError(f"{file.name} is larger than {MOST_BYTES:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
