"""Dynos and the formation that they follow. https://devcenter.heroku.com/articles/platform-api-reference#dyno"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from heroku.caller import Caller, given
from heroku.models import Dyno, Formation
from heroku.parsing import many


class Dynos(Caller):
    """What can be done with single dynos."""

    def dynos(self, app: str, *, polling: bool = False) -> Iterator[Dyno]:
        """The app's dynos, one-offs too, by name."""
        return self._each(Dyno, "list_dynos", polling=polling, app=app)

    def dyno(self, app: str, dyno: str) -> Dyno:
        """One dyno, by id or name."""
        return self._one(Dyno, "get_dyno", app=app, dyno=dyno)

    def run_dyno(
        self,
        app: str,
        *,
        command: str,
        type: str | None = None,  # noqa: A002  (Heroku's word for it)
        size: str | None = None,
        env: Mapping[str, str] | None = None,
        attach: bool | None = None,
        force_no_tty: bool | None = None,
        time_to_live: int | None = None,
    ) -> Dyno:
        """Run a command on a one-off dyno, for `time_to_live` seconds at most."""
        chosen = given(
            type=type,
            size=size,
            env=None if env is None else dict(env),
            attach=attach,
            force_no_tty=force_no_tty,
            time_to_live=time_to_live,
        )
        return self._one(Dyno, "run_dyno", app=app, command=command, **chosen)

    def restart_dyno(self, app: str, dyno: str) -> None:
        """Stop one dyno, by id or name, so that another takes its place."""
        self.call("restart_dyno", app=app, dyno=dyno)

    def restart_all(self, app: str) -> None:
        """Restart all dynos of the app."""
        self.call("restart_all", app=app)

    def stop_dyno(self, app: str, dyno: str) -> None:
        """Stop one dyno, by id or name; a one-off is gone then, any other comes back."""
        self.call("stop_dyno", app=app, dyno=dyno)


class Formations(Caller):
    """What can be done with the numbers and sizes of dynos."""

    def formation(self, app: str, *, polling: bool = False) -> Iterator[Formation]:
        """How many dynos of each process type should run."""
        return self._each(Formation, "list_formation", polling=polling, app=app)

    def update_formation(
        self, app: str, formation: str, *, quantity: int | None = None, dyno_size: str | None = None
    ) -> Formation:
        """Change number or size of the dynos of a process type, by its name or id."""
        size = None if dyno_size is None else {"name": dyno_size}
        changes = given(quantity=quantity, dyno_size=size)
        return self._one(Formation, "update_formation", app=app, formation=formation, **changes)

    def batch_update_formation(self, app: str, *, updates: Sequence[Mapping[str, Any]]) -> list[Formation]:
        """Change several process types at once: `{"type": "web", "quantity": 2, "dyno_size": {"name": "basic"}}`."""
        answer = self.call("batch_update_formation", app=app, updates=[dict(update) for update in updates])
        return many(Formation, answer)
