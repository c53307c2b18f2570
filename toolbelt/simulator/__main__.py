"""`python -m toolbelt.simulator`: a fake Heroku in a process of its own."""

import click

from toolbelt.simulator.app import create_app, utc_now
from toolbelt.simulator.delivering import Manner
from toolbelt.simulator.serving import serve
from toolbelt.simulator.simulator import Simulator
from toolbelt.simulator.timings import Timings


@click.command()
@click.option("--port", default=0, show_default=True, help="Port on 127.0.0.1; 0 picks a free one.")
@click.option("--app", "apps", multiple=True, help="Name of an app to start with; may be given several times.")
@click.option("--releases", default=41, show_default=True, help="How many releases each app has behind it.")
@click.option("--release-phase/--no-release-phase", default=True, show_default=True)
@click.option("--web-dynos", default=1, show_default=True)
@click.option("--private-space/--no-private-space", help="Tell each event of a release three or four times.")
@click.option("--guarded/--no-guarded", help="Want `confirm` for what destroys or costs.")
@click.option("--webhook-url", help="Where deliveries of all apps go.")
@click.option("--secret", envvar="SIMULATOR_SECRET", help="What deliveries are signed with.")
@click.option("--authorization", envvar="SIMULATOR_AUTHORIZATION", help="Authorization header of deliveries.")
@click.option("--include", "includes", multiple=True, help="Entity to deliver; all when not given.")
@click.option("--token", "tokens", multiple=True, help="API token to accept; any when not given.")
@click.option("--speed", default=1.0, show_default=True, help="How many times faster than Heroku things happen.")
@click.option("--retried-for", default=72 * 3_600.0, show_default=True, help="Seconds that a delivery is tried for.")
@click.option("--repeat", default=1, show_default=True, help="Post each delivery that often.")
def main(
    port: int,
    apps: tuple[str, ...],
    releases: int,
    release_phase: bool,  # noqa: FBT001
    web_dynos: int,
    private_space: bool,  # noqa: FBT001
    guarded: bool,  # noqa: FBT001
    webhook_url: str | None,
    secret: str | None,
    authorization: str | None,
    includes: tuple[str, ...],
    tokens: tuple[str, ...],
    speed: float,
    retried_for: float,
    repeat: int,
) -> None:
    """Run a fake Heroku on this machine; it prints one line when it listens."""
    simulator = Simulator(utc_now(), timings=Timings().faster(speed))
    for name in apps:
        simulator.add_app(
            name,
            releases,
            release_phase=release_phase,
            web_dynos=web_dynos,
            private_space=private_space,
            guarded=guarded,
        )
    if webhook_url is not None:
        include = list(includes) or None
        simulator.subscribe(webhook_url, include=include, secret=secret, authorization=authorization)
    app = create_app(simulator, manner=Manner(repeat=repeat, retried_for=retried_for), tokens=tokens)
    serve(app, port, lambda address: click.echo(f"simulator ready on {address}"))


if __name__ == "__main__":
    main()
