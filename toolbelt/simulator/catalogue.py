"""The add-ons that can be had: their plans, what they cost and the config vars that they bring."""

from dataclasses import dataclass
from types import MappingProxyType

from toolbelt.simulator.errors import Refused
from toolbelt.simulator.sizes import fixed_id


@dataclass(frozen=True, slots=True)
class Service:
    """One add-on service: its plans with their price in cents a month, the default one first.

    `attachment` is what its first attachment in an app is called and what its config vars begin with; `suffixes` is
    what they end with. `provider` is who acts for it.
    """

    name: str
    plans: MappingProxyType[str, int]
    attachment: str
    suffixes: tuple[str, ...]
    provider: str


SERVICES = (
    Service(
        "heroku-postgresql", MappingProxyType({"essential-0": 500, "standard-0": 5_000}),
        "DATABASE", ("URL",), "datastore@addons.heroku.com",
    ),
    Service(
        "heroku-redis", MappingProxyType({"mini": 300, "premium-0": 1_500}),
        "REDIS", ("URL",), "datastore@addons.heroku.com",
    ),
    Service(
        "papertrail", MappingProxyType({"choklad": 0, "fixa": 700}),
        "PAPERTRAIL", ("API_TOKEN",), "papertrail@addons.heroku.com",
    ),
    Service("scheduler", MappingProxyType({"standard": 0}), "SCHEDULER", (), "scheduler@addons.heroku.com"),
)  # fmt: skip


def plan_named(wanted: str) -> tuple[Service, str]:
    """The service and the full name of a plan, from `service:plan`, the service alone, or the plan's id."""
    for service in SERVICES:
        if wanted == service.name:
            return service, f"{service.name}:{next(iter(service.plans))}"
        for plan in service.plans:
            full = f"{service.name}:{plan}"
            if wanted in {full, fixed_id(full)}:
                return service, full
    raise Refused(404, "not_found", f'Couldn\'t find either the add-on service or the add-on plan of "{wanted}".')


def service_of(plan: str) -> Service:
    return next(service for service in SERVICES if service.name == plan.partition(":")[0])


def costs(wanted: str) -> bool:
    """Whether a plan, named in whatever way, has a price."""
    return cents(plan_named(wanted)[1]) > 0


def cents(plan: str) -> int:
    """What a plan costs a month."""
    return service_of(plan).plans[plan.partition(":")[2]]
