"""A small business for tests of risk: one spot and one perpetual of an asset, a second venue, books, balances, a clock.

Prices lie around 50,000 USDT; a tick is 0.01, a lot 0.00001 BTC on spot and 0.001 BTC on the perpetual.
"""

from decimal import Decimal
from typing import Any

from crossbook.messages.base import OrderType, Purpose, Side, Tif, TradingStatus
from crossbook.messages.market import BookTop, InstrumentDefinition
from crossbook.messages.orders import AmendIntent, CancelIntent, PlaceIntent
from risk.config import RiskConfig
from risk.denials import Denial, DenialCode
from risk.engine import RiskEngine
from risk.gate import ApprovedAmend, ApprovedOrder

SPOT, PERP, OTHER = "BTC-USDT@alpha", "BTC-USDT-PERP@alpha", "BTC-USDC@beta"
MS = 1_000_000
SECOND = 1_000 * MS


def limits_table(**changes: Any) -> dict[str, Any]:
    """A whole `[risk]` table; each change replaces one of its keys."""
    instrument = {"max_position_base": 1, "max_order_qty_base": "0.5", "max_order_notional": 30_000}
    table: dict[str, Any] = {
        "reporting_currency": "USDT",
        "total": {"max_gross_notional": 200_000},
        "venues": {"alpha": {"max_gross_notional": 150_000, "leverage": 5}, "beta": {"max_gross_notional": 100_000}},
        "assets": {"BTC": {"max_net_base": 2}},
        "instruments": {SPOT: instrument, PERP: instrument, OTHER: instrument},
        "strategies": {"mm": {"max_gross_notional": 100_000}, "arb": {"max_gross_notional": 100_000}},
        "drawdown": {"soft": 500, "hard": 1_000},
        "velocity": {"max_loss_10s": 300, "max_loss_60s": 600},
        "valuation": {"pegs": {"USDC": 1}},
    }
    return table | changes


def definition(instrument: str = SPOT, **changes: Any) -> InstrumentDefinition:
    """The rules of one of the instruments; each change replaces one of its fields."""
    pair, venue = instrument.split("@")
    base, quote, *perp = pair.split("-")
    fields: dict[str, Any] = {
        "instrument": instrument,
        "revision": 1,
        "venue": venue,
        "market": "perps" if perp else "spot",
        "symbol": base + quote,
        "kind": "perp" if perp else "spot",
        "base": base,
        "quote": quote,
        "settle": quote,
        "tick_size": Decimal("0.01"),
        "lot_size": Decimal("0.001") if perp else Decimal("0.00001"),
        "min_qty_lots": 1,
        "max_qty_lots": 0,
        "min_notional": Decimal(5),
        "status": TradingStatus.TRADING,
        "maker_fee_bps": 10.0,
        "taker_fee_bps": 10.0,
        "fees_known": True,
    }
    return InstrumentDefinition(**(fields | changes))


