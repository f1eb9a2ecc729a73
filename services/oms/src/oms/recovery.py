"""A life of the OMS begins: tables as the journal left them, risk fed from them, every live order in doubt.

Nothing is concluded here. Orders that were live are UNKNOWN until their gateway's venue has spoken of them; strategies
that own some get a while to come back, then their orders are cancelled.
"""

from crossbook.messages.base import Operation, OrderState
from crossbook.order_lifecycle import pending_operation
from oms.assets import Assets
from oms.context import Context
from oms.inputs import SnapshotWanted, Started
from oms.orders import Orders
from oms.positions import Positions
from oms.rows import Desk, Order, OrderSequence
from oms.strategies import Strategies

MS = 1_000_000
OWN = "oms"
"""Who imposes the blocks that go with a cause of the OMS's own: a mismatch, a lost Redis."""
_FORGET_EVERY_NS = 1_000 * MS


class Recovery:
    """Starts, snapshots, and forgetting."""

    def __init__(
        self, context: Context, orders: Orders, positions: Positions, assets: Assets, strategies: Strategies
    ) -> None:
        self._context = context
        self._orders = orders
        self._positions = positions
        self._assets = assets
        self._strategies = strategies
        self._forgot_ns = 0

    def started(self, peer: bytes, message: Started) -> None:
        """First input of a life: a new epoch over the recovered tables."""
        state, out = self._context.state, self._context.out
        state.settle()
        self._context.build = message.build
        state.desk = Desk(message.desk, message.epoch)
        state.sequence = OrderSequence(message.epoch, 0)
        out.changed(state.desk)
        out.changed(state.sequence)
        self._forget_fills()
        self._restore_risk()
        live = [order for order in state.live.values() if not order.state.is_terminal]
        for order in live:
            self._doubt(order)
        self._positions.publish_all()
        self._assets.publish_all()
        text = f"epoch {message.epoch}: {len(live)} live orders to ask about, {len(state.holdings)} holdings"
        out.alert("info", "oms_started", "oms", text)

    def snapshot(self, peer: bytes, message: SnapshotWanted) -> None:
        """One part of the whole state into this very record."""
        if message.part == 0:
            self._forget_fills()
        for row in self._context.state.rows(message.part, message.parts):
            self._context.out.changed(row)

    def forget(self) -> None:
        """Drop what is beyond the numbers kept; the journal still has it."""
        if self._context.now_ns - self._forgot_ns < _FORGET_EVERY_NS:
            return
        self._forgot_ns = self._context.now_ns
        settings = self._context.settings
        removed = self._context.state.surplus(settings.ended_orders_kept, settings.verdicts_kept)
        if removed is not None:
            self._context.out.changed(removed)

    def _restore_risk(self) -> None:
        """What needs no instrument's rules; orders and positions follow with their gateway's hello."""
        risk, state = self._context.risk, self._context.state
        for block in state.blocks.blocks:
            if block.latched or block.by != OWN:  # our own causes are looked at anew
                risk.restore_block(block)
        for row in state.results.values():
            if row.high_water is not None:
                risk.restore_high_water(row.account, row.high_water)
        for (venue, account, market, asset), holding in state.assets.items():
            risk.set_balance(account, venue, market, asset, holding.expected)

    def _doubt(self, order: Order) -> None:
        order.unknown_operation = pending_operation(order.state) or order.unknown_operation or Operation.PLACE
        order.state = OrderState.UNKNOWN
        self._orders.touch(order)
        self._strategies.expect(order.strategy)

    def _forget_fills(self) -> None:
        before = self._context.out.now.time_ns - self._context.settings.fill_memory_ms * MS
        self._context.state.forget_fills(before)
