"""What risk asks the OMS to do. Blocks and scales are in force already when the action is handed over."""

from dataclasses import dataclass

from crossbook.messages.risk import Block


@dataclass(frozen=True, slots=True)
class CancelScope:
    """Cancel every live order in the scope (`risk.scopes.in_scope`)."""

    scope: str
    reason: str


@dataclass(frozen=True, slots=True)
class Blocked:
    """A block came into force: journal it and publish the risk state."""

    block: Block


@dataclass(frozen=True, slots=True)
class Cleared:
    """A block is gone: with its cause, or by whom."""

    block: Block
    by: str


@dataclass(frozen=True, slots=True)
class Scaled:
    """The size scale of a scope (`all` or `strategy:<s>`) changed."""

    scope: str
    scale: float


@dataclass(frozen=True, slots=True)
class Alert:
    """Tell a human. `severity` is `info`, `warning` or `critical`; `code` names the incident."""

    severity: str
    code: str
    scope: str
    text: str


Action = CancelScope | Blocked | Cleared | Scaled | Alert
