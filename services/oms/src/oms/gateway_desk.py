"""The gateways' side of the OMS: each message of the `orders` socket to the part it concerns, and what links mean."""

from crossbook.messages.base import Liveness, Message
from crossbook.messages.gateway import (
    BalanceMoved,
    BalanceReport,
    CancelAllDone,
    FeeReport,
    ForeignOrder,
    GatewayBeat,
    GatewayHello,
    OrderAbsent,
    OrderAcked,
    OrderNotSent,
    OrderRejected,
    OrderReport,
    OrderUnknown,
    PositionReport,
    ReconcileReport,
    VenueFill,
)
from crossbook.messages.health import ProcessHealth
from oms.assets import Assets
from oms.context import Context
from oms.fills import Fills
from oms.gateways import Gateway, Gateways
from oms.inputs import PeerGone
from oms.markets import Markets
from oms.orders import Orders
from oms.positions import Positions
from oms.queries import Queries
from oms.reconciliation import Reconciliation
from oms.rejects import Rejects
from oms.venue_words import VenueWords

_ORDER_WORDS = (OrderAcked, OrderRejected, OrderNotSent, OrderUnknown, OrderAbsent)


class GatewayDesk:
    """Takes what gateways say."""

    TAKES: tuple[type[Message], ...] = (
        GatewayHello,
        GatewayBeat,
        *_ORDER_WORDS,
        OrderReport,
        VenueFill,
        ForeignOrder,
        BalanceReport,
        PositionReport,
        BalanceMoved,
        ReconcileReport,
        CancelAllDone,
        FeeReport,
    )
    """Messages of the `orders` socket."""

    def __init__(
        self,
        context: Context,
        gateways: Gateways,
        orders: Orders,
        queries: Queries,
        reconciliation: Reconciliation,
        words: VenueWords,
        fills: Fills,
        positions: Positions,
        assets: Assets,
        rejects: Rejects,
        markets: Markets,
    ) -> None:
        self._context = context
        self._gateways = gateways
        self._orders = orders
        self._queries = queries
        self._reconciliation = reconciliation
        self._words = words
        self._fills = fills
        self._positions = positions
        self._assets = assets
        self._rejects = rejects
        self._markets = markets

    def on_message(self, peer: bytes, message: Message) -> None:
        """A message of a gateway. One that was never welcomed is asked to introduce itself, its words are not lost:
        the comparison that follows its hello brings them again."""
        if isinstance(message, GatewayHello):
            self._hello(peer, message)
        elif isinstance(message, GatewayBeat):
            self._beat(peer, message)
        else:
            gateway = self._gateways.by_peer(peer)
            if gateway is not None:
                self._word(gateway, message)

    def gone(self, peer: bytes, message: PeerGone) -> None:
        """ZeroMQ has no such peer: the link is down at once, without waiting for missing beats."""
        gateway = self._gateways.by_peer(peer)
        if gateway is not None and gateway.up:
            self._lost(gateway, message.why)

    def on_tick(self) -> None:
        """Notice silence, and let gateways hear from us."""
        for gateway in self._gateways.silent():
            self._lost(gateway, "no beats")
        self._gateways.send_beats()

    def _hello(self, peer: bytes, message: GatewayHello) -> None:
        before = [g for g in self._gateways.all() if g.name == message.gateway and g.peer != peer and g.up]
        for old in before:
            self._lost(old, "a newer instance said hello")
        gateway, fresh = self._gateways.hello(peer, message)
        if gateway is None:
            return
        self._compare_builds(message)
        for definition in message.instruments:
            self._markets.learn(definition)
        self._orders.restore_risk([definition.instrument for definition in message.instruments])
        self._positions.tell_risk_all()
        if fresh:
            self._recover(gateway)
        else:
            self._reconciliation.soon(gateway)

    def _compare_builds(self, message: GatewayHello) -> None:
        """A mixed fleet is told, for that is how old code trades with new flags."""
        if message.build != self._context.build:
            text = f"runs build {message.build}, this OMS {self._context.build}"
            self._context.out.alert("warn", "mixed_builds", message.gateway, text)

    def _beat(self, peer: bytes, message: GatewayBeat) -> None:
        gateway, back = self._gateways.beat(peer, message)
        if gateway is not None and back:
            self._recover(gateway)

    def _recover(self, gateway: Gateway) -> None:
        """A link is new: nothing that happened meanwhile is known."""
        asked = self._queries.ask_all(gateway)
        self._reconciliation.start(gateway)
        self._health(gateway, Liveness.DEGRADED, "reconciling")
        self._context.out.alert(
            "info", "gateway_link", gateway.name, f"connected; asking about {asked} orders", cleared=True
        )

    def _lost(self, gateway: Gateway, why: str) -> None:
        unknown = self._queries.link_lost(gateway)
        self._gateways.lost(gateway)
        self._health(gateway, Liveness.DOWN, why)
        text = f"disconnected: {why}; {unknown} operations in flight are unknown"
        self._context.out.alert("page", "gateway_link", gateway.name, text)

    def _word(self, gateway: Gateway, message: Message) -> None:
        if isinstance(message, _ORDER_WORDS):
            self._order_word(message)
        elif isinstance(message, OrderReport):
            self._words.report(gateway, message)
        elif isinstance(message, VenueFill):
            if self._fills.on_fill(message):
                self._reconciliation.filled(message.instrument)
        elif isinstance(message, ReconcileReport):
            if self._reconciliation.on_report(gateway, message):
                self._positions.publish_all()
                self._health(gateway, Liveness.UP, "")
                self._context.out.alert(
                    "info", "recovered", gateway.name, "compared with the venue: may be traded", cleared=True
                )
        else:
            self._inventory_word(gateway, message)

    def _order_word(self, message: Message) -> None:
        order = self._orders.get(message.order_id)  # type: ignore[attr-defined]
        if order is None:
            return  # ended long ago; its reconciliation told what mattered
        match message:
            case OrderAcked():
                self._words.acked(order, message)
            case OrderRejected():
                self._rejects.count(order, message)
                self._words.rejected(order, message)
            case OrderNotSent():
                self._words.not_sent(order, message)
            case OrderUnknown():
                self._words.unknown(order, message)
            case OrderAbsent():
                self._words.absent(order, message)

    def _inventory_word(self, gateway: Gateway, message: Message) -> None:
        match message:
            case BalanceReport():
                self._reconciliation.on_balances(gateway, message)
            case PositionReport():
                self._reconciliation.on_positions(gateway, message)
            case BalanceMoved():
                self._moved(gateway, message)
            case ForeignOrder():
                what = f"{message.side.name.lower()} {message.qty} at {message.price}"
                text = f"{what} ({message.client_order_id}): left alone"
                self._context.out.alert("info", "foreign_order", message.instrument, text)
            case CancelAllDone(failed=failed) if failed:
                self._context.out.alert("warn", "cancel_all_failed", gateway.name, failed)
            case FeeReport():
                self._markets.fees(message)
            case _:
                pass  # a cancel-all that worked shows in its orders' reports

    def _moved(self, gateway: Gateway, message: BalanceMoved) -> None:
        if self._assets.moved_once(message):
            if message.kind == "funding" and message.instrument:
                self._positions.fund(message.account, message.instrument, message.amount)
            else:
                text = f"{message.kind} of {message.amount} {message.asset}"
                self._context.out.alert("info", "balance_moved", f"{message.account}.{message.market}", text)
            self._reconciliation.soon(gateway)

    def _health(self, gateway: Gateway, state: Liveness, reason: str) -> None:
        hello = gateway.hello
        health = ProcessHealth(gateway.name, "gateway", state, reason, hello.nonce, hello.build, gateway.last_beat_ns)
        self._context.out.publish(f"process.{gateway.name}", health, retain=True)
