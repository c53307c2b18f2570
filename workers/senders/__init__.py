"""The kinds of targets that messages are sent to: this literal is the table of contents, one file each."""

from collections.abc import Mapping

from workers.senders import discord, email, others, pagerduty, slack, teams, webhook
from workers.senders.base import Sender

SENDERS: Mapping[str, Sender] = {
    "apprise": others.Apprise(),
    "discord": discord.send,
    "email": email.Email(),
    "pagerduty": pagerduty.send,
    "slack": slack.send,
    "teams": teams.send,
    "webhook": webhook.send,
}
