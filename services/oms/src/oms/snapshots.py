"""Answers to state requests: what a strategy that (re)starts must know, complete and authoritative."""

from crossbook.messages.orders import StateRequest, StateSnapshot
from oms.context import Context
from oms.gateways import Gateways
from oms.orders import Orders
from oms.positions import Positions
from oms.strategies import Strategies


class Snapshots:
    """Builds `StateSnapshot`s."""

    def __init__(
        self, context: Context, orders: Orders, positions: Positions, gateways: Gateways, strategies: Strategies
    ) -> None:
        self._context = context
        self._orders = orders
        self._positions = positions
        self._gateways = gateways
        self._strategies = strategies

    def answer(self, peer: bytes, request: StateRequest) -> None:
        """Send the state of one strategy, or of all when none is named. The shell fills in the sequences."""
        name = request.strategy
        orders = tuple(
            self._orders.update_of(order)
            for order in self._context.state.live.values()
            if not name or order.strategy == name
        )
        accounts = self._accounts(name)
        snapshot = StateSnapshot(
            request.request_id,
            name,
            orders,
            {i: qty for account in accounts for i, qty in self._positions.of_account(account).items()},
            self._context.risk.size_scale(name),
            self._halted(name),
            {},
            self._context.state.desk.epoch,
            self._context.now_ns,
            {
                f"{market}.{asset}": row.balance.free
                for (_, account, market, asset), row in self._context.state.assets.items()
                if account in accounts
            },
        )
        self._context.out.answer(peer, snapshot)

    def _accounts(self, name: str) -> list[str]:
        strategy = self._strategies.get(name)
        if strategy is not None:
            return [strategy.account]
        return list({account: None for (_, account, _) in self._context.state.openings})

    def _halted(self, name: str) -> str:
        """The first reason why adding orders of the strategy would be denied; empty when none would."""
        for code, context in self._context.not_adding.items():
            return f"{code} {context}".strip()
        strategy = self._strategies.get(name)
        if strategy is None:
            return ""
        for instrument in strategy.instruments:
            code, context = self._gateways.why_not(strategy.account, instrument)
            reason = f"{code} {context}".strip() or self._context.risk.why_blocked(name, instrument)
            if reason:
                return reason
        return ""
