"""Trading state and exposure, published by the OMS on `events`, retained."""

from decimal import Decimal

from crossbook.messages.base import Message, Part


class Block(Part, frozen=True):
    """Something that denies orders. `scope` is `all`, `venue:<v>`, `instrument:<i>`, `strategy:<s>` or `asset:<a>`."""

    scope: str
    level: str
    """`reduce_only`, `halt` or `kill`."""
    reason: str
    latched: bool
    """Whether only an operator's resume clears it."""
    since_ns: int
    by: str
    context: str = ""


class RiskState(Message, frozen=True, tag=501):
    """Everything that restricts trading now, topic `risk`."""

    blocks: tuple[Block, ...]
    size_scale: float
    """Strategies multiply their sizes by it; the gate denies what is above. 1 when nothing is scaled."""
    equity: Decimal
    drawdown: Decimal
    drawdown_soft: Decimal
    drawdown_hard: Decimal
    currency: str
    updated_ns: int


class Exposure(Message, frozen=True, tag=502):
    """Worst-case exposure against its limit, topic `exposure.<scope>`. In base units per instrument, else valued."""

    scope: str
    long: Decimal
    short: Decimal
    limit: Decimal
    unit: str
    updated_ns: int
