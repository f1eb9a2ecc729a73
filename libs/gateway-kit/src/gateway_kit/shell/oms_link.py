"""The gateway's line to the OMS: says hello until it is welcomed, beats, hands commands to their markets.

Messages that cannot leave now wait in order; a new epoch of the OMS drops them, since a new OMS asks for everything
anyway (and what it asks for is newer). Commands of an OMS that has not welcomed us find an epoch that does not match.
"""

from collections import deque
from collections.abc import Callable
from typing import Any

from crossbook.bus import Dealer
from crossbook.clock import Clock
from crossbook.messages.base import Message
from crossbook.messages.gateway import (
    AmendOrder,
    CancelAllOrders,
    CancelOrder,
    GatewayBeat,
    GatewayHello,
    OmsBeat,
    OmsWelcome,
    PlaceOrder,
    QueryOrder,
    Reconcile,
)
from crossbook.telemetry import get_logger
from gateway_kit.oms_presence import OmsPresence

log = get_logger()

COMMANDS = (PlaceOrder, AmendOrder, CancelOrder, CancelAllOrders, QueryOrder, Reconcile, OmsWelcome, OmsBeat)
"""Everything an OMS sends to a gateway."""

BEAT_MS = 250
_HELLO_AGAIN_NS = 500_000_000
_SILENT_NS = 1_000_000_000
_WAITING_MAX = 20_000

Handlers = dict[type, Callable[[Any], None]]


class OmsLink:
    """One per gateway process."""

    def __init__(
        self,
        dealer: Callable[[Callable[[Any], None]], Dealer],
        clock: Clock,
        presence: OmsPresence,
        *,
        desk: int,
        hello: Callable[[], GatewayHello | None],
        beat: Callable[[], GatewayBeat],
        handlers: Handlers,
        on_epoch: Callable[[int], None],
        on_mismatch: Callable[[str], None],
    ) -> None:
        """`hello()` is None while no instrument is known. `on_mismatch`: the OMS is another desk's."""
        self._clock, self._presence, self._desk = clock, presence, desk
        self._hello, self._beat = hello, beat
        self._on_epoch, self._on_mismatch = on_epoch, on_mismatch
        self._handlers: Handlers = {**handlers, OmsWelcome: self._welcomed, OmsBeat: self._beaten}
        self._waiting: deque[Message] = deque(maxlen=_WAITING_MAX)
        self._hello_ns = 0
        self._heard_ns = 0
        self.epoch = 0
        """Of the OMS that welcomed us; 0 while none has."""
        self.not_sent = 0
        self._dealer = dealer(self._on_message)

    def tell(self, message: Message) -> None:
        """Send a message to the OMS, after those that wait."""
        if self._waiting or not self._dealer.send(message):
            self.not_sent += len(self._waiting) == _WAITING_MAX
            self._waiting.append(message)

    def say_hello(self) -> None:
        """At the next beat, whether or not it is due: instruments have changed."""
        self._hello_ns = 0
        self.epoch_confirmed = False

    def on_timer(self) -> None:
        """Call it each 250 ms."""
        now_ns = self._clock.monotonic_ns()
        while self._waiting and self._dealer.send(self._waiting[0]):
            self._waiting.popleft()
        silent = now_ns - self._heard_ns > _SILENT_NS
        if not self.epoch_confirmed or silent:
            self._try_hello(now_ns)
        if self.epoch and not self._dealer.send(self._beat()):
            self._presence_lost(now_ns)

    epoch_confirmed = False
    """Whether the OMS has answered the newest hello."""

    def _presence_lost(self, now_ns: int) -> None:
        if self._heard_ns:
            log.warning("oms_absent", silent_ms=(now_ns - self._heard_ns) // 1_000_000)
            self._heard_ns = 0

    def _try_hello(self, now_ns: int) -> None:
        if now_ns - self._hello_ns < _HELLO_AGAIN_NS:
            return
        hello = self._hello()
        if hello is not None and self._dealer.send(hello):
            self._hello_ns = now_ns

    def _on_message(self, message: Any) -> None:
        self._handlers[type(message)](message)

    def _welcomed(self, welcome: OmsWelcome) -> None:
        self._heard_ns = self._clock.monotonic_ns()
        if welcome.refused:
            log.warning("oms_refuses", reason=welcome.refused)
            self.epoch_confirmed = False
            return
        if welcome.desk != self._desk:
            self._on_mismatch(f"desk = {self._desk} here, {welcome.desk} in the OMS: configure the same number")
            return
        self.epoch_confirmed = True
        self._take_epoch(welcome.oms_epoch)
        log.info("oms_welcomes", epoch=welcome.oms_epoch, granted=len(welcome.granted))

    def _beaten(self, beat: OmsBeat) -> None:
        self._heard_ns = self._clock.monotonic_ns()
        self._presence.on_beat(beat.oms_epoch, beat.progress, self._heard_ns)
        if beat.oms_epoch != self.epoch:
            self.epoch_confirmed = False

    def _take_epoch(self, epoch: int) -> None:
        if epoch != self.epoch:
            self._waiting.clear()
        self.epoch = epoch
        self._on_epoch(epoch)
