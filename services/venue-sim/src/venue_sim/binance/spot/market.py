"""What the public spot endpoints show: time, rules, book, trades, prices.

Source: Binance spot REST API "General" and "Market data" endpoints, and `filters.md`.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.params import Params
from venue_sim.binance.spot.order_entry import ORDER_TYPES, SELF_TRADE_MODES, symbol_of
from venue_sim.exchange.api import Instrument, InstrumentStatus, Side, decimals_of, text

_STATUS_WORDS = {
    InstrumentStatus.TRADING: "TRADING",
    InstrumentStatus.HALTED: "HALT",
    InstrumentStatus.CANCEL_ONLY: "CANCEL_ONLY",
    InstrumentStatus.DELISTED: "BREAK",
}


def ping(desk: Desk, request: Request) -> dict[str, Any]:
    """Nothing, at a price of 1."""
    return {}


def time(desk: Desk, request: Request) -> dict[str, Any]:
    """The venue's clock."""
    return {"serverTime": request.server_ms}


def exchange_info(desk: Desk, request: Request) -> dict[str, Any]:
    """Rules of all symbols, or of those asked for."""
    wanted = _symbols_asked(desk, request.params)
    shown = [each for each in desk.exchange.instruments("spot") if wanted is None or each.symbol in wanted]
    rate_limits = [desk.weights.interval.described("REQUEST_WEIGHT")]
    rate_limits += [interval.described("ORDERS") for interval in desk.orders.intervals]
    if desk.raw_requests is not None:
        rate_limits.append(desk.raw_requests.described("RAW_REQUESTS"))
    return {
        "timezone": "UTC",
        "serverTime": request.server_ms,
        "rateLimits": rate_limits,
        "exchangeFilters": [],
        "symbols": [symbol_info(each) for each in shown],
    }


def depth(desk: Desk, request: Request) -> dict[str, Any]:
    """The book down to `limit` levels."""
    symbol = symbol_of(desk, request.params)
    book = desk.exchange.snapshot("spot", symbol, request.params.limit(100, 5000))
    return {
        "lastUpdateId": book.update_id,
        "bids": [[text(price), text(quantity)] for price, quantity in book.bids],
        "asks": [[text(price), text(quantity)] for price, quantity in book.asks],
    }


def trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The newest trades."""
    symbol = symbol_of(desk, request.params)
    return [
        {
            "id": trade.trade_id,
            "price": text(trade.price),
            "qty": text(trade.quantity),
            "quoteQty": text(trade.price * trade.quantity // 10**8),
            "time": trade.time_ms,
            "isBuyerMaker": trade.aggressor is Side.SELL,
            "isBestMatch": True,
        }
        for trade in desk.tape.trades(symbol, request.params.limit(500, 1000))
    ]


def agg_trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Aggregate trades."""
    params = request.params
    symbol = symbol_of(desk, params)
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    found = desk.tape.aggregates(symbol, params.limit(500, 1000), params.integer("fromId"), start_ms, end_ms)
    return [
        {
            "a": trade.aggregate_id,
            "p": text(trade.price),
            "q": text(trade.quantity),
            "f": trade.first_trade_id,
            "l": trade.last_trade_id,
            "T": trade.time_ms,
            "m": trade.aggressor is Side.SELL,
            "M": True,
        }
        for trade in found
    ]


def book_ticker(desk: Desk, request: Request) -> Any:
    """Best prices of one symbol (an object), several or all (a list)."""
    return _one_or_many(desk, request.params, _best)


def price(desk: Desk, request: Request) -> Any:
    """Last price of one symbol (an object), several or all (a list)."""
    return _one_or_many(desk, request.params, _last)


def average_price(desk: Desk, request: Request) -> dict[str, Any]:
    """The five-minute average that filters refer to."""
    symbol = symbol_of(desk, request.params)
    prices = desk.exchange.last_prices("spot", symbol)
    return {"mins": 5, "price": text(prices.average), "closeTime": request.now_ms}


