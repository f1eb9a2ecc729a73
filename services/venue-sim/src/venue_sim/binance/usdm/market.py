"""What the public USD-M endpoints show: time, rules, book, trades, marks, funding.

Source: Binance USD-M "Market data" endpoints.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.params import Params
from venue_sim.binance.usdm.order_entry import SELF_TRADE_MODES, symbol_of
from venue_sim.exchange.amounts import times
from venue_sim.exchange.api import Instrument, InstrumentStatus, Side, plain, text

ALLOWED_DEPTHS = (5, 10, 20, 50, 100, 500, 1000)
STATUS_WORDS = {
    InstrumentStatus.TRADING: "TRADING",
    InstrumentStatus.HALTED: "TRADING_HALT",
    InstrumentStatus.CANCEL_ONLY: "PRE_SETTLE",
    InstrumentStatus.DELISTED: "CLOSE",
}
PERPETUAL_DELIVERY_MS = 4_133_404_800_000
ONBOARD_MS = 1_569_398_400_000


def ping(desk: Desk, request: Request) -> dict[str, Any]:
    """Nothing, at a price of 1."""
    return {}


def time(desk: Desk, request: Request) -> dict[str, Any]:
    """The venue's clock."""
    return {"serverTime": request.server_ms}


def exchange_info(desk: Desk, request: Request) -> dict[str, Any]:
    """Rules of all symbols."""
    margin_asset = desk.exchange.market("usdm").margin_asset
    return {
        "timezone": "UTC",
        "serverTime": request.server_ms,
        "futuresType": "U_MARGINED",
        "rateLimits": [desk.weights.interval.described("REQUEST_WEIGHT")]
        + [interval.described("ORDERS") for interval in desk.orders.intervals],
        "exchangeFilters": [],
        "assets": [{"asset": margin_asset, "marginAvailable": True, "autoAssetExchange": "-10000"}],
        "symbols": [_symbol_info(desk, each) for each in desk.exchange.instruments("usdm")],
    }


def depth(desk: Desk, request: Request) -> dict[str, Any]:
    """The book down to `limit` levels; the limit is one of a fixed few (-4021)."""
    symbol = symbol_of(desk, request.params)
    limit = request.params.limit(500, 1000)
    book = desk.exchange.snapshot("usdm", symbol, min(each for each in ALLOWED_DEPTHS if each >= limit))
    digits = desk.digits_of(symbol)
    levels = [
        [[digits.price_text(price), digits.quantity_text(quantity)] for price, quantity in side]
        for side in (book.bids, book.asks)
    ]
    return {
        "lastUpdateId": book.update_id,
        "E": request.now_ms,
        "T": book.time_ms,
        "bids": levels[0],
        "asks": levels[1],
    }


def trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The newest trades."""
    symbol = symbol_of(desk, request.params)
    digits = desk.digits_of(symbol)
    return [
        {
            "id": trade.trade_id,
            "price": digits.price_text(trade.price),
            "qty": digits.quantity_text(trade.quantity),
            "quoteQty": plain(times(trade.price, trade.quantity)),
            "time": trade.time_ms,
            "isBuyerMaker": trade.aggressor is Side.SELL,
            "isRPITrade": False,
        }
        for trade in desk.tape.trades(symbol, request.params.limit(500, 1000))
    ]


def agg_trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Aggregate trades."""
    params = request.params
    symbol = symbol_of(desk, params)
    digits = desk.digits_of(symbol)
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    found = desk.tape.aggregates(symbol, params.limit(500, 1000), params.integer("fromId"), start_ms, end_ms)
    return [
        {
            "a": trade.aggregate_id,
            "p": digits.price_text(trade.price),
            "q": digits.quantity_text(trade.quantity),
            "nq": digits.quantity_text(trade.quantity),
            "f": trade.first_trade_id,
            "l": trade.last_trade_id,
            "T": trade.time_ms,
            "m": trade.aggressor is Side.SELL,
        }
        for trade in found
    ]


def book_ticker(desk: Desk, request: Request) -> Any:
    """Best prices of one symbol (an object) or all (a list)."""
    return _one_or_many(desk, request, _best)


def price(desk: Desk, request: Request) -> Any:
    """Last price of one symbol (an object) or all (a list)."""
    return _one_or_many(desk, request, _last)


def premium_index(desk: Desk, request: Request) -> Any:
    """Mark, index and funding of one symbol (an object) or all (a list)."""
    return _one_or_many(desk, request, _premium)


