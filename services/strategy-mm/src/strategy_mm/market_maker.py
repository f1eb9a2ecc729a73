"""A whole market-making strategy: its quote loops, its link to the OMS, and the reasons it reports. Pure.

The shell hands in what arrives and sends what comes out; `on_not_sent` tells of what the bus did not take.
"""

from collections.abc import Iterable

from crossbook.messages.inventory import Position
from crossbook.messages.market import (
    BookDepth,
    BookInvalid,
    BookProved,
    BookTop,
    InstrumentDefinition,
    VenueHealth,
)
from crossbook.messages.orders import (
    Accepted,
    Denied,
    Fill,
    OrderUpdate,
    QuoteStates,
    StateRequest,
    StateSnapshot,
)
from crossbook.messages.risk import RiskState
from strategy_mm.intent_writer import Intent
from strategy_mm.own_quotes import UNDER_WAY
from strategy_mm.parameters import QuotingParameters
from strategy_mm.quote_loop import SIDES, QuoteLoop
from strategy_mm.session import Session

MarketMessage = BookTop | BookDepth | BookInvalid | BookProved | InstrumentDefinition | VenueHealth
EventMessage = OrderUpdate | Fill | Position | RiskState

HELLO_FIRST = "hello_first"
"""Denial code of an OMS that does not know us: it has restarted, and nothing of ours was looked at."""
_STATE_RETRY_NS = 500_000_000
_STATES_EVERY_NS = 1_000_000_000
_ACTION_TIMEOUT_NS = 2_000_000_000


