"""Addresses as a rule gives them: written out, out of the environment, or with templates that stay in their place."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, ValidationInfo

from rules.files.environment_checks import VARIABLE
from rules.texts.pieces import Join
from rules.texts.templates import is_template
from rules.texts.web_addresses import address, path
from rules.values import no_template, refused
from workers.actions.base import RENDERED

JOINS: Final[Mapping[str, Join]] = {"url": address, "path": path}
_BEGINS: Final = re.compile(r"https?://|\{", re.IGNORECASE)
_UNFIT: Final = re.compile(r"[\x00-\x20\x7f\\]")


def _is_one(url: str, info: ValidationInfo) -> str:
    if info.context == RENDERED or VARIABLE.fullmatch(url):
        return url
    if is_template(url):
        if not _BEGINS.match(url):
            raise no_template("must begin with https:// and the host, or with a template that comes to all of that")
    elif not _is_of_the_web(url):
        raise refused("must be an address like https://acme.example/hook")
    return url


def _is_of_the_web(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0 and not _UNFIT.search(url)
    except ValueError:
        return False


def _is_at_a_root(value: object, info: ValidationInfo) -> object:
    if info.context != RENDERED and is_template(value) and not re.match(r"/(?!/)", str(value)):
        raise no_template("must begin with a / that is written out: what a template prints is one segment of the path")
    return value


Address = AfterValidator(_is_one)
Rooted = BeforeValidator(_is_at_a_root)
