"""Which release is gone back to, and when none is: every case of the six steps, with its sentence.

Histories are told from the oldest release to the newest. Letters are slugs: A is code that runs well.
"""

from dataclasses import dataclass, field
from typing import Any

import pytest

from tests.workers.releases import DAY, HOUR, chosen, history, id_of, live, release
from workers.actions.choices import Choice, Go, Stay, Wait
from workers.actions.histories import History

WELL = release(41, "A", age=10 * DAY)


@dataclass(frozen=True)
class Case:
    """What is known, what is asked, and what is chosen: a word for the kind of choice, and its whole sentence or
    the way back."""

    told: History
    bad: int
    said: str
    options: dict[str, Any] = field(default_factory=dict)


def said(choice: Choice) -> str:
    """A choice in one line."""
    match choice:
        case Stay():
            return f"{choice.outcome}: {choice.sentence}"
        case Wait():
            return f"wait: {choice.sentence}"
        case Go():
            known = "" if choice.well else ", not known to run well"
            undone = f", undoing {'; '.join(choice.undone)}" if choice.undone else ""
            return f"{'ask' if choice.ask else 'go'}: {choice.description}{known}{undone}"


STAYS = {
    "a failed release never went live": Case(
        history(release(41, current=True), release(42, "B", status="failed", age=10)),
        42,
        "not needed: v42 failed and never went live; v41 is running, untouched.",
    ),
    "nor did one that expired": Case(
        history(release(41, current=True), release(42, "B", status="expired", age=10)),
        42,
        "not needed: v42 expired and never went live; v41 is running, untouched.",
    ),
    "it ran for months before it crashed, and the rule is for young releases": Case(
        history(release(41, "A"), release(42, "B", age=90 * DAY, current=True)),
        42,
        "not needed: v42 has been live for 90 d, and only what is younger than 1 h is taken back.",
        {"younger_than": 3_600.0},
    ),
    "it was superseded": Case(
        history(WELL, release(42, "B"), live(43, "C")),
        42,
        "not needed: v42 is no longer live: v43 is running.",
    ),
    "it was superseded and the rule acts even on what is not live": Case(
        history(WELL, release(42, "B"), live(43, "C")),
        42,
        "not needed: v42 is no longer live: v43 is running.",
        {"only_if_live": False},
    ),
    "it failed long ago and something newer is live": Case(
        history(WELL, release(42, "B", status="failed"), live(43, "C")),
        42,
        "not needed: v42 failed and never went live; v43 is running, untouched.",
        {"only_if_live": False},
    ),
    "it is still pending when patience ends": Case(
        history(release(41, current=True), release(42, "B", status="pending", age=400)),
        42,
        "not needed: v42 has not gone live; v41 is running.",
        {"patient": False},
    ),
    "it is not among the releases": Case(
        history(release(41, current=True)),
        7,
        f"not needed: Release {id_of(7)} is not among the app's releases any more; nothing was changed.",
    ),
    "nothing ever went live": Case(
        history(release(1, "A", status="failed")),
        1,
        "not needed: No release of this app has ever gone live; there is nothing to go back to.",
    ),
    "the first release ever": Case(history(live(1, "A")), 1, "failed: There is no release below v1 that ever ran."),
    "all below it failed": Case(
        history(release(1, "A", status="failed"), live(2, "B")),
        2,
        "failed: There is no release below v2 that ever ran.",
    ),
    "all other code has expired": Case(
        history(release(40, "Z", eligible=False), release(41, "A", eligible=False), live(42, "B")),
        42,
        "failed: No release below v42 with other code can be rolled back to.",
    ),
    "all other code was taken back": Case(
        history(WELL, live(42, "B"), bad=("A",)),
        42,
        "failed: No release below v42 with other code can be rolled back to.",
    ),
    "all other code was crashing when it was replaced": Case(
        history(release(41, "A", age=300), live(42, "B"), crashes={41: 2}),
        42,
        "failed: No release below v42 with other code can be rolled back to.",
    ),
    "the release below a config change has expired": Case(
        history(release(41, eligible=False), live(42, "A", "Set FOO config vars")),
        42,
        "failed: Heroku says v41 cannot be rolled back to any more.",
    ),
    "only config changed and the rule keeps config": Case(
        history(WELL, live(42, "A", "Set FOO config vars")),
        42,
        "denied: v42 changed only config or add-ons, and the rule says to keep config.",
        {"config": "keep"},
    ),
    "nothing changed": Case(
        history(WELL, live(42, "A")),
        42,
        "denied: v42 has the code and config of v41 below it; going back would change nothing, and a person must look.",
    ),
    "the same code again": Case(
        history(WELL, release(42, "B"), release(43, "A", "Rollback to v41"), live(44, "B"), bad=("B",)),
        44,
        "denied: The code of v44 was taken back once already; a person must look.",
    ),
    "the same release again": Case(
        history(WELL, live(42, "A", "Set FOO config vars"), bad=(id_of(42),)),
        42,
        "denied: The code of v42 was taken back once already; a person must look.",
    ),
    "a config change on code that was taken back": Case(
        history(WELL, release(42, "B", age=DAY), live(43, "B", "Set FOO config vars"), bad=("B",)),
        43,
        "denied: The code of v43 was taken back once already; a person must look.",
    ),
    "somebody's rollback": Case(
        history(WELL, release(42, "B"), live(43, "A", "Rollback to v41")),
        43,
        "denied: v43 is itself a rollback, which is never rolled back; a person must look.",
    ),
    "our own rollback": Case(
        history(WELL, release(42, "B"), live(43, "A", "Whatever Heroku may say")),
        43,
        "denied: v43 is itself a rollback, which is never rolled back; a person must look.",
        {"ours": True},
    ),
    "our own release of an old slug, when its id is long forgotten": Case(
        history(WELL, release(42, "B"), live(43, "A", "Dynohook: code of v41, config kept")),
        43,
        "denied: v43 is itself a rollback, which is never rolled back; a person must look.",
    ),
    "a rollback that failed is not mended either": Case(
        history(WELL, release(42, "B", current=True), release(43, "A", "Rollback to v41", status="failed", age=10)),
        43,
        "denied: v43 is itself a rollback, which is never rolled back; a person must look.",
        {"only_if_live": False},
    ),
    "what runs is itself known to be bad": Case(
        history(WELL, release(42, "B", current=True), release(43, "C", status="failed", age=10), bad=("B",)),
        43,
        "denied: v42 is running and was taken back before; a person must look.",
        {"only_if_live": False},
    ),
    "mending is all that could be done and config is to be kept": Case(
        history(release(41, current=True), release(42, "A", "Set FOO config vars", status="failed", age=10)),
        42,
        "not needed: v42 failed and never went live; v41 is running, untouched. Only config could be taken back, and "
        "the rule keeps it.",
        {"only_if_live": False, "config": "keep"},
    ),
    "mending is refused by Heroku": Case(
        history(release(41, current=True, eligible=False), release(42, "B", status="failed", age=10)),
        42,
        "failed: v42 is not live, and Heroku would not roll back to v41.",
        {"only_if_live": False},
    ),
}

