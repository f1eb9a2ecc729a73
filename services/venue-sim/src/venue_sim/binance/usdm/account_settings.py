"""What the USD-M account settings are and how they change: modes, leverage, margin type, fees, limits.

Source: Binance USD-M "Account" and "Trade" endpoints. The exchange knows one-way mode and cross margin; calls that
would change that answer as the venue does when nothing changes, or refuse.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.usdm.account import MAX_NOTIONAL
from venue_sim.binance.usdm.order_entry import choice_of, symbol_of
from venue_sim.exchange.api import decimal, text


def position_mode(desk: Desk, request: Request) -> dict[str, Any]:
    """One-way mode, always."""
    return {"dualSidePosition": False}


def change_position_mode(desk: Desk, request: Request) -> dict[str, Any]:
    """Hedge mode is refused (-4068 with positions or as unsupported), one-way needs no change (-4059)."""
    wanted = choice_of(request.params, "dualSidePosition", ("true", "false", "TRUE", "FALSE", "True", "False"))
    if wanted.lower() == "false":
        raise VenueError(-4059, "No need to change position side.")
    if desk.exchange.open_orders(request.account, "usdm"):
        raise VenueError(-4067, "Position side cannot be changed if there exists open orders.")
    raise VenueError(-4068, "Position side cannot be changed if there exists position.")


def change_leverage(desk: Desk, request: Request) -> dict[str, Any]:
    """New leverage of a symbol."""
    symbol = symbol_of(desk, request.params)
    leverage = request.params.integer("leverage")
    if leverage is None:
        raise errors.missing("leverage")
    desk.exchange.set_leverage(request.account, "usdm", symbol, leverage, request.now_ms)
    return {"leverage": leverage, "maxNotionalValue": MAX_NOTIONAL, "symbol": symbol}


def change_margin_type(desk: Desk, request: Request) -> dict[str, Any]:
    """Cross is set already (-4046); isolated margin is refused (-4047)."""
    symbol_of(desk, request.params)
    if choice_of(request.params, "marginType", ("ISOLATED", "CROSSED")) == "CROSSED":
        raise VenueError(-4046, "No need to change margin type.")
    raise VenueError(-4047, "Margin type cannot be changed if there exists open orders.")


def multi_assets_mode(desk: Desk, request: Request) -> dict[str, Any]:
    """Single-asset mode, always."""
    return {"multiAssetsMargin": False}


def fee_burn(desk: Desk, request: Request) -> dict[str, Any]:
    """Fees are not paid in BNB unless a fault says so."""
    return {"feeBurn": False}


def commission_rate(desk: Desk, request: Request) -> dict[str, Any]:
    """What a symbol costs to trade."""
    symbol = symbol_of(desk, request.params)
    rates = desk.exchange.fee_rates(request.account, "usdm")
    return {
        "symbol": symbol,
        "makerCommissionRate": text(rates.maker, 6),
        "takerCommissionRate": text(rates.taker, 6),
        "rpiCommissionRate": "0.000050",
    }


def symbol_config(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """Margin type and leverage of a symbol, or of all."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    return [
        {
            "symbol": each.symbol,
            "marginType": "CROSSED",
            "isAutoAddMargin": False,
            "leverage": desk.exchange.leverage(request.account, "usdm", each.symbol),
            "maxNotionalValue": MAX_NOTIONAL,
        }
        for each in desk.exchange.instruments("usdm")
        if symbol in (None, each.symbol)
    ]


def account_config(desk: Desk, request: Request) -> dict[str, Any]:
    """Modes and permissions of the account."""
    key = desk.key_of(request.account)
    return {
        "feeTier": 0,
        "canTrade": bool(key and key.may_trade_futures),
        "canDeposit": True,
        "canWithdraw": bool(key and key.may_withdraw),
        "dualSidePosition": False,
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }


def order_limits(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """The account's order limits."""
    return [interval.described("ORDERS") for interval in desk.orders.intervals]


def leverage_brackets(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """One bracket a symbol: the exchange has a single maintenance rate."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    rate = float(decimal(desk.exchange.market("usdm").maintenance_rate))
    return [
        {
            "symbol": each.symbol,
            "notionalCoef": 1.0,
            "brackets": [
                {
                    "bracket": 1,
                    "initialLeverage": each.max_leverage,
                    "notionalCap": int(MAX_NOTIONAL),
                    "notionalFloor": 0,
                    "maintMarginRatio": rate,
                    "cum": 0.0,
                }
            ],
        }
        for each in desk.exchange.instruments("usdm")
        if symbol in (None, each.symbol)
    ]
