"""What the guardian wants done. The shell does it, in this order, and writes each down."""

from enum import StrEnum
from typing import NamedTuple

OMS = "oms"
"""The target that is not a venue."""


class What(StrEnum):
    """A command to the OMS or to a gateway."""

    HOLD = "hold"
    RELEASE = "release"
    KILL = "kill"
    RESUME = "resume"
    CANCEL_ALL = "cancel_all"


class Tell(NamedTuple):
    """Send a command. `target` is a venue or `OMS`."""

    target: str
    what: What
    scope: str
    reason: str


class EndProcess(NamedTuple):
    """Have the supervisor kill a process that hangs; it starts a new one by itself."""

    name: str
    reason: str


class KeepDown(NamedTuple):
    """Have the supervisor stop a process, which stays down until an operator starts it."""

    name: str
    reason: str


class Sweep(NamedTuple):
    """Have the supervisor start a gateway's sweeper."""

    program: str
    reason: str


class EndSweep(NamedTuple):
    """Have the supervisor stop a sweeper that would now cancel what a living gateway places."""

    program: str
    reason: str


class Latch(NamedTuple):
    """Write the latch down, before anything else is done."""


class Notice(NamedTuple):
    """Tell humans. `severity` is `page`, `warn` or `info`."""

    severity: str
    kind: str
    subject: str
    text: str
    cleared: bool = False


Action = Tell | EndProcess | KeepDown | Sweep | EndSweep | Latch | Notice
