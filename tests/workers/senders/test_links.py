"""Where a message leads: to a page of the console where there is one, in each target's own way; else to a command."""

import json
import re
from typing import Any

import pytest

from core import links
from heroku.redacting import without_secrets
from tests.workers.senders.factories import CONSOLE, PAGE, about, message, note
from tests.workers.senders.test_forms import HOSTILE, texts
from workers.notes import Message, Note
from workers.senders import discord, pagerduty, slack, teams, webhook
from workers.senders.email import composed

LOOK = "bin/dynohook runs show e1:tell"
OTHER = about(run="e1:other", rule="other")


@pytest.mark.parametrize(
    ("notes", "page"),
    [
        pytest.param([about()], "/runs/e1%3Atell", id="one run"),
        pytest.param([about(), about()], "/runs/e1%3Atell", id="twice of one run"),
        pytest.param([about(), OTHER], "/events/e1", id="two runs of one event"),
        pytest.param(
            [about(), about(run="e2:tell", event="e2")], "/runs?app=acme-shop&rule=tell", id="two runs of one rule"
        ),
        pytest.param(
            [about(), about(run="e2:other", event="e2", rule="other")], "/runs?app=acme-shop", id="two of one app"
        ),
        pytest.param(
            [about(), about(run="e2:tell", event="e2", app="a&b=c #/")], "/runs?rule=tell", id="two apps, one rule"
        ),
        pytest.param(
            [about(app="a&b=c #/"), about(run="e2:other", event="e2", rule="other", app="a&b=c #/")],
            "/runs?app=a%26b%3Dc+%23%2F",
            id="an app of an odd name",
        ),
        pytest.param(
            [about(run="a:x", event="", app="", rule="system"), about(run="b:x", event="", app="", rule="system")],
            "/runs",
            id="two of the service's own",
        ),
        pytest.param([about(run="", event="e1")], "/events/e1", id="an event without a run"),
        pytest.param([about(run="", event="", app="", rule="look")], "/rules/look", id="a rule that was stopped"),
        pytest.param([about(run="e/1?#:tell <b>")], "/runs/e%2F1%3F%23%3Atell%20%3Cb%3E", id="an odd id"),
        pytest.param([about(run="x" * links.LONGEST)], "/runs", id="an id that fits into no link"),
    ],
)
def test_a_message_leads_to_what_it_is_about(notes: list[Note], page: str) -> None:
    assert message(*notes, console=CONSOLE).url == CONSOLE + page
    assert message(*notes).url == ""


def test_of_more_than_are_shown_nobody_knows_what_they_have_in_common() -> None:
    burst = message(about(), about(), count=500, console=CONSOLE)

    assert (burst.url, burst.look) == (f"{CONSOLE}/runs", "bin/dynohook runs list")


def test_what_was_handed_over_before_there_was_a_console_gets_its_link() -> None:
    """It stood in Redis in the form of the version before, which kept less of each of many."""
    short = json.dumps(
        {"title": "t", "text": "x", "incident": "i", "resolve": False, "facts": {"app": "acme-shop", "run": "e1:tell"}}
    )
    one, other = Note.from_json(short), Note.from_json(short.replace("e1:tell", "e2:tell"))

    assert message(one, console=CONSOLE).url == PAGE
    assert message(one, other, console=CONSOLE).url == f"{CONSOLE}/runs?app=acme-shop"


def test_a_link_in_a_text_is_taken_for_no_secret() -> None:
    id = "01234567-89ab-4cde-8f01-23456789abcd%3Aroll-back-crashing-release"
    said = f"Approve or deny: {CONSOLE}/runs/{id} or bin/dynohook runs approve|deny"

    assert without_secrets(said) == said


def in_slack(sent: Message) -> Any:
    return slack.body(sent)["blocks"][-1]["elements"]


def in_discord(sent: Message) -> Any:
    [embed] = discord.body(sent)["embeds"]
    return embed.get("url"), embed["footer"]["text"]


def in_teams(sent: Message) -> Any:
    [attachment] = teams.body(sent)["attachments"]
    return attachment["content"].get("actions")


def in_pagerduty(sent: Message) -> Any:
    [event] = pagerduty.events(sent, severity="error")
    return event["client"], event.get("client_url"), event.get("links"), event["payload"]["custom_details"]["look"]


def in_a_mail(sent: Message) -> Any:
    return composed(sent, sender="a@acme.example", to=["b@acme.example"]).get_content().split("\n")[-4:]


def in_a_webhook(sent: Message) -> Any:
    body = webhook.body(sent)
    return body.get("url"), body["look"]


PLAIN = {"type": "plain_text", "text": LOOK, "emoji": False}
LINK = {"type": "mrkdwn", "text": f"<{PAGE}|Open in the console>", "verbatim": True}


@pytest.mark.parametrize(
    ("form", "without", "linked"),
    [
        pytest.param(in_slack, [PLAIN], [LINK, PLAIN], id="slack"),
        pytest.param(in_discord, (None, LOOK), (PAGE, LOOK), id="discord"),
        pytest.param(
            in_teams, None, [{"type": "Action.OpenUrl", "title": "Open in the console", "url": PAGE}], id="teams"
        ),
        pytest.param(
            in_pagerduty,
            ("Dynohook", None, None, LOOK),
            ("Dynohook", PAGE, [{"href": PAGE, "text": "Open in the console"}], LOOK),
            id="pagerduty",
        ),
        pytest.param(in_a_mail, ["acme-shop crashed", "", LOOK, ""], ["", PAGE, LOOK, ""], id="email"),
        pytest.param(in_a_webhook, (None, LOOK), (PAGE, LOOK), id="webhook"),
    ],
)
def test_each_target_gets_a_link_as_it_makes_them_clickable_and_the_command_in_any_case(
    form: Any, without: Any, linked: Any
) -> None:
    assert form(message()) == without
    assert form(message(console=CONSOLE)) == linked


def test_in_a_webhook_each_of_several_has_its_own_page() -> None:
    body = webhook.body(message(about(), OTHER, console=CONSOLE))

    assert body["url"] == f"{CONSOLE}/events/e1"
    assert [each["url"] for each in body["messages"]] == [PAGE, f"{CONSOLE}/runs/e1%3Aother"]


@pytest.mark.parametrize("said", HOSTILE)
def test_nothing_that_is_said_gets_into_the_link_or_out_of_it(said: str) -> None:
    hostile = message(about(run=said[:500], event=said[:500], app=said[:500]), console=CONSOLE)
    link, _ = in_slack(hostile)

    assert re.fullmatch(rf"<{re.escape(CONSOLE)}/runs[A-Za-z0-9%._~/-]*\|Open in the console>", link["text"])
    assert len(link["text"]) < 3_000
    assert len(discord.body(hostile)["embeds"][0]["url"]) <= 2_048


@pytest.mark.parametrize("said", HOSTILE)
def test_a_link_keeps_every_target_within_its_limits(said: str) -> None:
    hostile = message(note(said, title=said), console=CONSOLE)

    assert len(teams.encoded(hostile)) <= 28 * 1_024
    [embed] = discord.body(hostile)["embeds"]
    assert sum(len(text) for text in texts({**embed, "url": ""})) <= 6_000


def test_a_query_of_several_parts_is_one_link_in_slack() -> None:
    link, _ = in_slack(message(about(), about(run="e2:tell", event="e2"), console=CONSOLE))

    assert link["text"] == f"<{CONSOLE}/runs?app=acme-shop&amp;rule=tell|Open in the console>"
