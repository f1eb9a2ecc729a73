"""Result of the desk: PnL per account and strategy in the reporting currency, equity for the risk rules, publications.

Equity is what the account was worth when its books were opened plus the ledger's result since: realised, unrealised,
funding, less fees. Transfers do not enter it, so that money moved in is no gain and money moved out no loss.
"""

from decimal import Decimal

from crossbook.messages.inventory import Pnl
from oms import ledger
from oms.context import Context
from oms.positions import Positions
from oms.rows import ZERO, AccountResult, Holding
from oms.valuation import Valuation

MS = 1_000_000


class Portfolio:
    """Values holdings, feeds the portfolio rules, publishes."""

    def __init__(self, context: Context, positions: Positions, valuation: Valuation) -> None:
        self._context = context
        self._positions = positions
        self._valuation = valuation
        self._published_ns = 0

    def on_tick(self) -> None:
        """Every `publish_ms`: value everything, let the rules judge it, tell the world."""
        now_ns = self._context.now_ns
        if now_ns - self._published_ns < self._context.settings.publish_ms * MS:
            return
        self._published_ns = now_ns
        self._price_unpriced()
        self._judge()
        for account in self._accounts():
            self._publish(account)
        risk = self._context.risk
        self._context.out.publish("risk", risk.state(now_ns), retain=True)
        for exposure in risk.exposures(now_ns):
            self._context.out.publish(f"exposure.{exposure.scope}", exposure, retain=True)

    def result(self, row: Holding) -> Decimal | None:
        """Result of one holding in the reporting currency; None while something of it cannot be valued."""
        rate = self._valuation.quote_rate(row.instrument)
        mark = self._valuation.mark(row.instrument)
        if rate is None or (mark is None and row.qty):
            return None
        open_result = ledger.unrealised(row, mark) if mark is not None and row.qty else ZERO
        return (row.realised + open_result + row.funding - row.fees) * rate

    def equity(self, account: str) -> Decimal | None:
        """Equity of an account; None while it cannot be valued."""
        result = self._sum(account, "")
        start = self._start(account)
        return None if result is None or start is None else start + result

    def _judge(self) -> None:
        now_ns, risk = self._context.now_ns, self._context.risk
        equities = [self.equity(account) for account in self._accounts()]
        known = [equity for equity in equities if equity is not None]
        if known and len(known) == len(equities):
            self._context.risk_actions.extend(risk.on_equity("all", sum(known, ZERO), now_ns))
        shares: dict[str, Decimal | None] = {}
        for row in self._context.state.holdings.values():
            if row.strategy:
                result, sum_so_far = self.result(row), shares.get(row.strategy, ZERO)
                shares[row.strategy] = None if result is None or sum_so_far is None else sum_so_far + result
        for strategy, share in shares.items():
            if share is not None:
                self._context.risk_actions.extend(risk.on_equity(f"strategy:{strategy}", share, now_ns))
        self._remember_high_water()

    def _remember_high_water(self) -> None:
        """The high-water marks of the rules survive a restart: a drawdown is not forgotten by restarting."""
        strategies = {row.strategy: None for row in self._context.state.holdings.values() if row.strategy}
        for scope in ["all", *(f"strategy:{strategy}" for strategy in strategies)]:
            high = self._context.risk.high_water(scope)
            row = self._result_row(scope)
            if high is not None and row.high_water != high:
                row.high_water = high
                self._context.out.changed(row)

    def _publish(self, account: str) -> None:
        rows = [r for r in self._context.state.holdings.values() if r.account == account and not r.strategy]
        for row in rows:
            if row.qty:
                self._positions.published(account, row.instrument)
        message = self._pnl(account, rows)
        if message is not None:
            self._context.out.publish(f"pnl.{account}", message, retain=True)

    def _pnl(self, account: str, rows: list[Holding]) -> Pnl | None:
        equity, start = self.equity(account), self._start(account)
        if equity is None or start is None:
            return None
        total, result = self._result_row("all"), self._result_row(account)
        high_water = max(total.high_water or equity, equity)
        return Pnl(
            account,
            self._valuation.reporting,
            equity,
            start,
            self._valued(rows, "realised"),
            equity
            - start
            - self._valued(rows, "realised")
            - self._valued(rows, "funding")
            + self._valued(rows, "fees"),
            self._valued(rows, "fees"),
            self._valued(rows, "funding"),
            high_water,
            high_water - equity,
            _mean(result.markout_1s_sum_bps, result.markout_1s_count),
            _mean(result.markout_10s_sum_bps, result.markout_10s_count),
            sum(row.fills for row in rows),
            self._valued(rows, "volume"),
            self._context.now_ns,
        )

    def _valued(self, rows: list[Holding], what: str) -> Decimal:
        """Sum of one column in the reporting currency, at the present rates."""
        total = ZERO
        for row in rows:
            amount: Decimal = getattr(row, what)
            if amount:
                total += amount * (self._valuation.quote_rate(row.instrument) or ZERO)
        return total

    def _sum(self, account: str, strategy: str) -> Decimal | None:
        total = ZERO
        for row in self._context.state.holdings.values():
            if row.account == account and row.strategy == strategy:
                result = self.result(row)
                if result is None:
                    return None
                total += result
        return total

    def _start(self, account: str) -> Decimal | None:
        """What the account was worth when its books were opened; taken at the first moment everything has a rate."""
        row = self._result_row(account)
        if row.equity_start is None:
            result = self._sum(account, "")
            worth = self._worth(account)
            if result is None or worth is None:
                return None
            row.equity_start = worth - result
            self._context.out.changed(row)
        return row.equity_start

    def _worth(self, account: str) -> Decimal | None:
        """Balances less baselines of the assets that are traded, plus open results of perpetuals."""
        total, found = ZERO, False
        for (venue, owner, market, asset), row in self._context.state.assets.items():
            rate = self._valuation.rate(asset)
            if owner == account and rate is not None:
                baseline = self._context.risk.baseline(owner, venue, market, asset)
                total += (row.expected - baseline) * rate
                found = True
        return total if found else None

    def _price_unpriced(self) -> None:
        for row in self._context.state.holdings.values():
            mark = self._valuation.mark(row.instrument)
            if mark is not None and ledger.price_if_unpriced(row, mark):
                self._context.out.changed(row)

    def _accounts(self) -> list[str]:
        return list({owner: None for (_, owner, _) in self._context.state.openings})

    def _result_row(self, account: str) -> AccountResult:
        return self._context.state.results.setdefault(account, AccountResult(account))


def _mean(total: float, count: int) -> float:
    return total / count if count else 0.0