def funding_info(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Funding interval and caps."""
    return [
        {
            "symbol": each.symbol,
            "adjustedFundingRateCap": "0.02000000",
            "adjustedFundingRateFloor": "-0.02000000",
            "fundingIntervalHours": 8,
            "disclaimer": False,
        }
        for each in desk.exchange.instruments("usdm")
    ]


def _symbol_info(desk: Desk, instrument: Instrument) -> dict[str, Any]:
    digits = desk.digits_of(instrument.symbol)
    return {
        "symbol": instrument.symbol,
        "pair": instrument.symbol,
        "contractType": "PERPETUAL",
        "deliveryDate": PERPETUAL_DELIVERY_MS,
        "onboardDate": ONBOARD_MS,
        "status": STATUS_WORDS[instrument.status],
        "maintMarginPercent": "2.5000",
        "requiredMarginPercent": "5.0000",
        "baseAsset": instrument.base,
        "quoteAsset": instrument.quote,
        "marginAsset": instrument.quote,
        "pricePrecision": digits.price,
        "quantityPrecision": digits.quantity,
        "baseAssetPrecision": 8,
        "quotePrecision": 8,
        "underlyingType": "COIN",
        "underlyingSubType": ["PoW"],
        "settlePlan": 0,
        "triggerProtect": "0.0500",
        "liquidationFee": "0.012500",
        "marketTakeBound": "0.05",
        "maxMoveOrderLimit": 10000,
        "filters": _filters(instrument, desk),
        "orderTypes": ["LIMIT", "MARKET"],
        "timeInForce": ["GTC", "IOC", "FOK", "GTX"],
        "permissionSets": [],
        "selfTradePreventionModes": list(SELF_TRADE_MODES),
    }


def _filters(instrument: Instrument, desk: Desk) -> list[dict[str, Any]]:
    market_lot = instrument.market_lot or instrument.lot
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": plain(instrument.min_price),
            "maxPrice": plain(instrument.max_price),
            "tickSize": text(instrument.tick, desk.digits_of(instrument.symbol).price),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": plain(instrument.min_quantity),
            "maxQty": plain(instrument.max_quantity),
            "stepSize": plain(instrument.lot),
        },
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": plain(instrument.min_market_quantity or instrument.min_quantity),
            "maxQty": plain(instrument.max_market_quantity or instrument.max_quantity),
            "stepSize": plain(market_lot),
        },
        {"filterType": "MAX_NUM_ORDERS", "limit": instrument.max_open_orders},
        {"filterType": "MIN_NOTIONAL", "notional": plain(instrument.min_notional)},
        {
            "filterType": "PERCENT_PRICE",
            "multiplierUp": text(instrument.bid_up, 4),
            "multiplierDown": text(instrument.ask_down, 4),
            "multiplierDecimal": "4",
        },
    ]


def _one_or_many(desk: Desk, request: Request, shown: Any) -> Any:
    if "symbol" in request.params:
        return shown(desk, symbol_of(desk, request.params), request.now_ms)
    return [shown(desk, each.symbol, request.now_ms) for each in desk.exchange.instruments("usdm")]


def _best(desk: Desk, symbol: str, now_ms: int) -> dict[str, Any]:
    digits = desk.digits_of(symbol)
    book = desk.exchange.snapshot("usdm", symbol, 1)
    bid, bid_quantity = book.bids[0] if book.bids else (0, 0)
    ask, ask_quantity = book.asks[0] if book.asks else (0, 0)
    return {
        "lastUpdateId": book.update_id,
        "symbol": symbol,
        "bidPrice": digits.price_text(bid),
        "bidQty": digits.quantity_text(bid_quantity),
        "askPrice": digits.price_text(ask),
        "askQty": digits.quantity_text(ask_quantity),
        "time": book.time_ms,
    }


def _last(desk: Desk, symbol: str, now_ms: int) -> dict[str, Any]:
    last = desk.exchange.last_prices("usdm", symbol).last
    return {"symbol": symbol, "price": desk.digits_of(symbol).price_text(last), "time": now_ms}


def _premium(desk: Desk, symbol: str, now_ms: int) -> dict[str, Any]:
    mark = desk.exchange.mark("usdm", symbol)
    return {
        "symbol": symbol,
        "markPrice": text(mark.mark),
        "indexPrice": text(mark.index),
        "estimatedSettlePrice": text(mark.index),
        "lastFundingRate": text(mark.funding_rate),
        "interestRate": "0.00010000",
        "nextFundingTime": mark.next_funding_ms,
        "time": mark.time_ms,
    }


def depth_weight(params: Params) -> int:
    """Request weight of `depth` by its limit."""
    limit = params.limit(500, 1000)
    return 2 if limit <= 50 else 5 if limit <= 100 else 10 if limit <= 500 else 20
