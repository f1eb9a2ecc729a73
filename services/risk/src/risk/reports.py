"""What risk shows: the trading state, and every worst case beside its limit."""

from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from crossbook.messages.risk import Exposure, RiskState
from risk.context import RiskContext
from risk.exposure import Gross, Net
from risk.portfolio.drawdown import DrawdownRule
from risk.scopes import ALL
from risk.units import qty_decimal, value_decimal


def risk_state(context: RiskContext, drawdown: DrawdownRule, now_ns: int) -> RiskState:
    """Everything that restricts trading now."""
    return RiskState(
        blocks=context.trading_state.blocks,
        size_scale=context.scales.of_scope(ALL),
        equity=drawdown.equity,
        drawdown=drawdown.drawdown,
        drawdown_soft=drawdown.limits.soft,
        drawdown_hard=drawdown.limits.hard,
        currency=context.config.reporting_currency,
        updated_ns=now_ns,
    )


def why_blocked(context: RiskContext, strategy: str, instrument: str) -> str:
    """The strictest block over a strategy in an instrument, in words; empty when there is none."""
    parts = parse_instrument_id(instrument)
    block = context.trading_state.strictest(
        venue=parts.venue, instrument=instrument, strategy=strategy, asset=parts.base
    )
    return "" if block is None else " ".join(filter(None, (block.level, block.scope, block.reason, block.context)))


def exposures(context: RiskContext, now_ns: int) -> list[Exposure]:
    """Worst cases against limits: per account and instrument and per asset in base units, else valued."""
    return [
        *_of_cells(context, now_ns),
        *_of_assets(context, now_ns),
        _of_gross(context.exposure.gross(ALL), context.limits.total, context, now_ns),
        *(
            _of_gross(context.exposure.gross(f"{kind}:{name}"), limit, context, now_ns)
            for kind, limits in (("venue", context.limits.venues), ("strategy", context.limits.strategies))
            for name, limit in limits.items()
        ),
    ]


def _of_cells(context: RiskContext, now_ns: int) -> list[Exposure]:
    return [
        Exposure(
            scope=f"{cell.account}.{cell.instrument}",
            long=qty_decimal(cell.long),
            short=qty_decimal(cell.short),
            limit=qty_decimal(context.rules[cell.instrument].max_position_units),
            unit=context.rules[cell.instrument].asset,
            updated_ns=now_ns,
        )
        for cell in context.exposure.account_cells()
    ]


def _of_assets(context: RiskContext, now_ns: int) -> list[Exposure]:
    return [
        _of_net(context.exposure.net(f"asset:{asset}"), limit, asset, now_ns)
        for asset, limit in context.limits.assets.items()
    ]


def _of_net(net: Net, limit: int, asset: str, now_ns: int) -> Exposure:
    return Exposure(net.name, qty_decimal(net.long), qty_decimal(net.short), qty_decimal(limit), asset, now_ns)


def _of_gross(gross: Gross, limit: int, context: RiskContext, now_ns: int) -> Exposure:
    """Gross totals have no side: the worst case stands as long."""
    currency = context.config.reporting_currency
    return Exposure(gross.name, value_decimal(gross.value), Decimal(0), value_decimal(limit), currency, now_ns)
