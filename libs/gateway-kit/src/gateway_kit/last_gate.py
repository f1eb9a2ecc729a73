"""The last look at a command before its bytes leave: what is wrong here never reaches a venue.

The OMS has checked all of it before. This gate stands because a queue, a restart, a changed instrument or a bug may lie
between that check and the wire, and because a halt must work while the OMS is dead.
"""

from collections.abc import Mapping
from typing import NamedTuple

from crossbook.messages.base import OrderType, Tif
from crossbook.messages.gateway import AmendOrder, PlaceOrder
from gateway_kit.tradables import Tradable


class Stop(NamedTuple):
    """Why a command is not sent: a code, and `key=value` facts."""

    code: str
    context: str


class LastGate:
    """Holds what commands must agree with; see `check_place` for the codes."""

    def __init__(self, *, reduce_only_known: bool) -> None:
        """`reduce_only_known`: whether the market knows reduce-only orders."""
        self.oms_epoch = 0
        self.halts: dict[str, str] = {}
        """Scope → reason, while adding orders are refused."""
        self.kills: dict[str, str] = {}
        """Scope → reason, while everything but cancels is refused."""
        self.holds: dict[str, str] = {}
        """Sender → reason, while adding orders are refused until the same sender releases."""
        self.not_ready = "starting"
        """Why the private side cannot be trusted with new orders; empty when it can."""
        self._reduce_only_known = reduce_only_known

    def check_place(self, order: PlaceOrder, tradable: Tradable | None, now_ns: int) -> Stop | None:
        """None when it may leave. Codes: not_ready, killed, held, halted, then those of `_check`."""
        if self.not_ready:
            return Stop("not_ready", f"reason={self.not_ready}")
        stop = self._blocked(order.instrument, order.reduce_only)
        return stop or self._check(order, tradable, now_ns) or self._type(order)

    def check_amend(self, order: AmendOrder, tradable: Tradable | None, now_ns: int) -> Stop | None:
        """None when it may leave. A halt stops it too: cancel instead."""
        if self.not_ready:
            return Stop("not_ready", f"reason={self.not_ready}")
        return self._blocked(order.instrument, order.reduce_only) or self._check(order, tradable, now_ns, True)

    def _blocked(self, instrument: str, reduces: bool) -> Stop | None:
        killed = _in_scope(self.kills, instrument) if self.kills else ""
        if killed:
            return Stop("killed", f"scope={killed} reason={self.kills[killed]}")
        if self.holds and not reduces:
            sender, reason = next(iter(self.holds.items()))
            return Stop("held", f"by={sender} reason={reason}")
        halted = _in_scope(self.halts, instrument) if self.halts and not reduces else ""
        return Stop("halted", f"scope={halted} reason={self.halts[halted]}") if halted else None

    def _check(
        self, order: PlaceOrder | AmendOrder, tradable: Tradable | None, now_ns: int, priced: bool = False
    ) -> Stop | None:
        if order.oms_epoch != self.oms_epoch:
            return Stop("old_epoch", f"order={order.oms_epoch} oms={self.oms_epoch}")
        if now_ns > order.valid_until_ns:
            return Stop("expired", f"late_us={(now_ns - order.valid_until_ns) // 1000}")
        if tradable is None:
            return Stop("not_allowed", f"instrument={order.instrument}")
        if order.revision != tradable.grid.revision:
            return Stop("old_revision", f"order={order.revision} venue={tradable.grid.revision}")
        if order.reduce_only and not self._reduce_only_known:
            return Stop("reduce_only_unsupported", f"instrument={order.instrument}")
        priced = priced or not isinstance(order, PlaceOrder) or order.order_type is OrderType.LIMIT
        return _numbers(order, tradable, priced)

    @staticmethod
    def _type(order: PlaceOrder) -> Stop | None:
        if order.post_only and (order.order_type is not OrderType.LIMIT or order.tif is not Tif.GTC):
            return Stop("bad_type", f"post_only type={order.order_type.name} tif={order.tif.name}")
        return None


def _numbers(order: PlaceOrder | AmendOrder, tradable: Tradable, priced: bool) -> Stop | None:
    if not tradable.grid.is_tradable:
        return Stop("not_tradable", f"status={tradable.definition.status}")
    if priced and not tradable.takes_price(order.price_ticks):
        return Stop("bad_price", f"ticks={order.price_ticks}")
    rules = tradable.definition
    most = rules.max_qty_lots if priced else rules.max_market_qty_lots or rules.max_qty_lots
    if not max(1, rules.min_qty_lots) <= order.qty_lots <= (most or order.qty_lots):
        return Stop("bad_qty", f"lots={order.qty_lots} min={rules.min_qty_lots} max={most}")
    return None


def _in_scope(scopes: Mapping[str, str], instrument: str) -> str:
    """The widest scope given that covers the instrument, empty if none does."""
    base, _, venue = instrument.partition("@")
    for scope in ("all", f"venue:{venue}", f"asset:{base.partition('-')[0]}", f"instrument:{instrument}"):
        if scope in scopes:
            return scope
    return ""
