"""A desk for tests of the OMS core: one core, one scripted gateway, one scripted strategy, a clock wound by hand."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from crossbook.messages import gateway as g
from crossbook.messages.base import (
    SCHEMA_VERSION,
    Message,
    Operation,
    OrderState,
    OrderType,
    Purpose,
    Side,
    Tif,
    TradingStatus,
)
from crossbook.messages.market import BookTop, InstrumentDefinition
from crossbook.messages.orders import (
    Accepted,
    AmendIntent,
    CancelIntent,
    Denied,
    PlaceIntent,
    StrategyBeat,
    StrategyHello,
)
from oms.core import OmsCore, settings_json
from oms.inputs import Now, Started, Tick
from oms.journal_format import Frame, Record, RecordEncoder, decode, frames
from oms.outputs import Publish, ToGateway, ToPeer, Turn
from oms.rows import Order
from oms.settings import Settings
from oms.state import State
from risk.config import RiskConfig

GATEWAY, STRATEGY = b"gateway-binance.1", b"mm.1"
PERP, SPOT = "BTC-USDT-PERP@binance", "BTC-USDT@binance"
START_TIME_NS = 1_700_000_000_000_000_000
Kind = TypeVar("Kind", bound=Message)


def definition(instrument: str = PERP, revision: int = 1) -> InstrumentDefinition:
    """Rules such as Binance's: tick 0.1, lot 0.001 (spot: 0.01 and 0.00001)."""
    perp = "PERP" in instrument
    return InstrumentDefinition(
        instrument,
        revision,
        "binance",
        "usdm" if perp else "spot",
        "BTCUSDT",
        "perp" if perp else "spot",
        "BTC",
        "USDT",
        "USDT" if perp else "",
        Decimal("0.1" if perp else "0.01"),
        Decimal("0.001" if perp else "0.00001"),
        1,
        1_000_000_000,
        Decimal(5),
        TradingStatus.TRADING,
        maker_fee_bps=2.0,
        taker_fee_bps=4.0,
        fees_known=True,
    )


def limits(**changes: Any) -> RiskConfig:
    """Wide limits; `changes` replace top-level keys."""
    instrument = {
        "max_position_base": 100,
        "max_order_qty_base": 50,
        "max_order_notional": 10_000_000,
        "maker_collar_bps": 5_000,
        "taker_collar_bps": 5_000,
        "max_open_orders": 10_000,
    }
    fast = {"per_s": 1_000_000, "burst": 1_000_000}
    data: dict[str, Any] = {
        "reporting_currency": "USDT",
        "total": {"max_gross_notional": 100_000_000},
        "venues": {"binance": {"max_gross_notional": 100_000_000}},
        "assets": {"BTC": {"max_net_base": 200}},
        "instruments": {PERP: instrument, SPOT: instrument},
        "strategies": {"mm": {"max_gross_notional": 100_000_000, "max_open_orders": 10_000}},
        "drawdown": {"soft": 1_000_000, "hard": 2_000_000},
        "velocity": {"max_loss_10s": 1_000_000, "max_loss_60s": 2_000_000},
        "rates": {"strategy": fast, "instrument": fast, "venue": fast},
        "conduct": {"duplicates": 1_000_000, "runaway_orders": 2_000_000},
        "volatility": {"max_ratio": 1e9, "max_sigma_bps": 1e9, "max_jump_bps": 10_000},
        "baselines": {"main.binance.spot.BTC": 100},
        "rejects": {"instrument_per_min": 1_000_000, "venue_per_min": 1_000_000},
    }
    return RiskConfig.model_validate(data | changes)


