"""Every address of the console: as its routes have them, and as its pages link to them, also those still to come."""

import re
from collections.abc import Iterable, Iterator
from html import unescape
from itertools import chain
from typing import cast
from urllib.parse import urldefrag

from pydantic import SecretStr
from redis import Redis
from starlette.routing import BaseRoute, Mount, Route

from core.links import CONSOLE
from receiver.console.app import routes
from tests.receiver.console.browsing import ADDRESS, SIGN_IN, Visitor

MOST = 200  # pages of one walk
ANY = "x"  # for whatever an address holds

_LINK = re.compile(r'\b(?:href|action|hx-get)="([^"]*)"')


def _nowhere() -> Redis:
    raise AssertionError("nobody asked for anything")


def addresses(method: str, *, of: Iterable[str] = (ANY,)) -> list[str]:
    """All that take such a request, with each of these in place of what varies."""
    found = chain.from_iterable(_below("", routes(SecretStr(ANY), _nowhere, address=ADDRESS)))
    paths = [path for path, methods in found if method in methods]
    return sorted({re.sub(r"\{[^}]*\}", one, path) for path in paths for one in of})


def behind_the_password(method: str) -> list[str]:
    """Those of them that nobody reaches who has not signed in."""
    return [path for path in addresses(method) if path.startswith(CONSOLE) and path != SIGN_IN]


def walk(visitor: Visitor, *, besides: Iterable[str] = ()) -> dict[str, str]:
    """Each page that can be reached by links, with what stands on it."""
    pages: dict[str, str] = {}
    ahead = [*(path for path in behind_the_password("GET") if ANY not in path.split("/")), *besides]
    while ahead:
        path = ahead.pop()
        if path in pages:
            continue
        assert len(pages) < MOST, "the walk does not end"
        answer = visitor.get(path)
        if answer.status_code in (303, 307):
            ahead.append(answer.headers["location"])
            pages[path] = ""
            continue
        assert answer.status_code == 200, (path, answer.status_code, answer.text)
        if not answer.headers["content-type"].startswith("text/html"):
            pages[path] = ""
            continue
        pages[path] = answer.text
        ahead += [link for link in links(answer.text, path) if "/static/" not in link]
    return {path: text for path, text in pages.items() if text}


def links(page: str, path: str) -> Iterator[str]:
    """The console's addresses to which it leads, but for those that only take forms."""
    for found in _LINK.findall(page):
        link = urldefrag(unescape(found))[0]
        whole = path.partition("?")[0] + link if link.startswith("?") else link
        if whole.startswith(f"{CONSOLE}/") and whole != f"{CONSOLE}/sign-out":
            yield whole


def _below(beginning: str, found: Iterable[BaseRoute]) -> Iterator[list[tuple[str, set[str]]]]:
    for route in found:
        if isinstance(route, Mount):
            yield from _below(beginning + route.path, cast("list[BaseRoute]", route.routes or ()))
        elif isinstance(route, Route):
            yield [(beginning + route.path, set(route.methods or ()))]