def symbol_info(instrument: Instrument) -> dict[str, Any]:
    """A symbol's entry in `exchangeInfo`."""
    return {
        "symbol": instrument.symbol,
        "status": _STATUS_WORDS[instrument.status],
        "baseAsset": instrument.base,
        "baseAssetPrecision": 8,
        "quoteAsset": instrument.quote,
        "quotePrecision": 8,
        "quoteAssetPrecision": 8,
        "baseCommissionPrecision": 8,
        "quoteCommissionPrecision": 8,
        "orderTypes": list(ORDER_TYPES),
        "icebergAllowed": False,
        "ocoAllowed": False,
        "otoAllowed": False,
        "opoAllowed": False,
        "quoteOrderQtyMarketAllowed": True,
        "allowTrailingStop": False,
        "cancelReplaceAllowed": True,
        "amendAllowed": True,
        "pegInstructionsAllowed": False,
        "isSpotTradingAllowed": True,
        "isMarginTradingAllowed": False,
        "filters": _filters(instrument),
        "permissions": [],
        "permissionSets": [["SPOT"]],
        "defaultSelfTradePreventionMode": "EXPIRE_MAKER",
        "allowedSelfTradePreventionModes": list(SELF_TRADE_MODES),
    }


def _filters(instrument: Instrument) -> list[dict[str, Any]]:
    return [
        {
            "filterType": "PRICE_FILTER",
            "minPrice": text(instrument.min_price),
            "maxPrice": text(instrument.max_price),
            "tickSize": text(instrument.tick),
        },
        {
            "filterType": "LOT_SIZE",
            "minQty": text(instrument.min_quantity),
            "maxQty": text(instrument.max_quantity),
            "stepSize": text(instrument.lot),
        },
        {"filterType": "ICEBERG_PARTS", "limit": 10},
        {
            "filterType": "MARKET_LOT_SIZE",
            "minQty": text(instrument.min_market_quantity),
            "maxQty": text(instrument.max_market_quantity),
            "stepSize": text(instrument.market_lot),
        },
        {
            "filterType": "PERCENT_PRICE_BY_SIDE",
            "bidMultiplierUp": text(instrument.bid_up, decimals_of(instrument.bid_up)),
            "bidMultiplierDown": text(instrument.bid_down, decimals_of(instrument.bid_down)),
            "askMultiplierUp": text(instrument.ask_up, decimals_of(instrument.ask_up)),
            "askMultiplierDown": text(instrument.ask_down, decimals_of(instrument.ask_down)),
            "avgPriceMins": 5,
        },
        {
            "filterType": "NOTIONAL",
            "minNotional": text(instrument.min_notional),
            "applyMinToMarket": True,
            "maxNotional": text(instrument.max_notional),
            "applyMaxToMarket": False,
            "avgPriceMins": 5,
        },
        {"filterType": "MAX_NUM_ORDERS", "maxNumOrders": instrument.max_open_orders},
        {"filterType": "MAX_NUM_ALGO_ORDERS", "maxNumAlgoOrders": 5},
        {"filterType": "MAX_NUM_ORDER_AMENDS", "maxNumOrderAmends": 10},
    ]


def _symbols_asked(desk: Desk, params: Params) -> set[str] | None:
    if "symbol" in params:
        return {symbol_of(desk, params)}
    listed = params.json_list("symbols")
    if listed is None:
        return None
    if not all(isinstance(name, str) for name in listed):
        raise errors.bad_symbol()
    known = {each.symbol for each in desk.exchange.instruments("spot")}
    if not set(listed) <= known:
        raise errors.bad_symbol()
    return set(listed)


def _one_or_many(desk: Desk, params: Params, shown: Any) -> Any:
    wanted = _symbols_asked(desk, params)
    if "symbol" in params:
        return shown(desk, params.text("symbol"))
    symbols = [each.symbol for each in desk.exchange.instruments("spot")]
    return [shown(desk, symbol) for symbol in symbols if wanted is None or symbol in wanted]


def _best(desk: Desk, symbol: str) -> dict[str, Any]:
    book = desk.exchange.snapshot("spot", symbol, 1)
    bid, bid_quantity = book.bids[0] if book.bids else (0, 0)
    ask, ask_quantity = book.asks[0] if book.asks else (0, 0)
    return {
        "symbol": symbol,
        "bidPrice": text(bid),
        "bidQty": text(bid_quantity),
        "askPrice": text(ask),
        "askQty": text(ask_quantity),
    }


def _last(desk: Desk, symbol: str) -> dict[str, Any]:
    return {"symbol": symbol, "price": text(desk.exchange.last_prices("spot", symbol).last)}
