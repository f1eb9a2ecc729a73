"""Positions that stand above a limit: by a move of the mark, a transfer, a trade from outside, a late fill.

That is no breach of an order, since no order passed the limit; but from then on only reducing passes, until the
position is back within. Only what is filled counts here: what open orders could add, the gate has judged.
"""

from dataclasses import dataclass

from crossbook.messages.risk import Block
from risk.actions import Action, Alert, Blocked, Cleared
from risk.context import RiskContext
from risk.exposure import Cell
from risk.trading_state import BY_RULE, REDUCE_ONLY
from risk.units import qty_decimal, value_decimal

REASON = "over_limit"


@dataclass(frozen=True, slots=True)
class Overrun:
    """A position above a limit."""

    scope: str
    numbers: str


class OverLimit:
    """Compares positions, as they are filled and valued now, with every limit."""

    def __init__(self) -> None:
        """Nothing is above a limit."""
        self._blocks: dict[str, Block] = {}

    def look(self, context: RiskContext, now_ns: int) -> list[Action]:
        """Judge all positions; blocks come and go with what is found."""
        found = {overrun.scope: overrun for overrun in overruns(context)}
        actions: list[Action] = []
        for scope in [scope for scope in self._blocks if scope not in found]:
            actions.append(Cleared(self._blocks.pop(scope), BY_RULE))
            actions.append(Alert("info", "within_limit", scope, "the position is within its limit again"))
        for scope, overrun in found.items():
            if scope not in self._blocks:
                block = self._blocks[scope] = Block(scope, REDUCE_ONLY, REASON, False, now_ns, BY_RULE, overrun.numbers)
                actions += [Blocked(block), Alert("warning", "over_limit", scope, f"reduce-only: {overrun.numbers}")]
        return actions

    def resumed(self, scope: str) -> None:
        """An operator resumed the scope; what is still above its limit is blocked again at the next look."""
        self._blocks.pop(scope, None)


def overruns(context: RiskContext) -> list[Overrun]:
    """Every scope whose filled positions are above its limit."""
    cells = list(context.exposure.account_cells())
    found = [overrun for cell in cells if (overrun := _of_instrument(cell, context)) is not None]
    by_venue: dict[str, int] = {}
    by_asset: dict[str, int] = {}
    for cell in cells:
        rules = context.rules[cell.instrument]
        by_venue[rules.venue] = by_venue.get(rules.venue, 0) + _value(cell)
        by_asset[rules.asset] = by_asset.get(rules.asset, 0) + cell.position
    limits = context.limits
    found += _over_value("venue:", by_venue, limits.venues)
    found += _over_value("", {"all": sum(by_venue.values())}, {"all": limits.total})
    found += _over_value("strategy:", _by_strategy(context), limits.strategies)
    found += [
        Overrun(f"asset:{asset}", f"net={qty_decimal(net)} limit={qty_decimal(limits.assets[asset])}")
        for asset, net in by_asset.items()
        if asset in limits.assets and abs(net) > limits.assets[asset]
    ]
    return found


def _of_instrument(cell: Cell, context: RiskContext) -> Overrun | None:
    limit = context.rules[cell.instrument].max_position_units
    if abs(cell.position) <= limit or context.rules[cell.instrument].limits is None:
        return None
    numbers = f"account={cell.account} position={qty_decimal(cell.position)} limit={qty_decimal(limit)}"
    return Overrun(f"instrument:{cell.instrument}", numbers)


def _by_strategy(context: RiskContext) -> dict[str, int]:
    return {name: sum(map(_value, context.exposure.strategy_cells(name))) for name in context.limits.strategies}


def _value(cell: Cell) -> int:
    return abs(cell.position) * cell.price


def _over_value(prefix: str, values: dict[str, int], limits: dict[str, int]) -> list[Overrun]:
    return [
        Overrun(f"{prefix}{name}", f"notional={value_decimal(value)} limit={value_decimal(limits[name])}")
        for name, value in values.items()
        if name in limits and value > limits[name]
    ]
