"""A real browser, the one that the machine has; whoever has none hears why these tests are skipped."""

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Error, Page, sync_playwright

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
PATIENCE = 10_000  # milliseconds, for whatever should happen soon
RENEWED = 5_000  # milliseconds: no page asks anew more seldom
BROAD, NARROW = 1_280, 390  # pixels: a desk's screen, a phone's
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
MOST_TABS = 100
GRAVE = ("error", "warning")  # what it tells besides depends on which of two was faster, as where the focus went
CHECKS = Path(__file__).parent / "checks.js"


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """One browser for many visitors."""
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"there is no browser on this machine: none of {', '.join(PROGRAMS)} is on PATH")
    try:
        driver = sync_playwright().start()
    except (OSError, Error) as error:
        pytest.skip(f"playwright's driver does not start here: {type(error).__name__}")
    try:
        browser = driver.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield browser
        browser.close()
    finally:
        driver.stop()


class Window:
    """One window without a past; `complaints` are what the browser said of our pages in its console."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        context.set_default_timeout(PATIENCE)
        context.add_init_script(path=CHECKS)
        self.page: Page = context.new_page()
        self.page.clock.install()
        self.complaints: list[str] = []
        self._address = address
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda error: self.complaints.append(f"error: {error}"))
        self.page.on("dialog", self._dialog)

    def _said(self, said: ConsoleMessage) -> None:
        if said.type in GRAVE:
            self.complaints.append(f"{said.type}: {said.text}")

    def _dialog(self, dialog: Dialog) -> None:
        self.complaints.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def forgive(self, status: int) -> None:
        """Browsers complain of answers that are no good; of this one a test knows."""
        self.complaints[:] = [said for said in self.complaints if f"status of {status}" not in said]

    def go(self, path: str) -> None:
        """Open that page."""
        self.page.goto(self._address + path, wait_until="load")

    @property
    def path(self) -> str:
        """Where it is."""
        return self.page.url.removeprefix(self._address)

    def sign_in(self, name: str, password: str) -> None:
        """Through the form that is open."""
        self.page.get_by_label("Your name").fill(name)
        self.page.get_by_label("password").fill(password)
        self.page.get_by_role("button", name="Sign in").click()

    def lacks(self) -> list[str]:
        """What is wrong with the page for whoever reads it or hears it, in light and in dark."""
        found: list[str] = self.page.evaluate("checks.names()")
        for scheme in SCHEMES:
            self.page.emulate_media(color_scheme=scheme)
            found += self.page.evaluate("checks.contrast()")
        return found

    def too_broad(self) -> list[str]:
        """The widths of windows in which the page is broader than they are."""
        found = []
        for width in (NARROW, BROAD):
            self.page.set_viewport_size({"width": width, "height": 800})
            if (broad := self.page.evaluate("document.documentElement.scrollWidth")) > width:
                found.append(f"{broad} pixels in a window of {width}")
        return found

    def tab_through(self) -> tuple[set[str], list[str]]:
        """What the Tab key reaches, and what of that does not show that it is there."""
        reached: set[str] = set()
        unseen: list[str] = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            name, seen = self.page.evaluate("checks.focused()")
            if name in reached:
                break
            reached |= {name} - {""}  # nothing has the focus between the end of a page and its beginning
            unseen += [] if seen else [name]
        return reached, unseen

    def reachable(self) -> set[str]:
        """What should be."""
        return set(self.page.evaluate("checks.reachable()"))

    def renews(self) -> None:
        """Let the seconds pass after which pages ask anew, without waiting for them."""
        self.page.clock.fast_forward(RENEWED)

    def sees(self, text: str) -> None:
        """Wait until that stands there."""
        self.page.get_by_text(text).first.wait_for()
