"""Lists come in pages, and Next-Range leads through all of them."""

from typing import Any

import pytest
from starlette.testclient import TestClient

from toolbelt.simulator.records import App
from toolbelt.simulator.simulator import Simulator

MANY = 2_500
PATH = "/apps/acme-many/releases"


@pytest.fixture
def many(simulator: Simulator) -> App:
    return simulator.add_app("acme-many", MANY)


def walk(api: TestClient, path: str, header: str | None) -> tuple[list[Any], list[int]]:
    """All rows, and the statuses on the way; each Next-Range is sent back as it came."""
    rows: list[Any] = []
    statuses: list[int] = []
    while len(statuses) < 100:
        answer = api.get(path, headers={"Range": header} if header else {})
        rows += answer.json()
        statuses.append(answer.status_code)
        if answer.status_code == 200:
            return rows, statuses
        header = answer.headers["Next-Range"]
    raise AssertionError("the pages do not end")


@pytest.mark.parametrize(
    ("header", "pages", "first"),
    [
        pytest.param(None, 13, 1, id="200 a page, oldest first, when nothing is asked"),
        pytest.param("version ..; order=desc,max=1000", 3, MANY, id="newest first"),
        pytest.param("version ..; max=1000, order=asc", 3, 1, id="oldest first"),
        pytest.param("version ]2000..; max=250", 2, 2_001, id="behind a start"),
        pytest.param("version 2001..; max=250", 2, 2_001, id="from a start"),
        pytest.param("version ..500; max=250", 2, 1, id="up to an end"),
        pytest.param("version 500..; order=desc,max=250", 2, 500, id="downwards from a start"),
    ],
)
def test_2500_releases_come_each_once_and_in_order(
    api: TestClient, many: App, header: str | None, pages: int, first: int
) -> None:
    rows, statuses = walk(api, PATH, header)
    versions = [row["version"] for row in rows]
    assert statuses == [206] * (pages - 1) + [200]
    assert versions[0] == first
    assert len(set(versions)) == len(versions)
    assert versions == sorted(versions, reverse=versions[0] > versions[-1])
    expected = {13: MANY, 3: MANY, 2: 500}[pages]
    assert len(versions) == expected


def test_pages_by_id_hold_every_release(api: TestClient, many: App) -> None:
    rows, _ = walk(api, PATH, "id ..; max=1000")
    assert {row["id"] for row in rows} == {release.id for release in many.releases}
    assert [row["id"] for row in rows] == sorted(row["id"] for row in rows)


def test_builds_page_by_the_time_they_started(api: TestClient, shop: App) -> None:
    rows, statuses = walk(api, "/apps/acme-shop/builds", "started_at ..; order=desc,max=10")
    assert len(statuses) > 2
    assert [row["id"] for row in rows] == [build.id for build in reversed(shop.builds)]


def test_a_list_that_fits_has_no_next_range(api: TestClient, shop: App) -> None:
    answer = api.get("/apps/acme-shop/releases")
    assert (answer.status_code, len(answer.json())) == (200, 41)
    assert "Next-Range" not in answer.headers
    assert answer.headers["Content-Range"] == "version 1..41"


@pytest.mark.parametrize(
    "header",
    [
        pytest.param("size ..; max=10", id="unknown field"),
        pytest.param("version ..; max=1001", id="too many"),
        pytest.param("version ..; max=0", id="none"),
        pytest.param("version ..; max=ten", id="no number"),
        pytest.param("version ..; order=down", id="unknown order"),
        pytest.param("version ..; limit=10", id="unknown option"),
        pytest.param("version v3..", id="start of the wrong kind"),
        pytest.param("bytes=0-10", id="another language"),
    ],
)
def test_a_range_that_makes_no_sense_is_416(api: TestClient, shop: App, header: str) -> None:
    answer = api.get("/apps/acme-shop/releases", headers={"Range": header})
    assert (answer.status_code, answer.json()["id"]) == (416, "requested_range_not_satisfiable")
