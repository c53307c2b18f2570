"""How long things take on the fake Heroku, in seconds, at the pace of the real one or compressed."""

from dataclasses import dataclass, fields
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds between the steps of a build, a release and a dyno's life.

    Heroku restarts a crashed dyno at once the first time and then only after a cool-off that grows:
    https://devcenter.heroku.com/articles/dyno-crash-restart-policy
    """

    build: float = 40.0
    release_phase: float = 8.0
    between_updates: float = 0.15  # two events of one release arrive this far apart
    dyno_start: float = 6.0
    crash_after: float = 12.0  # from `up` to `crashed`, for code that crashes
    first_restart: float = 1.0
    one_off: float = 20.0  # how long a one-off dyno runs whose command does not say
    provision: float = 5.0  # of an add-on
    domain: float = 30.0  # until a new one is served
    cool_offs: tuple[float, ...] = (1_200.0, 2_400.0, 3_600.0, 10_800.0, 19_200.0)

    def faster(self, factor: float) -> "Timings":
        """The same story told `factor` times as fast."""
        if factor <= 0:
            raise ValueError(f"a speed must be above 0, not {factor}")
        told = {field.name: getattr(self, field.name) for field in fields(self)}
        cool_offs = tuple(seconds / factor for seconds in told.pop("cool_offs"))
        return Timings(cool_offs=cool_offs, **{name: seconds / factor for name, seconds in told.items()})

    def restart(self, crashes: int) -> timedelta:
        """How long a dyno that has now crashed so many times stays down."""
        if crashes <= 1:
            return timedelta(seconds=self.first_restart)
        return timedelta(seconds=self.cool_offs[min(crashes - 2, len(self.cool_offs) - 1)])
