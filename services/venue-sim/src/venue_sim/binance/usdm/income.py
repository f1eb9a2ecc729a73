"""What moved a USD-M wallet, line by line, and the funding rates that were: for `income` and `fundingRate`.

Source: Binance USD-M "Get Income History" (REALIZED_PNL, COMMISSION, FUNDING_FEE, TRANSFER) and "Get Funding Rate
History".
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Any, ClassVar

from venue_sim.binance import errors
from venue_sim.binance.call import Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.usdm.order_entry import symbol_of
from venue_sim.exchange.api import AccountChanged, Atoms, Event, MarkChanged, OrderChanged, text

_KEPT = 10_000
_KINDS = ("TRANSFER", "REALIZED_PNL", "FUNDING_FEE", "COMMISSION")


@dataclass(frozen=True, slots=True)
class Income:
    """One line: what came in (negative: went out), of which kind, for which trade."""

    account: str
    symbol: str
    kind: str
    amount: Atoms
    asset: str
    time_ms: int
    number: int
    trade_id: int | None = None


@dataclass(frozen=True, slots=True)
class FundingSettled:
    """A funding time that has passed."""

    symbol: str
    rate: Atoms
    mark: Atoms
    time_ms: int


@dataclass(slots=True)
class IncomeBook:
    """Lines of all accounts, and past funding, written from the exchange's events."""

    KINDS: ClassVar = frozenset({MarkChanged, OrderChanged, AccountChanged})
    """Events worth noting."""

    market: str
    lines: deque[Income] = field(default_factory=lambda: deque(maxlen=_KEPT))
    settled: deque[FundingSettled] = field(default_factory=lambda: deque(maxlen=_KEPT))
    _marks: dict[str, MarkChanged] = field(default_factory=dict)
    _number: int = 0

    def note(self, event: Event) -> None:
        """Write down what an event moved; others pass by."""
        if isinstance(event, MarkChanged):
            self._note_mark(event)
        elif isinstance(event, OrderChanged) and event.order.market == self.market:
            self._note_fill(event)
        elif isinstance(event, AccountChanged) and event.market == self.market and event.change:
            kind = event.reason if event.reason == "FUNDING_FEE" else "TRANSFER"
            symbol = event.positions[0].symbol if event.positions else ""
            asset = event.balances[0].asset if event.balances else ""
            self._add(event.account, symbol, kind, event.change, asset, event.time_ms, None)

    def _note_fill(self, event: OrderChanged) -> None:
        fill = event.fill
        if fill is None:
            return
        if fill.realised_pnl:
            self._add(fill.account, fill.symbol, "REALIZED_PNL", fill.realised_pnl, "USDT", fill.time_ms, fill.trade_id)
        if fill.fee:
            self._add(fill.account, fill.symbol, "COMMISSION", -fill.fee, fill.fee_asset, fill.time_ms, fill.trade_id)

    def _note_mark(self, event: MarkChanged) -> None:
        before = self._marks.get(event.symbol)
        if before is not None and event.next_funding_ms > before.next_funding_ms:
            settled = FundingSettled(event.symbol, before.funding_rate, before.mark, before.next_funding_ms)
            self.settled.append(settled)
        self._marks[event.symbol] = event

    def _add(
        self, account: str, symbol: str, kind: str, amount: Atoms, asset: str, time_ms: int, trade_id: int | None
    ) -> None:
        self._number += 1
        self.lines.append(Income(account, symbol, kind, amount, asset, time_ms, self._number, trade_id))


def income(book: IncomeBook, desk: Desk, request: Request) -> list[dict[str, Any]]:
    """`GET /fapi/v1/income`, oldest first."""
    params = request.params
    symbol = symbol_of(desk, params) if "symbol" in params else ""
    kind = params.text("incomeType")
    if kind and kind not in _KINDS:
        raise errors.bad_value("incomeType")
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    chosen = [
        line
        for line in book.lines
        if line.account == request.account
        and symbol in ("", line.symbol)
        and kind in ("", line.kind)
        and (start_ms is None or line.time_ms >= start_ms)
        and (end_ms is None or line.time_ms <= end_ms)
    ]
    limit = params.limit(100, 1000)
    return [_shown(line) for line in (chosen[:limit] if start_ms is not None else chosen[-limit:])]


def funding_rates(book: IncomeBook, desk: Desk, request: Request) -> list[dict[str, Any]]:
    """`GET /fapi/v1/fundingRate`, oldest first."""
    params = request.params
    symbol = symbol_of(desk, params) if "symbol" in params else ""
    start_ms, end_ms = params.integer("startTime"), params.integer("endTime")
    chosen = [
        settled
        for settled in book.settled
        if symbol in ("", settled.symbol)
        and (start_ms is None or settled.time_ms >= start_ms)
        and (end_ms is None or settled.time_ms <= end_ms)
    ]
    return [
        {
            "symbol": settled.symbol,
            "fundingRate": text(settled.rate),
            "fundingTime": settled.time_ms,
            "markPrice": text(settled.mark),
        }
        for settled in chosen[-params.limit(100, 1000) :]
    ]


def _shown(line: Income) -> dict[str, Any]:
    return {
        "symbol": line.symbol,
        "incomeType": line.kind,
        "income": text(line.amount),
        "asset": line.asset,
        "info": line.kind,
        "time": line.time_ms,
        "tranId": line.number,
        "tradeId": str(line.trade_id) if line.trade_id is not None else "",
    }
