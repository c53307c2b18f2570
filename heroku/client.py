"""A client for Heroku's API that does what it was granted, writes every call down, and knows what may be repeated.

    heroku = Heroku(token).granted(Grant("a rule", {"releases": Level.WRITE}, frozenset({"acme-web"})))
    for release in heroku.releases("acme-web"):
        ...

A client for threads: one may be shared by all, each call takes at most `timeout` seconds.
"""

from heroku.caller import API_URL, After, Before, Caller
from heroku.methods.account import Accounts
from heroku.methods.apps import Apps
from heroku.methods.belongings import AddOns, Collaborators, Domains, Logs, Pipelines
from heroku.methods.dynos import Dynos, Formations
from heroku.methods.releases import Builds, Config, Releases
from heroku.methods.webhooks import Webhooks

__all__ = ["API_URL", "After", "Before", "Caller", "Heroku"]


class Heroku(
    Apps,
    Dynos,
    Formations,
    Config,
    Releases,
    Builds,
    AddOns,
    Domains,
    Collaborators,
    Pipelines,
    Logs,
    Accounts,
    Webhooks,
):
    """Heroku's API: a method for each endpoint of the table, each by way of `call`.

    What does not change anything returns what is there; lists come as iterators. All raise `AccessDenied` and the
    kinds of `CallFailed`.
    """
