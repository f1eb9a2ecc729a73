"""Halts that end by themselves after a while: of a runaway strategy, of what was rejected too often."""

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, CancelScope, Cleared
from risk.trading_state import BY_RULE, HALT

NS_PER_S = 1_000_000_000


class Pauses:
    """The pauses in force, with the time each ends."""

    def __init__(self) -> None:
        """Nothing is paused."""
        self._ends_ns: dict[tuple[str, str], tuple[Block, int]] = {}

    def pause(self, scope: str, reason: str, numbers: str, pause_s: int, now_ns: int) -> list[Action]:
        """Halt a scope for `pause_s`; 0: until an operator resumes. Nothing new while it is paused for that reason."""
        if (scope, reason) in self._ends_ns:
            return []
        block = Block(scope, HALT, reason, not pause_s, now_ns, BY_RULE, numbers)
        self._ends_ns[scope, reason] = (block, now_ns + pause_s * NS_PER_S)
        how_long = f"for {pause_s} s" if pause_s else "until an operator resumes"
        alert = Alert("critical", reason, scope, f"halted {how_long}: {numbers}")
        return [Blocked(block), CancelScope(scope, reason), alert]

    def on_timer(self, now_ns: int) -> list[Action]:
        """Lift the pauses that are over."""
        over = [block for block, end_ns in self._ends_ns.values() if not block.latched and now_ns >= end_ns]
        for block in over:
            del self._ends_ns[block.scope, block.reason]
        return [Cleared(block, BY_RULE) for block in over]

    def resumed(self, scope: str) -> None:
        """An operator resumed the scope: its pauses are over."""
        self._ends_ns = {key: pause for key, pause in self._ends_ns.items() if key[0] != scope}
