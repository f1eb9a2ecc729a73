"""Risk as the OMS holds it: facts in, verdicts and actions out. One object, one turn of the loop, no clock of its own.

The order of calls is all that decides: the same calls with the same arguments give the same verdicts and actions.
Blocks, scales and reservations are in force when a call returns; the OMS journals, cancels, publishes and alerts as the
returned actions say.
"""

import math
from decimal import Decimal

from crossbook.messages.base import Side
from crossbook.messages.market import BookDepth, BookInvalid, BookProved, BookTop, InstrumentDefinition
from crossbook.messages.orders import AmendIntent, CancelIntent, OrderUpdate, PlaceIntent
from crossbook.messages.risk import Block, Exposure, RiskState
from risk import recovery, reports
from risk.actions import Action
from risk.config import RiskConfig
from risk.context import RiskContext
from risk.denials import Denial
from risk.gate import ApprovedAmend, ApprovedCancel, ApprovedOrder, Gate
from risk.instrument_rules import rules_of
from risk.reservation import settle_amend
from risk.supervisor import Supervisor
from risk.trading_state import BY_RULE, HALT, KILL
from risk.units import price_units, qty_units

_REVALUE_SHARE = 1e-4
"""Positions are valued anew when the mid has moved by a basis point; less would cost time and change nothing."""


