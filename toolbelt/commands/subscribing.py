"""`bin/dynohook subscribe`, `subscriptions`, `unsubscribe`: the webhooks by which Heroku tells us of apps."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import click

from core.settings import Settings
from heroku.access import Level
from heroku.client import Heroku
from heroku.errors import HerokuError
from heroku.models import Webhook
from toolbelt import hook_looks, hooks
from toolbelt.commands.asking import calling, our_url, settings, what_is_wanted
from toolbelt.commands.common import No, as_json, examples, print_json, print_table, who
from toolbelt.hook_looks import Standing
from toolbelt.hooks import Plan, Wanted
from toolbelt.ways_out import way_out

by = click.option("--by", default=who, show_default="you", help="Who does this; stands in the record.")

DID = {"make": "made", "mend": "mended", "not needed": "not needed"}
WOULD = {"make": "to make", "mend": "to mend", "not needed": "not needed"}


@dataclass(frozen=True, slots=True)
class Report:
    """What came of one app; `do` says what a person has to do, if anything."""

    app: str
    did: str
    says: str
    do: str = ""


@click.command(
    epilog=examples(
        "bin/dynohook subscribe acme-shop acme-news",
        "bin/dynohook subscribe acme-shop --dry-run",
        "bin/dynohook subscribe acme-shop --renew-secret    # as after WEBHOOK_SECRET was changed",
    )
)
@click.argument("apps", nargs=-1, required=True, metavar="APP...")
@click.option("--renew-secret", is_flag=True, help="Also set the secret and the authorization of one that is there.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@by
@as_json
def subscribe(*, apps: tuple[str, ...], renew_secret: bool, dry_run: bool, by: str, as_json: bool) -> None:
    """Make each APP's webhook, or mend it: the entities that the rules listen to, level sync, sent to PUBLIC_URL.

    It is signed with the first secret of WEBHOOK_SECRET, and carries WEBHOOK_AUTHORIZATION if that is set. Call it
    as often as you like: what is right is left alone. Ends with 1 if it could not be done for one of them.
    """
    chosen = settings("webhook_secret")
    wanted = what_is_wanted(chosen)
    levels = {"apps": Level.READ if dry_run else Level.FULL}
    reports = []
    with calling(chosen, "subscribe", levels, apps=apps, by=by) as heroku:
        for app in dict.fromkeys(apps):
            report = tend(heroku, chosen, app, wanted, renew_secret=renew_secret, dry_run=dry_run)
            reports.append(report)
            tell(report, apps, quiet=as_json)
    finish(reports, as_json=as_json)


@click.command(epilog=examples("bin/dynohook subscriptions", "bin/dynohook subscriptions acme-shop --json"))
@click.argument("apps", nargs=-1, metavar="[APP...]")
@as_json
def subscriptions(*, apps: tuple[str, ...], as_json: bool) -> None:
    """Show the webhooks that send to us, and what they lack for what the rules listen to.

    Without APP all apps that the token sees are looked at, by a call or two for each; those that have no webhook of
    ours are only counted. Ends with 1 if one could not be looked at.
    """
    chosen = settings()
    wanted = what_is_wanted(chosen)
    found: list[Standing] = []
    failed: list[Report] = []
    with calling(chosen, "subscriptions", {"apps": Level.READ}, apps=apps or ("*",), by=who()) as heroku:
        for app in dict.fromkeys(apps) or every_app(heroku):
            try:
                found.append(hook_looks.look(heroku, app, wanted))
            except HerokuError as error:
                failed.append(failure(app, error))
    if as_json:
        print_json([standing_json(each) for each in found] + [asdict(report) for report in failed])
    else:
        show(found, named=bool(apps))
        for report in failed:
            tell(report, [report.app])
    if failed:
        raise SystemExit(1)


@click.command(epilog=examples("bin/dynohook unsubscribe acme-shop", "bin/dynohook unsubscribe acme-shop --yes"))
@click.argument("apps", nargs=-1, required=True, metavar="APP...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@by
@as_json
def unsubscribe(*, apps: tuple[str, ...], yes: bool, by: str, as_json: bool) -> None:
    """Take the webhooks that send to us away from each APP. What Heroku could not deliver yet is not sent any more."""
    chosen = settings()
    url = our_url(chosen)
    if not yes:
        click.confirm(f"Hear nothing of {', '.join(dict.fromkeys(apps))} any more?", abort=True, err=True)
    reports = []
    with calling(chosen, "unsubscribe", {"apps": Level.FULL}, apps=apps, by=by) as heroku:
        for app in dict.fromkeys(apps):
            report = end(heroku, app, url)
            reports.append(report)
            tell(report, apps, quiet=as_json)
    finish(reports, as_json=as_json)


def tend(heroku: Heroku, chosen: Settings, app: str, wanted: Wanted, *, renew_secret: bool, dry_run: bool) -> Report:
    """One app's webhook made right; what goes wrong is in the report."""
    try:
        plan = hooks.plan(heroku.webhooks(app), wanted, renew_secret=renew_secret)
        if not dry_run:
            carry_out(heroku, chosen, app, plan)
    except HerokuError as error:
        return failure(app, error)
    return Report(app, (WOULD if dry_run else DID)[plan.act], plan.words)


