"""Orders on Binance USD-M futures: WebSocket API for orders, REST for what it lacks (venues/binance.md §5b)."""

from collections.abc import Mapping

from crossbook.errors import ErrorClass
from crossbook.messages.base import OrderType, Side, Tif
from crossbook.messages.gateway import AmendOrder, PlaceOrder
from gateway_binance import answers, capabilities, rate_limits, usdm_stream
from gateway_binance.account_answers import (
    FUTURES_BALANCES,
    FUTURES_POSITIONS,
    commission_facts,
    futures_balances,
    futures_positions,
    permission_facts,
)
from gateway_binance.error_table import USDM
from gateway_binance.signing import Signing
from gateway_binance.stream_frames import READ_ERRORS
from gateway_kit.capabilities import Capabilities
from gateway_kit.order_dialect import Reply, Use
from gateway_kit.order_words import Answer, Facts, Refusal, StreamWord
from gateway_kit.requests import Ask, Channel, Cost, HttpCall, Kind
from gateway_kit.tradables import Tradable

_TIFS = {Tif.GTC: "GTC", Tif.IOC: "IOC", Tif.FOK: "FOK"}
_UNSIGNED = {
    Kind.STREAM_KEY: ("POST", "/fapi/v1/listenKey"),
    Kind.STREAM_KEY_KEEP_ALIVE: ("PUT", "/fapi/v1/listenKey"),
}


