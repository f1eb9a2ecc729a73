"""One request through the venue: weight, key, time, signature, order count, handler, and the reply with its limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from venue_sim.binance import errors
from venue_sim.binance.admission import check_permission, check_signature, check_time
from venue_sim.binance.call import Call, Operation, Reply, Request
from venue_sim.binance.desk import Desk
from venue_sim.binance.errors import VenueError
from venue_sim.binance.rejects import worded
from venue_sim.exchange.api import Rejected


class Service:
    """All operations of one product over one desk."""

    def __init__(self, desk: Desk, operations: Mapping[str, Operation]) -> None:
        self.desk = desk
        self._operations = operations

    def operation(self, name: str) -> Operation | None:
        """The operation of that name, if there is one."""
        return self._operations.get(name)

    def handle(self, call: Call) -> Reply:
        """Answer a request; whatever it caused waits in the desk's outbox."""
        operation = self._operations.get(call.operation)
        if operation is None:
            return self._refused(call, errors.unsupported(call.operation), "", False)
        account = ""
        try:
            cost = operation.cost(call.params)
            self.desk.weights.admit(call.address, cost, call.now_ms)
            account = self._admit(call, operation)
            body = self._counted(operation, Request(call.params, account, call.now_ms, call.skew_ms))
        except VenueError as error:
            return self._refused(call, error, account, operation.orders != 0)
        if operation.free_when_done:
            self.desk.weights.refund(call.address, cost, call.now_ms)
        return self._reply(call, 200, body, account, operation.orders != 0)

    def refuse(self, call: Call, error: VenueError) -> Reply:
        """The reply to a request that is refused without being looked at (fault hooks)."""
        return self._refused(call, error, "", False)

    def account_of(self, call: Call) -> str:
        """Whose request it claims to be, "" when it names no known key; nothing is verified."""
        key = self.desk.keys.keys.get(call.session_key or call.api_key)
        return key.account if key else ""

    def _admit(self, call: Call, operation: Operation) -> str:
        if operation.security == "NONE":
            return ""
        key = self.desk.keys.key(call.session_key or call.api_key)
        check_permission(key, operation.security, self.desk.product)
        self.desk.exchange.count_request(key.account, operation.name)
        if operation.security not in ("USER_DATA", "TRADE"):
            return key.account
        check_time(call.params, call.server_ms)
        if not call.session_key:
            if not call.well_formed:
                raise errors.invalid_signature()
            check_signature(key, call.payload, call.signature)
        return key.account

    def _counted(self, operation: Operation, request: Request) -> Any:
        count = operation.order_count(request.params)
        if not count:
            return self._done(operation, request)
        self.desk.orders.admit(request.account, count, request.now_ms)
        try:
            return self._done(operation, request)
        except VenueError:
            if not operation.counts_when_refused:
                self.desk.orders.give_back(request.account, count, request.now_ms)
            raise

    def _done(self, operation: Operation, request: Request) -> Any:
        try:
            return operation.handler(self.desk, request)
        except Rejected as rejected:
            raise worded(self.desk.product, operation.rejected_as, rejected) from rejected

    def _refused(self, call: Call, error: VenueError, account: str, shows_orders: bool) -> Reply:
        reply = self._reply(call, error.status, error.body(), account, shows_orders)
        if error.retry_after_ms is None:
            return reply
        headers = reply.headers | {"Retry-After": str(-(-error.retry_after_ms // 1000))}
        return Reply(reply.status, reply.body, headers, reply.rate_limits, error.retry_after_ms)

    def _reply(self, call: Call, status: int, body: Any, account: str, shows_orders: bool) -> Reply:
        interval = self.desk.weights.interval
        used = self.desk.weights.used(call.address, call.now_ms)
        headers = {f"X-MBX-USED-WEIGHT-{interval.header_suffix}": str(used)}
        limits = []
        if shows_orders and account:
            for each, count in self.desk.orders.counts(account, call.now_ms):
                headers[f"X-MBX-ORDER-COUNT-{each.header_suffix}"] = str(count)
                limits.append(each.described("ORDERS") | {"count": count})
        limits.append(interval.described("REQUEST_WEIGHT") | {"count": used})
        return Reply(status, body, headers, limits)
