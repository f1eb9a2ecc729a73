"""Fills: each counted exactly once, whatever order, however often and however late its words come.

A fill is remembered and applied in the same turn, so that the journal holds both or neither. It moves the account's
position and its strategy's, the balances, the order, and risk's exposure. A fill nobody here ordered moves inventory
all the same, as one from outside.
"""

from decimal import Decimal

from crossbook.instruments import parse_instrument_id
from crossbook.messages.base import Side
from crossbook.messages.gateway import VenueFill
from crossbook.messages.orders import Fill
from oms.assets import Assets
from oms.context import Context
from oms.ledger import Fee
from oms.markouts import Markouts
from oms.orders import Orders
from oms.positions import Positions
from oms.rows import ZERO, AppliedFill, Order
from oms.valuation import Valuation

MS = 1_000_000


class Fills:
    """Applies fills."""

    def __init__(
        self,
        context: Context,
        orders: Orders,
        positions: Positions,
        assets: Assets,
        markouts: Markouts,
        valuation: Valuation,
    ) -> None:
        self._context = context
        self._orders = orders
        self._positions = positions
        self._assets = assets
        self._markouts = markouts
        self._valuation = valuation
        self.duplicates = 0

    def on_fill(self, message: VenueFill) -> bool:
        """Count a fill; False when it was counted before, lies before our bookkeeping, or is beyond our memory."""
        seen = self._context.state.fills.setdefault((message.venue, message.account, message.instrument), {})
        if message.venue_trade_id in seen:
            self.duplicates += 1
            return False
        if self._is_past(message):
            return False
        seen[message.venue_trade_id] = message.venue_time_ns
        order = self._orders.get(message.order_id) if message.order_id else None
        self._apply(message, order)
        return True

    def _is_past(self, message: VenueFill) -> bool:
        market = self._market_of(message.instrument)
        opening = self._context.state.openings.get((message.venue, message.account, market))
        if opening is None or message.venue_time_ns <= opening.time_ns:
            return True  # what the first comparison finds contains it
        if message.venue_time_ns >= self._context.out.now.time_ns - self._context.settings.fill_memory_ms * MS:
            return False
        text = f"fill {message.venue_trade_id} is older than fills are remembered: left to reconciliation"
        self._context.out.alert("warn", "fill_too_old", message.instrument, text)
        return True

    def _apply(self, message: VenueFill, order: Order | None) -> None:
        strategy = order.strategy if order else ""
        fill = Fill(
            message.venue,
            message.account,
            message.instrument,
            message.venue_trade_id,
            message.order_id,
            strategy,
            message.side,
            message.price,
            message.qty,
            message.fee,
            message.fee_asset,
            message.maker,
            message.venue_time_ns,
            self._context.now_ns,
            self._context.mids.get(message.instrument, 0.0),
        )
        self._context.out.changed(AppliedFill(fill))
        fee = self._fee(fill)
        realised = self._positions.trade(fill, fee)
        if realised is not None:
            self._move_assets(fill, realised)
        self._count_on_order(fill, order)
        self._positions.published(fill.account, fill.instrument, caused_ns=message.received_ns)
        self._markouts.watch(fill)
        topic = f"fills.{strategy or 'external'}"
        self._context.out.publish(topic, fill, caused_ns=message.received_ns)
        if order is None:
            text = f"{message.side.name.lower()} {message.qty} at {message.price} that no order here asked for"
            self._context.out.alert("warn", "external_fill", message.instrument, text)

    def _count_on_order(self, fill: Fill, order: Order | None) -> None:
        if fill.instrument in self._context.grids:
            self._context.risk.fill(fill.order_id, fill.strategy, fill.account, fill.instrument, fill.side, fill.qty)
        if order is not None:
            order.filled_qty += fill.qty
            self._orders.filled(order)

    def _fee(self, fill: Fill) -> Fee:
        name = parse_instrument_id(fill.instrument)
        if not fill.fee or fill.fee_asset == name.quote:
            return Fee(fill.fee)
        if fill.fee_asset == name.base:
            return Fee(fill.fee * fill.price, fill.fee if name.kind == "spot" else ZERO)
        return Fee(self._worth(fill.fee, fill.fee_asset, fill.instrument))

    def _worth(self, amount: Decimal, asset: str, instrument: str) -> Decimal:
        """A fee in a third asset, in the quote currency; 0 and an alert where no rate is known."""
        rate, quote = self._valuation.rate(asset), self._valuation.quote_rate(instrument)
        if rate is not None and quote:
            return amount * rate / quote
        text = f"a fee of {amount} {asset} cannot be valued: its PnL counts it as nothing"
        self._context.out.alert("warn", "fee_unvalued", instrument, text)
        return ZERO

    def _move_assets(self, fill: Fill, realised: Decimal) -> None:
        name = parse_instrument_id(fill.instrument)
        market = self._market_of(fill.instrument)
        account = (fill.venue, fill.account, market)
        sign = 1 if fill.side is Side.BUY else -1
        if name.kind == "spot":
            self._assets.move((*account, name.base), sign * fill.qty)
            self._assets.move((*account, name.quote), -sign * fill.qty * fill.price)
        else:
            definition = self._context.definition(fill.instrument)
            self._assets.move((*account, definition.settle if definition else name.quote), realised)
        self._assets.move((*account, fill.fee_asset), -fill.fee)

    def _market_of(self, instrument: str) -> str:
        definition = self._context.definition(instrument)
        return definition.market if definition else parse_instrument_id(instrument).kind
