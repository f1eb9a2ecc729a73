"""What tests of promises share: a desk of real processes, the form they run in, and where their evidence goes."""

from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from testkit.evidence import Evidence, Form
from testkit.processes import Processes
from testkit.promise_desk import PromiseDesk


@pytest.fixture
def form() -> Form:
    """Short, or one round of the full counts (`python -m promises` says which by the environment)."""
    return Form.of_environment()


@pytest.fixture
def evidence(request: pytest.FixtureRequest, form: Form) -> Iterator[Evidence]:
    """Takes what was counted and measured; written down when the test has ended, held or not."""
    found = Evidence(request.node.name, form)
    yield found
    found.write()


@pytest.fixture
async def make_desk(run_dir: Path, processes: Processes, form: Form) -> AsyncIterator[Callable[..., PromiseDesk]]:
    """Makes the test's desk, not yet begun; it is gone afterwards."""
    desks: list[PromiseDesk] = []

    def make(**options: Any) -> PromiseDesk:
        desks.append(PromiseDesk(run_dir, processes, seed=form.seed, **options))
        return desks[-1]

    yield make
    for desk in desks:
        await desk.close()


@pytest.fixture
async def desk(make_desk: Callable[..., PromiseDesk]) -> PromiseDesk:
    """One that trades, with one trader."""
    return await make_desk().begin()