def carry_out(heroku: Heroku, chosen: Settings, app: str, plan: Plan) -> None:
    changes = {**plan.changes, **(secrets(chosen) if plan.sets_secret else {})}
    if plan.act == "make":
        heroku.create_webhook(app, **changes)
    elif plan.webhook and changes:
        heroku.update_webhook(app, plan.webhook, **changes)
    for webhook in plan.surplus:
        heroku.delete_webhook(app, webhook)


def secrets(chosen: Settings) -> dict[str, str]:
    """What makes a delivery ours; Heroku never tells it again."""
    authorization = chosen.webhook_authorization
    return {"secret": chosen.webhook_secrets[0].get_secret_value()} | (
        {"authorization": authorization.get_secret_value()} if authorization else {}
    )


def end(heroku: Heroku, app: str, url: str) -> Report:
    """One app's webhooks of ours taken away; what goes wrong is in the report."""
    try:
        mine = hooks.ours(heroku.webhooks(app), url)
        for webhook in mine:
            heroku.delete_webhook(app, webhook.id)
    except HerokuError as error:
        return failure(app, error)
    if not mine:
        return Report(app, "not needed", "it has no webhook of ours")
    return Report(app, "taken away", hooks.listed({entity for webhook in mine for entity in webhook.include}))


def failure(app: str, error: HerokuError) -> Report:
    return Report(app, "failed", str(error), way_out(error, app))


def every_app(heroku: Heroku) -> list[str]:
    try:
        return [app.name for app in heroku.apps()]
    except HerokuError as error:
        raise No(f"the apps cannot be listed: {error}\n→ {way_out(error)}") from error


def show(found: Sequence[Standing], *, named: bool) -> None:
    """Those that have a webhook of ours; the others too if they were asked for by name."""
    shown = [each for each in found if each.webhook or named]
    if shown:
        print_table(("APP", "TELLS OF", "LEVEL", "STATE"), [row(each) for each in shown])
    elif not named:
        click.echo(f"Heroku tells us of no app ({len(found)} looked at); begin with: bin/dynohook subscribe APP")
    for each in shown:
        if each.do:
            click.echo(f"→ {each.app}: {each.do}")
    if shown and len(shown) < len(found):
        click.echo(f"Apps without a webhook of ours: {len(found) - len(shown)}")


def row(standing: Standing) -> tuple[str, ...]:
    webhook = standing.webhook or Webhook(id="")
    return standing.app, hooks.listed(webhook.include), webhook.level, "; ".join(standing.faults) or "right"


def standing_json(standing: Standing) -> dict[str, object]:
    return {
        "app": standing.app,
        "webhook": standing.webhook.model_dump(mode="json") if standing.webhook else None,
        "right": standing.is_right,
        "faults": list(standing.faults),
        "do": standing.do,
    }


def tell(report: Report, apps: Sequence[str], *, quiet: bool = False) -> None:
    """The report as soon as it is known, in a column for all these apps."""
    if quiet:
        return
    wide = max(map(len, apps))
    click.echo(f"{report.app:<{wide}}   {report.did:<10}   {report.says}")
    if report.do:
        click.echo(f"{'':<{wide}}                → {report.do}")


def finish(reports: Sequence[Report], *, as_json: bool) -> None:
    if as_json:
        print_json([asdict(report) for report in reports])
    if any(report.did == "failed" for report in reports):
        raise SystemExit(1)
