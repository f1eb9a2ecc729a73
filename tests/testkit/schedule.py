"""Which tests of a parallel run share a worker: those of one file, and all that start the whole stack.

(The `loadgroup` way of pytest-xdist 3.8 does nothing under pytest 9.2, whose node ids are no longer plain strings.)
"""

import pytest
from xdist.scheduler import LoadScopeScheduling

WHOLE_STACK = (
    "tests/chaos/",
    "tests/integration/test_bench_smoke.py",
    "tests/integration/test_compose_services_trade.py",
    "tests/integration/test_guardian.py",
    "tests/integration/test_run_paper.py",
)
"""Tests that need every process at once: two of them side by side would starve each other on two cores."""


def scope_of(node_id: str) -> str:
    """The name of the group that the test `node_id` runs with, in one worker and in order."""
    return "whole stack" if node_id.startswith(WHOLE_STACK) else node_id.split("::", 1)[0]


class OneFileOneWorker(LoadScopeScheduling):  # type: ignore[misc]  # xdist ships no types
    """Hands whole files to workers, in the order of collection: the long ones, which come first, end no run alone."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)


def make_scheduler(config: pytest.Config, log: object) -> OneFileOneWorker:
    """What pytest-xdist asks for when a parallel run begins."""
    config.option.loadscopereorder = False
    return OneFileOneWorker(config, log)
