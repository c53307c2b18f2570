"""The accounts that call the API: how each stands with Heroku, and its pool of calls."""

from dataclasses import dataclass
from datetime import datetime

from toolbelt.simulator.rates import RatePool
from toolbelt.simulator.users import User


@dataclass(slots=True)
class Account:
    """One account; every token of it draws on the same pool."""

    user: User
    created_at: datetime
    rate: RatePool
    suspended_at: datetime | None = None
    delinquent_at: datetime | None = None
    two_factor_required: bool = False
    verified: bool = True
