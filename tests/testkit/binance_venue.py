"""Binance's two products over a small exchange, without any socket: calls in, replies and events out."""

from typing import Any

from testkit.small_exchange import small_exchange
from venue_sim.binance.admission import KeyRing, Product
from venue_sim.binance.call import Call, Reply
from venue_sim.binance.desk import Desk, IdMaker
from venue_sim.binance.limits import Interval, OrderCounter, WeightLimiter
from venue_sim.binance.outbox import Outbox
from venue_sim.binance.params import Params
from venue_sim.binance.service import Service
from venue_sim.binance.signing import ApiKey
from venue_sim.binance.spot import operations as spot_operations
from venue_sim.binance.tape import Tape
from venue_sim.binance.usdm import operations as usdm_operations
from venue_sim.binance.usdm.income import IncomeBook
from venue_sim.binance.usdm.listen_keys import ListenKeys
from venue_sim.exchange.api import Event, Exchange

NOW_MS = 1_700_000_000_000
KEY, SECRET = "k" * 64, "the secret"
RESTING = {"symbol": "BTCUSDT", "side": "BUY", "type": "LIMIT", "timeInForce": "GTC"}


class BinanceVenue:
    """Accounts ann (who holds the key) and bob, one product at a time."""

    def __init__(self, product: Product, limits: dict[str, int] | None = None) -> None:
        self.exchange: Exchange = small_exchange()
        self.outbox = Outbox(self.exchange)
        self.income = IncomeBook("usdm")
        self.now_ms = NOW_MS
        self.skew_ms = 0
        given = {"weight": 6_000, "orders": 100, "refusals": 2} | (limits or {})
        self.desk = Desk(
            product=product,
            exchange=self.exchange,
            outbox=self.outbox,
            keys=KeyRing({KEY: ApiKey(KEY, "ann", "hmac", SECRET)}),
            weights=WeightLimiter(Interval("MINUTE", 1, given["weight"]), given["refusals"], 120_000),
            orders=OrderCounter((Interval("SECOND", 10, given["orders"]), Interval("DAY", 1, 200_000)), 5, 1),
            raw_requests=None,
            tape=Tape(),
            ids=IdMaker("test"),
            listen_keys=ListenKeys(3_600_000),
        )
        operations = spot_operations.OPERATIONS if product == "spot" else usdm_operations.operations(self.income)
        self.service = Service(self.desk, operations)

    def call(self, operation: str, key: str = KEY, **params: Any) -> Reply:
        """A request of ann's that needs no signature checked: as on a session she is logged on with."""
        values = {"timestamp": self.now_ms, **params}
        call = Call(
            operation=operation,
            params=Params.from_json(values),
            address="127.0.0.1",
            now_ms=self.now_ms,
            skew_ms=self.skew_ms,
            session_key=key,
        )
        return self.service.handle(call)

    def done(self, operation: str, **params: Any) -> Any:
        """The result of a request that must succeed."""
        reply = self.call(operation, **params)
        assert reply.status == 200, reply.body
        return reply.body

    def refused(self, operation: str, **params: Any) -> tuple[int, str]:
        """Code and message of a request that must be refused."""
        reply = self.call(operation, **params)
        assert reply.status != 200, reply.body
        return reply.body["code"], reply.body["msg"]

    def events(self) -> list[Event]:
        """What happened since the last look."""
        return self.outbox.take()
