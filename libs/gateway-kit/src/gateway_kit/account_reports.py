"""From the venue's words about money to messages for the OMS: absolute values stay absolute, nothing is added up."""

from collections.abc import Mapping
from decimal import Decimal

from crossbook.messages.base import Message
from crossbook.messages.gateway import BalanceMoved, BalanceReport, PositionReport, VenuePosition
from gateway_kit.order_reports import Home
from gateway_kit.order_words import BalancesWord, MovementWord, PositionsWord
from gateway_kit.tradables import Tradable


def balances(home: Home, word: BalancesWord, now_ns: int) -> Message:
    """A balance report."""
    return BalanceReport(
        venue=home.venue,
        account=home.account,
        market=home.market,
        balances=word.balances,
        complete=word.complete,
        reason=word.reason,
        venue_time_ns=word.venue_time_ns,
        received_ns=now_ns,
    )


def positions(home: Home, word: PositionsWord, by_symbol: Mapping[str, Tradable], now_ns: int) -> Message:
    """A position report; a position on a symbol that is not ours to trade is told under `SYMBOL@venue`."""
    told = tuple(
        VenuePosition(
            instrument=by_symbol[p.symbol].instrument if p.symbol in by_symbol else f"{p.symbol}@{home.venue}",
            qty=Decimal(p.qty or "0")
            * (by_symbol[p.symbol].definition.contract_size if p.symbol in by_symbol else Decimal(1)),
            entry_price=Decimal(p.entry_price or "0"),
            unrealised=Decimal(p.unrealised or "0"),
        )
        for p in word.positions
    )
    return PositionReport(
        venue=home.venue,
        account=home.account,
        market=home.market,
        positions=told,
        complete=word.complete,
        reason=word.reason,
        venue_time_ns=word.venue_time_ns,
        received_ns=now_ns,
    )


def movement(home: Home, word: MovementWord, by_symbol: Mapping[str, Tradable], now_ns: int) -> Message:
    """Money that moved without a trade."""
    return BalanceMoved(
        venue=home.venue,
        account=home.account,
        market=home.market,
        instrument=by_symbol[word.symbol].instrument if word.symbol in by_symbol else "",
        asset=word.asset,
        amount=Decimal(word.amount or "0"),
        kind=word.kind,
        venue_id=word.venue_id,
        venue_time_ns=word.venue_time_ns,
        received_ns=now_ns,
    )
