"""The exchange's own record of every account, in the shape that checks compare with."""

from collections import Counter
from typing import Any

from venue_sim.exchange.accounts import Account
from venue_sim.exchange.amounts import plain
from venue_sim.exchange.floor import Floor
from venue_sim.exchange.orders import Fill, Order


class RequestCounts:
    """How often each account called each endpoint; counted by the dialect."""

    def __init__(self) -> None:
        self._counts: dict[str, Counter[str]] = {}

    def add(self, account: str, endpoint: str) -> None:
        """One more."""
        self._counts.setdefault(account, Counter())[endpoint] += 1

    def of(self, account: str) -> dict[str, int]:
        """By endpoint."""
        return dict(self._counts.get(account, {}))


def truth(floor: Floor, requests: RequestCounts) -> dict[str, Any]:
    """{account: orders, fills, positions, balances, requests}; numbers as decimal text; the house left out."""
    return {
        account.name: {
            "orders": [_order(order) for order in _oldest_first(floor, account)],
            "fills": [_fill(fill) for fill in floor.orders.fills(account.name)],
            "positions": {symbol: plain(state.quantity) for (_, symbol), state in account.states.items()},
            "balances": _balances(account),
            "requests": requests.of(account.name),
        }
        for account in floor.accounts.values()
        if not account.house
    }


def _oldest_first(floor: Floor, account: Account) -> list[Order]:
    return sorted(floor.orders.all_orders(account.name), key=lambda order: (order.created_ms, order.order_id))


def _order(order: Order) -> dict[str, str]:
    return {
        "symbol": order.symbol,
        "market": order.market,
        "client_order_id": order.client_order_id,
        "venue_order_id": str(order.order_id),
        "side": str(order.side),
        "price": plain(order.price),
        "quantity": plain(order.quantity),
        "filled": plain(order.filled),
        "status": str(order.status),
    }


def _fill(fill: Fill) -> dict[str, Any]:
    return {
        "symbol": fill.symbol,
        "market": fill.market,
        "trade_id": str(fill.trade_id),
        "client_order_id": fill.client_order_id,
        "venue_order_id": str(fill.order_id),
        "side": str(fill.side),
        "price": plain(fill.price),
        "quantity": plain(fill.quantity),
        "fee": plain(fill.fee),
        "fee_asset": fill.fee_asset,
        "maker": fill.maker,
    }


def _balances(account: Account) -> dict[str, dict[str, dict[str, str]]]:
    balances: dict[str, dict[str, dict[str, str]]] = {}
    for (market, asset), held in account.holdings.items():
        balances.setdefault(market, {})[asset] = {"free": plain(held.free), "locked": plain(held.locked)}
    return balances
