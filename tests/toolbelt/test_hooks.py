"""What is done about an app's webhook follows from what is there and what the rules need."""

from datetime import UTC, datetime

import pytest

from heroku.models import Webhook, WebhookDelivery
from receiver.deliveries import PATH
from toolbelt.commands import sending
from toolbelt.hook_looks import standing
from toolbelt.hooks import Plan, Wanted, faults, plan

URL = "https://my-dynohook.example.com/webhooks/heroku"
WANTED = Wanted(URL, ("api:release", "dyno"))
RIGHT = Webhook.model_validate({"id": "1", "include": ["api:release", "dyno"], "level": "sync", "url": URL})
ELSEWHERE = RIGHT.model_copy(update={"id": "2", "url": "https://logs.example.com/hook"})


def but(**changes: object) -> Webhook:
    return RIGHT.model_copy(update=changes)


MADE = Plan(
    "make",
    "api:release, dyno; level sync",
    changes={"include": ["api:release", "dyno"], "url": URL, "level": "sync"},
    sets_secret=True,
)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        pytest.param([], MADE, id="none"),
        pytest.param([ELSEWHERE], MADE, id="one of somebody else"),
        pytest.param([RIGHT], Plan("not needed", "api:release, dyno; level sync", "1"), id="right"),
        pytest.param(
            [but(include=("api:addon", "api:release", "dyno"))],
            Plan("not needed", "api:addon, api:release, dyno; level sync", "1"),
            id="more than is needed",
        ),
        pytest.param(
            [but(include=("api:addon", "dyno"))],
            Plan("mend", "adds api:release", "1", {"include": ["api:addon", "api:release", "dyno"]}),
            id="less than is needed",
        ),
        pytest.param(
            [but(level="notify")],
            Plan("mend", "sets level sync instead of notify", "1", {"level": "sync"}),
            id="another level",
        ),
        pytest.param(
            [but(url=URL + "/")],
            Plan("mend", "takes the slash off the end of its address", "1", {"url": URL}),
            id="a slash too many",
        ),
        pytest.param(
            [
                but(id="new", include=("api:addon", "dyno"), created_at=datetime(2026, 2, 1, tzinfo=UTC)),
                but(created_at=datetime(2026, 1, 1, tzinfo=UTC)),
                ELSEWHERE,
            ],
            Plan(
                "mend",
                "adds api:addon; takes 1 away that send the same again",
                "1",
                {"include": ["api:addon", "api:release", "dyno"]},
                surplus=("new",),
            ),
            id="two of ours",
        ),
    ],
)
def test_as_little_is_done_as_makes_it_right(found: list[Webhook], expected: Plan) -> None:
    assert plan(found, WANTED) == expected


def test_the_secret_of_one_that_is_right_is_set_only_if_asked_for() -> None:
    assert not plan([RIGHT], WANTED).sets_secret
    assert plan([RIGHT], WANTED, renew_secret=True) == Plan("mend", "sets its secret", "1", {}, sets_secret=True)


@pytest.mark.parametrize(
    ("webhook", "said"),
    [
        pytest.param(RIGHT, [], id="right"),
        pytest.param(but(include=("dyno",)), ["does not tell of api:release"], id="an entity less"),
        pytest.param(but(level="notify"), ["has level notify: what fails once is lost"], id="another level"),
        pytest.param(but(url=URL + "/"), ["has a slash too many at the end of its address"], id="a slash too many"),
    ],
)
def test_what_is_wrong_is_told(webhook: Webhook, said: list[str]) -> None:
    assert faults(webhook, WANTED) == said
    assert bool(said) == (plan([webhook], WANTED).act == "mend")


@pytest.mark.parametrize(
    ("attempt", "fault", "do"),
    [
        pytest.param({"code": 401}, "a signature that is not ours", "bin/dynohook subscribe acme-shop --renew-secret"),
        pytest.param({"code": 503}, "Redis was away or full", "bin/dynohook status"),
        pytest.param({"code": 404}, "answered 404", "does PUBLIC_URL lead to the web process?"),
        pytest.param({"error_class": "timeout"}, "tried again: timeout", "does the web process run?"),
        pytest.param(None, "tried again: not answered", "does the web process run?"),
    ],
    ids=["signature", "not kept", "wrong address", "no answer", "nothing known"],
)
def test_what_does_not_arrive_says_why(attempt: dict[str, object] | None, fault: str, do: str) -> None:
    delivery = WebhookDelivery.model_validate({"id": "d", "status": "retrying", "last_attempt": attempt})
    found = standing("acme-shop", [RIGHT], WANTED, [delivery])
    assert not found.is_right
    assert fault in found.faults[0]
    assert found.do.startswith(do)


def test_two_of_ours_are_a_fault() -> None:
    assert standing("acme-shop", [RIGHT, RIGHT], WANTED, []).faults == ("is there 2 times",)


def test_deliveries_are_sent_to_where_they_are_taken() -> None:
    assert sending.PATH == PATH
