"""The bench venue's side of an order: requests of the WebSocket API in, their answers and the private events out. Pure.

Every order is taken and rests until it is cancelled: nothing is matched, no signature is checked. What is measured is
the way here, and the answers are what a real venue would send, so that the desk behind them does all its work.
"""

from dataclasses import dataclass
from typing import NamedTuple

import msgspec


class Params(msgspec.Struct, frozen=True, gc=False):
    """Parameters of the requests understood here; others are ignored."""

    symbol: str = ""
    side: str = ""
    price: str = ""
    quantity: str = ""
    newClientOrderId: str = ""
    origClientOrderId: str = ""
    orderId: int = 0


class Request(msgspec.Struct, gc=False):
    """A frame of the WebSocket API."""

    id: str
    method: str
    params: Params = Params()


@dataclass(slots=True)
class Resting:
    """An open order."""

    order_id: int
    client_id: str
    symbol: str
    side: str
    price: str
    quantity: str


class Taken(NamedTuple):
    """What a request brings about."""

    answer: bytes
    event: bytes
    """For the private stream; empty when nothing happened."""


read_request = msgspec.json.Decoder(Request, strict=False).decode


class OrderDesk:
    """All open orders."""

    def __init__(self) -> None:
        """None are open."""
        self.open: dict[int, Resting] = {}
        self._by_client: dict[str, Resting] = {}
        self._number = 1_000_000

    def take(self, request: Request, time_ms: int) -> Taken:
        """Carry a request out."""
        params = request.params
        if request.method == "order.place":
            order = self._place(params)
            return self._taken(request.id, order, "NEW", "NEW", time_ms)
        found = self.open.get(params.orderId) or self._by_client.get(params.origClientOrderId)
        if found is None:
            return Taken(_refused(request.id, -2011, "Unknown order sent."), b"")
        if request.method == "order.modify":
            found.price, found.quantity = params.price, params.quantity
            return self._taken(request.id, found, "AMENDMENT", "NEW", time_ms)
        if request.method == "order.cancel":
            self._forget(found)
            return self._taken(request.id, found, "CANCELED", "CANCELED", time_ms)
        if request.method == "order.status":
            return Taken(_answered(request.id, found, "NEW", time_ms), b"")
        return Taken(_refused(request.id, -1000, f"the bench venue has no {request.method}"), b"")

    def listed(self, symbol: str, time_ms: int) -> bytes:
        """The answer of `openOrders`."""
        of_symbol = (order for order in self.open.values() if order.symbol == symbol)
        return ("[" + ",".join(_order(order, "NEW", time_ms) for order in of_symbol) + "]").encode()

    def _place(self, params: Params) -> Resting:
        self._number += 1
        order = Resting(
            self._number, params.newClientOrderId, params.symbol, params.side, params.price, params.quantity
        )
        self.open[order.order_id] = self._by_client[order.client_id] = order
        return order

    def _forget(self, order: Resting) -> None:
        self.open.pop(order.order_id, None)
        self._by_client.pop(order.client_id, None)

    def _taken(self, request_id: str, order: Resting, execution: str, status: str, time_ms: int) -> Taken:
        return Taken(_answered(request_id, order, status, time_ms), _event(order, execution, status, time_ms))


def _order(order: Resting, status: str, time_ms: int) -> str:
    return (
        f'{{"orderId":{order.order_id},"symbol":"{order.symbol}","status":"{status}","clientOrderId":'
        f'"{order.client_id}","price":"{order.price}","avgPrice":"0.00","origQty":"{order.quantity}",'
        f'"executedQty":"0.000","cumQty":"0.000","cumQuote":"0.00","timeInForce":"GTX","type":"LIMIT",'
        f'"reduceOnly":false,"closePosition":false,"side":"{order.side}","positionSide":"BOTH",'
        f'"stopPrice":"0.00","workingType":"CONTRACT_PRICE","priceProtect":false,"origType":"LIMIT",'
        f'"priceMatch":"NONE","selfTradePreventionMode":"EXPIRE_MAKER","goodTillDate":0,"updateTime":{time_ms}}}'
    )


def _answered(request_id: str, order: Resting, status: str, time_ms: int) -> bytes:
    return f'{{"id":"{request_id}","status":200,"result":{_order(order, status, time_ms)},"rateLimits":[]}}'.encode()


def _refused(request_id: str, code: int, text: str) -> bytes:
    return f'{{"id":"{request_id}","status":400,"error":{{"code":{code},"msg":"{text}"}},"rateLimits":[]}}'.encode()


def _event(order: Resting, execution: str, status: str, time_ms: int) -> bytes:
    return (
        f'{{"e":"ORDER_TRADE_UPDATE","T":{time_ms},"E":{time_ms},"o":{{"s":"{order.symbol}","c":"{order.client_id}",'
        f'"S":"{order.side}","o":"LIMIT","f":"GTX","q":"{order.quantity}","p":"{order.price}","ap":"0","sp":"0",'
        f'"x":"{execution}","X":"{status}","i":{order.order_id},"l":"0","z":"0","L":"0","n":"0","N":"USDT",'
        f'"T":{time_ms},"t":0,"b":"0","a":"0","m":false,"R":false,"wt":"CONTRACT_PRICE","ot":"LIMIT","ps":"BOTH",'
        f'"cp":false,"rp":"0","pP":false,"si":0,"ss":0,"V":"EXPIRE_MAKER","pm":"NONE","gtd":0,"er":"0"}}}}'
    ).encode()