WAITS = {
    "it is pending": Case(
        history(release(41, current=True), release(42, "B", status="pending", age=10)),
        42,
        "wait: v42 is pending but not live yet.",
    ),
    "its release phase is over and it is about to be live": Case(
        history(release(41, current=True), release(42, "B", age=10)),
        42,
        "wait: v42 is succeeded but not live yet.",
    ),
    "a newer one is pending": Case(
        history(WELL, live(42, "B"), release(43, "C", status="pending", age=5)),
        42,
        "wait: v43 is newer and still pending.",
    ),
    "a newer one is about to be live": Case(
        history(WELL, live(42, "B"), release(43, "C", age=5)),
        42,
        "wait: v43 is newer and about to go live.",
    ),
    "a build is running": Case(history(WELL, live(42, "B")), 42, "wait: A build is running.", {"building": True}),
    "before mending, too": Case(
        history(
            release(41, current=True),
            release(42, "B", status="failed", age=10),
            release(43, "C", status="pending", age=5),
        ),
        42,
        "wait: v43 is newer and still pending.",
        {"only_if_live": False},
    ),
}

GOES = {
    "code changed": Case(history(WELL, live(42, "B")), 42, "go: Rollback to v41"),
    "a pending release took too long": Case(
        history(WELL, live(42, "B"), release(43, "C", status="pending", age=301)),
        42,
        "go: Rollback to v41",
        {"patient": False},
    ),
    "a build took too long": Case(
        history(WELL, live(42, "B")), 42, "go: Rollback to v41", {"patient": False, "building": True}
    ),
    "a newer one failed": Case(
        history(WELL, release(42, "B", age=120, current=True), release(43, "C", status="failed", age=20)),
        42,
        "go: Rollback to v41",
    ),
    "the newest that ran well, over a newer one that did not run long": Case(
        history(WELL, release(42, "B", age=400), live(43, "C")),
        43,
        "go: Rollback to v41",
    ),
    "none is known to have run well: the newest that is not known to be bad": Case(
        history(release(41, "A", age=500), live(42, "B")),
        42,
        "go: Rollback to v41, not known to run well",
    ),
    "a long release phase is no life": Case(
        history(release(41, "A", age=1_320, live_after=1_200), live(42, "B")),
        42,
        "go: Rollback to v41, not known to run well",
    ),
    "what Heroku changed about it after its life says nothing about its life": Case(
        history(release(41, "A", age=DAY, live_after=DAY - 60), live(42, "B")),
        42,
        "go: Rollback to v41",
    ),
    "one crash in many days is no reason to go back further": Case(
        history(release(40, "Z"), release(41, "A", age=10 * DAY), live(42, "B"), crashes={41: 1}),
        42,
        "go: Rollback to v41",
    ),
    "one that kept crashing is passed over": Case(
        history(release(40, "Z", age=3 * DAY), release(41, "A", age=5 * HOUR), live(42, "B"), crashes={41: 4}),
        42,
        "go: Rollback to v40",
    ),
    "one that expired is passed over": Case(
        history(release(40, "Z"), release(41, "A", eligible=False), live(42, "B")),
        42,
        "go: Rollback to v40",
    ),
    "Heroku does not say whether it is eligible": Case(
        history(release(41, "A", eligible=None), live(42, "B")), 42, "go: Rollback to v41"
    ),
    "one that failed is passed over": Case(
        history(WELL, release(42, "X", status="failed"), live(43, "B")), 43, "go: Rollback to v41"
    ),
    "one with the same code is passed over": Case(
        history(WELL, release(42, "B", age=9_000), release(43, "B", age=120, current=True), crashes={42: 3, 43: 2}),
        43,
        "go: Rollback to v41",
    ),
    "after a rollback the release before is the bad one: its code is passed over": Case(
        history(
            release(41, "A", age=9 * DAY),
            release(42, "B", age=8 * DAY),
            release(43, "A", "Rollback to v41", age=7 * DAY),
            live(44, "C"),
            bad=(id_of(42), "B"),
        ),
        44,
        "go: Rollback to v43",
    ),
    "somebody promoted what was taken back, without its being live long": Case(
        history(
            release(41, "A", age=9 * DAY),
            release(42, "B", "Promote acme-staging v7 1a2b3c4d", age=HOUR),
            live(43, "C"),
            bad=("B",),
        ),
        43,
        "go: Rollback to v41",
    ),
    "old samples do not say which is current: the newest that succeeded": Case(
        history(WELL, release(42, "B", age=120), release(43, "C", status="failed", age=60)),
        42,
        "go: Rollback to v41",
    ),
    "only config changed": Case(
        history(WELL, live(42, "A", "Set FOO, BAR config vars")),
        42,
        "go: Rollback to v41, undoing FOO, BAR",
    ),
    "a config var was removed": Case(
        history(WELL, live(42, "A", "Remove FOO config vars")), 42, "go: Rollback to v41, undoing FOO"
    ),
    "an add-on was attached": Case(
        history(WELL, live(42, "A", "Attach DATABASE (@ref:postgresql-round-1)")),
        42,
        "go: Rollback to v41, undoing Attach DATABASE (@ref:postgresql-round-1)",
    ),
    "an add-on was detached": Case(
        history(WELL, live(42, "A", "Detach DATABASE (@ref:postgresql-round-1)")),
        42,
        "go: Rollback to v41, undoing Detach DATABASE (@ref:postgresql-round-1)",
    ),
    "an add-on changed a config var": Case(
        history(WELL, live(42, "A", "Update DATABASE by heroku-postgresql")),
        42,
        "ask: Rollback to v41, undoing Update DATABASE by heroku-postgresql",
    ),
    "an add-on changed a config var, and the rule says to take it back": Case(
        history(WELL, live(42, "A", "Update DATABASE by heroku-postgresql")),
        42,
        "go: Rollback to v41, undoing Update DATABASE by heroku-postgresql",
        {"config": "restore"},
    ),
    "Heroku does not say what changed and the code did not": Case(
        history(WELL, live(42, "A", None)), 42, "go: Rollback to v41, undoing v42"
    ),
    "config changed on code that was crashing already": Case(
        history(
            release(40, "A", age=3 * DAY),
            release(41, "B", age=300),
            live(42, "B", "Set FOO config vars"),
            crashes={41: 2},
        ),
        42,
        "go: Dynohook: code of v40, config kept",
    ),
    "config in between is kept": Case(
        history(WELL, release(42, "A", "Set FOO config vars", age=9_000), live(43, "B")),
        43,
        "go: Rollback to v42",
    ),
    "config in between, since the code that ran well": Case(
        history(WELL, release(42, "B", age=400), release(43, "B", "Set FOO config vars", age=300), live(44, "C")),
        44,
        "go: Dynohook: code of v41, config kept",
    ),
    "config in between is taken back if the rule says so": Case(
        history(
            WELL,
            release(42, "B", age=400),
            release(43, "B", "Set FOO, BAR config vars", age=300),
            release(44, "B", "Detach REDIS (@ref:redis-flat-1)", age=200),
            live(45, "C"),
        ),
        45,
        "go: Rollback to v41, undoing FOO, BAR; Detach REDIS (@ref:redis-flat-1)",
        {"config": "restore"},
    ),
    "config that a failed release brought counts as in between": Case(
        history(
            WELL,
            release(42, "B", age=120, current=True),
            release(43, "B", "Set FOO config vars", status="failed", age=60),
        ),
        42,
        "go: Dynohook: code of v41, config kept",
    ),
    "a rollback in between changed config": Case(
        history(
            release(40, "A", age=9 * DAY),
            release(41, "B", age=400),
            release(42, "C", "Rollback to v39", age=300, eligible=False),
            live(43, "D"),
        ),
        43,
        "go: Dynohook: code of v40, config kept",
    ),
    "a redeploy of ours in between did not": Case(
        history(
            release(40, "A", age=9 * DAY),
            release(41, "B", age=400),
            release(42, "C", "Dynohook: code of v39, config kept", age=300, eligible=False),
            live(43, "D"),
        ),
        43,
        "go: Rollback to v40",
    ),
    "config is to be kept and nothing changed it": Case(
        history(WELL, live(42, "B")), 42, "go: Rollback to v41", {"config": "keep"}
    ),
    "a container app has no slugs": Case(
        history(
            release(41, None, "Deployed web (4a5b6c7d8e9f)", age=DAY),
            live(42, None, "Deployed web (0a1b2c3d4e5f)"),
        ),
        42,
        "go: Rollback to v41",
    ),
    "a container app whose config changed": Case(
        history(release(41, None, age=DAY), live(42, None, "Set FOO config vars")),
        42,
        "go: Rollback to v41, undoing FOO",
    ),
    "a container app with config in between: a person decides": Case(
        history(
            release(41, None, age=DAY),
            release(42, None, age=400),
            release(43, None, "Set FOO config vars", age=300),
            live(44, None),
        ),
        44,
        "ask: Rollback to v41, undoing FOO",
    ),
    "a container app with config in between that is to be kept: a person decides": Case(
        history(
            release(41, None, age=DAY),
            release(42, None, age=400),
            release(43, None, "Set FOO config vars", age=300),
            live(44, None),
        ),
        44,
        "ask: Rollback to v41, undoing FOO",
        {"config": "keep"},
    ),
    "a container app with config in between that may go": Case(
        history(
            release(41, None, age=DAY),
            release(42, None, age=400),
            release(43, None, "Set FOO config vars", age=300),
            live(44, None),
        ),
        44,
        "go: Rollback to v41, undoing FOO",
        {"config": "restore"},
    ),
    "a container app's bad code is known under every release of it": Case(
        history(
            release(40, None, age=9 * DAY),
            release(41, None, age=8 * DAY),
            release(42, None, "Rollback to v40", age=7 * DAY),
            release(43, None, "Rollback to v41", age=6 * DAY),
            live(44, None),
            bad=(id_of(41), "v41"),
        ),
        44,
        "ask: Rollback to v42, undoing v43 (Rollback to v41)",
    ),
    "it never ran, but its config stayed": Case(
        history(
            release(41, age=DAY, current=True),
            release(42, "A", "Set FOO config vars", status="failed", age=20),
            release(43, "A", "Set BAR config vars", status="failed", age=10),
        ),
        42,
        "go: Rollback to v41, undoing FOO; BAR",
        {"only_if_live": False},
    ),
}

