"""Carrying out what risk asks for: cancel a scope, remember a block, tell the world and a human."""

from crossbook.messages.risk import Block
from oms.cancels import Cancels
from oms.context import Context
from risk.actions import Alert, Blocked, CancelScope, Cleared, Scaled

_SEVERITY = {"critical": "page", "warning": "warn"}


class RiskActions:
    """Drains the actions risk has asked for in this turn."""

    def __init__(self, context: Context, cancels: Cancels) -> None:
        self._context = context
        self._cancels = cancels

    def carry_out(self) -> None:
        """Do all of them; those that carrying them out brings about as well."""
        actions = self._context.risk_actions
        told = False
        while actions:
            match actions.pop(0):
                case CancelScope(scope, reason):
                    self._cancels.cancel_scope(scope, reason)
                case Blocked() | Scaled():
                    told = True  # risk says the alert that goes with it
                case Cleared(block, by):
                    self._cleared(block, by)
                    told = True
                case Alert(severity, code, scope, text):
                    self._context.out.alert(_SEVERITY.get(severity, severity), code, scope, text)
        if told:
            self._tell()

    def _cleared(self, block: Block, by: str) -> None:
        text = f"{block.level} of {block.scope} ({block.reason}) cleared by {by}"
        self._context.out.alert("info", block.level, block.scope, text, cleared=True)

    def _tell(self) -> None:
        row = self._context.state.blocks
        row.blocks = self._context.risk.blocks()
        self._context.out.changed(row)
        self._context.out.publish("risk", self._context.risk.state(self._context.now_ns), retain=True)
