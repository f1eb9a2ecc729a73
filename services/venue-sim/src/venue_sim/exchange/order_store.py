"""Which orders and fills there are: open ones by both ids, ended ones for queries (bounded)."""

from collections import deque
from collections.abc import Iterator

from venue_sim.exchange.orders import Fill, Order, OrderRef
from venue_sim.exchange.terms import Rejected, RejectReason

KEPT_ENDED = 20_000
KEPT_FILLS = 200_000
ClientKey = tuple[str, str, str, str]
"""(account, market, symbol, client id)."""


class OrderStore:
    """Open orders of everybody; ended orders and fills of accounts that are not the house's.

    Of an account's ended orders and fills the oldest are forgotten beyond `kept_ended` and `kept_fills`.
    """

    def __init__(self, kept_ended: int = KEPT_ENDED, kept_fills: int = KEPT_FILLS) -> None:
        self._kept_ended = kept_ended
        self._kept_fills = kept_fills
        self._open: dict[int, Order] = {}
        self._open_of: dict[str, dict[int, Order]] = {}
        self._ended: dict[int, Order] = {}
        self._ended_of: dict[str, deque[Order]] = {}
        self._by_client: dict[ClientKey, Order] = {}
        self._fills: dict[str, deque[Fill]] = {}

    def add(self, order: Order) -> None:
        """A new open order. Its client id must be free (`open_client`)."""
        self._open[order.order_id] = order
        self._open_of.setdefault(order.account, {})[order.order_id] = order
        self._by_client[self._client_key(order)] = order

    def rename(self, order: Order, client_order_id: str) -> None:
        """Give an open order another client id."""
        self._by_client.pop(self._client_key(order), None)
        order.client_order_id = client_order_id
        self._by_client[self._client_key(order)] = order

    def end(self, order: Order, keep: bool) -> None:
        """The order is no longer open; `keep` it for queries or forget it."""
        del self._open[order.order_id]
        del self._open_of[order.account][order.order_id]
        if not keep:
            self._by_client.pop(self._client_key(order), None)
            return
        ended = self._ended_of.setdefault(order.account, deque())
        ended.append(order)
        self._ended[order.order_id] = order
        if len(ended) > self._kept_ended:
            self._forget(ended.popleft())

    def keep_fill(self, fill: Fill) -> None:
        """Remember a fill."""
        fills = self._fills.get(fill.account)
        if fills is None:
            fills = self._fills[fill.account] = deque(maxlen=self._kept_fills)
        fills.append(fill)

    def open_client(self, account: str, market: str, symbol: str, client_order_id: str) -> bool:
        """Whether an open order bears the client id."""
        order = self._by_client.get((account, market, symbol, client_order_id))
        return order is not None and order.status.is_open

    def find(self, account: str, ref: OrderRef) -> Order:
        """The order itself, open or ended. Rejects ORDER_NOT_FOUND, ID_PAIR_MISMATCH."""
        if ref.order_id is None:
            order = self._by_client.get((account, ref.market, ref.symbol, ref.client_order_id or ""))
        else:
            order = self._open.get(ref.order_id) or self._ended.get(ref.order_id)
        detail = f"order_id={ref.order_id} client_order_id={ref.client_order_id}"
        if order is None or (order.account, order.market, order.symbol) != (account, ref.market, ref.symbol):
            raise Rejected(RejectReason.ORDER_NOT_FOUND, detail)
        if ref.client_order_id not in (None, order.client_order_id):
            raise Rejected(RejectReason.ID_PAIR_MISMATCH, detail)
        return order

    def find_open(self, account: str, ref: OrderRef) -> Order:
        """The order itself if it is open. Rejects NOT_OPEN, ID_PAIR_MISMATCH."""
        try:
            order = self.find(account, ref)
        except Rejected as rejected:
            if rejected.reason is RejectReason.ID_PAIR_MISMATCH:
                raise
            raise Rejected(RejectReason.NOT_OPEN, rejected.detail) from rejected
        if not order.status.is_open:
            raise Rejected(RejectReason.NOT_OPEN, f"order_id={order.order_id} status={order.status}")
        return order

    def open_orders(self, account: str, market: str, symbol: str | None = None) -> list[Order]:
        """The account's open orders themselves, oldest first."""
        mine = self._open_of.get(account, {}).values()
        return [order for order in mine if order.market == market and symbol in (None, order.symbol)]

    def open_on(self, market: str, symbol: str) -> list[Order]:
        """Everybody's open orders on a symbol, oldest first."""
        return [order for order in self._open.values() if (order.market, order.symbol) == (market, symbol)]

    def all_orders(self, account: str) -> Iterator[Order]:
        """Open and ended orders themselves, in no order."""
        yield from self._ended_of.get(account, ())
        yield from self._open_of.get(account, {}).values()

    def fills(self, account: str) -> Iterator[Fill]:
        """Fills, oldest first."""
        return iter(self._fills.get(account, ()))

    def _forget(self, order: Order) -> None:
        del self._ended[order.order_id]
        key = self._client_key(order)
        if self._by_client.get(key) is order:
            del self._by_client[key]

    @staticmethod
    def _client_key(order: Order) -> ClientKey:
        return order.account, order.market, order.symbol, order.client_order_id
