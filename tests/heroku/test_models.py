"""Answers as values: the odd counts as missing, what can unlock something is never kept."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from heroku.models import Account, App, Build, Dyno, RateLimits, Release, SlugRef
from heroku.samples import names, sample

RELEASES = [name for name in names() if name.startswith("release_")]
BUILDS = [name for name in names() if name.startswith("build_")]
DYNOS = [name for name in names() if "dyno_" in name]
APPS = [name for name in names() if name.startswith("app_")]

MODELS: dict[type[BaseModel], list[str]] = {Release: RELEASES, Build: BUILDS, Dyno: DYNOS, App: APPS}


@pytest.mark.parametrize(
    ("model", "name"), [(model, name) for model, samples in MODELS.items() for name in samples], ids=str
)
def test_what_deliveries_carry_is_read(model: type[BaseModel], name: str) -> None:
    data = sample(name)["data"]
    read = model.model_validate(data)
    assert read.model_dump()["id"] == data["id"]


def test_a_release_is_read_whole() -> None:
    release = Release.model_validate(sample("release_update_succeeded")["data"])
    assert (release.version, release.status, release.current) == (42, "succeeded", True)
    assert release.description == "Deploy b7f3d6a8"
    assert release.slug is not None
    assert release.slug.commit == "b7f3d6a81e254c39a1d07c84e92f6b0a35d8c4e1"
    assert release.eligible_for_rollback is True
    assert release.created_at == datetime(2026, 3, 4, 9, 15, 20, tzinfo=UTC)
    assert release.app is not None
    assert release.app.name == "acme-web"


@pytest.mark.parametrize(
    ("field", "odd", "seen"),
    [
        ("status", None, ""),
        ("status", 7, ""),
        ("current", None, False),
        ("current", "true", False),
        ("current", 1, False),
        ("description", 7, None),
        ("slug", "s-1", None),
        ("slug", {"commit": "c"}, None),
        ("slug", {"id": "s-1", "commit": 7}, SlugRef(id="s-1")),
        ("eligible_for_rollback", "yes", None),
        ("created_at", "yesterday", None),
        ("created_at", 1715946000, None),
        ("user", ["u"], None),
    ],
)
def test_an_odd_field_counts_as_missing(field: str, odd: Any, seen: Any) -> None:
    release = Release.model_validate({"id": "r-42", "version": 42, field: odd})
    assert getattr(release, field) == seen


@pytest.mark.parametrize(
    ("model", "body"),
    [
        (Release, {"version": 42}),
        (Release, {"id": "r-42"}),
        (Release, {"id": "r-42", "version": "42"}),
        (Release, {"id": "r-42", "version": True}),
        (Release, {"id": None, "version": 42}),
        (Release, [1]),
        (Release, None),
        (RateLimits, {"remaining": None}),
        (Account, {"email": "dev@acme.example"}),
        (App, {"id": "a-1"}),
    ],
    ids=repr,
)
def test_nothing_is_read_without_what_makes_it_out(model: type[BaseModel], body: Any) -> None:
    with pytest.raises(ValidationError):
        model.model_validate(body)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.fixed_dictionaries({}, optional=dict.fromkeys(set(Release.model_fields) - {"id", "version"}, JSON)))
def test_no_other_field_of_a_release_can_make_it_unreadable(fields: dict[str, Any]) -> None:
    release = Release.model_validate({"id": "r-42", "version": 42, **fields})
    assert isinstance(release.status, str)
    assert isinstance(release.current, bool)


@pytest.mark.parametrize("name", ["build_update_succeeded", "release_update_succeeded"])
def test_links_that_are_keys_are_not_kept(name: str) -> None:
    data = sample(name)["data"]
    assert "signature=" in str(data)
    kept = (Build if name.startswith("build") else Release).model_validate(data)
    assert "signature=" not in str(kept.model_dump())


def test_an_error_does_not_quote_what_it_could_not_read() -> None:
    with pytest.raises(ValidationError) as caught:
        Release.model_validate({"id": {"s3cret": "s3cret"}, "version": 1})
    assert "s3cret" not in str(caught.value)
