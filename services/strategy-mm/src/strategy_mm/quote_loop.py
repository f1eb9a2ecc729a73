"""Quoting one instrument: market, orders and position in; intents out. Pure: time and links come as arguments.

Every call of `requote` looks at the whole picture: may we quote, what is wanted, what stands, what is the difference.
"""

from crossbook.instruments import Grid
from crossbook.messages.base import OrderState, Side
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, InstrumentDefinition, VenueHealth
from crossbook.messages.orders import Accepted, Denied, Fill, OrderUpdate
from strategy_mm.fair_price import Top
from strategy_mm.foreign_top import foreign_top
from strategy_mm.halts import Halts
from strategy_mm.intent_writer import Intent, IntentWriter
from strategy_mm.market_view import MarketView
from strategy_mm.own_quotes import OwnQuote, OwnQuotes
from strategy_mm.parameters import QuotingParameters
from strategy_mm.pricing import Pricing
from strategy_mm.quote_differ import Cancel, Place, diff_side
from strategy_mm.quote_planner import PlanInputs, Target, only_reducing, plan_side
from strategy_mm.quote_state import Blocked, Reason, SideState
from strategy_mm.session import Session
from strategy_mm.side_guard import SideGuard

SIDES = (Side.BUY, Side.SELL)
_BLIND = frozenset({Reason.OMS_DOWN, Reason.SYNCING})
"""While these hold we cannot act on our orders: the OMS cancels them when our silence lasts."""