class RiskWorld:
    """An engine with everything it needs to approve an ordinary order, and short ways to ask it."""

    def __init__(self, **table: Any) -> None:
        """Keyword arguments replace keys of `limits_table`."""
        self.now_ns = 1_000 * SECOND
        self.config = RiskConfig.model_validate(limits_table(**table))
        self.engine = RiskEngine(self.config)
        self._next_id = 0
        for instrument in (SPOT, PERP, OTHER):
            self.engine.define(definition(instrument))
            self.top(instrument)
        for venue, quote in (("alpha", "USDT"), ("beta", "USDC")):
            self.engine.set_balance("main", venue, "spot", quote, Decimal(1_000_000))
            self.engine.set_balance("main", venue, "spot", "BTC", Decimal(100))
        self.engine.set_balance("main", "alpha", "perps", "USDT", Decimal(1_000_000))

    def top(self, instrument: str = SPOT, bid: float = 49_999.5, ask: float = 50_000.5, size: float = 3.0) -> list[Any]:
        """Show a top of book now."""
        book = BookTop(instrument, 1, bid, size, ask, size, 0, self.now_ns, self.now_ns)
        return list(self.engine.on_top(book))

    def pass_ms(self, milliseconds: float, *, books: bool = True) -> None:
        """Let time pass, with the books shown again at its end unless told otherwise."""
        self.now_ns += int(milliseconds * MS)
        if books:
            for instrument in (SPOT, PERP, OTHER):
                self.top(instrument)

    def order(self, instrument: str = SPOT, **changes: Any) -> PlaceIntent:
        """A post-only buy of 0.1 BTC a little below the mid; each change replaces one of its fields.

        `qty` and `price`, given in base units and in the quote currency, stand for `qty_lots` and `price_ticks`.
        """
        rules = self.engine.context.rules[instrument]
        side = changes.get("side", Side.BUY)
        qty = Decimal(str(changes.pop("qty", "0.1")))
        price = Decimal(str(changes.pop("price", 49_995 if side is Side.BUY else 50_005)))
        fields: dict[str, Any] = {
            "intent_id": self._next_id + 1,
            "strategy": "mm",
            "account": "main",
            "instrument": instrument,
            "revision": rules.revision,
            "side": side,
            "order_type": OrderType.LIMIT,
            "tif": Tif.GTC,
            "price_ticks": rules.grid.ticks_exact(price),
            "qty_lots": rules.grid.lots_exact(qty),
            "post_only": True,
            "reduce_only": False,
            "purpose": Purpose.QUOTE,
            "valid_until_ns": self.now_ns + SECOND,
            "decided_ns": self.now_ns,
            "market_seq": 1,
            "market_received_ns": self.now_ns,
        }
        return PlaceIntent(**(fields | changes))

    def market_order(self, instrument: str = SPOT, **changes: Any) -> PlaceIntent:
        """A market buy of 0.1 BTC."""
        return self.order(
            instrument, order_type=OrderType.MARKET, price_ticks=0, post_only=False, purpose=Purpose.TAKE, **changes
        )

    def ask(self, intent: PlaceIntent, order_id: int = 0) -> ApprovedOrder | Denial:
        """The gate's verdict on it, now."""
        self._next_id += 1
        return self.engine.approve(intent, order_id or self._next_id, self.now_ns)

    def place(self, instrument: str = SPOT, **changes: Any) -> int:
        """The id of an order that must be approved."""
        verdict = self.ask(self.order(instrument, **changes))
        assert isinstance(verdict, ApprovedOrder), verdict
        return verdict.order_id

    def denial(self, instrument: str = SPOT, **changes: Any) -> Denial:
        """The denial of an order that must be denied."""
        verdict = self.ask(self.order(instrument, **changes))
        assert isinstance(verdict, Denial), verdict
        return verdict

    def code(self, intent: PlaceIntent) -> DenialCode | None:
        """The code of the denial of an intent; None when it is approved."""
        verdict = self.ask(intent)
        return verdict.code if isinstance(verdict, Denial) else None

    def amend(self, order_id: int, price: float, qty: str, **changes: Any) -> ApprovedAmend | Denial:
        """The gate's verdict on an amend to that price and total quantity."""
        live = self.engine.context.live_orders.get(order_id)
        rules = self.engine.context.rules[live.instrument if live is not None else SPOT]
        fields: dict[str, Any] = {
            "intent_id": 1_000,
            "strategy": "mm",
            "order_id": order_id,
            "price_ticks": rules.grid.ticks_exact(Decimal(str(price))),
            "qty_lots": rules.grid.lots_exact(Decimal(qty)),
            "valid_until_ns": self.now_ns + SECOND,
            "decided_ns": self.now_ns,
            "market_seq": 1,
            "market_received_ns": self.now_ns,
        }
        return self.engine.approve_amend(AmendIntent(**(fields | changes)), self.now_ns)

    def cancel(self, order_id: int) -> CancelIntent:
        """An intent to cancel it."""
        return CancelIntent(2_000, "mm", order_id, 0, self.now_ns)

    def fill(
        self, order_id: int, qty: str, instrument: str = SPOT, side: Side = Side.BUY, strategy: str = "mm"
    ) -> None:
        """A trade of ours."""
        self.engine.fill(order_id, strategy, "main", instrument, side, Decimal(qty))
