"""What holds for the whole strategy: its link to the OMS, the size scale, and the numbering of intents."""

from dataclasses import dataclass

from strategy_mm.quote_state import Blocked, Reason


@dataclass(slots=True)
class Session:
    """Shared by the quote loops of one strategy. `intent_id` grows from a start that no earlier run has reached."""

    strategy: str
    account: str
    intent_id: int
    oms_up: bool = False
    synced: bool = False
    """Whether the OMS has stated our orders and position since the link came up."""
    size_scale: float = 1.0
    stopping: bool = False

    def next_intent(self) -> int:
        """A fresh intent id."""
        self.intent_id += 1
        return self.intent_id

    def check(self) -> None:
        """Raises Blocked when nothing of this strategy may be quoted."""
        if self.stopping:
            raise Blocked(Reason.STOPPING)
        if not self.oms_up:
            raise Blocked(Reason.OMS_DOWN)
        if not self.synced:
            raise Blocked(Reason.SYNCING)
