"""What the USD-M account endpoints show and change: wallet, positions, modes, leverage, fees, limits.

Source: Binance USD-M "Account" and "Trade" endpoints, v3 shapes. The exchange knows one-way mode and cross margin; the
calls that would change that answer as the venue does when nothing changes, or refuse.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.usdm.order_entry import choice_of, symbol_of
from venue_sim.exchange.amounts import times
from venue_sim.exchange.api import Margin, Position, decimal, text

_NOTHING = text(0)
_MAX_NOTIONAL = "20000000"


def balance(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """`GET /fapi/v3/balance`."""
    return [
        {
            "accountAlias": "SimA",
            "asset": asset["asset"],
            "balance": asset["walletBalance"],
            "crossWalletBalance": asset["crossWalletBalance"],
            "crossUnPnl": asset["crossUnPnl"],
            "availableBalance": asset["availableBalance"],
            "maxWithdrawAmount": asset["maxWithdrawAmount"],
            "marginAvailable": True,
            "updateTime": request.now_ms,
        }
        for asset in _assets(desk, request)
    ]


def account_v2(desk: Desk, request: Request) -> dict[str, Any]:
    """`GET /fapi/v2/account`: everything, every symbol."""
    key = desk.key_of(request.account)
    head: dict[str, Any] = {
        "feeTier": 0,
        "feeBurn": False,
        "canTrade": bool(key and key.may_trade_futures),
        "canDeposit": True,
        "canWithdraw": bool(key and key.may_withdraw),
        "updateTime": 0,
        "multiAssetsMargin": False,
        "tradeGroupId": -1,
    }
    positions = [_position_v2(desk, request, each) for each in _all_positions(desk, request)]
    assets = [asset | {"marginAvailable": True} for asset in _assets(desk, request)]
    return head | _totals(_margin(desk, request)) | {"assets": assets, "positions": positions}


def account_v3(desk: Desk, request: Request) -> dict[str, Any]:
    """`GET /fapi/v3/account`: totals, and only the positions that matter."""
    positions = [
        {
            "symbol": each.symbol,
            "positionSide": "BOTH",
            "positionAmt": desk.digits_of(each.symbol).quantity_text(each.quantity),
            "unrealizedProfit": text(each.unrealised_pnl),
            "isolatedMargin": _NOTHING,
            "notional": text(times(each.quantity, each.mark_price)),
            "isolatedWallet": _NOTHING,
            "initialMargin": text(each.initial_margin),
            "maintMargin": text(_maintenance(desk, each)),
            "updateTime": each.updated_ms,
        }
        for each in desk.exchange.positions(request.account, "usdm")
        if each.quantity or _has_orders(desk, request, each.symbol)
    ]
    return _totals(_margin(desk, request)) | {"assets": _assets(desk, request), "positions": positions}


def position_risk(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """`GET /fapi/v3/positionRisk`: only symbols with a position or open orders."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    return [
        _position_v3(desk, each)
        for each in _all_positions(desk, request)
        if symbol in (None, each.symbol) and (each.quantity or _has_orders(desk, request, each.symbol))
    ]


def position_risk_v2(desk: Desk, request: Request) -> list[dict[str, Any]]:
    """`GET /fapi/v2/positionRisk`: every symbol, flat ones too."""
    symbol = symbol_of(desk, request.params) if "symbol" in request.params else None
    shown: list[dict[str, Any]] = []
    for each in _all_positions(desk, request):
        if symbol in (None, each.symbol):
            former = {"marginType": "cross", "isAutoAddMargin": "false", "leverage": str(each.leverage)}
            shown.append(_position_v3(desk, each) | former | {"maxNotionalValue": _MAX_NOTIONAL})
    return shown


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
    return {"leverage": leverage, "maxNotionalValue": _MAX_NOTIONAL, "symbol": symbol}


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
            "maxNotionalValue": _MAX_NOTIONAL,
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


def _margin(desk: Desk, request: Request) -> Margin:
    return desk.exchange.margin(request.account, "usdm")


