"""What belongs to an app: add-ons, domains, collaborators, pipelines and a look at the logs.

https://devcenter.heroku.com/articles/platform-api-reference#add-on
"""

from collections.abc import Iterator, Mapping
from typing import Literal

from heroku.caller import Caller, given
from heroku.models import AddOn, Collaborator, Domain, LogSession, Pipeline


class AddOns(Caller):
    """What can be done with add-ons."""

    def addons(self, app: str, *, polling: bool = False) -> Iterator[AddOn]:
        """The app's add-ons."""
        return self._each(AddOn, "list_addons", polling=polling, app=app)

    def addon(self, app: str, addon: str) -> AddOn:
        """One add-on, by id or name."""
        return self._one(AddOn, "get_addon", app=app, addon=addon)

    def create_addon(
        self,
        app: str,
        *,
        plan: str,
        name: str | None = None,
        attachment: str | None = None,
        config: Mapping[str, str] | None = None,
        confirm: str | None = None,
    ) -> AddOn:
        """Add an add-on of this plan; `attachment` is what its config vars begin with."""
        chosen = given(
            name=name,
            attachment=None if attachment is None else {"name": attachment},
            config=None if config is None else dict(config),
            confirm=confirm,
        )
        return self._one(AddOn, "create_addon", app=app, plan=plan, **chosen)

    def delete_addon(self, app: str, addon: str) -> AddOn:
        """Remove an add-on, by id or name, and what it stores."""
        return self._one(AddOn, "delete_addon", app=app, addon=addon)


class Domains(Caller):
    """What can be done with domains."""

    def domains(self, app: str, *, polling: bool = False) -> Iterator[Domain]:
        """The app's domains."""
        return self._each(Domain, "list_domains", polling=polling, app=app)

    def create_domain(self, app: str, *, hostname: str, sni_endpoint: str | None = None) -> Domain:
        """Add a domain; its DNS must point to the `cname` of the answer."""
        return self._one(Domain, "create_domain", app=app, hostname=hostname, sni_endpoint=sni_endpoint)

    def delete_domain(self, app: str, domain: str) -> Domain:
        """Remove a domain, by id or hostname."""
        return self._one(Domain, "delete_domain", app=app, domain=domain)


class Collaborators(Caller):
    """What can be done with those who work on an app."""

    def collaborators(self, app: str, *, polling: bool = False) -> Iterator[Collaborator]:
        """Who works on the app."""
        return self._each(Collaborator, "list_collaborators", polling=polling, app=app)

    def create_collaborator(self, app: str, *, user: str, silent: bool | None = None) -> Collaborator:
        """Let somebody, by e-mail address or id, work on the app."""
        return self._one(Collaborator, "create_collaborator", app=app, user=user, **given(silent=silent))

    def delete_collaborator(self, app: str, collaborator: str) -> Collaborator:
        """Let somebody, by e-mail address or id, work on the app no longer."""
        return self._one(Collaborator, "delete_collaborator", app=app, collaborator=collaborator)


class Pipelines(Caller):
    """What can be done with pipelines."""

    def pipelines(self, *, polling: bool = False) -> Iterator[Pipeline]:
        """All pipelines that the account may see."""
        return self._each(Pipeline, "list_pipelines", polling=polling)

    def pipeline(self, pipeline: str) -> Pipeline:
        """One pipeline, by id or name."""
        return self._one(Pipeline, "get_pipeline", pipeline=pipeline)

    def create_pipeline(
        self, *, name: str, owner: str | None = None, owner_type: Literal["team", "user"] = "user"
    ) -> Pipeline:
        """A new pipeline; `owner` is an id, and without one it is the account's own."""
        whose = None if owner is None else {"id": owner, "type": owner_type}
        return self._one(Pipeline, "create_pipeline", name=name, **given(owner=whose))


class Logs(Caller):
    """What can be done with logs."""

    def create_log_session(
        self,
        app: str,
        *,
        lines: int | None = None,
        tail: bool | None = None,
        dyno_name: str | None = None,
        type: str | None = None,  # noqa: A002  (Heroku's word for it)
        source: str | None = None,
    ) -> LogSession:
        """A link to the logs: the last `lines`, and with `tail` what comes."""
        chosen = given(lines=lines, tail=tail, dyno_name=dyno_name, type=type, source=source)
        return self._one(LogSession, "create_log_session", app=app, **chosen)
