"""Orders on Binance spot: WebSocket API where it is up, REST where it is not (venues/binance.md §5).

Client ids, prices and quantities are the only parts that change between two orders, so a request is one f-string with
its fields already in the alphabetical order that the signature wants.
"""

from collections.abc import Mapping

import msgspec

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderType, Side, Tif
from crossbook.messages.gateway import AmendOrder, PlaceOrder
from gateway_binance import answers, capabilities, rate_limits, spot_stream
from gateway_binance.account_answers import Account, commission_facts, permission_facts, spot_balances
from gateway_binance.error_table import SPOT
from gateway_binance.signing import Signing
from gateway_binance.stream_frames import READ_ERRORS
from gateway_kit.capabilities import Capabilities
from gateway_kit.order_dialect import Reply, Use
from gateway_kit.order_words import Answer, Facts, Refusal, StreamWord
from gateway_kit.requests import Ask, Channel, Cost, HttpCall, Kind
from gateway_kit.tradables import Tradable

_TIFS = {Tif.GTC: "GTC", Tif.IOC: "IOC", Tif.FOK: "FOK"}
_ACCOUNT = msgspec.json.Decoder(Account, strict=False)


class SpotOrders:
    """The order dialect of spot."""

    def __init__(self, signing: Signing, stp_mode: str, sapi_url: str = "") -> None:
        """`stp_mode`: what the venue does when two of ours would meet; `sapi_url`: where permissions are told."""
        self.signing = signing
        self._sapi_url = sapi_url
        self._window = f"recvWindow={signing.recv_window_ms}"
        self._stp = f"selfTradePreventionMode={stp_mode}"

    @property
    def capabilities(self) -> Capabilities:
        """Of spot."""
        return capabilities.SPOT

    def place(
        self, channel: Channel, key: int, order: PlaceOrder, tradable: Tradable, client_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """`order.place`. ACK is enough for a post-only order, which cannot have traded; FULL lists the trades."""
        fields = self._new_order(order, tradable, client_id, venue_ms, "")
        if channel is Channel.WS:
            return self.signing.ws_order(key, "order.place", fields, f"timestamp={venue_ms}")
        return self.signing.rest("POST", "/api/v3/order", fields)

    def amend(
        self,
        channel: Channel,
        key: int,
        order: AmendOrder,
        tradable: Tradable,
        client_id: str,
        replacement_id: str,
        venue_ms: int,
    ) -> bytes | HttpCall:
        """A smaller size keeps its place (`amend.keepPriority`, same client id); all else is `cancelReplace`.

        ONLY_NEW: a fill that slips in makes the venue refuse, so that old and new together never exceed what is wanted.
        """
        if not replacement_id:
            fields = (
                f"newClientOrderId={client_id}&newQty={tradable.qty_text(order.qty_lots)}&origClientOrderId={client_id}"
                f"&{self._window}&symbol={tradable.symbol}&timestamp={venue_ms}"
            )
            if channel is Channel.WS:
                return self.signing.ws_order(key, "order.amend.keepPriority", fields, f"timestamp={venue_ms}")
            return self.signing.rest("PUT", "/api/v3/order/amend/keepPriority", fields)
        old = f"cancelOrigClientOrderId={client_id}&cancelReplaceMode=STOP_ON_FAILURE&cancelRestrictions=ONLY_NEW&"
        fields = self._new_order(order, tradable, replacement_id, venue_ms, old)
        if channel is Channel.WS:
            return self.signing.ws_order(key, "order.cancelReplace", fields, f"timestamp={venue_ms}")
        return self.signing.rest("POST", "/api/v3/order/cancelReplace", fields)

    def cancel(
        self, channel: Channel, key: int, symbol: str, client_id: str, venue_order_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """`order.cancel`; by the venue's id alone is the fastest."""
        fields = self._one_order(symbol, client_id, venue_order_id, venue_ms)
        if channel is Channel.WS:
            return self.signing.ws_order(
                key, "order.cancel", fields, f"timestamp={venue_ms}", f"orderId={venue_order_id}"
            )
        return self.signing.rest("DELETE", "/api/v3/order", fields)

    def ask(self, channel: Channel, key: int, ask: Ask, venue_ms: int) -> bytes | HttpCall | None:
        """Questions; those about the account as a whole go to REST only where they are not offered elsewhere."""
        made = self._asked(ask, venue_ms)
        if made is None:
            return None
        method, verb, path, fields = made
        if ask.kind is Kind.TIME:
            return self.signing.rest_public(path) if channel is Channel.REST else None
        if ask.kind is Kind.PERMISSIONS:
            return self.signing.rest(verb, path, fields, self._sapi_url) if channel is Channel.REST else None
        return self.signing.ws(key, method, fields) if channel is Channel.WS else self.signing.rest(verb, path, fields)

    def ask_offered(self, kind: Kind) -> bool:
        """All, but for permissions where there is no `/sapi`."""
        return kind is not Kind.PERMISSIONS or bool(self._sapi_url)

    def cost(self, kind: Kind, channel: Channel, symbol: str) -> Cost:
        """From the documents' table."""
        return rate_limits.cost_of(rate_limits.SPOT_COSTS, kind, channel)

    def reply(self, frame: bytes | memoryview) -> Reply:
        """A frame of the WebSocket API."""
        return answers.reply(frame)

    def http_uses(self, headers: Mapping[str, str]) -> tuple[Use, ...]:
        """Counters in REST headers."""
        return rate_limits.header_uses(headers)

    def answer(self, kind: Kind, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """What an answer means."""
        try:
            if status == 200:
                return self._read(kind, body)
            if kind is Kind.AMEND:
                return self._refused_amend(status, headers, body)
        except READ_ERRORS as error:
            return Refusal(ErrorClass.UNKNOWN_OUTCOME, f"http_{status}", f"unreadable answer: {error}")
        return answers.refusal(SPOT, status, headers, body)

    def stream(self, frame: bytes | memoryview) -> tuple[StreamWord, ...]:
        """A private event."""
        return spot_stream.words(frame)

    def _new_order(
        self, order: PlaceOrder | AmendOrder, tradable: Tradable, client_id: str, venue_ms: int, head: str
    ) -> str:
        side = "BUY" if order.side is Side.BUY else "SELL"
        qty, symbol = tradable.qty_text(order.qty_lots), tradable.symbol
        limit = not isinstance(order, PlaceOrder) or order.order_type is OrderType.LIMIT
        if not limit:
            return (
                f"{head}newClientOrderId={client_id}&newOrderRespType=FULL&quantity={qty}&{self._window}&{self._stp}"
                f"&side={side}&symbol={symbol}&timestamp={venue_ms}&type=MARKET"
            )
        price = tradable.price_text(order.price_ticks)
        if order.post_only:
            return (
                f"{head}newClientOrderId={client_id}&newOrderRespType=ACK&price={price}&quantity={qty}&{self._window}"
                f"&{self._stp}&side={side}&symbol={symbol}&timestamp={venue_ms}&type=LIMIT_MAKER"
            )
        tif = _TIFS[order.tif] if isinstance(order, PlaceOrder) else "GTC"
        return (
            f"{head}newClientOrderId={client_id}&newOrderRespType=FULL&price={price}&quantity={qty}&{self._window}"
            f"&{self._stp}&side={side}&symbol={symbol}&timeInForce={tif}&timestamp={venue_ms}&type=LIMIT"
        )

    def _one_order(self, symbol: str, client_id: str, venue_order_id: str, venue_ms: int) -> str:
        tail = f"{self._window}&symbol={symbol}&timestamp={venue_ms}"
        return f"orderId={venue_order_id}&{tail}" if venue_order_id else f"origClientOrderId={client_id}&{tail}"

    def _asked(self, ask: Ask, venue_ms: int) -> tuple[str, str, str, str] | None:
        """WebSocket method, REST verb and path, and the fields."""
        symbol, now = f"symbol={ask.symbol}", f"timestamp={venue_ms}"
        match ask.kind:
            case Kind.QUERY | Kind.CANCEL:
                fields = self._one_order(ask.symbol, ask.client_order_id, ask.venue_order_id, venue_ms)
                if ask.kind is Kind.QUERY:
                    return "order.status", "GET", "/api/v3/order", fields
                return "order.cancel", "DELETE", "/api/v3/order", fields
            case Kind.OPEN_ORDERS:
                return "openOrders.status", "GET", "/api/v3/openOrders", f"{self._window}&{symbol}&{now}"
            case Kind.HISTORY:
                fields = f"limit=1000&{self._window}&startTime={ask.since_ms}&{symbol}&{now}"
                return "allOrders", "GET", "/api/v3/allOrders", fields
            case Kind.TRADES:
                return "myTrades", "GET", "/api/v3/myTrades", self._trades(ask, venue_ms)
            case Kind.BALANCES:
                fields = f"omitZeroBalances=true&{self._window}&{now}"
                return "account.status", "GET", "/api/v3/account", fields
            case Kind.FEES:
                return "account.commission", "GET", "/api/v3/account/commission", f"{self._window}&{symbol}&{now}"
            case Kind.PERMISSIONS if self._sapi_url:
                return "", "GET", "/sapi/v1/account/apiRestrictions", f"{self._window}&{now}"
            case Kind.TIME:
                return "time", "GET", "/api/v3/time", ""
        return None

    def _trades(self, ask: Ask, venue_ms: int) -> str:
        tail = f"symbol={ask.symbol}&timestamp={venue_ms}"
        if ask.venue_order_id:
            return f"limit=1000&orderId={ask.venue_order_id}&{self._window}&{tail}"
        if ask.from_id:
            return f"fromId={ask.from_id}&limit=1000&{self._window}&{tail}"
        end_ms = ask.since_ms + self.capabilities.history_window_ms - 1
        return f"endTime={end_ms}&limit=1000&{self._window}&startTime={ask.since_ms}&{tail}"

    def _read(self, kind: Kind, body: bytes) -> Answer:
        page = self.capabilities.page
        match kind:
            case Kind.PLACE:
                return answers.accepted(answers.ORDER.decode(body))
            case Kind.CANCEL:
                order = answers.ORDER.decode(body)
                return answers.accepted(order, order.origClientOrderId)
            case Kind.AMEND:
                return self._read_amend(body)
            case Kind.QUERY:
                word = answers.order_word(answers.ORDER.decode(body))
                return word or Refusal(ErrorClass.UNKNOWN_OUTCOME, "status", "an order status we do not know")
            case Kind.OPEN_ORDERS:
                return answers.orders(body, 1 << 30)
            case Kind.HISTORY:
                return answers.orders(body, page)
            case Kind.TRADES:
                return answers.fills(body, page)
            case Kind.BALANCES:
                return spot_balances(_ACCOUNT.decode(body))
            case Kind.FEES:
                return commission_facts(body)
            case Kind.PERMISSIONS:
                return permission_facts(body)
        return Facts({name: str(value) for name, value in answers.OBJECT.decode(body).items()})

    def _read_amend(self, body: bytes) -> Answer:
        if b'"amendedOrder"' in body:
            amended = answers.AMENDED.decode(body)
            taken = answers.accepted(amended.amendedOrder)
            return msgspec.structs.replace(taken, venue_time_ns=amended.transactTime * answers.MS)
        return answers.accepted(answers.ORDER.decode(answers.REPLACED.decode(body).newOrderResponse))

    def _refused_amend(self, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """-2021 and -2022 hide two outcomes: the cancel may have worked although the new order did not."""
        outer, error = answers.refusal(SPOT, status, headers, body), answers.ERROR.decode(body)
        halves = error.data
        if halves is None or not halves.cancelResult:
            return outer
        if halves.newOrderResult == "SUCCESS":  # only with ALLOW_FAILURE, which we never ask for
            return Refusal(ErrorClass.UNKNOWN_OUTCOME, outer.code, "new order placed although the cancel failed")
        failed = halves.newOrderResponse if halves.cancelResult == "SUCCESS" else halves.cancelResponse
        inner = answers.refusal(SPOT, 400, {}, bytes(failed))
        if halves.cancelResult != "SUCCESS":
            return inner
        old = answers.ORDER.decode(halves.cancelResponse)
        return msgspec.structs.replace(inner, cancelled=answers.order_word(old, old.origClientOrderId))