class Desk:
    """Winds the clock, feeds the core, keeps every turn."""

    def __init__(
        self,
        *,
        settings: Settings | None = None,
        risk: RiskConfig | None = None,
        instruments: tuple[str, ...] = (PERP,),
        state: State | None = None,
        last_seq: int = 0,
        now: Now | None = None,
        epoch: int = 1,
        on_turn: Callable[[Message, bytes, Now, Turn], object] | None = None,
    ) -> None:
        """A core that has started and knows nobody yet. `on_turn` hears of each turn at once, as a journal would."""
        self.on_turn = on_turn
        self.encoder = RecordEncoder()
        self.frames: list[bytes] = []
        self.settings = settings or Settings()
        self.risk = risk or limits()
        self.instruments = instruments
        self.now = now or Now(10_000_000_000, START_TIME_NS)
        self.core = OmsCore(self.settings, self.risk, state, last_seq)
        self.inputs: list[tuple[Message, bytes, Now]] = []
        self.turns: list[Turn] = []
        self._intents = 0
        self._trades = 0
        self.gateway_epoch = epoch
        started = Started(epoch, 1, "test", settings_json(self.settings), self.risk.model_dump_json())
        self.feed(started)

    def feed(self, message: Message, peer: bytes = b"") -> Turn:
        """Give the core one input now."""
        self.inputs.append((message, peer, self.now))
        turn = self.core.handle(message, peer, self.now)
        self.turns.append(turn)
        self.frames.append(self.encoder.record(message, peer, self.now, turn))
        if self.on_turn is not None:
            self.on_turn(message, peer, self.now, turn)
        return turn

    def wait_ms(self, milliseconds: int, *, beats: bool = True, tops: bool = True) -> list[Turn]:
        """Let time pass in ticks of 100 ms; gateway, strategy and market stay alive unless told otherwise."""
        first = len(self.turns)
        for _ in range(max(1, milliseconds // 100)):
            self.pass_ns(100_000_000)
            if beats:
                self.beats()
            if tops:
                self.tops()
            self.feed(Tick())
        return self.turns[first:]

    def pass_ns(self, nanoseconds: int) -> None:
        """Only the clock."""
        self.now = Now(self.now.monotonic_ns + nanoseconds, self.now.time_ns + nanoseconds)

    def beats(self) -> None:
        """Gateway and strategy are alive."""
        self.feed(g.GatewayBeat("binance", 1, 1, {"usdm": True, "spot": True}, {}, self.now.monotonic_ns), GATEWAY)
        self.feed(StrategyBeat("mm", 1, 1, self.now.monotonic_ns), STRATEGY)

    def tops(self, bid: float = 50_000.0, ask: float = 50_000.1) -> None:
        """A fresh top of book everywhere."""
        for instrument in self.instruments:
            now_ns = self.now.monotonic_ns
            self.feed(BookTop(instrument, now_ns, bid, 100.0, ask, 100.0, self.now.time_ns, now_ns, now_ns))

    def gateway_hello(self, peer: bytes = GATEWAY, epoch: int = 1, schema: int = SCHEMA_VERSION) -> Turn:
        """A gateway introduces itself."""
        definitions = tuple(definition(instrument) for instrument in self.instruments)
        markets = tuple(dict.fromkeys(d.market for d in definitions))
        now_ns = self.now.monotonic_ns
        return self.feed(
            g.GatewayHello("binance", 1, epoch, "binance", "main", markets, definitions, schema, "test", now_ns), peer
        )

    def strategy_hello(self) -> Turn:
        """The strategy introduces itself."""
        return self.feed(StrategyHello("mm", 1, SCHEMA_VERSION, "b", "main", self.instruments), STRATEGY)

    def balances(self, amounts: dict[str, str] | None = None, market: str = "usdm", complete: bool = True) -> Turn:
        """The venue's balances."""
        held = {"USDT": "10000000"} if amounts is None else amounts
        parts = tuple(g.AssetBalance(asset, Decimal(amount), Decimal(0)) for asset, amount in held.items())
        now = self.now
        report = g.BalanceReport("binance", "main", market, parts, complete, "reconcile", now.time_ns, now.monotonic_ns)
        return self.feed(report, GATEWAY)

    def positions(self, held: dict[str, str] | None = None, *, complete: bool = True) -> Turn:
        """The venue's perpetual positions."""
        parts = tuple(
            g.VenuePosition(instrument, Decimal(qty), Decimal(50_000), Decimal(0))
            for instrument, qty in (held or {}).items()
        )
        now = self.now
        return self.feed(
            g.PositionReport("binance", "main", "usdm", parts, complete, "reconcile", now.time_ns, now.monotonic_ns),
            GATEWAY,
        )

    def reconciled(self, open_ids: tuple[int, ...] = (), failed: str = "") -> Turn:
        """The venue's picture is whole."""
        request = self.commands(g.Reconcile)[-1].request_id
        now_ns = self.now.monotonic_ns
        report = g.ReconcileReport(
            request, "binance", "main", ("usdm", "spot"), open_ids, now_ns - 1_000_000, now_ns, failed
        )
        return self.feed(report, GATEWAY)

    def open_for_business(
        self, held: dict[str, str] | None = None, spot: dict[str, str] | None = None, open_ids: tuple[int, ...] = ()
    ) -> "Desk":
        """Hellos, beats, the first comparison, a book: ready to trade."""
        self.gateway_hello()
        self.strategy_hello()
        self.beats()
        if PERP in self.instruments:
            self.balances()
            self.positions(held)
        if SPOT in self.instruments:
            self.balances(spot or {"USDT": "10000000", "BTC": "100"}, market="spot")
        self.reconciled(open_ids)
        self.pass_ns(1_000_000)
        self.tops()
        return self

    def intent(self, side: Side = Side.BUY, lots: int = 10, ticks: int = 499_990, **changes: Any) -> PlaceIntent:
        """A post-only quote, unless told otherwise."""
        self._intents += 1
        now_ns = self.now.monotonic_ns
        fields: dict[str, Any] = {
            "intent_id": self._intents,
            "strategy": "mm",
            "account": "main",
            "instrument": self.instruments[0],
            "revision": 1,
            "side": side,
            "order_type": OrderType.LIMIT,
            "tif": Tif.GTC,
            "price_ticks": ticks,
            "qty_lots": lots,
            "post_only": True,
            "reduce_only": False,
            "purpose": Purpose.QUOTE,
            "valid_until_ns": now_ns + 500_000_000,
            "decided_ns": now_ns,
            "market_seq": 1,
            "market_received_ns": now_ns,
        }
        return PlaceIntent(**(fields | changes))

    def place(self, side: Side = Side.BUY, lots: int = 10, ticks: int = 499_990, **changes: Any) -> Order:
        """An order that was accepted and sent; AssertionError when it was denied."""
        turn = self.feed(self.intent(side, lots, ticks, **changes), STRATEGY)
        answer = answers(turn)[0]
        assert isinstance(answer, Accepted), answer
        return self.core.state.orders[answer.order_id]

    def denied(self, message: Message, peer: bytes = STRATEGY) -> Denied:
        """The denial of an intent; AssertionError when it was accepted."""
        answer = answers(self.feed(message, peer))[0]
        assert isinstance(answer, Denied), answer
        return answer

    def resting(self, side: Side = Side.BUY, lots: int = 10, ticks: int = 499_990, **changes: Any) -> Order:
        """An order that the venue has acknowledged."""
        order = self.place(side, lots, ticks, **changes)
        self.ack(order)
        return order

    def ack(self, order: Order, operation: Operation = Operation.PLACE, venue_id: str = "") -> Turn:
        """The venue takes an operation."""
        now = self.now
        return self.feed(
            g.OrderAcked(order.order_id, operation, venue_id or f"v{order.order_id}", now.time_ns, now.monotonic_ns, 0),
            GATEWAY,
        )

    def reject(
        self, order: Order, operation: Operation = Operation.PLACE, code: str = "-2010", error: str = "rejected"
    ) -> Turn:
        """The venue refuses an operation."""
        return self.feed(g.OrderRejected(order.order_id, operation, code, "no", error, 0, 0), GATEWAY)

    def report(
        self, order: Order, state: OrderState, cumulative: int = 0, source: str = "stream", **changes: Any
    ) -> Turn:
        """The venue's picture of an order."""
        fields: dict[str, Any] = {
            "order_id": order.order_id,
            "venue_order_id": order.venue_order_id or f"v{order.order_id}",
            "state": state,
            "price_ticks": order.price_ticks,
            "qty_lots": order.qty_lots,
            "cumulative_lots": cumulative,
            "reason": "",
            "venue_time_ns": self.now.time_ns,
            "received_ns": self.now.monotonic_ns,
            "source": source,
            "instrument": order.instrument,
        }
        return self.feed(g.OrderReport(**(fields | changes)), GATEWAY)

    def fill(self, order: Order, lots: int, trade: str = "", **changes: Any) -> Turn:
        """A trade of an order, at its price."""
        return self.feed(self.venue_fill(order, lots, trade, **changes), GATEWAY)

    def venue_fill(self, order: Order, lots: int, trade: str = "", **changes: Any) -> g.VenueFill:
        """The message of such a trade."""
        self._trades += 1
        fields: dict[str, Any] = {
            "order_id": order.order_id,
            "venue": "binance",
            "account": "main",
            "instrument": order.instrument,
            "venue_trade_id": trade or f"t{self._trades}",
            "venue_order_id": f"v{order.order_id}",
            "side": order.side,
            "price": order.tick * (order.price_ticks or 500_000),
            "qty": order.lot * lots,
            "fee": Decimal(0),
            "fee_asset": "USDT",
            "maker": True,
            "venue_time_ns": self.now.time_ns,
            "received_ns": self.now.monotonic_ns,
            "source": "stream",
        }
        return g.VenueFill(**(fields | changes))

    def cancel(self, order: Order) -> Turn:
        """The strategy wants an order cancelled."""
        self._intents += 1
        return self.feed(CancelIntent(self._intents, "mm", order.order_id, 0, self.now.monotonic_ns), STRATEGY)

    def amend(self, order: Order, ticks: int, lots: int) -> Turn:
        """The strategy wants an order changed."""
        self._intents += 1
        now_ns = self.now.monotonic_ns
        intent = AmendIntent(self._intents, "mm", order.order_id, ticks, lots, now_ns + 500_000_000, now_ns, 1, now_ns)
        return self.feed(intent, STRATEGY)

    def commands(self, kind: type[Kind], turns: list[Turn] | None = None) -> list[Kind]:
        """Everything of that kind that was sent to gateways."""
        return [m for turn in (self.turns if turns is None else turns) for m in sent(turn) if isinstance(m, kind)]

    def published(self, kind: type[Kind], turns: list[Turn] | None = None) -> list[Kind]:
        """Everything of that kind that was published."""
        found = self.turns if turns is None else turns
        return [
            output.message
            for turn in found
            for output in turn.outputs
            if isinstance(output, Publish) and isinstance(output.message, kind)
        ]

    def records(self) -> list[Record]:
        """The journal of this life, as it was written turn by turn."""
        found = []
        for data in self.frames:
            (frame,) = frames(data)
            assert isinstance(frame, Frame)
            record = decode(frame.payload)
            assert isinstance(record, Record)
            found.append(record)
        return found

    def position(self, instrument: str = "") -> Decimal:
        """The account's position."""
        row = self.core.state.holdings.get(("main", instrument or self.instruments[0], ""))
        return row.qty if row else Decimal(0)


def sent(turn: Turn) -> list[Message]:
    """What a turn sends to gateways."""
    return [output.message for output in turn.outputs if isinstance(output, ToGateway)]


def answers(turn: Turn) -> list[Message]:
    """What a turn answers on `intents`."""
    return [output.message for output in turn.outputs if isinstance(output, ToPeer)]
