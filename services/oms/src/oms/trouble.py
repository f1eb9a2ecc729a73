"""Trouble of the OMS's own: a journal that takes nothing, a Redis that is gone, a command nobody took, SIGTERM."""

from oms.cancels import Cancels
from oms.context import Context
from oms.inputs import JournalState, NotDelivered, RedisState, Stopping
from oms.refusals import Refusal
from oms.venue_words import VenueWords

MS = 1_000_000
REDIS_LOST = "redis_lost"
JOURNAL, STOPPING = Refusal.JOURNAL_UNWRITABLE, Refusal.STOPPING


class Trouble:
    """Restricts trading for as long as a cause of ours lasts."""

    def __init__(self, context: Context, cancels: Cancels, words: VenueWords) -> None:
        self._context = context
        self._cancels = cancels
        self._words = words
        self._redis_gone_ns: int | None = None
        self._reduce_only = False

    def not_delivered(self, peer: bytes, message: NotDelivered) -> None:
        """A command that had no peer: it was not sent, and the order stands as before it."""
        order = self._context.state.orders.get(message.order_id)
        if order is not None:
            self._words.never_left(order, message.operation, f"not_sent {message.why}")

    def journal(self, peer: bytes, message: JournalState) -> None:
        """No record, no new order; cancels go on."""
        if message.writable:
            if self._context.not_adding.pop(JOURNAL, None) is not None:
                self._context.out.alert("info", JOURNAL, "journal", "records are written again", cleared=True)
        elif JOURNAL not in self._context.not_adding:
            self._context.not_adding[JOURNAL] = f"why={message.why}"
            text = f"{message.why}: no order is added until it takes records again; cancels go on"
            self._context.out.alert("page", JOURNAL, "journal", text)

    def redis(self, peer: bytes, message: RedisState) -> None:
        """Redis came or went. Trading goes on without it for the configured grace."""
        if message.reachable:
            if self._redis_gone_ns is not None:
                self._redis_gone_ns = None
                self._redis_back()
        elif self._redis_gone_ns is None:
            self._redis_gone_ns = self._context.now_ns
            grace_s = self._context.settings.redis_grace_ms / 1_000
            text = f"{message.why}: going on in memory, reduce-only after {grace_s:g} s"
            self._context.out.alert("warn", REDIS_LOST, "redis", text)

    def stopping(self, peer: bytes, message: Stopping) -> None:
        """SIGTERM: nothing is added any more, everything is cancelled."""
        self._context.not_adding[STOPPING] = f"why={message.why}"
        count = self._cancels.cancel_scope("all", "OMS stops")
        self._context.out.alert("info", STOPPING, "oms", f"cancelling {count} orders")

    def on_tick(self) -> None:
        """The grace without Redis may have ended."""
        gone_ns = self._redis_gone_ns
        grace_ns = self._context.settings.redis_grace_ms * MS
        if gone_ns is None or self._reduce_only or self._context.now_ns - gone_ns <= grace_ns:
            return
        self._reduce_only = True
        self._context.risk_actions.extend(
            self._context.risk.halt("all", REDIS_LOST, "oms", self._context.now_ns, latched=False, level="reduce_only")
        )

    def _redis_back(self) -> None:
        if self._reduce_only:
            self._reduce_only = False
            self._context.risk_actions.extend(self._context.risk.clear("all", REDIS_LOST, self._context.now_ns))
        self._context.out.alert("info", REDIS_LOST, "redis", "takes our state", cleared=True)
