"""Apps: look, make, change, delete. https://devcenter.heroku.com/articles/platform-api-reference#app"""

from collections.abc import Iterator, Sequence
from typing import Literal

from heroku.caller import Caller, given
from heroku.models import App
from heroku.paging import PAGE_ITEMS, opening


class Apps(Caller):
    """What can be done with apps as such."""

    def apps(
        self,
        *,
        order: Literal["name", "id", "updated_at"] = "name",
        descending: bool = False,
        page_items: int = PAGE_ITEMS,
        polling: bool = False,
    ) -> Iterator[App]:
        """All apps that the account may see; each page is fetched when it is reached."""
        first = opening(order, descending=descending, at_most=page_items)
        return self._each(App, "list_apps", opening=first, polling=polling)

    def app(self, app: str) -> App:
        """One app, by id or name."""
        return self._one(App, "get_app", app=app)

    def create_app(
        self,
        *,
        name: str | None = None,
        region: str | None = None,
        stack: str | None = None,
        feature_flags: Sequence[str] | None = None,
    ) -> App:
        """A new app; Heroku thinks of a name if none is given."""
        flags = None if feature_flags is None else list(feature_flags)
        return self._one(App, "create_app", **given(name=name, region=region, stack=stack, feature_flags=flags))

    def update_app(
        self, app: str, *, name: str | None = None, maintenance: bool | None = None, build_stack: str | None = None
    ) -> App:
        """Rename an app, switch its maintenance page, or choose the stack of its coming builds."""
        changes = given(name=name, maintenance=maintenance, build_stack=build_stack)
        return self._one(App, "update_app", app=app, **changes)

    def delete_app(self, app: str) -> App:
        """Delete an app with all that it has; nothing brings it back."""
        return self._one(App, "delete_app", app=app)