class QuoteLoop:
    """One instrument of one strategy."""

    def __init__(self, parameters: QuotingParameters, session: Session, now_ns: int) -> None:
        """Quotes nothing until definition, book, orders and position are known."""
        self.parameters = parameters
        self.market = MarketView()
        self.reference = MarketView()
        self.own = OwnQuotes()
        self.position = 0.0
        self.halts = Halts(session.strategy, parameters.instrument)
        self._session = session
        self._pricing = Pricing(parameters)
        self._grid: Grid | None = None
        self._guards = {side: SideGuard(parameters.guards) for side in SIDES}
        self.states = {side: SideState(parameters.instrument, side, now_ns) for side in SIDES}
        self._writer = IntentWriter(session, parameters)
        self.unanswered_tick_ns = 0
        """Receipt of the last tick that could not be acted on because an order was still under way; 0 if none."""

    @property
    def fair_price(self) -> float:
        """The last estimate; 0 before the first."""
        return self._pricing.fair.fair if self._pricing.fair else 0.0

    def retune(self, parameters: QuotingParameters) -> None:
        """Use new parameters from the next look on; what was learnt and what stands is kept."""
        self.parameters = parameters
        self._pricing.retune(parameters)
        self._guards = {side: SideGuard(parameters.guards) for side in SIDES}
        self._writer = IntentWriter(self._session, parameters)

    # --- market -----------------------------------------------------------------------------------------------------

    def on_definition(self, definition: InstrumentDefinition) -> None:
        """The instrument's rules; an older revision than the one in use is ignored."""
        if self._grid is None or definition.revision >= self._grid.revision:
            self._grid = Grid.of(definition)

    def on_market(self, message: BookTop | BookDepth | BookInvalid | BookProved, seq: int) -> None:
        """News of the own instrument's book."""
        _view(self.market, message, seq)

    def on_reference(self, message: BookTop | BookDepth | BookInvalid | BookProved, seq: int) -> None:
        """News of the leading instrument's book."""
        _view(self.reference, message, seq)

    def on_health(self, health: VenueHealth) -> None:
        """Health of the venue's market this instrument trades on; that of another market is ignored."""
        definition = self._grid.definition if self._grid else None
        if definition is not None and (health.venue, health.market) == (definition.venue, definition.market):
            self.market.on_health(health)

    # --- orders -----------------------------------------------------------------------------------------------------

    def on_snapshot(self, orders: tuple[OrderUpdate, ...], position: float, now_ns: int) -> list[Intent]:
        """The OMS's word on what is live; returns cancels for orders that have no slot."""
        self.position = position
        surplus = self.own.replace_all(orders, now_ns)
        return [self._writer.cancel_order(update.order_id, now_ns) for update in surplus]

    def on_accepted(self, accepted: Accepted) -> None:
        """Our intent passed."""
        if (quote := self.own.find(accepted.order_id, accepted.intent_id)) is not None:
            self.own.accepted(quote, accepted.order_id, accepted.accepted_ns)

    def on_denied(self, denied: Denied, now_ns: int) -> None:
        """Our intent was refused by risk or the OMS: a new order is gone, an existing one stands as it was."""
        quote = self.own.find(denied.order_id, denied.intent_id)
        if quote is None:
            return
        self._guards[quote.slot[0]].on_denied(f"by=risk code={denied.code} {denied.context}", now_ns)
        self._drop_action(quote)

    def on_not_sent(self, intent_id: int) -> None:
        """The bus did not take our intent: nothing happened."""
        if (quote := self.own.find(0, intent_id)) is not None:
            self._drop_action(quote)

    def on_update(self, update: OrderUpdate, now_ns: int) -> bool:
        """State of one of our orders. False when it is live and we do not know it: our picture is incomplete."""
        quote = self.own.find(update.order_id, update.intent_id)
        if quote is None:
            return update.state.is_terminal
        guard = self._guards[quote.slot[0]]
        self.own.apply(quote, update)
        if update.state is OrderState.REJECTED:
            guard.on_rejected(f"by=venue {update.reason}", now_ns)
        elif update.state is OrderState.DENIED:
            guard.on_denied(f"by=gateway {update.reason}", now_ns)
        elif update.state is OrderState.OPEN:
            guard.on_accepted_by_venue()
        return True

    def on_fill(self, fill: Fill, now_ns: int) -> None:
        """A trade of ours, once."""
        quote = self.own.find(fill.order_id)
        self._guards[fill.side].on_fill(now_ns)
        self._guards[fill.side.opposite].on_other_side_filled()
        if fill.maker:
            self._pricing.on_maker_fill(quote.slot[1] if quote else 0, fill.side, float(fill.price), now_ns)

    def _drop_action(self, quote: OwnQuote) -> None:
        if quote.action_intent_id == quote.place_intent_id:
            self.own.remove(quote)
        else:
            self.own.settle(quote)

    # --- the look at everything -----------------------------------------------------------------------------------

    def requote(self, now_ns: int, tick_received_ns: int = 0) -> list[Intent]:
        """Intents that bring what stands to what is wanted. `tick_received_ns`: receipt of the causing tick, if any."""
        intents = self._intents(now_ns, tick_received_ns)
        waits = tick_received_ns and not intents and any(quote.action_intent_id for quote in self.own)
        self.unanswered_tick_ns = tick_received_ns if waits else 0
        return intents

    def _intents(self, now_ns: int, tick_received_ns: int) -> list[Intent]:
        intents: list[Intent] = []
        try:
            grid, inputs = self._look(now_ns)
        except Blocked as blocked:
            for side in SIDES:
                if blocked.reason in _BLIND:
                    self.states[side].set(blocked.reason, blocked.context, now_ns)
                else:
                    intents += self._pull(side, blocked, now_ns, tick_received_ns)
            return intents
        for side in SIDES:
            intents += self._requote_side(side, grid, inputs, now_ns, tick_received_ns)
        return intents

    def _look(self, now_ns: int) -> tuple[Grid, PlanInputs]:
        """The plan's inputs. Raises Blocked with the first reason that holds."""
        if not self.parameters.enabled:
            raise Blocked(Reason.DISABLED)
        self._session.check()
        self.halts.check()
        grid = self._grid
        if grid is None:
            raise Blocked(Reason.INSTRUMENT_UNKNOWN)
        if not grid.is_tradable:
            raise Blocked(Reason.INSTRUMENT_NOT_TRADING, f"status={grid.definition.status}")
        top = self.market.usable_top(self.parameters.guards, now_ns)
        others = foreign_top(top, self.market.depth, self.own, grid)
        self._pricing.on_mid(others.mid, now_ns)
        scale = self._session.size_scale
        return grid, self._pricing.inputs(others, self._reference_top(now_ns), self.position, scale, grid, now_ns)

    def _reference_top(self, now_ns: int) -> Top | None:
        if self.parameters.fair_price.reference is None:
            return None
        try:
            top = self.reference.usable_top(self.parameters.guards, now_ns)
        except Blocked as blocked:
            raise Blocked(Reason.REFERENCE_STALE, f"cause={blocked.reason} {blocked.context}".strip()) from None
        return Top(top.bid, top.bid_size, top.ask, top.ask_size)

    def _requote_side(
        self, side: Side, grid: Grid, inputs: PlanInputs, now_ns: int, tick_received_ns: int
    ) -> list[Intent]:
        guard = self._guards[side]
        try:
            guard.check_stand(now_ns)
            targets = plan_side(side, self.parameters, inputs, grid)
            if self.halts.reduce_only:
                targets = only_reducing(targets, side, self.position, grid)
        except Blocked as blocked:
            return self._pull(side, blocked, now_ns, tick_received_ns)
        pause = guard.pause(now_ns)
        half_ticks = inputs.half_bps[0] * inputs.fair.fair / 1e4 / grid.tick
        intents = self._act(side, targets, half_ticks, now_ns, tick_received_ns, pause is None)
        self._note(side, pause, now_ns)
        return intents

    def _act(
        self, side: Side, targets: list[Target], half_ticks: float, now_ns: int, tick_received_ns: int, may_place: bool
    ) -> list[Intent]:
        actions = diff_side(side, targets, self.own, self.parameters.requote, half_ticks, now_ns, may_place)
        intents: list[Intent] = []
        intent: Intent
        for action in actions:
            if isinstance(action, Place):
                intent = self._writer.place(action.target, self._grid, self.market, now_ns, tick_received_ns)
                self.own.add(_new_quote(action.target, intent.intent_id, now_ns))
            elif isinstance(action, Cancel):
                intent = self._writer.cancel(action.quote, now_ns, tick_received_ns)
                action.quote.cancelling = True
                self.own.begin(action.quote, intent.intent_id, now_ns)
            else:
                intent = self._writer.amend(action, self.market, now_ns, tick_received_ns)
                action.quote.placed_ns = now_ns
                self.own.begin(action.quote, intent.intent_id, now_ns)
            intents.append(intent)
        return intents

    def _pull(self, side: Side, blocked: Blocked, now_ns: int, tick_received_ns: int) -> list[Intent]:
        """Take a side off and note why."""
        self.states[side].set(blocked.reason, blocked.context, now_ns)
        return self._act(side, [], 0.0, now_ns, tick_received_ns, may_place=False)

    def _note(self, side: Side, pause: tuple[Reason, str] | None, now_ns: int) -> None:
        """Say whether the side is quoted, and if not, why: the targets exist, so it is about orders."""
        quotes = self.own.of_side(side)
        if any(quote.rests and not quote.cancelling for quote in quotes):
            self.states[side].set(None, f"orders={len(quotes)}", now_ns)
        elif any(quote.state is OrderState.UNKNOWN for quote in quotes):
            self.states[side].set(Reason.ORDER_UNKNOWN, "", now_ns)
        elif pause is not None and not quotes:
            self.states[side].set(*pause, now_ns)
        else:
            self.states[side].set(Reason.AWAITING_VENUE, f"orders={len(quotes)}", now_ns)


def _view(view: MarketView, message: BookTop | BookDepth | BookInvalid | BookProved, seq: int) -> None:
    if isinstance(message, BookTop):
        view.on_top(message, seq)
    elif isinstance(message, BookDepth):
        view.on_depth(message)
    elif isinstance(message, BookProved):
        view.on_proved(message)
    else:
        view.on_invalid(message)


def _new_quote(target: Target, intent_id: int, now_ns: int) -> OwnQuote:
    return OwnQuote(
        slot=(target.side, target.level),
        place_intent_id=intent_id,
        order_id=0,
        ticks=target.ticks,
        lots=target.lots,
        filled_lots=0,
        state=OrderState.PENDING,
        placed_ns=now_ns,
        action_intent_id=intent_id,
        action_ns=now_ns,
    )
