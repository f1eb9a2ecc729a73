"""A small exchange for tests: one spot and one perpetual symbol, two traders with means."""

from venue_sim.exchange.api import Exchange, Order, OrderRef, OrderType, PlaceOrder, Side, TimeInForce, atoms
from venue_sim.exchange.presets import SPOT, USDM, spot_instrument, usdm_instrument

BUY, SELL = Side.BUY, Side.SELL
SYMBOL = "BTCUSDT"


def small_exchange() -> Exchange:
    exchange = Exchange()
    exchange.add_market(SPOT)
    exchange.add_market(USDM)
    exchange.add_instrument(spot_instrument("BTC", "USDT", "0.01", "0.00001"))
    exchange.add_instrument(usdm_instrument("BTC", "USDT", "0.1", "0.001", "100"))
    for name in ("ann", "bob"):
        means = {"spot": {"BTC": atoms(10), "USDT": atoms(1_000_000)}, "usdm": {"USDT": atoms(1_000_000)}}
        exchange.add_account(name, means)
    return exchange


def request(
    side: Side,
    price: str = "0",
    quantity: str = "1",
    *,
    market: str = "spot",
    tif: TimeInForce = TimeInForce.GTC,
    client: str = "",
    **more: object,
) -> PlaceOrder:
    order_type = OrderType.LIMIT if atoms(price) else OrderType.MARKET
    return PlaceOrder(
        market,
        SYMBOL,
        client,
        side,
        order_type,
        atoms(quantity),
        atoms(price),
        tif,
        **more,  # type: ignore[arg-type]
    )


class Trader:
    """Places orders of one account with made-up client ids."""

    def __init__(self, exchange: Exchange, account: str, market: str = "spot") -> None:
        self.exchange, self.account, self.market = exchange, account, market
        self.now_ms = 1_000
        self._placed = 0

    def place(self, side: Side, price: str = "0", quantity: str = "1", **more: object) -> Order:
        self._placed += 1
        more.setdefault("client", f"{self.account}-{self._placed}")
        wanted = request(side, price, quantity, market=self.market, **more)  # type: ignore[arg-type]
        return self.exchange.place(self.account, wanted, self.now_ms)

    def ref(self, order: Order) -> OrderRef:
        return OrderRef(order.market, order.symbol, order_id=order.order_id)

    def again(self, order: Order) -> Order:
        return self.exchange.order(self.account, self.ref(order))
