"""Balances: what our own count says an account holds of an asset, and what its venue said last.

Our count moves with every fill, fee and movement at once; the venue's word comes a moment later and is right. The two
are compared by reconciliation, never here, so that a balance event overtaking its fill changes nothing.
"""

from decimal import Decimal

from crossbook.messages.gateway import BalanceMoved, BalanceReport
from crossbook.messages.inventory import Balance
from oms.context import Context
from oms.rows import ZERO, AssetHolding, Movement

AssetKey = tuple[str, str, str, str]
"""Venue, account, market, asset."""


class Assets:
    """The balances of every account."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def get(self, key: AssetKey) -> AssetHolding | None:
        """What is known of an asset; None before anything is."""
        return self._context.state.assets.get(key)

    def move(self, key: AssetKey, amount: Decimal) -> None:
        """Our own count changes: a fill, a fee, a movement."""
        if amount:
            row = self._row(key)
            row.expected += amount
            self._changed(key, row)

    def report(self, message: BalanceReport) -> None:
        """The venue's word. An older word than the last changes nothing."""
        named = set()
        for balance in message.balances:
            named.add(balance.asset)
            key = (message.venue, message.account, message.market, balance.asset)
            self._reported(key, balance.free, balance.locked, message.venue_time_ns)
        if message.complete:
            for key, row in list(self._context.state.assets.items()):
                of_market = key[:3] == (message.venue, message.account, message.market)
                if of_market and key[3] not in named and row.reported_total:
                    self._reported(key, ZERO, ZERO, message.venue_time_ns)

    def adopt(self, key: AssetKey) -> Decimal:
        """Take the venue's total as our count; returns the difference."""
        row = self._row(key)
        difference = row.reported_total - row.expected
        row.expected = row.reported_total
        self._changed(key, row)
        return difference

    def publish_all(self) -> None:
        """After a start: what is held, as far as it is known."""
        for (venue, account, market, asset), row in self._context.state.assets.items():
            self._context.out.publish(f"balance.{account}.{venue}.{market}.{asset}", row.balance, retain=True)

    def moved_once(self, message: BalanceMoved) -> bool:
        """Count a movement unless it was counted before; one without identity is left to the venue's balance."""
        key = (message.venue, message.account, message.market, message.venue_id)
        if not message.venue_id or key in self._context.state.movements:
            return False
        row = Movement(
            message.venue,
            message.account,
            message.market,
            message.instrument,
            message.asset,
            message.amount,
            message.kind,
            message.venue_id,
            message.venue_time_ns,
        )
        self._context.state.movements[key] = row
        self._context.out.changed(row)
        self.move((message.venue, message.account, message.market, message.asset), message.amount)
        return True

    def _reported(self, key: AssetKey, free: Decimal, locked: Decimal, venue_time_ns: int) -> None:
        row = self._row(key)
        if venue_time_ns and venue_time_ns < row.reported_time_ns:
            return
        row.reported_total, row.reported_time_ns = free + locked, venue_time_ns
        row.balance = self._balance(key, free, locked)
        self._changed(key, row)

    def _row(self, key: AssetKey) -> AssetHolding:
        row = self._context.state.assets.get(key)
        if row is None:
            row = AssetHolding(self._balance(key, ZERO, ZERO), ZERO, 0, ZERO)
            self._context.state.assets[key] = row
        return row

    def _balance(self, key: AssetKey, free: Decimal, locked: Decimal) -> Balance:
        return Balance(*key, free, locked, self._context.out.seq, self._context.now_ns)

    def _changed(self, key: AssetKey, row: AssetHolding) -> None:
        venue, account, market, asset = key
        self._context.out.changed(row)
        self._context.risk.set_balance(account, venue, market, asset, row.expected)
        self._context.out.publish(f"balance.{account}.{venue}.{market}.{asset}", row.balance, retain=True)
