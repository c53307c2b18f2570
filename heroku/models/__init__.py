"""What Heroku's API answers, as values."""

from heroku.models.account import AccessToken, Account, Authorization, NewAuthorization, RateLimits
from heroku.models.apps import AddOn, App, Collaborator, ConfigVars, Domain, Pipeline
from heroku.models.base import Named, Nothing, Person
from heroku.models.dynos import Dyno, Formation, LogSession
from heroku.models.releases import Build, Release, ReleaseRef, SlugRef, Source
from heroku.models.webhooks import NewWebhook, Webhook, WebhookDelivery, WebhookEvent

__all__ = [
    "AccessToken",
    "Account",
    "AddOn",
    "App",
    "Authorization",
    "Build",
    "Collaborator",
    "ConfigVars",
    "Domain",
    "Dyno",
    "Formation",
    "LogSession",
    "Named",
    "NewAuthorization",
    "NewWebhook",
    "Nothing",
    "Person",
    "Pipeline",
    "RateLimits",
    "Release",
    "ReleaseRef",
    "SlugRef",
    "Source",
    "Webhook",
    "WebhookDelivery",
    "WebhookEvent",
]
