"""Serves the links to what builds print: whoever has one may read, and a token has no business there."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from toolbelt.simulator.errors import Refused
from toolbelt.simulator.records import Build
from toolbelt.simulator.simulator import Simulator

PATH = "/build-output/{app}/{build}"
BEGUN = "-----> Building on the Heroku-24 stack\n-----> Using buildpack: heroku/python\n"
ENDED = {
    "succeeded": "-----> Compressing...\n       Done: 42.1M\n-----> Launching...\n",
    "failed": (
        "-----> Installing dependencies using 'pip install -r requirements.txt'\n"
        "       ERROR: Could not find a version that satisfies the requirement gunicorn==99\n"
        " !     Push rejected, failed to compile Python app.\n"
    ),
}


def output_url(base_url: str, app_id: str, build: Build) -> str | None:
    """Where the build's output can be read; nowhere if it is not kept any more."""
    return None if build.output is None else f"{base_url.rstrip('/')}/build-output/{app_id}/{build.id}"


@dataclass
class Outputs:
    """What the builds of one simulator print."""

    simulator: Simulator
    clock: Callable[[], datetime]

    def routes(self) -> list[Route]:
        return [Route(PATH, self._output, methods=["GET"])]

    async def _output(self, request: Request) -> Response:
        self.simulator.advance_to(self.clock())
        if "Authorization" in request.headers:
            return PlainTextResponse("The output of a build wants no token.\n", 400)
        try:
            builds = self.simulator.app(request.path_params["app"]).builds
        except Refused:
            builds = []
        found = next((build for build in builds if build.id == request.path_params["build"]), None)
        if found is None or found.output is None:
            return PlainTextResponse("There is no such output.\n", 404)
        return PlainTextResponse(found.output or BEGUN + ENDED.get(found.status, ""))