class MarketMaker:
    """All instruments of one strategy instance."""

    def __init__(self, strategy: str, account: str, quoting: Iterable[QuotingParameters], start_id: int, now_ns: int):
        """`start_id`: first intent id, above every one an earlier run has used."""
        self.session = Session(strategy, account, start_id)
        self.loops = {parameters.instrument: QuoteLoop(parameters, self.session, now_ns) for parameters in quoting}
        self._led_by: dict[str, list[QuoteLoop]] = {}
        self._link_references()
        self._request_id = 0
        self._requested_ns = -_STATE_RETRY_NS
        self._snapshot_sequences: dict[str, int] = {}
        self._states_sent_ns = 0

    def _link_references(self) -> None:
        self._led_by = {}
        for loop in self.loops.values():
            reference = loop.parameters.fair_price.reference
            if reference is not None:
                self._led_by.setdefault(reference, []).append(loop)

    @property
    def instruments(self) -> set[str]:
        """Every instrument whose market is needed: quoted ones and references."""
        return set(self.loops) | set(self._led_by)

    def retune(self, quoting: Iterable[QuotingParameters]) -> None:
        """New parameters for the instruments quoted; the set of instruments and references stays as it is."""
        for parameters in quoting:
            self.loops[parameters.instrument].retune(parameters)

    # --- market -----------------------------------------------------------------------------------------------------

    def on_market(self, seq: int, message: MarketMessage, now_ns: int) -> list[Intent]:
        """Market data of any instrument needed; a new top or an invalid book is acted on at once."""
        if isinstance(message, VenueHealth):
            for loop in self.loops.values():
                loop.on_health(message)
            return []
        if isinstance(message, InstrumentDefinition):
            if (quoted := self.loops.get(message.instrument)) is not None:
                quoted.on_definition(message)
            return []
        return self._on_book(seq, message, now_ns)

    def _on_book(self, seq: int, message: BookTop | BookDepth | BookInvalid | BookProved, now_ns: int) -> list[Intent]:
        concerned = list(self._led_by.get(message.instrument, ()))
        for loop in concerned:
            loop.on_reference(message, seq)
        if (quoted := self.loops.get(message.instrument)) is not None:
            quoted.on_market(message, seq)
            concerned.append(quoted)
        if isinstance(message, BookDepth | BookProved):
            return []
        tick_ns = message.received_ns
        return [intent for loop in concerned for intent in loop.requote(now_ns, tick_ns)]

    def on_market_link(self, venue: str, up: bool, now_ns: int) -> list[Intent]:
        """The gateway's stream stopped or returned. Stopped: its books price nothing, whatever their age."""
        if up:
            return []
        for instrument, loop in self.loops.items():
            if instrument.endswith(f"@{venue}"):
                loop.market.lost()
            if (loop.parameters.fair_price.reference or "").endswith(f"@{venue}"):
                loop.reference.lost()
        return self._requote_all(now_ns)

    # --- the OMS ------------------------------------------------------------------------------------------------------

    def on_oms_link(self, up: bool) -> None:
        """The OMS's events stopped or returned; either way its word must be asked for anew."""
        self.session.oms_up = up
        self.desync()

    def desync(self) -> None:
        """Our picture of our orders may be wrong (gap, new link): act on nothing until the OMS has stated it."""
        self.session.synced = False
        self._requested_ns = -_STATE_RETRY_NS

    def state_request(self, now_ns: int) -> StateRequest | None:
        """A request for our state when it is wanted, at most every half second."""
        wanted = not self.session.synced or any(self._is_in_doubt(loop, now_ns) for loop in self.loops.values())
        if not wanted or now_ns - self._requested_ns < _STATE_RETRY_NS:
            return None
        self._requested_ns = now_ns
        self._request_id += 1
        return StateRequest(self._request_id, self.session.strategy)

    def _is_in_doubt(self, loop: QuoteLoop, now_ns: int) -> bool:
        """An action has gone unanswered for too long, or the OMS was not ready for the instrument when last asked."""
        overdue = any(q.action_intent_id and now_ns - q.action_ns > _ACTION_TIMEOUT_NS for q in loop.own)
        return overdue or bool(loop.halts.not_ready)

    def on_snapshot(self, snapshot: StateSnapshot, now_ns: int) -> list[Intent]:
        """The OMS's whole word. An answer to an older request than the last is ignored."""
        if snapshot.request_id != self._request_id:
            return []
        self._snapshot_sequences = snapshot.sequences
        self.session.size_scale = snapshot.size_scale
        intents: list[Intent] = []
        for instrument, loop in self.loops.items():
            orders = tuple(order for order in snapshot.orders if order.instrument == instrument)
            loop.halts.not_ready = snapshot.halted
            position = float(snapshot.positions.get(instrument, 0))
            intents += loop.on_snapshot(orders, position, now_ns)
        self.session.synced = True
        return intents + self._requote_all(now_ns)

    def on_verdict(self, verdict: Accepted | Denied, now_ns: int) -> None:
        """Risk's answer to one of our intents."""
        if isinstance(verdict, Denied) and verdict.code == HELLO_FIRST:
            self._forget(verdict.intent_id)
            self.desync()
            return
        for loop in self.loops.values():
            if isinstance(verdict, Accepted):
                loop.on_accepted(verdict)
            else:
                loop.on_denied(verdict, now_ns)

    def on_not_sent(self, intent: Intent) -> None:
        """The bus did not take this intent."""
        self._forget(intent.intent_id)

    def _forget(self, intent_id: int) -> None:
        for loop in self.loops.values():
            loop.on_not_sent(intent_id)

    def on_event(self, topic: str, seq: int, event: EventMessage, now_ns: int) -> list[Intent]:
        """News of our orders, fills, positions, and of risk."""
        if isinstance(event, RiskState):
            self.session.size_scale = event.size_scale
            for loop in self.loops.values():
                loop.halts.on_blocks(event.blocks)
            return self._requote_all(now_ns)
        if seq <= self._snapshot_sequences.get(topic, 0):
            return []
        concerned = self.loops.get(event.instrument)
        if concerned is None:
            return []
        if isinstance(event, OrderUpdate):
            if not concerned.on_update(event, now_ns):
                self.desync()
            if event.state in UNDER_WAY:
                return []  # it frees no slot: the next tick looks again
        elif isinstance(event, Fill):
            concerned.on_fill(event, now_ns)
        else:
            concerned.position = float(event.qty)
        return concerned.requote(now_ns, concerned.unanswered_tick_ns)

    # --- time ---------------------------------------------------------------------------------------------------------

    def on_timer(self, now_ns: int) -> list[Intent]:
        """Look at everything: books age, pauses end, quotes come of age."""
        return self._requote_all(now_ns)

    def stop(self, now_ns: int) -> list[Intent]:
        """Take every quote off; nothing is placed any more."""
        self.session.stopping = True
        return self._requote_all(now_ns)

    @property
    def live_orders(self) -> int:
        """Orders of ours that have not ended, as far as we know."""
        return sum(1 for loop in self.loops.values() for _ in loop.own)

    def quote_states(self, now_ns: int) -> QuoteStates | None:
        """The states of all sides: when one has changed, and each second."""
        sides = [loop.states[side] for loop in self.loops.values() for side in SIDES]
        if not any(side.changed for side in sides) and now_ns - self._states_sent_ns < _STATES_EVERY_NS:
            return None
        for side in sides:
            side.changed = False
        self._states_sent_ns = now_ns
        return QuoteStates(
            self.session.strategy,
            tuple(side.report() for side in sides),
            now_ns,
            self.session.account,
            {instrument: loop.fair_price for instrument, loop in self.loops.items()},
        )

    def _requote_all(self, now_ns: int) -> list[Intent]:
        return [intent for loop in self.loops.values() for intent in loop.requote(now_ns)]
