"""What the USD-M account endpoints show: wallet and positions.

Source: Binance USD-M "Account" and "Trade" endpoints, v2 and v3 shapes. The exchange knows one-way mode, cross margin.
"""

from __future__ import annotations

from typing import Any

from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.usdm.order_entry import symbol_of
from venue_sim.exchange.amounts import times
from venue_sim.exchange.api import Margin, Position, decimal, text

_NOTHING = text(0)
MAX_NOTIONAL = "20000000"


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
            shown.append(_position_v3(desk, each) | former | {"maxNotionalValue": MAX_NOTIONAL})
    return shown


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
        "maxNotional": MAX_NOTIONAL,
        "bidNotional": "0",
        "askNotional": "0",
        "positionSide": "BOTH",
        "positionAmt": digits.quantity_text(position.quantity),
        "updateTime": position.updated_ms,
    }
