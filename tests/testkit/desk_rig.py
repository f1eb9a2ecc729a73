"""An order desk with a plain dialect: what it sends and tells is kept in lists, and time is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, TypeVar

from crossbook.messages import gateway as g
from crossbook.messages.base import Message, Operation, OrderState, OrderType, Side, Tif, TradingStatus
from crossbook.messages.market import InstrumentDefinition
from crossbook.order_ids import pack
from gateway_kit.capabilities import Capabilities
from gateway_kit.order_desk import OrderDesk
from gateway_kit.order_dialect import Reply, Use
from gateway_kit.order_reports import Home
from gateway_kit.order_words import Accepted, Answer, FillWord, OrderWord, StreamWord
from gateway_kit.outcome_resolver import Question
from gateway_kit.rate_limiter import RateLimiter
from gateway_kit.requests import Ask, Channel, Cost, HttpCall, Kind, Outgoing
from gateway_kit.tradables import Tradable

Told = TypeVar("Told", bound=Message)
MS = 1_000_000
INSTRUMENT = "BTC-USDT@binance"


def capabilities(**changes: Any) -> Capabilities:
    """As of Binance spot, unless changed."""
    fields: dict[str, Any] = {
        "reduce_only": False, "amend_in_place": False, "amend_size_down": True, "amend_by_replacement": True,
        "positions": False, "dead_man_switch": False, "stream_key": False, "max_client_id": 36,
        "history_window_ms": 86_400_000, "history_reach_ms": 31_536_000_000, "page": 1_000,
    }  # fmt: skip
    return Capabilities(**(fields | changes))


def definition(**changes: Any) -> InstrumentDefinition:
    """Tick 0.01, lot 0.001, revision 7."""
    fields: dict[str, Any] = {
        "instrument": INSTRUMENT, "revision": 7, "venue": "binance", "market": "spot", "symbol": "BTCUSDT",
        "kind": "spot", "base": "BTC", "quote": "USDT", "settle": "", "tick_size": Decimal("0.01"),
        "lot_size": Decimal("0.001"), "min_qty_lots": 1, "max_qty_lots": 100_000, "min_notional": Decimal(5),
        "status": TradingStatus.TRADING,
    }  # fmt: skip
    return InstrumentDefinition(**(fields | changes))


class PlainDialect:
    """Requests as readable text."""

    def __init__(self, can: Capabilities) -> None:
        """What the market can."""
        self._can = can

    @property
    def capabilities(self) -> Capabilities:
        """As given."""
        return self._can

    def place(
        self, channel: Channel, key: int, order: g.PlaceOrder, tradable: Tradable, client_id: str, venue_ms: int
    ) -> bytes:
        """`place <id> <side> <qty> @ <price>`."""
        qty, price = tradable.qty_text(order.qty_lots), tradable.price_text(order.price_ticks)
        return f"place {client_id} {order.side.name} {qty} @ {price}".encode()

    def amend(
        self, channel: Channel, key: int, order: g.AmendOrder, tradable: Tradable, client_id: str, replacement_id: str,
        venue_ms: int,
    ) -> bytes:  # fmt: skip
        """`amend <id> <replacement> …`."""
        qty, price = tradable.qty_text(order.qty_lots), tradable.price_text(order.price_ticks)
        return f"amend {client_id} {replacement_id or '-'} {qty} @ {price}".encode()

    def cancel(
        self, channel: Channel, key: int, symbol: str, client_id: str, venue_order_id: str, venue_ms: int
    ) -> bytes:
        """`cancel <symbol> <client id> <venue id>`."""
        return f"cancel {symbol} {client_id} {venue_order_id or '-'}".encode()

    def ask(self, channel: Channel, key: int, ask: Ask, venue_ms: int) -> bytes | HttpCall | None:
        """Nothing is asked here."""
        return None

    def ask_offered(self, kind: Kind) -> bool:
        """All."""
        return True

    def cost(self, kind: Kind, channel: Channel, symbol: str) -> Cost:
        """One of each."""
        return Cost(1, int(kind is Kind.PLACE))

    def reply(self, frame: bytes | memoryview) -> Reply:
        """No frames come here."""
        raise ValueError(frame)

    def http_uses(self, headers: Mapping[str, str]) -> tuple[Use, ...]:
        """None."""
        return ()

    def answer(self, kind: Kind, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """No answers are read here."""
        raise ValueError(body)

    def stream(self, frame: bytes | memoryview) -> tuple[StreamWord, ...]:
        """None."""
        return ()


@dataclass
class DeskRig:
    """The desk and what came out of it."""

    can: Capabilities = field(default_factory=capabilities)
    limiter: RateLimiter = field(default_factory=lambda: RateLimiter(()))
    sent: list[Outgoing] = field(default_factory=list)
    told: list[Message] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    connected: bool = True
    now_ns: int = 1_000 * MS

    def __post_init__(self) -> None:
        """Ready to trade one instrument for OMS epoch 3, desk 1."""
        self.desk = OrderDesk(
            Home("binance", "main", "spot"), 1, PlainDialect(self.can), self.limiter, transmit=self._transmit,
            tell=self.told.append, resolve=self.questions.append, request_timeout_ms=1_000, canary_ms=2_000,
        )  # fmt: skip
        self.desk.set_instruments([definition()])
        self.desk.gate.oms_epoch, self.desk.gate.not_ready = 3, ""
        self.desk.channel = Channel.WS
        self._sequence = 0

    def _transmit(self, outgoing: Outgoing) -> int:
        if not self.connected:
            return 0
        self.sent.append(outgoing)
        return self.now_ns

    def order(self, **changes: Any) -> g.PlaceOrder:
        """Buy 1 at 50 000, post-only, valid for 100 ms."""
        self._sequence += 1
        fields: dict[str, Any] = {
            "order_id": pack(1, 3, self._sequence), "oms_epoch": 3, "instrument": INSTRUMENT, "revision": 7,
            "side": Side.BUY, "order_type": OrderType.LIMIT, "tif": Tif.GTC, "price_ticks": 5_000_000,
            "qty_lots": 1_000, "post_only": True, "reduce_only": False, "valid_until_ns": self.now_ns + 100 * MS,
            "tick_received_ns": self.now_ns, "decided_ns": self.now_ns, "oms_received_ns": self.now_ns,
            "oms_sent_ns": self.now_ns,
        }  # fmt: skip
        return g.PlaceOrder(**(fields | changes))

    def place(self, **changes: Any) -> int:
        """Send it; its order id."""
        order = self.order(**changes)
        self.desk.place(order, self.now_ns, 1)
        return order.order_id

    def resting(self, **changes: Any) -> int:
        """An order the venue acknowledged under id `v<n>`."""
        order_id = self.place(**changes)
        self.accept(venue_order_id=f"v{len(self.sent)}")
        self.told.clear()
        return order_id

    def amend(self, order_id: int, price_ticks: int = 5_000_100, qty_lots: int = 1_000, **changes: Any) -> None:
        """Change price or size of an order that stands at 5 000 000 ticks and 1 000 lots."""
        fields: dict[str, Any] = {
            "order_id": order_id, "oms_epoch": 3, "instrument": INSTRUMENT, "revision": 7, "venue_order_id": "",
            "side": Side.BUY, "price_ticks": price_ticks, "qty_lots": qty_lots, "old_price_ticks": 5_000_000,
            "old_qty_lots": 1_000, "post_only": True, "reduce_only": False, "valid_until_ns": self.now_ns + 100 * MS,
            "tick_received_ns": 0, "decided_ns": 0, "oms_received_ns": 0, "oms_sent_ns": 0,
        }  # fmt: skip
        self.desk.amend(g.AmendOrder(**(fields | changes)), self.now_ns, 1)

    def cancel(self, order_id: int, venue_order_id: str = "") -> None:
        """Cancel it."""
        self.desk.cancel(g.CancelOrder(order_id, 3, INSTRUMENT, venue_order_id, 0, 0, 0), self.now_ns, 1)

    def answer(self, answer: Answer, request: int = -1) -> None:
        """The venue answers a request (the last one)."""
        self.desk.on_answer(self.sent[request].key, answer, self.now_ns)

    def accept(self, venue_order_id: str = "v1", client_id: str = "", word: OrderWord | None = None) -> None:
        """The venue takes the last request."""
        self.answer(Accepted(client_id or self.text().split()[1], venue_order_id, 5, word))

    def word(self, client_id: str, state: OrderState, venue_order_id: str = "v1", **changes: Any) -> OrderWord:
        """The venue's word about an order."""
        fields: dict[str, Any] = {"price": "50000.00", "qty": "1.000", "cumulative": "0", "reason": ""}
        return OrderWord("BTCUSDT", client_id, venue_order_id, state, Side.BUY, venue_time_ns=9, **(fields | changes))

    def stream(self, client_id: str, state: OrderState, venue_order_id: str = "v1", **changes: Any) -> None:
        """The stream tells it."""
        self.desk.outcomes.order(self.word(client_id, state, venue_order_id, **changes), "stream", self.now_ns)

    def fill(self, client_id: str, trade: str, qty: str = "0.400", venue_order_id: str = "v1") -> None:
        """The stream tells of a trade."""
        word = FillWord("BTCUSDT", client_id, venue_order_id, trade, Side.BUY, "50000.00", qty, "0.1", "BNB", True, 9)
        self.desk.outcomes.fill(word, "stream", self.now_ns)

    def pass_ms(self, milliseconds: int) -> None:
        """Time goes on, and the desk's timer with it."""
        self.now_ns += milliseconds * MS
        self.desk.on_timer(self.now_ns, 1)

    def text(self, request: int = -1) -> str:
        """A request as it left."""
        payload = self.sent[request].payload
        assert isinstance(payload, bytes)
        return payload.decode()

    def only(self, kind: type[Told]) -> Told:
        """The one message of a kind; AssertionError when there are more or none."""
        found = [message for message in self.told if isinstance(message, kind)]
        assert len(found) == 1, self.told
        return found[0]

    def operations(self, kind: type[Message]) -> list[Operation]:
        """Operations that messages of a kind were about."""
        return [message.operation for message in self.told if isinstance(message, kind)]  # type: ignore[attr-defined]