def _totals(margin: Margin) -> dict[str, Any]:
    return {
        "totalInitialMargin": text(margin.position_margin + margin.order_margin),
        "totalMaintMargin": text(margin.maintenance_margin),
        "totalWalletBalance": text(margin.wallet),
        "totalUnrealizedProfit": text(margin.unrealised_pnl),
        "totalMarginBalance": text(margin.wallet + margin.unrealised_pnl),
        "totalPositionInitialMargin": text(margin.position_margin),
        "totalOpenOrderInitialMargin": text(margin.order_margin),
        "totalCrossWalletBalance": text(margin.wallet),
        "totalCrossUnPnl": text(margin.unrealised_pnl),
        "availableBalance": text(margin.available),
        "maxWithdrawAmount": text(margin.available),
    }


def _assets(desk: Desk, request: Request) -> list[dict[str, Any]]:
    margin = _margin(desk, request)
    shown: list[dict[str, Any]] = []
    for each in desk.exchange.balances(request.account, "usdm"):
        holds_margin = each.asset == margin.asset
        unrealised = margin.unrealised_pnl if holds_margin else 0
        positions, orders = (margin.position_margin, margin.order_margin) if holds_margin else (0, 0)
        available = margin.available if holds_margin else each.total
        shown.append(
            {
                "asset": each.asset,
                "walletBalance": text(each.total),
                "unrealizedProfit": text(unrealised),
                "marginBalance": text(each.total + unrealised),
                "maintMargin": text(margin.maintenance_margin if holds_margin else 0),
                "initialMargin": text(positions + orders),
                "positionInitialMargin": text(positions),
                "openOrderInitialMargin": text(orders),
                "crossWalletBalance": text(each.total),
                "crossUnPnl": text(unrealised),
                "availableBalance": text(available),
                "maxWithdrawAmount": text(available),
                "updateTime": request.now_ms,
            }
        )
    return shown


def _all_positions(desk: Desk, request: Request) -> list[Position]:
    known = {each.symbol: each for each in desk.exchange.positions(request.account, "usdm")}
    positions: list[Position] = []
    for instrument in desk.exchange.instruments("usdm"):
        symbol = instrument.symbol
        mark = desk.exchange.mark("usdm", symbol).mark
        leverage = desk.exchange.leverage(request.account, "usdm", symbol)
        positions.append(known.get(symbol) or Position(symbol, 0, 0, 0, mark, 0, 0, leverage, 0))
    return positions


def _has_orders(desk: Desk, request: Request, symbol: str) -> bool:
    return bool(desk.exchange.open_orders(request.account, "usdm", symbol))


def _maintenance(desk: Desk, position: Position) -> int:
    return times(times(abs(position.quantity), position.mark_price), desk.exchange.market("usdm").maintenance_rate)


def _position_v3(desk: Desk, position: Position) -> dict[str, Any]:
    digits = desk.digits_of(position.symbol)
    return {
        "symbol": position.symbol,
        "positionSide": "BOTH",
        "positionAmt": digits.quantity_text(position.quantity),
        "entryPrice": str(decimal(position.entry_price).normalize() + 0) if position.entry_price else "0.0",
        "breakEvenPrice": str(decimal(position.entry_price).normalize() + 0) if position.entry_price else "0.0",
        "markPrice": text(position.mark_price),
        "unRealizedProfit": text(position.unrealised_pnl),
        "liquidationPrice": "0",
        "isolatedMargin": "0",
        "notional": text(times(position.quantity, position.mark_price)),
        "marginAsset": "USDT",
        "isolatedWallet": "0",
        "initialMargin": text(position.initial_margin),
        "maintMargin": text(_maintenance(desk, position)),
        "positionInitialMargin": text(position.initial_margin),
        "openOrderInitialMargin": "0",
        "adl": 1,
        "bidNotional": "0",
        "askNotional": "0",
        "updateTime": position.updated_ms,
    }


def _position_v2(desk: Desk, request: Request, position: Position) -> dict[str, Any]:
    digits = desk.digits_of(position.symbol)
    return {
        "symbol": position.symbol,
        "initialMargin": text(position.initial_margin),
        "maintMargin": text(_maintenance(desk, position)),
        "unrealizedProfit": text(position.unrealised_pnl),
        "positionInitialMargin": text(position.initial_margin),
        "openOrderInitialMargin": "0",
        "leverage": str(position.leverage),
        "isolated": False,
        "entryPrice": text(position.entry_price),
        "breakEvenPrice": text(position.entry_price),
        "maxNotional": _MAX_NOTIONAL,
        "bidNotional": "0",
        "askNotional": "0",
        "positionSide": "BOTH",
        "positionAmt": digits.quantity_text(position.quantity),
        "updateTime": position.updated_ms,
    }