class UsdmOrders:
    """The order dialect of USD-M futures, one-way position mode."""

    def __init__(self, signing: Signing, stp_mode: str, sapi_url: str = "") -> None:
        """`stp_mode`: what the venue does when two of ours would meet; `sapi_url`: where permissions are told."""
        self.signing = signing
        self._sapi_url = sapi_url
        self._window = f"recvWindow={signing.recv_window_ms}"
        self._stp = f"selfTradePreventionMode={stp_mode}"

    @property
    def capabilities(self) -> Capabilities:
        """Of USD-M futures."""
        return capabilities.USDM

    def place(
        self, channel: Channel, key: int, order: PlaceOrder, tradable: Tradable, client_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """`order.place`. RESULT waits for the matching of orders that end at once; ACK is faster for all others."""
        market = order.order_type is OrderType.MARKET
        ends = market or order.tif is not Tif.GTC
        tif = "" if market else f"timeInForce={'GTX' if order.post_only else _TIFS[order.tif]}&"
        price = "" if market else f"price={tradable.price_text(order.price_ticks)}&"
        fields = (
            f"newClientOrderId={client_id}&newOrderRespType={'RESULT' if ends else 'ACK'}&{price}"
            f"quantity={tradable.qty_text(order.qty_lots)}&{self._window}"
            f"{'&reduceOnly=true' if order.reduce_only else ''}&{self._stp}"
            f"&side={'BUY' if order.side is Side.BUY else 'SELL'}&symbol={tradable.symbol}"
            f"&{tif}timestamp={venue_ms}&type={'MARKET' if market else 'LIMIT'}"
        )
        if channel is Channel.WS:
            return self.signing.ws_order(key, "order.place", fields, f"timestamp={venue_ms}")
        return self.signing.rest("POST", "/fapi/v1/order", fields)

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
        """`order.modify`: same id, new price and total size; the place in the queue is lost."""
        fields = (
            f"origClientOrderId={client_id}&price={tradable.price_text(order.price_ticks)}"
            f"&quantity={tradable.qty_text(order.qty_lots)}&{self._window}"
            f"&side={'BUY' if order.side is Side.BUY else 'SELL'}&symbol={tradable.symbol}&timestamp={venue_ms}"
        )
        if channel is Channel.WS:
            return self.signing.ws_order(key, "order.modify", fields, f"timestamp={venue_ms}")
        return self.signing.rest("PUT", "/fapi/v1/order", fields)

    def cancel(
        self, channel: Channel, key: int, symbol: str, client_id: str, venue_order_id: str, venue_ms: int
    ) -> bytes | HttpCall:
        """`order.cancel`, by the venue's id where it is known."""
        fields = self._one_order(symbol, client_id, venue_order_id, venue_ms)
        if channel is Channel.WS:
            return self.signing.ws_order(
                key, "order.cancel", fields, f"timestamp={venue_ms}", f"orderId={venue_order_id}"
            )
        return self.signing.rest("DELETE", "/fapi/v1/order", fields)

    def ask(self, channel: Channel, key: int, ask: Ask, venue_ms: int) -> bytes | HttpCall | None:
        """Questions. Only single orders can be asked for over the WebSocket API; all else is REST."""
        if ask.kind in (Kind.QUERY, Kind.CANCEL):
            fields = self._one_order(ask.symbol, ask.client_order_id, ask.venue_order_id, venue_ms)
            method, verb = ("order.status", "GET") if ask.kind is Kind.QUERY else ("order.cancel", "DELETE")
            if channel is Channel.WS:
                return self.signing.ws(key, method, fields)
            return self.signing.rest(verb, "/fapi/v1/order", fields)
        if channel is Channel.WS:
            return None
        if ask.kind in _UNSIGNED:
            return self.signing.rest_keyed(*_UNSIGNED[ask.kind])
        if ask.kind is Kind.TIME:
            return self.signing.rest_public("/fapi/v1/time")
        return self._asked(ask, venue_ms)

    def ask_offered(self, kind: Kind) -> bool:
        """All, but for permissions where there is no `/sapi`."""
        return kind is not Kind.PERMISSIONS or bool(self._sapi_url)

    def cost(self, kind: Kind, channel: Channel, symbol: str) -> Cost:
        """From the documents' table."""
        return rate_limits.cost_of(rate_limits.USDM_COSTS, kind, channel)

    def reply(self, frame: bytes | memoryview) -> Reply:
        """A frame of the WebSocket API."""
        return answers.reply(frame)

    def http_uses(self, headers: Mapping[str, str]) -> tuple[Use, ...]:
        """Counters in REST headers."""
        return rate_limits.header_uses(headers)

    def answer(self, kind: Kind, status: int, headers: Mapping[str, str], body: bytes) -> Answer:
        """What an answer means."""
        if status != 200:
            return answers.refusal(USDM, status, headers, body)
        try:
            return self._read(kind, body)
        except READ_ERRORS as error:
            return Refusal(ErrorClass.UNKNOWN_OUTCOME, "http_200", f"unreadable answer: {error}")

    def stream(self, frame: bytes | memoryview) -> tuple[StreamWord, ...]:
        """A private event."""
        return usdm_stream.words(frame)

    def _one_order(self, symbol: str, client_id: str, venue_order_id: str, venue_ms: int) -> str:
        tail = f"{self._window}&symbol={symbol}&timestamp={venue_ms}"
        return f"orderId={venue_order_id}&{tail}" if venue_order_id else f"origClientOrderId={client_id}&{tail}"

    def _asked(self, ask: Ask, venue_ms: int) -> HttpCall | None:
        symbol, now = f"symbol={ask.symbol}", f"timestamp={venue_ms}"
        get = self.signing.rest
        match ask.kind:
            case Kind.OPEN_ORDERS:
                return get("GET", "/fapi/v1/openOrders", f"{self._window}&{symbol}&{now}")
            case Kind.HISTORY:
                fields = f"limit=1000&{self._window}&startTime={ask.since_ms}&{symbol}&{now}"
                return get("GET", "/fapi/v1/allOrders", fields)
            case Kind.TRADES:
                return get("GET", "/fapi/v1/userTrades", self._trades(ask, venue_ms))
            case Kind.BALANCES:
                return get("GET", "/fapi/v3/balance", f"{self._window}&{now}")
            case Kind.POSITIONS:
                return get("GET", "/fapi/v3/positionRisk", f"{self._window}&{now}")
            case Kind.COUNTDOWN:
                fields = f"countdownTime={ask.value}&{self._window}&{symbol}&{now}"
                return get("POST", "/fapi/v1/countdownCancelAll", fields)
            case Kind.FEES:
                return get("GET", "/fapi/v1/commissionRate", f"{self._window}&{symbol}&{now}")
            case Kind.POSITION_MODE:
                return get("GET", "/fapi/v1/positionSide/dual", f"{self._window}&{now}")
            case Kind.PERMISSIONS if self._sapi_url:
                return get("GET", "/sapi/v1/account/apiRestrictions", f"{self._window}&{now}", self._sapi_url)
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
            case Kind.PLACE | Kind.AMEND | Kind.CANCEL:
                return answers.accepted(answers.ORDER.decode(body))
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
                return futures_balances(FUTURES_BALANCES.decode(body))
            case Kind.POSITIONS:
                return futures_positions(FUTURES_POSITIONS.decode(body))
            case Kind.FEES:
                return commission_facts(body)
            case Kind.PERMISSIONS:
                return permission_facts(body)
        return Facts({name: str(value) for name, value in answers.OBJECT.decode(body).items()})
