"""What all parts of the core share: the tables, the outbox, the risk engine, the settings, the known instruments."""

from dataclasses import dataclass, field

from crossbook.instruments import Grid
from crossbook.messages.market import InstrumentDefinition
from oms.outputs import Outbox
from oms.settings import Settings
from oms.state import State
from risk.actions import Action
from risk.engine import RiskEngine


@dataclass(slots=True)
class Context:
    """One per core. `grids` and `tops` are what gateways say now; they are not state and not journalled as rows."""

    settings: Settings
    state: State
    out: Outbox
    risk: RiskEngine
    grids: dict[str, Grid] = field(default_factory=dict)
    mids: dict[str, float] = field(default_factory=dict)
    """Newest usable mid, or mark where there is one, per instrument."""
    build: str = ""
    """Of this OMS, as its start said."""
    risk_actions: list[Action] = field(default_factory=list)
    """What risk asked for in this turn and has not been done yet."""
    not_adding: dict[str, str] = field(default_factory=dict)
    """Reasons of the OMS itself to take no order at all (stopping, journal): denial code -> context."""

    def definition(self, instrument: str) -> InstrumentDefinition | None:
        """The present rules of an instrument; None while no gateway has told them."""
        grid = self.grids.get(instrument)
        return grid.definition if grid else None

    @property
    def now_ns(self) -> int:
        """Monotonic time of this turn."""
        return self.out.now.monotonic_ns
