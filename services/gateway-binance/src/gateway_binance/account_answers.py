"""Binance's answers about accounts: balances, positions, fees, what a key may do."""

from decimal import Decimal
from typing import Any

import msgspec

from crossbook.messages.gateway import AssetBalance
from gateway_binance.answers import MS, OBJECT
from gateway_kit.order_words import BalancesWord, Facts, PositionsWord, SymbolPosition


class _SpotBalance(msgspec.Struct, gc=False):
    asset: str
    free: str = "0"
    locked: str = "0"


class Account(msgspec.Struct, gc=False):
    """`account.status` of spot."""

    balances: list[_SpotBalance] = []
    updateTime: int = 0


class FuturesBalance(msgspec.Struct, gc=False):
    """An entry of `/fapi/v3/balance`."""

    asset: str
    balance: str = "0"
    availableBalance: str = ""
    updateTime: int = 0


class FuturesPosition(msgspec.Struct, gc=False):
    """An entry of `/fapi/v3/positionRisk`."""

    symbol: str
    positionAmt: str = "0"
    positionSide: str = "BOTH"
    entryPrice: str = "0"
    unRealizedProfit: str = "0"
    updateTime: int = 0


FUTURES_BALANCES: msgspec.json.Decoder[list[FuturesBalance]] = msgspec.json.Decoder(list[FuturesBalance], strict=False)
FUTURES_POSITIONS: msgspec.json.Decoder[list[FuturesPosition]] = msgspec.json.Decoder(
    list[FuturesPosition], strict=False
)


def spot_balances(account: Account) -> BalancesWord:
    """Complete: what is not named is zero (zero balances are left out on request)."""
    held = tuple(AssetBalance(b.asset, decimal(b.free), decimal(b.locked)) for b in account.balances)
    return BalancesWord(held, True, "query", account.updateTime * MS)


def futures_balances(told: list[FuturesBalance]) -> BalancesWord:
    """Wallet balances; what margin uses is `locked`. Unrealised profit is no part of either."""
    held = tuple(_futures_balance(entry) for entry in told)
    return BalancesWord(held, True, "query", max((entry.updateTime for entry in told), default=0) * MS)


def _futures_balance(entry: FuturesBalance) -> AssetBalance:
    wallet = decimal(entry.balance)
    free = min(wallet, decimal(entry.availableBalance)) if entry.availableBalance else wallet
    return AssetBalance(entry.asset, free, wallet - free)


def futures_positions(told: list[FuturesPosition]) -> PositionsWord:
    """Complete: the venue names every symbol with a position. Only one-way mode is traded, so `BOTH` is read."""
    held = tuple(
        SymbolPosition(p.symbol, p.positionAmt, p.entryPrice, p.unRealizedProfit)
        for p in told
        if p.positionSide == "BOTH"
    )
    return PositionsWord(held, True, "query", max((p.updateTime for p in told), default=0) * MS)


def commission_facts(body: bytes) -> Facts:
    """`maker_bps` and `taker_bps`: on spot the standard, special and tax parts added up; on futures the rate itself."""
    told = OBJECT.decode(body)
    if "makerCommissionRate" in told:
        rates = {"maker": decimal(told["makerCommissionRate"]), "taker": decimal(told.get("takerCommissionRate"))}
    else:
        parts = [told.get(name) or {} for name in ("standardCommission", "specialCommission", "taxCommission")]
        rates = {name: sum((decimal(part.get(name)) for part in parts), Decimal(0)) for name in ("maker", "taker")}
    return Facts({f"{name}_bps": format(rate * 10_000, "f") for name, rate in rates.items()})


def permission_facts(body: bytes) -> Facts:
    """`withdraw`, `trade_spot`, `trade_futures`, `ip_restricted`, as `true` or `false` (empty where not told)."""
    told = OBJECT.decode(body)
    names = {
        "withdraw": "enableWithdrawals",
        "trade_spot": "enableSpotAndMarginTrading",
        "trade_futures": "enableFutures",
        "ip_restricted": "ipRestrict",
    }
    return Facts({name: _flag(told.get(field)) for name, field in names.items()})


def decimal(text: Any) -> Decimal:
    """A number of Binance's, which may be an empty string or missing."""
    return Decimal(str(text)) if text not in (None, "") else Decimal(0)


def _flag(value: Any) -> str:
    return "" if value is None else str(bool(value)).lower()