CASES = STAYS | WAITS | GOES


@pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
def test_the_choice(case: Case) -> None:
    assert said(chosen(case.told, case.bad, **case.options)) == case.said


def test_every_way_to_stay_or_wait_has_a_sentence_of_its_own() -> None:
    without_numbers = {
        name: "".join("#" if c.isdigit() else c for c in case.said) for name, case in (STAYS | WAITS).items()
    }
    kinds = {sentence.partition(": ")[2] for sentence in without_numbers.values()}
    assert len(kinds) >= 18
    assert all(sentence.endswith(".") for sentence in kinds)


@pytest.mark.parametrize(
    ("told", "blamed"),
    [
        pytest.param(history(WELL, live(42, "B")), (id_of(42), "B"), id="code: the release and its slug"),
        pytest.param(history(WELL, live(42, "A", "Set FOO config vars")), (id_of(42),), id="config: the release only"),
        pytest.param(history(release(41, None), live(42, None)), (id_of(42), "v42"), id="a container: its deploy"),
        pytest.param(
            history(WELL, release(42, "B", age=120)), (id_of(42), "B"), id="code, where Heroku does not say current"
        ),
    ],
)
def test_what_is_remembered_as_bad(told: History, blamed: tuple[str, ...]) -> None:
    choice = chosen(told, 42)
    assert isinstance(choice, Go)
    assert choice.blamed == blamed


def test_code_that_never_ran_is_not_blamed_for_the_config_that_came_with_it() -> None:
    told = history(release(41, current=True), release(42, "B", status="failed", age=10))
    choice = chosen(told, 42, only_if_live=False)
    assert isinstance(choice, Go)
    assert choice.blamed == (id_of(42),)


@pytest.mark.parametrize(
    "description",
    ["Set API_KEY=hunter2 config vars", "Set API_KEY, hunter2! config vars", "Attach DATABASE=hunter2", "hunter2"],
)
def test_no_value_gets_into_a_sentence(description: str) -> None:
    """A description can be anything that somebody put there through the API."""
    choice = chosen(history(WELL, live(42, "A", description)), 42)
    assert "hunter2" not in said(choice)


def test_releases_that_point_at_each_other_do_not_go_round_for_ever() -> None:
    told = history(
        release(40, None, "Rollback to v41"),
        release(41, None, "Rollback to v40"),
        release(42, None, "Rollback to v42"),
        live(43, None),
    )
    assert isinstance(chosen(told, 43), Go)
