"""What each endpoint of the Platform API answers: a file for each resource, and all of them in one table."""

from toolbelt.simulator.endpoints import (
    account,
    addons,
    apps,
    authorizations,
    builds,
    collaborators,
    config_vars,
    domains,
    dynos,
    formation,
    hook_history,
    logs,
    pipelines,
    releases,
    webhooks,
)
from toolbelt.simulator.endpoints.asking import Endpoint

ENDPOINTS: tuple[Endpoint, ...] = (
    *account.ENDPOINTS,
    *apps.ENDPOINTS,
    *dynos.ENDPOINTS,
    *formation.ENDPOINTS,
    *config_vars.ENDPOINTS,
    *releases.ENDPOINTS,
    *builds.ENDPOINTS,
    *addons.ENDPOINTS,
    *domains.ENDPOINTS,
    *collaborators.ENDPOINTS,
    *pipelines.ENDPOINTS,
    *logs.ENDPOINTS,
    *webhooks.ENDPOINTS,
    *hook_history.ENDPOINTS,
    *authorizations.ENDPOINTS,
)
