"""Market data, published by a gateway on its `md` socket. Topics: `<kind>.<instrument>`, kinds named per class."""

from decimal import Decimal

from crossbook.messages.base import Liveness, Message, Side, TradingStatus


class BookTop(Message, frozen=True, tag=101):
    """Best bid and ask, topic `top.<instrument>`, retained. A side that is empty has price 0 and size 0."""

    instrument: str
    update_id: int
    bid: float
    bid_size: float
    ask: float
    ask_size: float
    venue_time_ns: int
    """Event time at the venue, Unix; 0 where the venue sends none."""
    received_ns: int
    published_ns: int


class BookDepth(Message, frozen=True, tag=102):
    """The best levels of a synced book, topic `depth.<instrument>`, retained.

    `bids` and `asks` are flat: price, size, price, size, …, best first.
    """

    instrument: str
    update_id: int
    bids: list[float]
    asks: list[float]
    venue_time_ns: int
    received_ns: int
    published_ns: int


class BookInvalid(Message, frozen=True, tag=103):
    """The book may be wrong (gap, crossed, silent, disconnect): price nothing from it until the next `BookTop`.

    Sent on `top.<instrument>`, so that it takes the place of the retained top.
    """

    instrument: str
    reason: str
    received_ns: int
    published_ns: int


class BookProved(Message, frozen=True, tag=104):
    """A quiet book was compared with the venue and still holds, topic `proof.<instrument>`.

    The age of the last `BookTop` counts from `proved_ns`: the moment the question was sent.
    """

    instrument: str
    update_id: int
    proved_ns: int


class Trade(Message, frozen=True, tag=105):
    """A public trade, topic `trade.<instrument>`. `aggressor` is the side of the taker."""

    instrument: str
    trade_id: int
    price: float
    size: float
    aggressor: Side
    venue_time_ns: int
    received_ns: int
    published_ns: int


class Mark(Message, frozen=True, tag=106):
    """Mark price and funding of a perpetual, topic `mark.<instrument>`, retained."""

    instrument: str
    mark: float
    index: float
    funding_rate: float
    """Expected rate of the next payment, as a fraction of notional; positive: longs pay."""
    next_funding_time_ns: int
    venue_time_ns: int
    received_ns: int
    published_ns: int


class InstrumentDefinition(Message, frozen=True, tag=107):
    """The rules of an instrument, topic `instrument.<instrument>`, retained.

    `revision` grows with each change of a rule; an order carries the revision its ticks and lots were computed with.
    """

    instrument: str
    revision: int
    venue: str
    market: str
    """The venue's own division, `spot` or `usdm` on Binance."""
    symbol: str
    """The venue's own name."""
    kind: str
    """`spot` or `perp`."""
    base: str
    quote: str
    settle: str
    tick_size: Decimal
    lot_size: Decimal
    min_qty_lots: int
    max_qty_lots: int
    min_notional: Decimal
    status: TradingStatus
    contract_size: Decimal = Decimal(1)
    """Base units per contract; what one unit of venue quantity is worth."""
    significant_figures: int = 0
    """0: a uniform price grid. Otherwise prices have at most so many significant digits (Hyperliquid)."""
    min_price: Decimal = Decimal(0)
    max_price: Decimal = Decimal(0)
    """0: no bound."""
    bid_multiplier_up: Decimal = Decimal(0)
    bid_multiplier_down: Decimal = Decimal(0)
    ask_multiplier_up: Decimal = Decimal(0)
    ask_multiplier_down: Decimal = Decimal(0)
    """The venue's percent-price band around its reference price; 0: no band."""
    max_market_qty_lots: int = 0
    max_open_orders: int = 0
    maker_fee_bps: float = 0.0
    taker_fee_bps: float = 0.0
    fees_known: bool = False
    """Whether the fees above are the account's own, as the venue reported them."""


class VenueHealth(Message, frozen=True, tag=108):
    """Health of one market of a venue as its gateway sees it, topic `health.<venue>.<account>.<market>`, retained."""

    venue: str
    account: str
    market: str
    state: Liveness
    reason: str
    """Why it is not UP, in words an operator understands; empty when UP."""
    since_ns: int
    published_ns: int
    streams: dict[str, Liveness] = {}
    clock_offset_ms: float = 0.0
    rate_used_fraction: float = 0.0


class MarketBeat(Message, frozen=True, tag=109):
    """The last sequence of each topic of a publisher, topic `beat`: shows the loss of a last message."""

    publisher: str
    nonce: int
    sequences: dict[str, int]
    published_ns: int
