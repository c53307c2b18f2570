"""Releases, builds and the config vars that releases hold.

https://devcenter.heroku.com/articles/platform-api-reference#release
"""

from collections.abc import Iterator, Mapping, Sequence

from heroku.caller import Caller, given
from heroku.models import Build, ConfigVars, Release
from heroku.paging import PAGE_ITEMS, opening


class Releases(Caller):
    """What can be done with releases."""

    def releases(
        self, app: str, *, newest_first: bool = True, page_items: int = PAGE_ITEMS, polling: bool = False
    ) -> Iterator[Release]:
        """The app's releases; each page is fetched when it is reached."""
        first = opening("version", descending=newest_first, at_most=page_items)
        return self._each(Release, "list_releases", opening=first, polling=polling, app=app)

    def release(self, app: str, release: str | int) -> Release:
        """One release, by id or version."""
        return self._one(Release, "get_release", app=app, release=release)

    def rollback(self, app: str, *, release: str) -> Release:
        """A new release with the code and the config of an older one, which is named by its id.

        The answer is often still pending: the app's release phase runs again.
        """
        return self._one(Release, "rollback", app=app, release=release)

    def release_slug(self, app: str, *, slug: str, description: str | None = None) -> Release:
        """A new release with this code and today's config."""
        return self._one(Release, "release_slug", app=app, slug=slug, **given(description=description))


class Builds(Caller):
    """What can be done with builds."""

    def builds(
        self, app: str, *, newest_first: bool = True, page_items: int = PAGE_ITEMS, polling: bool = False
    ) -> Iterator[Build]:
        """The app's builds; each page is fetched when it is reached."""
        first = opening("started_at", descending=newest_first, at_most=page_items)
        return self._each(Build, "list_builds", opening=first, polling=polling, app=app)

    def build(self, app: str, build: str) -> Build:
        """One build, by id."""
        return self._one(Build, "get_build", app=app, build=build)

    def create_build(
        self,
        app: str,
        *,
        source_url: str,
        version: str | None = None,
        version_description: str | None = None,
        checksum: str | None = None,
        buildpacks: Sequence[Mapping[str, str]] | None = None,
    ) -> Build:
        """Build the archive at `source_url` and release it; buildpacks are named by `{"url": …}` or `{"name": …}`."""
        described = given(version=version, version_description=version_description, checksum=checksum)
        packs = None if buildpacks is None else [dict(buildpack) for buildpack in buildpacks]
        source = {"url": source_url, **described}
        return self._one(Build, "create_build", app=app, source_blob=source, **given(buildpacks=packs))


class Config(Caller):
    """What can be done with config vars."""

    def config_vars(self, app: str) -> ConfigVars:
        """The app's config vars as they are now."""
        return self._one(ConfigVars, "get_config_vars", app=app)

    def update_config_vars(self, app: str, changes: Mapping[str, str | None]) -> ConfigVars:
        """Set some config vars, and take away those that are None: one new release, and all dynos restart."""
        return self._one(ConfigVars, "update_config_vars", app=app, changes=dict(changes))

    def release_config_vars(self, app: str, release: str | int) -> ConfigVars:
        """The config vars that a release, by id or version, was made with."""
        return self._one(ConfigVars, "get_release_config_vars", app=app, release=release)
