"""Binance's market messages as Structs, decoded straight into the shapes the kit works with (fact sheet §3).

Binance sends numbers as strings; prices and sizes become floats in the decoder. Bounds stand in the types, so that the
decoder itself refuses NaN, infinities, negative numbers and zero prices: a frame with one of them is malformed. Every
field that a message could do without is optional, and fields we do not know are skipped.
"""

from typing import Annotated

from msgspec import Meta, Struct, field

from crossbook.messages.base import Side, TradingStatus
from gateway_binance.instrument_status import trading_status

Price = Annotated[float, Meta(gt=0, le=1e15)]
PriceOrNone = Annotated[float, Meta(ge=0, le=1e15)]
"""0 where a side of the book is empty."""
Size = Annotated[float, Meta(ge=0, le=1e18)]
Rate = Annotated[float, Meta(ge=-1e3, le=1e3)]
Id = Annotated[int, Meta(ge=0, le=2**62)]
Millis = Annotated[int, Meta(ge=0, le=10**14)]
Levels = list[tuple[Price, Size]]


class DepthUpdate(Struct, gc=False):
    """`{"e":"depthUpdate","E":1633998512568,"s":"NKNUSDT","U":499,"u":500,"b":[["0.3517","4265.0"]],"a":[]}`.

    USD-M adds `T ps st` and `pu`, the last id of the message before it.
    """

    symbol: str = field(name="s")
    first_id: Id = field(name="U")
    last_id: Id = field(name="u")
    bids: Levels = field(name="b")
    asks: Levels = field(name="a")
    previous_id: Id = field(name="pu", default=0)
    time_ms: Millis = field(name="E", default=0)


class BookTicker(Struct, gc=False):
    """`{"u":98494969448,"s":"BTCUSDT","b":"63704.00","B":"4.77","a":"63704.01","A":"11.3"}`.

    USD-M adds `e E T ps st`.
    """

    symbol: str = field(name="s")
    update_id: Id = field(name="u")
    bid: PriceOrNone = field(name="b")
    bid_size: Size = field(name="B")
    ask: PriceOrNone = field(name="a")
    ask_size: Size = field(name="A")
    time_ms: Millis = field(name="E", default=0)


class TradeMessage(Struct, gc=False):
    """`{"e":"trade","E":…,"T":…,"s":"BTCUSDT","t":7967419777,"p":"64042.10","q":"0.038","X":"MARKET","m":true}`."""

    symbol: str = field(name="s")
    trade_id: Id = field(name="t")
    price: PriceOrNone = field(name="p")
    size: Size = field(name="q")
    buyer_is_maker: bool = field(name="m")
    time_ms: Millis = field(name="T", default=0)
    kind: str = field(name="X", default="MARKET")
    """USD-M: INSURANCE_FUND, ADL and NA are prints outside the book, the last with price 0."""

    @property
    def aggressor(self) -> Side:
        """The taker's side: the buyer was the maker, so the taker sold."""
        return Side.SELL if self.buyer_is_maker else Side.BUY

    @property
    def is_regular(self) -> bool:
        """Whether it is a trade between two orders of the book."""
        return self.kind == "MARKET" and self.price > 0.0


class AggTradeMessage(Struct, gc=False):
    """`{"e":"aggTrade","E":…,"s":"NKNUSDT","a":15683430,"p":"0.3528","q":"58","f":…,"l":…,"T":…,"m":false}`."""

    symbol: str = field(name="s")
    trade_id: Id = field(name="a")
    price: Price = field(name="p")
    size: Size = field(name="q")
    buyer_is_maker: bool = field(name="m")
    time_ms: Millis = field(name="T", default=0)

    @property
    def aggressor(self) -> Side:
        """The taker's side."""
        return Side.SELL if self.buyer_is_maker else Side.BUY

    @property
    def is_regular(self) -> bool:
        """Always: aggregate trades leave out the insurance fund and ADL."""
        return True


class MarkPriceUpdate(Struct, gc=False):
    """`{"e":"markPriceUpdate","E":…,"s":"BTCUSDT","p":"<mark>","i":"<index>","r":"<funding rate>","T":<next ms>}`."""

    symbol: str = field(name="s")
    mark: Price = field(name="p")
    time_ms: Millis = field(name="E")
    index: PriceOrNone = field(name="i", default=0.0)
    funding_rate: Rate = field(name="r", default=0.0)
    next_funding_ms: Millis = field(name="T", default=0)


class ContractInfo(Struct, gc=False):
    """`{"e":"contractInfo","E":…,"s":"BTCUSDT","ps":"BTCUSDT","ct":"PERPETUAL","cs":"TRADING",…}`."""

    symbol: str = field(name="s")
    contract_status: str = field(name="cs", default="")
    time_ms: Millis = field(name="E", default=0)
    subtype: int = field(name="st", default=1)
    """1: USD-M, 2: COIN-M; all-market streams carry both."""

    @property
    def status(self) -> TradingStatus | None:
        """What it means for us; a status we do not know is not tradable. None where only other terms changed."""
        return trading_status(self.contract_status) if self.contract_status else None


class DepthAnswer(Struct, gc=False):
    """Answer of `depth`: `{"lastUpdateId":499869752,"bids":[["0.3521","672"],…],"asks":[…]}`; USD-M adds `E T`."""

    last_id: Id = field(name="lastUpdateId")
    bids: Levels
    asks: Levels
    time_ms: Millis = field(name="E", default=0)


class QuoteAnswer(Struct, gc=False):
    """Answer of `GET …/ticker/bookTicker`: `{"symbol":…,"bidPrice":…,"bidQty":…,"askPrice":…,"askQty":…}`."""

    symbol: str
    bid: PriceOrNone = field(name="bidPrice")
    bid_size: Size = field(name="bidQty")
    ask: PriceOrNone = field(name="askPrice")
    ask_size: Size = field(name="askQty")
    time_ms: Millis = field(name="time", default=0)
    update_id: Id = field(name="lastUpdateId", default=0)
    """0 on spot, which sends none."""
