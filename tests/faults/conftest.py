"""What the faults are done to."""

from collections.abc import Callable, Iterator

import pytest

from tests.harness.stage import Stage, build
from toolbelt.crew import Crew

Build = Callable[..., Stage]


@pytest.fixture
def crew() -> Iterator[Crew]:
    with Crew() as crew:
        yield crew


@pytest.fixture
def build_stage(crew: Crew) -> Iterator[Build]:
    """`build` with this test's crew; lets go of everything at its end."""
    built: list[Stage] = []

    def begin(**options: object) -> Stage:
        built.append(build(crew, **options))  # type: ignore[arg-type]
        return built[-1]

    yield begin
    for stage in built:
        stage.close()


@pytest.fixture
def stage(build_stage: Build) -> Stage:
    """One web process, one worker, Redis that writes everything down."""
    return build_stage()