class RiskEngine:
    """Everything risk knows and says. See the package's docstring for the parts it is made of."""

    def __init__(self, config: RiskConfig) -> None:
        """Risk under that configuration, without a past."""
        self.config = config
        self.context = RiskContext.of(config)
        self._gate = Gate(self.context)
        self._supervisor = Supervisor(self.context)
        self._valued_at: dict[str, float] = {}
        self._sources = {instrument: currency for currency, instrument in config.valuation.sources.items()}

    # Facts about markets and money

    def define(self, definition: InstrumentDefinition) -> None:
        """Take an instrument's rules, or new ones. Raises ValueError when a step is not above zero.

        A top that came before is valued now: in a quiet market the next one may be long in coming.
        """
        rules = self.context.rules[definition.instrument] = rules_of(definition, self.config)
        view = self.context.view(definition.instrument)
        if view.mid and not view.invalid:
            self._value(definition.instrument, rules.quote, view.mid)

    def on_top(self, top: BookTop) -> list[Action]:
        """Take a new top of book; an instrument that nobody defined is kept for later."""
        view = self.context.view(top.instrument)
        view.on_top(top)
        rules = self.context.rules.get(top.instrument)
        if rules is None or view.invalid:
            return []
        self._value(top.instrument, rules.quote, view.mid)
        if top.instrument in self._sources:
            self._on_source(self._sources[top.instrument], rules.quote, view.mid, top.received_ns)
        return self._supervisor.on_mid(rules.asset, top.instrument, view.mid, top.received_ns)

    def on_invalid(self, message: BookInvalid) -> list[Action]:
        """A book may be wrong: its orders go at once, and nothing is priced from it until it is good again."""
        view = self.context.view(message.instrument)
        view.on_invalid(message)
        return self._supervisor.look_at_market(message.instrument, view, message.received_ns)

    def on_proved(self, message: BookProved) -> None:
        """A quiet book was compared with the venue and still holds."""
        self.context.view(message.instrument).on_proved(message)

    def on_depth(self, depth: BookDepth) -> None:
        """Take the levels behind the top, which bound market orders."""
        self.context.view(depth.instrument).on_depth(depth)

    def set_rate(self, currency: str, rate: Decimal, dated_ns: int) -> None:
        """One `currency` is worth `rate` of the reporting currency. Raises ValueError unless it is above zero."""
        if self.context.valuation.set_rate(currency, rate, dated_ns):
            self._revalue(currency)

    def set_balance(self, account: str, venue: str, market: str, asset: str, held: Decimal) -> None:
        """What an account holds now, free and locked together (perpetuals: its margin balance)."""
        self.context.wallets.set_held(f"{account}.{venue}.{market}.{asset}", held)

    def baseline(self, account: str, venue: str, market: str, asset: str) -> Decimal:
        """What the account holds of the asset for other reasons: spot positions are counted from it."""
        return self.config.baselines.get(f"{account}.{venue}.{market}.{asset}", Decimal(0))

    def set_position(self, account: str, instrument: str, qty: Decimal) -> None:
        """The account's position in base units, absolute. Raises KeyError when the instrument is not defined."""
        cell = self.context.cell(account, self.context.rules[instrument])
        cell.move(qty_units(qty) - cell.position, 0, 0)

    def set_strategy_position(self, strategy: str, account: str, instrument: str, qty: Decimal) -> None:
        """A strategy's own share of it, at recovery; fills keep it afterwards. Raises KeyError likewise."""
        cell = self.context.strategy_cell(strategy, account, self.context.rules[instrument])
        cell.move(qty_units(qty) - cell.position, 0, 0)

    # Verdicts

    def approve(self, intent: PlaceIntent, order_id: int, now_ns: int) -> ApprovedOrder | Denial:
        """Judge a new order; what is approved is reserved already."""
        verdict = self._gate.approve(intent, order_id, now_ns)
        self._pause_runaways(now_ns)
        return verdict

    def approve_pair(
        self, first: PlaceIntent, first_id: int, second: PlaceIntent, second_id: int, now_ns: int
    ) -> tuple[ApprovedOrder, ApprovedOrder] | Denial:
        """Judge two legs together: both are approved and reserved, or neither."""
        verdict = self._gate.approve_pair((first, first_id), (second, second_id), now_ns)
        self._pause_runaways(now_ns)
        return verdict

    def approve_amend(self, intent: AmendIntent, now_ns: int) -> ApprovedAmend | Denial:
        """Judge an amend as the worst of old and new; both stay reserved until `amend_resolved`."""
        verdict = self._gate.approve_amend(intent, now_ns)
        self._pause_runaways(now_ns)
        return verdict

    def approve_cancel(self, intent: CancelIntent, order_id: int, now_ns: int) -> ApprovedCancel:
        """A cancel always passes; it is counted against the venue's rate."""
        return self._gate.approve_cancel(intent, order_id, now_ns)

    def cancel_sent(self, order_id: int, now_ns: int) -> None:
        """Count a cancel that the OMS sends of its own accord."""
        self._gate.count_cancel(order_id, now_ns)

    # The venue's word

    def amend_resolved(self, order_id: int, price_ticks: int, qty_lots: int) -> None:
        """An amend was taken, refused or never sent: what stands now; `qty_lots` is the total, filled part included."""
        order = self.context.live_orders.get(order_id)
        if order is not None:
            settle_amend(order, price_ticks, qty_lots, self.context)

    def fill(self, order_id: int, strategy: str, account: str, instrument: str, side: Side, qty: Decimal) -> None:
        """A trade of the account, once; also one that comes after its order's end, or belongs to no order of ours.

        `qty` in base units. Raises KeyError when the instrument is not defined.
        """
        rules = self.context.rules[instrument]
        cells = [self.context.cell(account, rules)]
        if strategy:
            cells.append(self.context.strategy_cell(strategy, account, rules))
        units = qty_units(qty)
        self.context.exposure.fill(order_id, side, tuple(cells), units)
        self.context.wallets.filled(order_id, units)

    def order_ended(self, order_id: int, venue_filled_lots: int | None) -> None:
        """The venue's last word on an order, or a proof that it never had it.

        What the venue says was filled stays reserved until those fills are applied; None releases everything.
        """
        order = self.context.live_orders.remove(order_id)
        exposure = self.context.exposure.order(order_id)
        if exposure is None:
            return
        lot_units = order.lot_units if order is not None else exposure.lot_units
        filled = None if venue_filled_lots is None else venue_filled_lots * lot_units
        self.context.exposure.end(order_id, filled)
        self.context.wallets.resize(order_id, exposure.reserved, self.context.wallets.cost(order_id))

    def restore(self, order: OrderUpdate) -> None:
        """Count a live order that the journal remembers. Raises KeyError when its instrument is not defined."""
        recovery.restore_order(order, self.context)

    # The portfolio, and what restricts trading

    def on_equity(self, scope: str, equity: Decimal, now_ns: int) -> list[Action]:
        """Equity of `all` or of `strategy:<s>`, in the reporting currency, unrealised, fees and funding included."""
        return self._supervisor.on_equity(scope, equity, now_ns)

    def on_reject(self, instrument: str, error_class: str, now_ns: int) -> list[Action]:
        """A venue refused something; `error_class` is one of `crossbook.errors.ErrorClass`."""
        return self._supervisor.on_reject(instrument, error_class, now_ns)

    def on_timer(self, now_ns: int) -> list[Action]:
        """Each 100 ms: ages of books, positions against limits, halts that end."""
        return self._supervisor.on_timer(now_ns)

    def take_actions(self) -> list[Action]:
        """What verdicts brought about since last asked (a runaway strategy's pause); drain it after every verdict."""
        return self._supervisor.take_actions()

    def halt(
        self, scope: str, reason: str, by: str, now_ns: int, *, latched: bool = True, level: str = HALT
    ) -> list[Action]:
        """Deny what adds in a scope, and at `halt` cancel its orders. Raises ValueError on a bad scope or level."""
        return self._supervisor.impose(Block(scope, level, reason, latched, now_ns, by))

    def kill(self, scope: str, reason: str, by: str, now_ns: int) -> list[Action]:
        """Let only cancels pass in a scope and cancel all of it, until `resume`. Raises ValueError on a bad scope."""
        return self._supervisor.impose(Block(scope, KILL, reason, True, now_ns, by))

    def clear(self, scope: str, reason: str, now_ns: int) -> list[Action]:
        """The cause of an unlatched block is gone."""
        return self._supervisor.clear(scope, reason)

    def resume(self, scope: str, by: str, now_ns: int) -> list[Action]:
        """An operator lifts everything of exactly this scope, latched or not."""
        return self._supervisor.resume(scope, by)

    def restore_block(self, block: Block) -> None:
        """Put a block back in force that the journal remembers.

        What a rule of ours imposed and would lift by itself is not: the rule begins anew, and finds its cause or not.
        """
        if block.latched or block.by != BY_RULE:
            self.context.trading_state.impose(block)

    def high_water(self, scope: str) -> Decimal | None:
        """The high-water mark of a scope's equity, to be remembered over a restart."""
        return self._supervisor.high_water(scope)

    def restore_high_water(self, scope: str, high_water: Decimal) -> None:
        """Set it again at recovery, before the first equity."""
        self._supervisor.restore_high_water(scope, high_water)

    # What is shown

    def blocks(self) -> tuple[Block, ...]:
        """Everything that restricts trading now."""
        return self.context.trading_state.blocks

    def size_scale(self, strategy: str = "") -> float:
        """What a strategy multiplies its sizes by; without a name, everybody."""
        return self.context.scales.of_strategy(strategy)

    def why_blocked(self, strategy: str, instrument: str) -> str:
        """Why adding orders of a strategy in an instrument are denied at present; empty when they are not."""
        return reports.why_blocked(self.context, strategy, instrument)

    def state(self, now_ns: int) -> RiskState:
        """Everything that restricts trading, to be published on `risk`."""
        return reports.risk_state(self.context, self._supervisor.total_drawdown, now_ns)

    def exposures(self, now_ns: int) -> list[Exposure]:
        """Worst cases against their limits, to be published on `exposure.<scope>`."""
        return reports.exposures(self.context, now_ns)

    def _pause_runaways(self, now_ns: int) -> None:
        while self._gate.runaways:
            strategy, denial = self._gate.runaways.pop()
            self._supervisor.pause_runaway(strategy, denial, now_ns)

    def _value(self, instrument: str, quote: str, mid: float) -> None:
        last = self._valued_at.get(instrument, 0.0)
        if abs(mid - last) <= last * _REVALUE_SHARE:
            return
        rate = self.context.valuation.rate(quote)
        if rate and math.isfinite(mid * rate):
            self._valued_at[instrument] = mid
            self.context.exposure.mark(instrument, price_units(mid * rate))

    def _revalue(self, currency: str) -> None:
        """Value everything quoted in a currency at its new rate."""
        for instrument, rules in self.context.rules.items():
            if rules.quote == currency and (mid := self.context.view(instrument).mid):
                self._valued_at[instrument] = 0.0
                self._value(instrument, currency, mid)

    def _on_source(self, currency: str, quote: str, mid: float, received_ns: int) -> None:
        rate = self.context.valuation.rate(quote)
        if rate and self.context.valuation.set_rate(currency, mid * rate, received_ns):
            self._revalue(currency)
