"""What the spot account endpoints show: balances, fees, trades, limits, the key's permissions.

Source: Binance spot REST API "Account endpoints"; wallet API `GET /sapi/v1/account/apiRestrictions`.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.spot.order_entry import symbol_of
from venue_sim.exchange.api import Atoms, Fill, Side, text

_NOTHING = text(0)
_BPS_ATOMS = 10_000


def account(desk: Desk, request: Request) -> dict[str, Any]:
    """Balances and what the account may do."""
    rates = desk.exchange.fee_rates(request.account, "spot")
    hide_zero = request.params.flag("omitZeroBalances")
    balances = [
        {"asset": each.asset, "free": text(each.free), "locked": text(each.locked)}
        for each in desk.exchange.balances(request.account, "spot")
        if each.total or not hide_zero
    ]
    key = desk.key_of(request.account)
    return {
        "makerCommission": rates.maker // _BPS_ATOMS,
        "takerCommission": rates.taker // _BPS_ATOMS,
        "buyerCommission": 0,
        "sellerCommission": 0,
        "commissionRates": _rates(rates.maker, rates.taker),
        "canTrade": bool(key and key.may_trade_spot),
        "canWithdraw": bool(key and key.may_withdraw),
        "canDeposit": True,
        "brokered": False,
        "requireSelfTradePrevention": False,
        "preventSor": False,
        "updateTime": request.now_ms,
        "accountType": "SPOT",
        "balances": balances,
        "permissions": ["SPOT"],
        "uid": sum(request.account.encode()) + 100_000_000,
    }


def commission(desk: Desk, request: Request) -> dict[str, Any]:
    """What a symbol costs to trade."""
    symbol = symbol_of(desk, request.params)
    rates = desk.exchange.fee_rates(request.account, "spot")
    return {
        "symbol": symbol,
        "standardCommission": _rates(rates.maker, rates.taker),
        "specialCommission": _rates(0, 0),
        "taxCommission": _rates(0, 0),
        "discount": {
            "enabledForAccount": False,
            "enabledForSymbol": False,
            "discountAsset": "BNB",
            "discount": "0.25000000",
        },
    }


def my_trades(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The account's trades on a symbol: from an id or a time the oldest, else the newest."""
    params = request.params
    symbol = symbol_of(desk, params)
    order_id, first_id = params.integer("orderId"), params.integer("fromId")
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    limit = params.limit(500, 1000)
    chosen = [
        fill
        for fill in desk.exchange.fills(request.account, "spot", symbol)
        if (order_id is None or fill.order_id == order_id)
        and (first_id is None or fill.trade_id >= first_id)
        and (start_ms is None or fill.time_ms >= start_ms)
        and (end_ms is None or fill.time_ms <= end_ms)
    ]
    page = chosen[:limit] if first_id is not None or start_ms is not None else chosen[-limit:]
    return [_trade(fill) for fill in page]


def order_counts(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The account's unfilled order count, interval by interval."""
    counts = desk.orders.counts(request.account, request.now_ms)
    return [interval.described("ORDERS") | {"count": count} for interval, count in counts]


def api_restrictions(desk: Desk, request: Request) -> dict[str, Any]:
    """What the key may do, withdrawals above all."""
    key = desk.key_of(request.account)
    return {
        "ipRestrict": False,
        "createTime": 1_700_000_000_000,
        "enableReading": bool(key and key.may_read),
        "enableWithdrawals": bool(key and key.may_withdraw),
        "enableInternalTransfer": False,
        "enableMargin": False,
        "enableFutures": bool(key and key.may_trade_futures),
        "permitsUniversalTransfer": False,
        "enableVanillaOptions": False,
        "enableFixApiTrade": False,
        "enableFixReadOnly": False,
        "enableSpotAndMarginTrading": bool(key and key.may_trade_spot),
        "enablePortfolioMarginTrading": False,
    }


def _rates(maker: Atoms, taker: Atoms) -> dict[str, str]:
    return {"maker": text(maker), "taker": text(taker), "buyer": _NOTHING, "seller": _NOTHING}


def _trade(fill: Fill) -> dict[str, Any]:
    return {
        "symbol": fill.symbol,
        "id": fill.trade_id,
        "orderId": fill.order_id,
        "orderListId": -1,
        "price": text(fill.price),
        "qty": text(fill.quantity),
        "quoteQty": text(fill.quote),
        "commission": text(fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": fill.time_ms,
        "isBuyer": fill.side is Side.BUY,
        "isMaker": fill.maker,
        "isBestMatch": True,
    }
