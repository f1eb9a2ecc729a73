"""Gateways: who they are, what each may trade, whether its link lives. Ownership is granted here alone.

Orders go to the newest epoch that said hello for (account, instrument). A gateway that falls silent is disconnected:
what was in flight to it becomes UNKNOWN. Its hello, also after a restart of ours, opens the way of recovery: welcome,
a question for every order that is not ended, and a comparison of everything; only after that may it be traded.
"""

from dataclasses import dataclass, field

from crossbook.instruments import Grid
from crossbook.messages.base import SCHEMA_VERSION, Message
from crossbook.messages.gateway import GatewayBeat, GatewayHello, OmsBeat, OmsWelcome
from oms.context import Context
from oms.refusals import Refusal
from oms.rows import GatewayEpoch

MS = 1_000_000


@dataclass(slots=True)
class Gateway:
    """One process that said hello. `up` while its beats come; `reconciled` after the first whole comparison since."""

    peer: bytes
    hello: GatewayHello
    up: bool
    last_beat_ns: int
    reconciled: bool = False
    ready: dict[str, bool] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        """The gateway's own name."""
        return self.hello.gateway


class Gateways:
    """All gateways known in this life of the OMS, and who owns which instrument of which account."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._by_peer: dict[bytes, Gateway] = {}
        self._owners: dict[tuple[str, str], Gateway] = {}
        self._progress = 0
        self._last_beat_out_ns = 0

    def by_peer(self, peer: bytes) -> Gateway | None:
        """The gateway behind an identity, if it said hello and was welcomed."""
        return self._by_peer.get(peer)

    def owner(self, account: str, instrument: str) -> Gateway | None:
        """Who trades an instrument of an account; None while nobody does."""
        return self._owners.get((account, instrument))

    def all(self) -> list[Gateway]:
        """Every gateway that was welcomed and not superseded."""
        return list(self._by_peer.values())

    def instruments_of(self, gateway: Gateway) -> list[str]:
        """What it owns now."""
        return [instrument for (_, instrument), owner in self._owners.items() if owner is gateway]

    def why_not(self, account: str, instrument: str) -> tuple[str, str]:
        """Why nothing can be sent for an instrument: denial code and context; two empty strings when it can."""
        gateway = self._owners.get((account, instrument))
        if gateway is None or not gateway.up:
            return Refusal.GATEWAY_ABSENT, f"account={account} instrument={instrument}"
        if not gateway.reconciled:
            return Refusal.RECOVERING, f"gateway={gateway.name}"
        market = self._context.grids[instrument].definition.market
        if not gateway.ready.get(market, False):
            return Refusal.GATEWAY_NOT_READY, f"market={market} reason={gateway.reasons.get(market, 'no beat yet')}"
        return "", ""

    def hello(self, peer: bytes, message: GatewayHello) -> tuple[Gateway | None, bool]:
        """Judge a hello and answer it. The gateway when welcomed, and whether its link is new."""
        refused = self._refusal(message)
        if refused:
            self._welcome(peer, (), refused)
            self._context.out.alert("page", "gateway_refused", message.gateway, refused)
            return None, False
        known = self._by_peer.get(peer)
        fresh = known is None or not known.up
        now_ns = self._context.now_ns
        gateway = known or Gateway(peer, message, up=True, last_beat_ns=now_ns)
        gateway.hello, gateway.up, gateway.last_beat_ns = message, True, now_ns
        if fresh:
            gateway.reconciled = False
        self._supersede(gateway)
        self._by_peer[peer] = gateway
        self._remember_epoch(message)
        self._welcome(peer, self._grant(gateway), "")
        return gateway, fresh

    def beat(self, peer: bytes, message: GatewayBeat) -> tuple[Gateway | None, bool]:
        """A beat, and whether it ends a silence: what was lost meanwhile is then unknown, as after a hello.

        None for a peer that was never welcomed: it is asked to say hello first.
        """
        gateway = self._by_peer.get(peer)
        if gateway is None:
            self._welcome(peer, (), "say hello first")
            return None, False
        back = not gateway.up
        gateway.up, gateway.last_beat_ns = True, self._context.now_ns
        gateway.ready, gateway.reasons = message.ready, message.reasons
        return gateway, back

    def silent(self) -> list[Gateway]:
        """Gateways whose beats have just been missing for too long; each is named once."""
        limit_ns = self._context.settings.gateway_silent_ms * MS
        now_ns = self._context.now_ns
        return [g for g in self._by_peer.values() if g.up and now_ns - g.last_beat_ns > limit_ns]

    def lost(self, gateway: Gateway) -> None:
        """Its link is down."""
        gateway.up = gateway.reconciled = False
        gateway.ready = {}

    def send_beats(self) -> None:
        """The OMS's own beat to every gateway: dead-man switches are fed only while it comes and shows progress."""
        now_ns = self._context.now_ns
        if now_ns - self._last_beat_out_ns < self._context.settings.beat_ms * MS:
            return
        self._last_beat_out_ns = now_ns
        self._progress += 1
        for gateway in self._by_peer.values():
            if gateway.up:
                self.send(gateway, OmsBeat(self._context.state.desk.epoch, self._progress, now_ns))

    def send(self, gateway: Gateway, message: Message) -> None:
        """A command to a gateway."""
        self._context.out.command(gateway.peer, message)

    def _refusal(self, hello: GatewayHello) -> str:
        if hello.schema_version != SCHEMA_VERSION:
            return (
                f"{hello.gateway} speaks message schema {hello.schema_version}, this OMS {SCHEMA_VERSION}: "
                "run both from the same build"
            )
        newest = self._context.state.epochs.get(hello.gateway)
        if newest is not None and newest.epoch > hello.epoch:
            return f"epoch {hello.epoch} of {hello.gateway} is over: {newest.epoch} has said hello"
        return ""

    def _supersede(self, gateway: Gateway) -> None:
        """Earlier instances of the same gateway are gone: two never trade at once."""
        for peer, other in list(self._by_peer.items()):
            if other is not gateway and other.name == gateway.name:
                self.lost(other)
                del self._by_peer[peer]

    def _remember_epoch(self, hello: GatewayHello) -> None:
        row = self._context.state.epochs.get(hello.gateway)
        if row is None or row.epoch < hello.epoch:
            row = GatewayEpoch(hello.gateway, hello.epoch, hello.venue, hello.account)
            self._context.state.epochs[hello.gateway] = row
            self._context.out.changed(row)

    def _grant(self, gateway: Gateway) -> tuple[str, ...]:
        granted = []
        for definition in gateway.hello.instruments:
            key = (gateway.hello.account, definition.instrument)
            owner = self._owners.get(key)
            if owner is not None and owner is not gateway and owner.up and owner.hello.epoch > gateway.hello.epoch:
                continue
            try:
                self._context.grids[definition.instrument] = Grid.of(definition)
                self._context.risk.define(definition)
            except ValueError as error:
                self._context.out.alert("page", "instrument_refused", definition.instrument, str(error))
                continue
            self._owners[key] = gateway
            granted.append(definition.instrument)
        return tuple(granted)

    def _welcome(self, peer: bytes, granted: tuple[str, ...], refused: str) -> None:
        desk = self._context.state.desk
        self._context.out.command(peer, OmsWelcome(desk.epoch, desk.desk, granted, refused, self._context.now_ns))
