"""A visitor of the console without a browser: follows nothing by itself, keeps cookies, reads the forms of a page."""

import re
from html import unescape
from http.cookies import SimpleCookie
from typing import Any

import httpx2

from core.links import CONSOLE

ADDRESS = "https://dynohook.example"
PASSWORD = "a password for tests"
SIGN_IN = f"{CONSOLE}/sign-in"
COOKIE = "dynohook"

_TOKEN = re.compile(r'name="token" value="([^"]*)"')


class Visitor:
    """`cookie` is the only thing that a browser keeps for us; many visitors share one application, or a real server."""

    def __init__(self, client: httpx2.Client) -> None:
        self._client = client
        self.cookie = ""
        self.headers: dict[str, str] = {}

    def signed_in(self, by: str = "ada", password: str = PASSWORD) -> "Visitor":
        """Through the form, as anybody gets in."""
        answer = self.sign_in(by, password)
        assert answer.status_code == 303, answer.text
        return self

    def sign_in(self, by: str = "ada", password: str = PASSWORD, **fields: str) -> httpx2.Response:
        """Send the form of the page for it."""
        return self.send(SIGN_IN, on=SIGN_IN, name=by, password=password, **fields)

    def get(self, path: str, **headers: str) -> httpx2.Response:
        """Ask for a page."""
        return self.ask("GET", path, headers=headers)

    def page(self, path: str) -> str:
        """What stands on a page that is there."""
        answer = self.get(path)
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        return answer.text

    def send(self, path: str, *, on: str | None = None, **fields: str) -> httpx2.Response:
        """Send a form with the token that stands on the page `on`; by default on the same one."""
        return self.post(path, token=self.token(on or path), **fields)

    def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send these fields and no others."""
        return self.ask("POST", path, data=fields)

    def told(self, path: str, *, on: str | None = None, **fields: str) -> str:
        """Send a form, and answer the page to which that leads."""
        answer = self.send(path, on=on, **fields)
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return self.page(answer.headers["location"])

    def token(self, page: str) -> str:
        """What the forms of this page carry."""
        found = _TOKEN.search(self.get(page).text)
        assert found, f"no form on {page}"
        return unescape(found[1])

    def ask(self, method: str, path: str, **more: Any) -> httpx2.Response:
        """One request, and the cookie that comes back is kept as a browser does it."""
        headers: dict[str, Any] = self.headers | more.pop("headers", {})
        if self.cookie:
            headers["cookie"] = f"{COOKIE}={self.cookie}".encode("latin-1")
        self._client.cookies.clear()
        answer: Any = self._client.request(method, path, headers=headers, follow_redirects=False, **more)
        self._client.cookies.clear()
        if "set-cookie" in answer.headers:
            kept = SimpleCookie(answer.headers["set-cookie"])[COOKIE]
            self.cookie = "" if kept["expires"] else kept.value
        return answer  # type: ignore[no-any-return]
